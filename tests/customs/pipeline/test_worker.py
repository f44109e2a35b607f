"""The decision worker as a process: one works, another stands by, and nothing stops them for good."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from customs.enums import Direction
from customs.management.commands.decide import LOCK
from customs.models import Parcel, Queue, Use, Waiting
from customs.services.working import Housekeeping, decide_batch, hold, release_held, sweep_standing
from portal.models import Heartbeat
from tests.customs.world import World
from tools.parcels import Parcel as Documents

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 40.0


def database_url() -> str:
    """The test database as an address."""
    given = connection.settings_dict
    host = quote(str(given["HOST"] or ""), safe="")
    port = f":{given['PORT']}" if given["PORT"] else ""
    password = f":{quote(given['PASSWORD'], safe='')}" if given["PASSWORD"] else ""
    return f"postgres://{given['USER']}{password}@{host}{port}/{given['NAME']}"


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


@pytest.fixture
def start(live_world: World, tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Start a worker whose output goes to `<name>.log`; all end with the test."""
    running: list[subprocess.Popen[bytes]] = []

    def run(name: str) -> subprocess.Popen[bytes]:
        environment = os.environ | {"DATABASE_URL": database_url(), "PYTHONUNBUFFERED": "1"}
        with (tmp_path / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "decide"], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.wait()


def said(folder: Path, name: str, text: str) -> Callable[[], bool]:
    return lambda: text in (folder / f"{name}.log").read_text()


def lock_holder() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted", [LOCK]
        )
        row = cursor.fetchone()
    return row[0] if row else 0


def released(documents: Documents) -> bool:
    return Parcel.objects.filter(order_no=documents.order_no, state="released").exists()


def test_one_worker_decides_and_the_standby_takes_over(
    live_world: World, start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    first = start("first")
    until(said(tmp_path, "first", "deciding"))
    start("second")
    until(said(tmp_path, "second", "standing by"))
    early, late = live_world.make.export_parcel(), live_world.make.export_parcel()
    live_world.send(early)
    until(lambda: released(early))
    first.send_signal(signal.SIGTERM)
    assert first.wait(PATIENCE) == 0
    until(said(tmp_path, "second", "deciding"))
    live_world.send(late)
    until(lambda: released(late))
    until(lambda: Heartbeat.objects.filter(name="decide").exists())


def test_lost_connection_is_made_again_and_the_work_goes_on(
    live_world: World, start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    start("worker")
    until(said(tmp_path, "worker", "deciding"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [lock_holder()])
    until(said(tmp_path, "worker", "database unavailable"))
    until(lock_holder)
    documents = live_world.make.export_parcel()
    live_world.send(documents)
    until(lambda: released(documents))


def test_killed_in_the_middle_of_a_turn_leaves_the_queue_as_it_was(
    live_world: World, start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    documents = [live_world.make.export_parcel() for _ in range(60)]
    worker = start("worker")
    until(said(tmp_path, "worker", "deciding"))
    for one in documents[:30]:
        live_world.send(one)
    worker.kill()
    worker.wait()
    for one in documents[30:]:
        live_world.send(one)
    start("next")
    until(lambda: Parcel.objects.filter(state="released").count() == 60)
    assert Queue.objects.count() == 0


def test_held_message_can_be_put_back_to_work(world: World) -> None:
    documents = world.make.export_parcel()
    world.send(documents)
    message_id, message_type = Queue.objects.filter(message_type="CEB603Message").values_list(
        "message_id", "message_type"
    )[0]
    hold(message_id, message_type)
    while decide_batch(Direction.EXPORT).messages:
        pass
    assert not Parcel.objects.exists()
    assert release_held() == 1
    world.work()
    assert world.parcel(documents).state == "released"


def test_housekeeping_looks_again_at_what_stands_and_forgets_old_counters(world: World) -> None:
    documents = world.make.import_parcel()
    documents.without = {"CEB511Message"}
    world.send(documents)
    world.work()
    Waiting.objects.update(since=timezone.now() - timedelta(minutes=2))
    old = timezone.localdate() - timedelta(days=61)
    for day in (old, timezone.localdate()):
        Use.objects.create(day=day, key=uuid4(), other=uuid4(), parcels=1, amount=1)
    Housekeeping().run()
    assert list(Queue.objects.values_list("message_type", flat=True)) == ["inventoryI"]
    assert list(Use.objects.values_list("day", flat=True)) == [timezone.localdate()]
    world.work()
    assert world.waiting(documents).missing == ["waybill"]


def test_sweep_goes_on_where_it_stopped(world: World) -> None:
    documents = [world.make.import_parcel() for _ in range(5)]
    for one in documents:
        one.without = {"CEB511Message"}
    world.send(*documents)
    world.work()
    Waiting.objects.update(since=timezone.now() - timedelta(minutes=2))
    ids = sorted(Waiting.objects.values_list("inventory_id", flat=True))
    assert sweep_standing(0, limit=2) == ids[1]
    assert sweep_standing(ids[1], limit=2) == ids[3]
    assert sweep_standing(ids[3], limit=2) == 0
    assert sorted(Queue.objects.values_list("message_id", flat=True)) == ids

"""The ground truth of the feeds: whatever writers do, each of four readers sees every committed row once, in one order.

Real connections and threads: six writers commit out of order, keep transactions open and roll back, a seventh does nothing but
hold the horizon; three readers follow the receipts by pages of different sizes, one follows the tasks.
"""

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from exchange.models import AgencyTask, Receipt
from exchange.selectors.feeds import Page, read_feed
from exchange.selectors.receipts import receipt_page
from portal.personal_data import encrypt
from tests.exchange.conftest import Machine, settle

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, TURNS, PATIENCE = 6, 15, 30.0


class RolledBack(Exception):
    """The writer changes its mind."""


class Ground:
    """What was committed, and who is still writing."""

    def __init__(self, organisation_id: int) -> None:
        self.organisation_id = organisation_id
        self.lock = threading.Lock()
        self.receipts: list[str] = []
        self.tasks: list[int] = []
        self.undone = 0
        self.payload = encrypt("{}")

    def write(self, name: int) -> None:
        """Turns of one writer, each a transaction of its own length; one in four is rolled back."""
        chance = random.Random(name)
        for turn in range(TURNS):
            infos = [f"{name}-{turn}-{n}" for n in range(chance.randint(1, 4))]
            keep = chance.random() > 0.25
            try:
                with transaction.atomic():
                    ids = [self.row(info, chance) for info in infos]
                    if not keep:
                        raise RolledBack
            except RolledBack:
                self.undone += 1
                continue
            with self.lock:
                self.receipts += infos
                self.tasks += ids
        connection.close()

    def row(self, info: str, chance: random.Random) -> int:
        Receipt.objects.create(
            organisation_id=self.organisation_id,
            message_id=1,
            document_id=1,
            message_type="CEB000Message",
            status="120",
            info=info,
        )
        time.sleep(chance.random() * 0.006)
        made = AgencyTask.objects.create(
            agency_code="gacc", kind="INSPECTION", subject_id=1, payload=self.payload
        )
        return made.pk

    def hold(self) -> None:
        """Long transactions that have an id and write nothing anybody reads."""
        chance = random.Random(99)
        for _turn in range(5):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()")
                time.sleep(chance.random() * 0.25)
        connection.close()


def follow(read: Callable[[str], Page], name: str, over: threading.Event, seen: list[Any]) -> None:
    """Read by cursor until nothing came after the writers had ended and the horizon had passed them."""
    cursor, ends = "", time.monotonic() + PATIENCE
    try:
        while time.monotonic() < ends:
            finished = over.is_set()
            page = read(cursor)
            seen += [row[name] for row in page.rows]
            cursor = page.next
            if finished and not page.rows:
                return
            time.sleep(0.002)
        raise TimeoutError("the writers did not end")
    finally:
        connection.close()


def test_four_readers_see_every_committed_row_once_and_in_one_order(platform: Machine) -> None:
    ground = Ground(platform.application.organisation_id)
    writers = [threading.Thread(target=ground.write, args=(n,)) for n in range(WRITERS)]
    writers.append(threading.Thread(target=ground.hold))
    over = threading.Event()

    def receipts(size: int) -> Callable[[str], Page]:
        return lambda cursor: receipt_page(organisation_id=ground.organisation_id, cursor=cursor, limit=size)[
            1
        ]

    def tasks(cursor: str) -> Page:
        return read_feed("exchange_agencytask", "kind", "agency_code = %s", ["gacc"], cursor, 11)

    seen: list[list[Any]] = [[], [], [], []]
    reads = [(receipts(3), "info"), (receipts(500), "info"), (receipts(7), "info"), (tasks, "id")]
    readers = [
        threading.Thread(target=follow, args=(read, name, over, seen[n]))
        for n, (read, name) in enumerate(reads)
    ]
    for thread in [*readers, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    settle()
    over.set()
    for thread in readers:
        thread.join()
    assert ground.undone > 0
    assert len(ground.receipts) > 100
    for found in seen[:3]:
        assert len(found) == len(set(found))
        assert sorted(found) == sorted(ground.receipts)
    assert seen[0] == seen[1] == seen[2]
    assert sorted(seen[3]) == sorted(ground.tasks)
    with connection.cursor() as cursor:
        cursor.execute("SELECT info FROM exchange_receipt ORDER BY xid, id")
        assert seen[0] == [row[0] for row in cursor.fetchall()]

"""Cost of the hot path without a clock: statements per turn, plans without sequential scans, WAL per parcel."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customs.enums import Direction
from customs.pipeline.turn import hash_key, statements
from customs.services.working import decide_batch
from tests.customs.world import World

HOT = re.compile(r"Seq Scan on (customs_|exchange_|filing_|portal_)\w+")
WAL_PER_PARCEL = 4_950
"""Bytes of decision WAL per import parcel of one line with its tax bill and the bill's two receipts, measured with PostgreSQL 18."""
TURN_STATEMENTS = 20
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "take": (64,),
    "compare": (1, hash_key()),
    "parcels": (1, timezone.now()),
    "settle": (1, *[timezone.localdate()] * 3),
    **dict.fromkeys(("wait", "duplicates", "tax", "limits", "quarantine", "decide", "findings"), (1,)),
}


def batch(world: World, parcels: int) -> None:
    """One direction's documents, everybody known, every third parcel with a difference."""
    documents = [world.make.import_parcel() for _ in range(parcels)]
    for one in documents[::3]:
        one.waybill["freight"] = "1.00"
    world.send(*documents)
    world.know_buyers()


def own_statements(captured: CaptureQueriesContext) -> list[str]:
    return [
        q["sql"]
        for q in captured.captured_queries
        if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "DELETE FROM t_"))
    ]


@pytest.mark.parametrize("parcels", [3, 200])
def test_a_turn_costs_at_most_twenty_statements_whatever_its_size(world: World, parcels: int) -> None:
    batch(world, 1)
    world.work()
    batch(world, parcels)
    with CaptureQueriesContext(connection) as captured:
        assert decide_batch(Direction.IMPORT).parcels == parcels
    sent = own_statements(captured)
    asked_once_a_second = sum("portal_registerversion" in sql for sql in sent)
    begin_and_commit = 2
    assert len(sent) - asked_once_a_second + begin_and_commit <= TURN_STATEMENTS
    assert len(sent) == len(set(sent))


def test_size_of_the_batch_does_not_change_the_number_of_statements(world: World) -> None:
    counts = set()
    for parcels in (3, 50, 120):
        batch(world, parcels)
        with CaptureQueriesContext(connection) as captured:
            decide_batch(Direction.IMPORT)
        counts.add(sum("EXECUTE" in sql for sql in own_statements(captured)))
    assert len(counts) == 1


def test_an_empty_turn_costs_one_statement(world: World) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert decide_batch(Direction.EXPORT).messages == 0
    assert len(own_statements(captured)) == 1


STEPS = [(direction, name) for direction in Direction for name in statements(direction)]


@pytest.fixture
def filled(world: World) -> World:
    """Some history, and statistics that would tempt the planner to scan."""
    batch(world, 60)
    world.send(*[world.make.export_parcel() for _ in range(30)])
    world.work()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return world


def test_no_step_scans_a_hot_table(filled: World) -> None:
    scans: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for direction, name in STEPS:
            values = ARGUMENTS.get(name, ())
            holes = "(" + ", ".join(["%s"] * len(values)) + ")" if values else ""
            cursor.execute(f"EXPLAIN EXECUTE {name}_{direction.lower()}{holes}", values)
            found = [m.group(0) for row in cursor.fetchall() if (m := HOT.search(row[0]))]
            if found:
                scans[f"{name}_{direction.lower()}"] = found
    assert scans == {}


def written_by_this_session() -> int:
    """WAL bytes of this connection so far, all commits counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT wal_bytes FROM pg_stat_get_backend_wal(pg_backend_pid())")
        return int(cursor.fetchone()[0])


def test_wal_per_parcel_stays_within_ten_percent(live_world: World) -> None:
    """The best of several turns: the first change of a page after a checkpoint writes the whole page."""
    written = []
    for _ in range(4):
        batch(live_world, 400)
        before = written_by_this_session()
        assert decide_batch(Direction.IMPORT).parcels == 400
        written.append((written_by_this_session() - before) / 400)
    assert min(written) <= WAL_PER_PARCEL * 1.1

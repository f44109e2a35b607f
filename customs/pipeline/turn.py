"""One turn of the decision worker: the steps in order, in one transaction, each timed by name.

Steps are prepared once per connection. A turn works one direction; the caller alternates. At most twenty statements, whatever
the number of documents; bonded lists add two, rare branches (identity questions, limits overrun, inspection tasks, second verdicts) a few.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from customs.enums import Direction, ParcelState
from customs.events import EVENTS
from customs.models import Turn
from customs.pipeline import (
    billing,
    candidates,
    compare,
    duplicates,
    money,
    quarantine,
    record,
    risk,
    scratch,
    stock,
)
from portal import audit, events
from portal.enums import Verb
from portal.personal_data import derived_key

BATCH_MESSAGES = 64


@dataclass
class TurnResult:
    """What a turn did. `decided` are the parcels by state, `steps` microseconds by step name."""

    direction: Direction
    taken: list[tuple[int, str]] = field(default_factory=list)
    messages: int = 0
    candidates: int = 0
    decided: dict[str, list[int]] = field(default_factory=dict)
    pending_identities: list[int] = field(default_factory=list)
    steps: dict[str, int] = field(default_factory=dict)

    @property
    def states(self) -> dict[str, int]:
        """How many parcels reached which state."""
        return {state: len(ids) for state, ids in self.decided.items()}

    @property
    def parcels(self) -> int:
        return sum(self.states.values())


class CandidatesLost(RuntimeError):
    """A candidate fell out of the join: the turn is rolled back rather than lose a parcel."""


class TurnFailed(RuntimeError):
    """The data of a batch could not be worked; nothing of the turn remains. `taken` are its queue rows."""

    def __init__(self, taken: list[tuple[int, str]]) -> None:
        super().__init__(f"{len(taken)} messages")
        self.taken = taken


@dataclass(frozen=True)
class Hooks:
    """What the pipeline asks services for (services stand above it): register days, identity questions, inspections,
    until when an official must decide, the days of a tax bill (released, payable from, payable to), whether any goods of these days
    need a second verdict, and its opening."""

    ensure_days: Callable[[list[date]], int]
    ask_identities: Callable[[list[int]], None]
    order_inspections: Callable[[list[int]], None]
    decide_until: Callable[[], datetime]
    tax_days: Callable[[], tuple[date, date, date]]
    second_verdicts: Callable[[list[date]], bool]
    ask_quarantine: Callable[[list[int]], None]


def statements(direction: Direction) -> dict[str, str]:
    """Every prepared step of a direction by name."""
    named = {
        "take": candidates.take(direction),
        "candidates": candidates.candidates(direction),
        "compare": compare.compare(direction),
        "wait": compare.wait(direction, duplicates.MARK if direction == Direction.IMPORT else ""),
        "quarantine": quarantine.needing(direction),
        "decide": risk.decide(direction),
        "parcels": record.parcels(direction),
        "findings": record.findings(direction),
        "receipts": record.receipts(direction),
        "missing": record.missing(direction),
        "forget": record.FORGET,
    }
    if direction == Direction.IMPORT:
        named |= {
            "duplicates": duplicates.DUPLICATES,
            "tax": money.TAX,
            "limits": money.LIMITS,
            "stock": stock.CHECK,
            "draw": stock.DRAW,
            "count": risk.COUNT,
            "settle": billing.SETTLE,
        }
    return named


def prepare(cursor: Any) -> None:
    """Prepare session, temporary tables and every step; once per connection."""
    scratch.prepare_session(cursor)
    for direction in Direction:
        for name, sql in statements(direction).items():
            cursor.execute(f"PREPARE {name}_{direction.lower()} AS {sql}".replace("%", "%%"), [])


class Steps:
    """Runs prepared steps by name and keeps their times."""

    def __init__(self, cursor: Any, result: TurnResult) -> None:
        self.cursor = cursor
        self.result = result

    def run(self, name: str, *parameters: Any) -> int:
        started = time.perf_counter_ns()
        holes = "(" + ", ".join(["%s"] * len(parameters)) + ")" if parameters else ""
        self.cursor.execute(f"EXECUTE {name}_{self.result.direction.lower()}{holes}", parameters)
        self.result.steps[name] = (time.perf_counter_ns() - started) // 1_000
        return int(self.cursor.rowcount)

    def rows(self, name: str, *parameters: Any) -> list[Any]:
        self.run(name, *parameters)
        return list(self.cursor.fetchall())


def hash_key() -> str:
    """Key of the draw and of the address and phone keys."""
    return derived_key("customs/draw/1").hex()[:32]


def work(direction: Direction, hooks: Hooks, *, limit: int = BATCH_MESSAGES) -> TurnResult:
    """Take a batch of one direction and decide what can be decided. The connection must be prepared.

    Raises TurnFailed when the data cannot be worked, Django's OperationalError when the database is away.
    """
    result = TurnResult(direction)
    try:
        run_turn(result, hooks, limit)
    except (DataError, IntegrityError, CandidatesLost) as error:
        raise TurnFailed(result.taken) from error
    return result


def run_turn(result: TurnResult, hooks: Hooks, limit: int) -> None:
    """All steps in one transaction."""
    nested = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if nested:
            scratch.empty(cursor)
        steps = Steps(cursor, result)
        result.taken = steps.rows("take", limit)
        result.messages = len(result.taken)
        if not result.messages:
            return
        found = steps.rows("candidates")
        result.candidates = sum(count for _day, count, _bonded in found)
        if found:
            bonded = any(count for _day, _all, count in found)
            days = sorted(day for day, _count, _bonded in found)
            second = hooks.second_verdicts(days)
            decide_candidates(steps, hooks.ensure_days(days), hooks, bonded=bonded, second=second)
        Turn.objects.create(
            at=timezone.now(),
            direction=result.direction,
            messages=result.messages,
            parcels=result.parcels,
            steps=result.steps,
        )


def limit_and_draw(steps: Steps, version: int, *, bonded: bool) -> None:
    """The year's limits and the account books, as if the lists came one by one: what finds no goods uses no limit, and what is over
    the limit draws no goods. A verdict depends on earlier lists only, so the repetition ends; it begins only when goods are lacking.
    """
    before: list[int] = []
    while True:
        if steps.rows("limits", version)[0][0]:
            money.work_in_order(steps.cursor, version)
        if not bonded:
            return
        lacking = stock.work_in_order(steps.cursor) if steps.rows("stock")[0][0] else []
        if lacking == before:
            return
        before = lacking


def decide_candidates(steps: Steps, version: int, hooks: Hooks, *, bonded: bool, second: bool) -> None:
    """Compare, set aside, tax, limit, score, decide, write."""
    result = steps.result
    if steps.run("compare", version, hash_key()) != result.candidates:
        raise CandidatesLost(f"{result.candidates} candidates in {result.direction}")
    result.pending_identities = [pk for pk, pending in steps.rows("wait", version) if pending]
    if result.pending_identities:
        hooks.ask_identities(result.pending_identities)
    imports = result.direction == Direction.IMPORT
    if imports:
        steps.run("duplicates", version)
        steps.run("tax", version)
        limit_and_draw(steps, version, bonded=bonded)
        steps.run("count")
    needing = {pk for (pk,) in steps.rows("quarantine", version)} if second else set()
    found = False
    for state, ids, with_findings in steps.rows("decide", version):
        result.decided[state] = ids
        found = found or with_findings > 0
    if result.decided:
        write(steps, version, found=found, imports=imports, hooks=hooks)
        if bonded and imports:
            steps.run("draw")
        if needing:
            hooks.ask_quarantine(sorted(needing.difference(result.decided.get(ParcelState.REJECTED, ()))))
        if inspected := result.decided.get(ParcelState.INSPECTION):
            hooks.order_inspections(inspected)


def write(steps: Steps, version: int, *, found: bool, imports: bool, hooks: Hooks) -> None:
    """Everything a decision leaves behind."""
    result = steps.result
    steps.run("parcels", version, hooks.decide_until())
    if found:
        steps.run("findings", version)
    if imports:
        steps.run("settle", version, *hooks.tax_days())
    steps.run("receipts")
    if steps.run("forget"):
        steps.run("missing")
    events.publish_batches({EVENTS[state]: ids for state, ids in result.decided.items()})
    audit.record(
        Verb.PARCELS_DECIDED,
        subject=f"turn:{result.direction}",
        detail={"parcels": result.parcels, "states": result.states, "register": version},
    )

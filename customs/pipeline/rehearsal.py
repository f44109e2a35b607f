"""A rehearsal: the steps of a turn for the documents of one parcel that is not sent yet.

The caller has stored the documents in a transaction that it rolls back. The same statements as in a turn, in the same order, but for
those that leave something behind (numbers, receipts, bills, counters). Buyers are taken as confirmed: the population base is asked
about sent parcels only, and nobody may learn from a rehearsal whether a number and a name belong together.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from customs.enums import Direction
from customs.pipeline import scratch
from customs.pipeline.turn import Steps, TurnResult, hash_key, limit_and_draw, statements

LOCAL_SESSION = scratch.SESSION.replace("SET ", "SET LOCAL ")
"""The pinned plans of the worker, for this transaction only."""


@dataclass(frozen=True)
class LineTax:
    """Dutiable price and tax of a line in CNY."""

    gnum: int
    dutiable: Decimal
    duty: Decimal
    consumption_tax: Decimal
    vat: Decimal

    @property
    def total(self) -> Decimal:
        return self.duty + self.consumption_tax + self.vat


@dataclass
class Rehearsed:
    """What a turn would say. Amounts are those of a parcel that nothing rejects."""

    version: int = 0
    inventory_id: int = 0
    missing: list[str] = field(default_factory=list)
    regime: str = ""
    dutiable: Decimal | None = None
    single_limit: Decimal | None = None
    over_year: bool = False
    lines: list[LineTax] = field(default_factory=list)
    steps: set[str] = field(default_factory=set)


LEFT_OUT = frozenset(
    {"take", "wait", "count", "parcels", "receipts", "missing", "forget", "draw", "settle", "quarantine"}
)
"""Steps of a turn that choose the work or leave something behind; every other one is rehearsed."""


class UnpreparedSteps(Steps):
    """The statements of a direction on a connection that has not prepared them."""

    def __init__(self, cursor: Any, result: TurnResult) -> None:
        super().__init__(cursor, result)
        self.statements = statements(result.direction)

    def run(self, name: str, *parameters: Any) -> int:
        sql = self.statements[name].replace("%", "%%")
        for position, _value in enumerate(parameters, 1):
            sql = sql.replace(f"${position}", f"%({position})s")
        self.result.steps[name] = 0
        self.cursor.execute(sql, {str(position): value for position, value in enumerate(parameters, 1)})
        return int(self.cursor.rowcount)


def rehearse(
    direction: Direction, message_ids: list[int], ensure_days: Callable[[list[date]], int]
) -> Rehearsed:
    """Decide the list among these messages. Findings stand in `customs_finding` until the caller rolls back."""
    found = Rehearsed()
    with connection.cursor() as cursor:
        cursor.execute(LOCAL_SESSION)
        cursor.execute(scratch.DDL)
        scratch.empty(cursor)
        cursor.execute(
            "INSERT INTO t_batch SELECT id, message_type FROM exchange_message WHERE id = ANY(%s)",
            [message_ids],
        )
        cursor.execute("DELETE FROM customs_queue WHERE message_id = ANY(%s)", [message_ids])
        steps = UnpreparedSteps(cursor, TurnResult(direction))
        declared = steps.rows("candidates")
        found.version = ensure_days([day for day, _count, _bonded in declared])
        steps.run("compare", found.version, hash_key())
        cursor.execute("SELECT id, missing, mask, regime, dutiable FROM t_parcel")
        found.inventory_id, found.missing, mask, found.regime, found.dutiable = cursor.fetchone()
        if direction == Direction.IMPORT:
            work_money(steps, found, mask, bonded=any(bonded for _day, _count, bonded in declared))
        steps.rows("decide", found.version)
        steps.run("findings", found.version)
        scratch.empty(cursor)
        found.steps = set(steps.result.steps)
    return found


def work_money(steps: Steps, found: Rehearsed, mask: int, *, bonded: bool) -> None:
    """The tax as if nothing rejected the parcel; then tax and limits of the parcel as it is."""
    cursor = steps.cursor
    cursor.execute("UPDATE t_parcel SET identity = 'MATCH', mask = 0, missing = '{}'")
    steps.run("tax", found.version)
    cursor.execute("SELECT gnum, dutiable, duty, ct, vat FROM t_tax ORDER BY gnum")
    found.lines = [LineTax(*row) for row in cursor.fetchall()]
    cursor.execute("DELETE FROM t_tax")
    cursor.execute("UPDATE t_parcel SET mask = %s, missing = %s::varchar[]", [mask, found.missing])
    steps.run("duplicates", found.version)
    steps.run("tax", found.version)
    limit_and_draw(steps, found.version, bonded=bonded)
    cursor.execute("SELECT over FROM t_parcel")
    found.over_year = cursor.fetchone()[0]
    cursor.execute(
        "SELECT single_limit FROM customs_registerday r JOIN t_parcel t ON r.day = t.declared_on WHERE r.version = %s",
        [found.version],
    )
    found.single_limit = cursor.fetchone()[0]

"""“May I declare this simplified?” asked before anything is declared: the rules of the comparison, over goods that are not declared yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from customs.pipeline.joined import SIMPLE_SUMS, conditions
from customs.rules.base import Rule, concrete
from customs.rules.simplified import BA1Refund, Simplified
from customs.services.register_days import ensure_days

MOST_LINES = 100
"""Lines of one list (interface specification 202205)."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be declared: mode, office, day, currency of all lines, and per line the code and the total price."""

    trade_mode: str
    customs_code: str
    day: date
    currency: str
    lines: Sequence[tuple[str, Decimal]]
    licence_no: str = ""
    refund: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that stands in the way, with what was found and what would be allowed."""

    rule: type[Rule]
    left: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Value in CNY (None without an assessment rate) and everything that stands in the way; nothing does: the list may be simplified."""

    value_cny: Decimal | None
    reasons: Sequence[Reason]

    @property
    def allowed(self) -> bool:
        return not self.reasons


def conditions_asked() -> list[type[Simplified]]:
    """The rules of a simplified list, in their order."""
    return [rule for rule in concrete(Simplified) if issubclass(rule, Simplified)]


def may_simplify(question: Question) -> Verdict:
    """One query over the same SQL that decides declared lists; a claimed refund is known only to the trader (B.A.1.REFUND)."""
    version = ensure_days([question.day])
    rules = conditions_asked()
    columns = ", ".join(
        f"coalesce({rule.fails}, false), coalesce({rule.left}, ''), coalesce({rule.right}, '')"
        for rule in rules
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT round(l.value_cny, 2), l.no_rate, {columns}"  # noqa: S608 -- SQL of rule classes
            " FROM (SELECT 'A'::varchar AS statistics_flag, %s::varchar AS trade_mode, %s::varchar AS customs_code,"
            " nullif(%s, '')::varchar AS license_no, %s::date AS day) i"
            " JOIN customs_registerday r ON r.day = i.day AND r.version = %s"
            f" CROSS JOIN LATERAL (SELECT {SIMPLE_SUMS} FROM unnest(%s::varchar[], %s::numeric[]) g(gcode, total_price)"
            " CROSS JOIN LATERAL (SELECT g.gcode, g.total_price, %s::varchar AS currency) n"
            f" LEFT JOIN LATERAL {conditions('i.day')} e ON true) l",
            [
                question.trade_mode,
                question.customs_code,
                question.licence_no,
                question.day,
                version,
                [code for code, _price in question.lines],
                [price for _code, price in question.lines],
                question.currency,
            ],
        )
        value, no_rate, *found = cursor.fetchone()
    reasons = [
        Reason(rule, found[at + 1], found[at + 2])
        for at, rule in zip(range(0, len(found), 3), rules, strict=True)
        if found[at]
    ]
    if question.refund:
        reasons.append(Reason(BA1Refund))
    return Verdict(None if no_rate else value, reasons)

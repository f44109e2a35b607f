"""`./sw bench duplicates`: how well the same purchase under new numbers is told from an honest repeat (rules Q.DUP, Q.DUP.NEAR).

Pairs of linked parcels are drawn from a seed: a purchase, and either the same purchase declared again with something changed, or another
purchase of the same person. They go through the platform as they are; the table counts what became of the second of each pair.
"""

import argparse
import os
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

import django

from tools.parcels import IMPORT_GOODS, SHANGHAI, Generator, Parcel

MOMENT = datetime(2026, 11, 2, 10, 0, tzinfo=SHANGHAI)


@dataclass(frozen=True)
class Pair:
    """A purchase and what is declared after it; `honest`: the second is a purchase of its own."""

    kind: str
    honest: bool
    first: Parcel
    second: Parcel


@dataclass(frozen=True)
class Row:
    """What became of the second lists of one kind."""

    kind: str
    honest: bool
    pairs: int
    rejected: int
    held: int


@dataclass(frozen=True)
class Quality:
    """Precision and recall of stopping (rejected or held), and of rejecting alone."""

    precision: float
    recall: float
    reject_precision: float
    reject_recall: float


class Drawing:
    """Draws pairs from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.make = Generator(seed, prefix="D", moment=MOMENT)

    def pair(self, kind: str, honest: bool) -> Pair:
        """One pair of a kind, at a moment of its own."""
        start = MOMENT + timedelta(minutes=self.random.randrange(20_000))
        buyer = self.make.person()
        article = self.random.choice(IMPORT_GOODS)
        goods = [(article, self.random.randint(1, 3))]
        self.make.moment = start
        first = self.make.import_parcel(buyer=buyer, goods=goods)
        self.make.moment = start + GAPS[kind](self.random)
        if kind == "price 1 % off":
            goods = [
                (
                    replace(article, price=(article.price * Decimal("1.008")).quantize(Decimal("0.01"))),
                    goods[0][1],
                )
            ]
        if kind == "other quantity":
            goods = [(article, goods[0][1] + self.random.randint(1, 2))]
        if kind == "other goods":
            goods = [(self.random.choice([one for one in IMPORT_GOODS if one.code != article.code]), 1)]
        if kind == "split into lines":
            goods = [(article, 1)] * goods[0][1]
        if kind == "one of the household":
            buyer = replace(self.make.person(), address=buyer.address, phone=buyer.phone)
        second = self.make.import_parcel(buyer=buyer, goods=goods)
        CHANGES.get(kind, lambda _parcel, _drawing: None)(second, self)
        return Pair(kind, honest, first, second)


def heads(parcel: Parcel) -> Sequence[dict[str, str]]:
    """The documents that carry the consignee."""
    return parcel.order, parcel.waybill, parcel.inventory


def respell(parcel: Parcel, _drawing: Drawing) -> None:
    for lines, name in ((parcel.order_lines, "itemName"), (parcel.inventory_lines, "gname")):
        for line in lines:
            line[name] = f" {line[name][:2]} {line[name][2:]}"
    for head in heads(parcel):
        head["consigneeAddress"] = f"{head['consigneeAddress'][:6]} {head['consigneeAddress'][6:]}。"


def other_phone(parcel: Parcel, _drawing: Drawing) -> None:
    for head in (parcel.order, parcel.waybill):
        head["consigneeTelephone"] = "13900000000"


def other_door(parcel: Parcel, _drawing: Drawing) -> None:
    other_phone(parcel, _drawing)
    for head in heads(parcel):
        head["consigneeAddress"] += "2"


def gift(parcel: Parcel, drawing: Drawing) -> None:
    friend = drawing.make.person()
    for head in heads(parcel):
        head["consigneeAddress"] = f"北京市海淀区中关村大街{drawing.random.randrange(1, 900)}号"
    for head in (parcel.order, parcel.waybill):
        head["consignee"], head["consigneeTelephone"] = friend.name, friend.phone


CHANGES: dict[str, Callable[[Parcel, Drawing], None]] = {
    "other spelling": respell,
    "other phone": other_phone,
    "other door and phone": other_door,
    "gift to a friend": gift,
}


def minutes(least: int, most: int) -> Callable[[random.Random], timedelta]:
    return lambda draw: timedelta(minutes=draw.randint(least, most))


SOON, SAME_DAY, DAYS = minutes(0, 20), minutes(60, 20 * 60), minutes(2 * 24 * 60, 5 * 24 * 60)
GAPS: dict[str, Callable[[random.Random], timedelta]] = {
    "same, new numbers": SOON,
    "other spelling": SOON,
    "split into lines": SOON,
    "price 1 % off": SOON,
    "other phone": SOON,
    "other door and phone": SOON,
    "hours later": SAME_DAY,
    "again after days": DAYS,
    "other quantity": SOON,
    "other goods": SOON,
    "gift to a friend": SOON,
    "one of the household": SOON,
    "again on the same day": SAME_DAY,
}
HONEST = (
    "again after days",
    "other quantity",
    "other goods",
    "gift to a friend",
    "one of the household",
    "again on the same day",
)
FEWER = {"again on the same day": 4}
"""Who buys exactly the same twice on one day is rare: one pair for so many of the other kinds."""


def drawn(seed: int, pairs: int) -> list[Pair]:
    """So many pairs of every kind, in the order of their kinds."""
    drawing = Drawing(seed)
    return [drawing.pair(kind, kind in HONEST) for kind in GAPS for _ in range(pairs // FEWER.get(kind, 1))]


def counted(pairs: Sequence[Pair], rules: dict[str, set[str]]) -> list[Row]:
    """Rows by kind; `rules` are the duplicate rules that failed, by order number of the second list."""
    rows = []
    for kind in GAPS:
        found = [rules.get(one.second.order_no, set()) for one in pairs if one.kind == kind]
        rejected, held = (sum(code in one for one in found) for code in ("Q.DUP", "Q.DUP.NEAR"))
        rows.append(Row(kind, kind in HONEST, len(found), rejected, held))
    return rows


def quality(rows: Sequence[Row]) -> Quality:
    """Stopped duplicates among all stopped, and among all duplicates."""
    duplicates = sum(row.pairs for row in rows if not row.honest)
    stopped = sum(row.rejected + row.held for row in rows)
    right = sum(row.rejected + row.held for row in rows if not row.honest)
    rejected = sum(row.rejected for row in rows)
    rejected_right = sum(row.rejected for row in rows if not row.honest)
    return Quality(
        right / max(stopped, 1),
        right / max(duplicates, 1),
        rejected_right / max(rejected, 1),
        rejected_right / max(duplicates, 1),
    )


def table(rows: Sequence[Row]) -> str:
    """For people."""
    lines = [f"{'second list':<24}{'honest':>8}{'pairs':>8}{'rejected':>10}{'held':>8}"]
    for row in rows:
        honest = "yes" if row.honest else "no"
        lines.append(f"{row.kind:<24}{honest:>8}{row.pairs:>8}{row.rejected:>10}{row.held:>8}")
    q = quality(rows)
    lines.append(f"stopped: precision {q.precision:.3f}, recall {q.recall:.3f}")
    lines.append(f"rejected: precision {q.reject_precision:.3f}, recall {q.reject_recall:.3f}")
    return "\n".join(lines)


def rules_of(order_numbers: Sequence[str]) -> dict[str, set[str]]:
    """Rules of duplicates that failed, by order number."""
    from customs.models import Finding, Parcel

    parcels = dict(Parcel.objects.filter(order_no__in=list(order_numbers)).values_list("pk", "order_no"))
    found: dict[str, set[str]] = {}
    for pk, rule in Finding.objects.filter(parcel_id__in=list(parcels)).values_list("parcel_id", "rule"):
        found.setdefault(parcels[pk], set()).add(rule)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=100, help="of every kind")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from benchmarks import load
    from benchmarks.pipeline import steps_of, wait_for_decisions
    from exchange.services import Sender, receive_message
    from portal.models import Organisation
    from tools.parcels import SENDERS, messages

    pairs = drawn(options.seed, options.pairs)
    parcels = [one.first for one in pairs] + [one.second for one in pairs]
    load.remember_identities(parcels)
    known = {one.customs_code: one for one in Organisation.objects.all()}
    senders = {
        code: Sender(organisation_id=known[who.code].pk, codes=known[who.code].codes)
        for code, who in SENDERS.items()
    }
    for code, body in messages(parcels, Generator(options.seed), per_message=100):
        receive_message(sender=senders[code], body=body)
    wait_for_decisions(0, len(parcels))
    print(table(counted(pairs, rules_of([one.second.order_no for one in pairs]))))
    steps, _messages = steps_of(0, len(parcels))
    print(f"step `duplicates`: {steps.get('duplicates', 0.0)} µs a parcel of this load")
    return 0


if __name__ == "__main__":
    sys.exit(main())

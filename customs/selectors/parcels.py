"""Parcels as enterprises and officials list them. All filters, order and pages are SQL; no list counts more than it shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Right
from django.utils import timezone

from customs.models import Parcel, Waiting
from customs.models.documents import HEADS
from customs.permissions import of_enterprise, of_offices, parcels_of_enterprise

SERIAL_DIGITS = 9
"""List number and pre-entry number end with the same serial (see the expression index of Parcel)."""

PAYMENT_DAYS = 90
"""A payment number is looked for among parcels declared within so many days: documents carry no index for it."""

FOUND = 500
"""Parcels with one number; numbers repeat only where enterprises made them repeat."""

SORTS = {
    "-id": ("-id",),
    "id": ("id",),
    "-decided_at": ("-decided_at", "-id"),
    "decided_at": ("decided_at", "id"),
}
"""Orders of the enterprise's list; the key is always last, so pages never overlap."""

NEWEST = "-id"
B2B = "b2b"
"""In place of a supervision mode: everything counted as B2B export, in whatever mode its day had for it (rules A.1)."""


@dataclass(frozen=True)
class ParcelFilter:
    """What an enterprise looks for; empty means any."""

    state: str = ""
    direction: str = ""
    trade_mode: str = ""
    since: date | None = None
    until: date | None = None
    number: str = ""
    sort: str = NEWEST


@dataclass(frozen=True)
class ParcelPage:
    """One page and the positions from which the neighbouring pages go on ("" = none)."""

    parcels: Sequence[Parcel]
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Overview:
    """Numbers of an enterprise's home page."""

    states: dict[str, int] = field(default_factory=dict)
    waiting: int = 0
    late: int = 0


def parcels_of(organisation_id: int, codes: Iterable[str], wanted: ParcelFilter) -> "QuerySet[Parcel]":
    """An enterprise's parcels that fit, in the wanted order."""
    found = Parcel.objects.filter(parcels_of_enterprise(organisation_id, codes), *_conditions(wanted))
    if wanted.number:
        found = find_parcels(found, wanted.number, wanted.since)
    return found.order_by(*SORTS.get(wanted.sort, SORTS[NEWEST]))


def _conditions(wanted: ParcelFilter) -> list[Q]:
    mode: dict[str, Any] = {"b2b": True} if wanted.trade_mode == B2B else {"trade_mode": wanted.trade_mode}
    equal = {"state": wanted.state, "direction": wanted.direction, **mode}
    conditions = [Q(**{name: value}) for name, value in equal.items() if value]
    if wanted.since:
        conditions.append(Q(received_at__gte=_midnight(wanted.since)))
    if wanted.until:
        conditions.append(Q(received_at__lt=_midnight(wanted.until + timedelta(days=1))))
    return conditions


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def has_number(text: str) -> Q:
    """Parcels with this order, waybill, list or pre-entry number; each is found through an index."""
    condition = Q(order_no=text) | Q(logistics_no=text)
    serial = text[-SERIAL_DIGITS:]
    if len(text) > SERIAL_DIGITS and serial.isascii() and serial.isdigit():
        condition |= Q(serial=serial) & (Q(invt_no=text) | Q(pre_no=text))
    return condition


def numbered(parcels: "QuerySet[Parcel]", text: str) -> "QuerySet[Parcel]":
    """Narrow down to an order, waybill, list or pre-entry number."""
    return parcels.alias(serial=Right("invt_no", SERIAL_DIGITS)).filter(has_number(text))


def find_parcels(among: "QuerySet[Parcel]", number: str, since: date | None = None) -> "QuerySet[Parcel]":
    """First the indexed numbers; when nothing has them, the payment number among recent parcels."""
    ids = list(numbered(among, number).order_by("-id").values_list("id", flat=True)[:FOUND])
    if not ids:
        recent = among.filter(declared_on__gte=since or timezone.localdate() - timedelta(days=PAYMENT_DAYS))
        ids = list(recent.filter(_paid_by(number)).order_by("-id").values_list("id", flat=True)[:FOUND])
    return among.filter(id__in=ids)


def _paid_by(text: str) -> Any:
    payment = HEADS["CEB411Message"].objects.filter(pk=OuterRef("payment_id"), pay_transaction_id=text)
    receipt = HEADS["CEB403Message"].objects.filter(pk=OuterRef("payment_id"), pay_no=text)
    return Q(Exists(payment), direction="I") | Q(Exists(receipt), direction="E")


def parcel_page(
    parcels: "QuerySet[Parcel]", sort: str, *, after: str = "", before: str = "", size: int = 50
) -> ParcelPage:
    """One page by position, not by count: rows that arrive meanwhile move nothing. A wrong position means the first page."""
    order = SORTS.get(sort, SORTS[NEWEST])
    position = _position(order, before or after)
    backwards = bool(before and position)
    if position:
        parcels = parcels.filter(_beyond(order, position, backwards))
    walk = [_flipped(name) for name in order] if backwards else list(order)
    rows = list(parcels.order_by(*walk)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return ParcelPage(rows)
    has_before = more if backwards else bool(position)
    has_after = True if backwards else more
    first, last = _mark(order, rows[0]), _mark(order, rows[-1])
    return ParcelPage(rows, first if has_before else "", last if has_after else "")


def _flipped(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _mark(order: Sequence[str], parcel: Parcel) -> str:
    if len(order) == 1:
        return str(parcel.pk)
    return f"{parcel.decided_at.isoformat()}~{parcel.pk}"


def _position(order: Sequence[str], mark: str) -> tuple[Any, ...]:
    moment, _tilde, key = mark.rpartition("~")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return ()
    if len(order) == 1:
        return (int(key),)
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return ()
    return (at, int(key)) if timezone.is_aware(at) else ()


def _beyond(order: Sequence[str], position: tuple[Any, ...], backwards: bool) -> Q:
    """Rows after the position in the walking direction."""
    sign = "lt" if order[0].startswith("-") != backwards else "gt"
    first = order[0].lstrip("-")
    if len(position) == 1:
        return Q(**{f"{first}__{sign}": position[0]})
    return Q(**{f"{first}__{sign}": position[0]}) | Q(**{first: position[0], f"id__{sign}": position[1]})


def parcel_of(organisation_id: int, codes: Iterable[str], parcel_id: int) -> Parcel | None:
    """One of an enterprise's parcels; None when there is none or it is somebody else's."""
    return Parcel.objects.filter(parcels_of_enterprise(organisation_id, codes), pk=parcel_id).first()


def waiting_of(organisation_id: int, codes: Iterable[str]) -> "QuerySet[Waiting]":
    """An enterprise's lists that cannot be decided yet, the most urgent first."""
    return Waiting.objects.filter(of_enterprise(organisation_id, codes)).order_by("deadline", "inventory_id")


def overview(organisation_id: int, codes: Iterable[str], since: date) -> Overview:
    """Parcels declared since a day by state; lists still waiting, and those past their deadline. Two queries."""
    recent = Parcel.objects.filter(of_enterprise(organisation_id, codes), received_at__gte=_midnight(since))
    states = dict(recent.order_by().values_list("state").annotate(count=Count("pk")))
    waiting = waiting_of(organisation_id, codes).aggregate(
        total=Count("pk"), late=Count("pk", filter=Q(deadline__lt=timezone.now()))
    )
    return Overview(states, waiting["total"], waiting["late"])


def parcels_at(offices: list[str] | None) -> "QuerySet[Parcel]":
    """Parcels an official of these offices may open."""
    return Parcel.objects.filter(of_offices(offices)).select_related("taken_by")

"""What is read of requests and movements: what a list declared, what of it was sent back, until when, where a parcel was."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone

from customs.enums import BondedMode, Direction, RequestState
from customs.models import Movement, Parcel, ParcelRequest, ReturnedLine
from customs.models.documents import LINES
from exchange.selectors.outages import extended
from portal import rules

LISTS = {Direction.IMPORT: "CEB621Message", Direction.EXPORT: "CEB603Message"}
APPLY_DAYS = {Direction.IMPORT: "D.RETURN.APPLY_DAYS", Direction.EXPORT: "B.RETURN.EXPORT_DAYS"}
BACK_DAYS = {Direction.IMPORT: "D.RETURN.ARRIVE_DAYS", Direction.EXPORT: "B.RETURN.EXPORT_DAYS"}
"""Days after release: to apply for a return, and for the goods to be back (rules D.9, B.3)."""
WITHOUT_EFFECT = [RequestState.REFUSED, RequestState.LAPSED]


def declared_lines(parcel: Parcel) -> dict[int, Any]:
    """Lines of the list by number."""
    model = LINES[LISTS[Direction(parcel.direction)]]
    return {line.gnum: line for line in model.objects.filter(head_id=parcel.pk)}


def bonded_quantities(parcel: Parcel, returned: dict[int, Decimal] | None = None) -> dict[str, Decimal]:
    """Item record number → quantity of a list's lines, all or what was returned by line; empty for lists of other modes."""
    if parcel.trade_mode not in BondedMode.values:
        return {}
    found: dict[str, Decimal] = {}
    for number, line in declared_lines(parcel).items():
        quantity = line.qty if returned is None else returned.get(number, Decimal(0))
        if quantity and line.item_record_no:
            found[line.item_record_no] = found.get(line.item_record_no, Decimal(0)) + quantity
    return found


def ordered_quantity(parcel: Parcel) -> Decimal:
    """Sum of the declared quantities of all lines: reached when everything is back."""
    return sum((line.qty for line in declared_lines(parcel).values()), Decimal(0))


def sent_back(parcel_id: int) -> dict[int, tuple[Decimal, Decimal, Decimal]]:
    """(quantity, dutiable price, tax) by line of what was returned or is being returned."""
    rows = (
        ReturnedLine.objects.filter(request__parcel_id=parcel_id)
        .exclude(request__state__in=WITHOUT_EFFECT)
        .order_by()
        .values("gnum")
        .annotate(quantity=Sum("qty"), price=Sum("dutiable"), owed=Sum("tax"))
    )
    return {row["gnum"]: (row["quantity"], row["price"], row["owed"]) for row in rows}


def released_on(parcel: Parcel) -> date:
    """Business day of the release; the decision of a list that is released or cleared."""
    return timezone.localtime(parcel.decided_at).date()


def last_day(parcel: Parcel, rule_ids: dict[Direction, str]) -> date:
    """Last day of a period that begins with the release, by the rule in force on the day of release; later when the platform was out on
    it (X.OUTAGE.EXTENDS)."""
    released = released_on(parcel)
    days = int(rules.value(rule_ids[Direction(parcel.direction)], released))
    return extended(released + timedelta(days=days))


def apply_until(parcel: Parcel) -> date:
    return last_day(parcel, APPLY_DAYS)


def back_until(parcel: Parcel) -> datetime:
    """End of the last day on which returned goods may arrive."""
    end = datetime.combine(last_day(parcel, BACK_DAYS) + timedelta(days=1), time.min)
    return timezone.make_aware(end)


def requests_of(parcel_id: int) -> "QuerySet[ParcelRequest]":
    """Requests about a list, newest first."""
    return ParcelRequest.objects.filter(parcel_id=parcel_id).prefetch_related("lines").order_by("-pk")


def movements_of(parcel_id: int) -> list[Movement]:
    """Where the parcel was, oldest first."""
    return list(Movement.objects.filter(parcel_id=parcel_id).order_by("at", "pk"))

"""What is read of tax that is owed: bills, payment documents, the guarantor's account. All filters, order and pages are SQL."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Right
from django.utils import timezone

from customs.enums import DutyPaymentState, TaxBillState
from customs.models import DutyPayment, Guarantee, GuaranteeAccount, Parcel, TaxBill
from customs.selectors.parcels import SERIAL_DIGITS

PAID, OVERDUE = "paid", "overdue"
"""States of a filter that follow from the payment document and the day."""
SHOWN = 50
TAX = F("duty") + F("vat") + F("consumption_tax")


@dataclass(frozen=True)
class BillFilter:
    """What somebody looks for; empty means any."""

    state: str = ""
    number: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class DueDay:
    """Bills of one last day for payment."""

    last: date
    first: date
    bills: int
    tax: Decimal


def of_guarantor(codes: Iterable[str]) -> Q:
    """Bills and payment documents that one of these codes secures."""
    return Q(assure_code__in=sorted(codes))


def bills(among: Q, wanted: BillFilter) -> "QuerySet[TaxBill]":
    """Bills that fit, newest first."""
    found = TaxBill.objects.filter(among, standing(wanted.state)).select_related("parcel", "payment")
    if wanted.number:
        found = found.filter(numbered(wanted.number))
    if wanted.since:
        found = found.filter(released_on__gte=wanted.since)
    if wanted.until:
        found = found.filter(released_on__lte=wanted.until)
    return found.order_by("-id")


def standing(state: str) -> Q:
    """The condition of a filter's state; an unknown one chooses nothing."""
    if state == PAID:
        return Q(payment__state=DutyPaymentState.PAID)
    if state == OVERDUE:
        unpaid = Q(state=TaxBillState.GENERATED) | Q(payment__state=DutyPaymentState.ISSUED)
        return unpaid & ~Q(state=TaxBillState.VOID) & Q(due_to__lt=timezone.localdate())
    return Q(state=state) if state in TaxBillState.values else Q()


def numbered(text: str) -> Q:
    """A list number, tax bill number, order number or number of a payment document, each found through an index."""
    number = text.upper().rpartition("_")[0] or text.upper()
    condition = Q(parcel__order_no=text) | Q(payment__number=text.upper())
    serial = number[-SERIAL_DIGITS:]
    if len(number) > SERIAL_DIGITS and serial.isascii() and serial.isdigit():
        condition |= Q(parcel__in=parcels_numbered(number, serial))
    return condition


def parcels_numbered(number: str, serial: str) -> "QuerySet[Parcel]":
    """Lists with this number, by the index of its last nine digits."""
    return Parcel.objects.alias(serial=Right("invt_no", SERIAL_DIGITS)).filter(serial=serial, invt_no=number)


def page_before(found: "QuerySet[TaxBill]", before: str, size: int = SHOWN) -> tuple[list[TaxBill], str]:
    """One page from a position on (a wrong one means the first), and the position of the next ("" = last)."""
    if before.isascii() and before.isdigit() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: size + 1])
    return rows[:size], str(rows[size - 1].pk) if len(rows) > size else ""


def bills_of_parcel(parcel_id: int) -> list[TaxBill]:
    """The bill of a list and its revisions, in their order."""
    found = TaxBill.objects.filter(Q(pk=parcel_id) | Q(parcel_id=parcel_id, revision__gt=0))
    return list(found.select_related("payment").order_by("revision"))


def account_of(organisation_id: int) -> GuaranteeAccount:
    """The guarantor's account; an empty one for who never guaranteed."""
    found = GuaranteeAccount.objects.filter(pk=organisation_id).first()
    return found or GuaranteeAccount(organisation_id=organisation_id)


def guarantees_of(organisation_id: int) -> "QuerySet[Guarantee]":
    return Guarantee.objects.filter(organisation_id=organisation_id).order_by("-id")


def due_calendar(codes: Iterable[str], days: int = 20) -> list[DueDay]:
    """Bills not yet summed by their last day for payment, the most urgent first."""
    found = (
        TaxBill.objects.filter(of_guarantor(codes), state=TaxBillState.GENERATED)
        .order_by("due_to")
        .values("due_to", "due_from")
        .annotate(bills=Count("pk"), tax=Sum(TAX))[:days]
    )
    return [DueDay(row["due_to"], row["due_from"], row["bills"], row["tax"]) for row in found]


def payments_of(codes: Iterable[str], limit: int = SHOWN) -> "QuerySet[DutyPayment]":
    """Payment documents, the newest first."""
    return DutyPayment.objects.filter(of_guarantor(codes)).order_by("-id")[:limit]

"""Tax bills of released import lists: made, told (CEB816, CEB818), voided or reduced when a list is cancelled or goods come back.

Everything happens in the caller's transaction. Together with the bills moves what their guarantor owes (rules D.8, D.9).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db import connection
from django.db.models import F, Q, Sum
from django.utils import timezone

from customs.enums import DutyPaymentState, RequestState, TaxBillState
from customs.models import DutyPayment, Parcel, ReturnedLine, TaxBill, TaxBillLine, TaxLine
from customs.pipeline.billing import BILL_BY_HAND
from customs.pipeline.record import TAX_BILL_MESSAGE, TAX_STATE_MESSAGE
from customs.services.guarantees import give_back
from customs.workflow import DUTY_PAYMENT, TAX_BILL, UNPAID
from exchange.tables import OUTBOX, POSITIONS, RECEIPT, RECEIPT_COLUMNS
from portal import audit, rules, workflow
from portal.enums import Verb

CENT = Decimal("0.01")
TOLD = {
    TaxBillState.GENERATED: "电子税单已生成",
    TaxBillState.SUMMED: "电子税单已汇总",
    TaxBillState.VOID: "电子税单已作废",
}
TELL = f"""
WITH told AS (
    INSERT INTO {RECEIPT} ({", ".join(RECEIPT_COLUMNS)})
    SELECT w.organisation_id, b.id / {POSITIONS}, b.id, %s, %s, %s, now()
    FROM customs_taxbill b
    CROSS JOIN LATERAL (SELECT DISTINCT o FROM unnest(ARRAY[b.sender_id, b.guarantor_id]) o WHERE o IS NOT NULL)
        w(organisation_id)
    WHERE b.id = ANY(%s) ORDER BY b.id RETURNING organisation_id)
INSERT INTO {OUTBOX} (organisation_id, agency, channel, subject)
SELECT DISTINCT organisation_id, '', 'receipts', 'taxed' FROM told"""  # noqa: S608 -- names of tables


def tax_days(today: date | None = None) -> tuple[date, date, date]:
    """(day of release, first, last day for payment) of lists released now, by D.TAX_PAY_WINDOW of the day of release."""
    released = today or timezone.localdate()
    first, last = (int(rules.value("D.TAX_PAY_WINDOW", released, key)) for key in ("from_day", "to_day"))
    return released, released + timedelta(days=first), released + timedelta(days=last)


def tell(message_type: str, state: TaxBillState, bill_ids: Sequence[int]) -> None:
    """The bills or their new state, to who declared the lists and to who guarantees their tax; one statement."""
    if bill_ids:
        with connection.cursor() as cursor:
            cursor.execute(TELL, [message_type, state.value, TOLD[state], list(bill_ids)])


def bill_released(parcels: Sequence[Parcel]) -> None:
    """Bills of lists that an official or an inspection released. Exports owe nothing."""
    with connection.cursor() as cursor:
        cursor.execute(BILL_BY_HAND, [*tax_days(), [p.pk for p in parcels]])
        made = [row[0] for row in cursor.fetchall()]
    tell(TAX_BILL_MESSAGE, TaxBillState.GENERATED, made)


def standing_bill(parcel_id: int) -> TaxBill | None:
    """The bill of a list that is not void, locked; None when it owes nothing."""
    return (
        TaxBill.objects.select_for_update(of=("self",))
        .select_related("payment")
        .filter(Q(pk=parcel_id) | Q(parcel_id=parcel_id, revision__gt=0), state__in=UNPAID)
        .first()
    )


def void_bill(parcel: Parcel, reason: str) -> None:
    """The list owes no tax any more. What was paid already is shown as refundable; the bill itself then stays."""
    bill = standing_bill(parcel.pk)
    if bill is None:
        return
    if is_paid(bill):
        note_refundable(bill, bill.total)
    else:
        withdraw(bill, reason)


def reduce_bill(parcel: Parcel, request_id: int, reason: str) -> None:
    """Part of the goods of a request went back: the bill is void and a smaller one takes its place."""
    bill = standing_bill(parcel.pk)
    if bill is None:
        return
    lines = remaining_lines(parcel.pk)
    left = sum((line.duty + line.vat + line.consumption_tax for line in lines), Decimal(0))
    if is_paid(bill):
        note_refundable(bill, bill.total - left)
        return
    withdraw(bill, reason, left)
    smaller = TaxBill.objects.create(
        id=request_id,
        parcel=parcel,
        revision=bill.revision + 1,
        tax_no=f"{parcel.invt_no}_{bill.revision + 1}",
        sender_id=bill.sender_id,
        guarantor_id=bill.guarantor_id,
        assure_code=bill.assure_code,
        customs_code=bill.customs_code,
        dutiable=sum(line.dutiable for line in lines),
        duty=sum(line.duty for line in lines),
        vat=sum(line.vat for line in lines),
        consumption_tax=sum(line.consumption_tax for line in lines),
        state=TaxBillState.GENERATED,
        released_on=bill.released_on,
        due_from=bill.due_from,
        due_to=bill.due_to,
    )
    for line in lines:
        line.bill = smaller
    TaxBillLine.objects.bulk_create(lines)
    tell(TAX_BILL_MESSAGE, TaxBillState.GENERATED, [smaller.pk])
    note(Verb.TAX_BILL_ISSUED, smaller, reason)


def is_paid(bill: TaxBill) -> bool:
    return bill.payment is not None and bill.payment.state == DutyPaymentState.PAID


def note_refundable(bill: TaxBill, amount: Decimal) -> None:
    """Tax that was paid for goods that came back (关税法 第五十一条: to be claimed within three years)."""
    TaxBill.objects.filter(pk=bill.pk).update(refundable=amount)


def withdraw(bill: TaxBill, reason: str, left: Decimal = Decimal(0)) -> None:
    """Void an unpaid bill: out of its payment document, its tax (but for what is `left`) back to the guarantor's account."""
    workflow.advance_many(TAX_BILL, "void", [bill.pk], note=reason[:500])
    if bill.payment is not None:
        take_out(bill, bill.payment, reason)
    if bill.guarantor_id is not None:
        give_back(bill.guarantor_id, bill.total - left)
    tell(TAX_STATE_MESSAGE, TaxBillState.VOID, [bill.pk])
    note(Verb.TAX_BILL_VOIDED, bill, reason)


def take_out(bill: TaxBill, payment: DutyPayment, reason: str) -> None:
    """A payment document asks for less; without bills it is void."""
    DutyPayment.objects.filter(pk=payment.pk).update(
        bills=F("bills") - 1,
        duty=F("duty") - bill.duty,
        vat=F("vat") - bill.vat,
        consumption_tax=F("consumption_tax") - bill.consumption_tax,
    )
    if DutyPayment.objects.filter(pk=payment.pk, bills=0).exists():
        workflow.advance_many(DUTY_PAYMENT, "void", [payment.pk], note=reason[:500])


def remaining_lines(parcel_id: int) -> list[TaxBillLine]:
    """The tax lines of a list less what came back. Duty and consumption tax by share of the tax that is left, value added tax
    the rest, so that the three add up to the cent. Lines of which nothing is left are left out."""
    done = ReturnedLine.objects.filter(
        request__parcel_id=parcel_id, request__state=RequestState.DONE
    ).order_by()
    back = {
        row["gnum"]: (row["price"], row["owed"])
        for row in done.values("gnum").annotate(price=Sum("dutiable"), owed=Sum("tax"))
    }
    lines = []
    for tax in TaxLine.objects.filter(parcel_id=parcel_id).order_by("gnum"):
        price, owed = back.get(tax.gnum, (Decimal(0), Decimal(0)))
        whole = tax.duty + tax.vat + tax.consumption_tax
        if price >= tax.dutiable:
            continue
        share = (whole - owed) / whole if whole else Decimal(0)
        duty, excise = (
            (one * share).quantize(CENT, ROUND_HALF_UP) for one in (tax.duty, tax.consumption_tax)
        )
        lines.append(
            TaxBillLine(
                gnum=tax.gnum,
                dutiable=tax.dutiable - price,
                duty=duty,
                consumption_tax=excise,
                vat=whole - owed - duty - excise,
            )
        )
    return lines


def note(verb: Verb, bill: TaxBill, reason: str) -> None:
    audit.record(
        verb,
        organisation_id=bill.sender_id,
        subject=f"parcel:{bill.parcel_id}",
        detail={"bill": bill.tax_no, "tax": str(bill.total), "reason": reason[:500]},
    )

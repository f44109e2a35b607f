"""Payment documents (缴款书): bills that fell due, in one sum per guarantor and customs office; paid, with surcharge when late.

Rules D.8: payable from day 31 to day 45 after release (D.TAX_PAY_WINDOW); 0.05 % of the tax for each day too late
(D.LATE_SURCHARGE, 关税法 第四十三条).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customs.enums import DutyPaymentState, TaxBillState
from customs.models import DutyPayment, TaxBill
from customs.permissions import POOL_DUTY, REQUEST_DUTY
from customs.pipeline.record import TAX_STATE_MESSAGE
from customs.services.billing import CENT, tell
from customs.services.guarantees import give_back
from customs.workflow import DUTY_PAYMENT, TAX_BILL
from exchange.agencies.tax.adapter import duty_question, duty_receipt
from exchange.agencies.tax.codes import AGENCY
from exchange.enums import TaskKind
from exchange.services import AgencyDecision, open_task
from portal import audit, rules, workflow
from portal.enums import Verb
from portal.errors import Refusal
from portal.permissions import require
from portal.selectors import organisation_codes

if TYPE_CHECKING:
    from portal.models import User

MOST_BILLS = 5_000
"""Bills of one payment document; what is more makes another one."""

DUE = """
SELECT b.id, b.guarantor_id, b.assure_code, b.customs_code, b.duty, b.vat, b.consumption_tax, b.due_to
FROM customs_taxbill b
WHERE b.state = '1' AND b.due_from <= %(today)s
  AND (%(offices)s::varchar[] IS NULL OR b.customs_code = ANY(%(offices)s))
  AND (%(code)s::varchar IS NULL OR b.assure_code = %(code)s)
  AND NOT EXISTS (SELECT 1 FROM customs_parcelrequest q WHERE q.parcel_id = b.parcel_id AND q.state IN ('waiting', 'approved'))
ORDER BY b.assure_code, b.customs_code, b.due_to, b.id LIMIT %(limit)s FOR UPDATE OF b SKIP LOCKED"""


class PaymentUnknown(Refusal):
    """No such payment document."""

    code = "DUTY.UNKNOWN"
    message = _("没有此缴款书。")
    status = 404


class PaymentClosed(Refusal):
    """It was paid or is void."""

    code = "DUTY.CLOSED"
    message = _("缴款书 %(number)s 当前状态为%(state)s，不能登记缴款。")
    status = 409


class PaymentDayWrong(Refusal):
    """Paid before it was issued, or in the future."""

    code = "DUTY.DAY"
    message = _("缴款日期应在填发日期与今天之间。")
    field = "paid_on"


class AmountDiffers(Refusal):
    """Another sum than the document and its surcharge ask for."""

    code = "DUTY.AMOUNT"
    message = _("缴款金额 %(paid)s 元与应缴金额 %(owed)s 元（含滞纳金 %(surcharge)s 元）不符。")
    field = "amount"


class NothingDue(Refusal):
    """No bill may be paid yet."""

    code = "DUTY.NOTHING"
    message = _("没有已到缴纳期的税单。")
    status = 409


@dataclass(frozen=True, slots=True)
class DueBill:
    """A bill that may be paid."""

    id: int
    guarantor_id: int | None
    assure_code: str
    customs_code: str
    duty: Decimal
    vat: Decimal
    consumption_tax: Decimal
    due_to: date


def surcharge(tax: Decimal, due_on: date, paid_on: date, rate: Decimal) -> Decimal:
    """Late payment surcharge in yuan: tax × rate × days after the last day, rounded to the cent.

    >>> surcharge(Decimal("1000.00"), date(2026, 1, 15), date(2026, 1, 25), Decimal("0.0005"))
    Decimal('5.00')
    """
    days = max(0, (paid_on - due_on).days)
    return (tax * rate * days).quantize(CENT, ROUND_HALF_UP)


def surcharge_of(payment: DutyPayment, paid_on: date) -> Decimal:
    """What is added when a document is paid on this day, by the rate in force then."""
    if paid_on <= payment.due_on:
        return Decimal("0.00")
    return surcharge(
        payment.total, payment.due_on, paid_on, Decimal(rules.value("D.LATE_SURCHARGE", paid_on))
    )


@transaction.atomic
def pool_due_bills(
    today: date, *, offices: Sequence[str] | None = None, code: str | None = None, limit: int = MOST_BILLS
) -> list[DutyPayment]:
    """Payment documents of the bills whose days for payment have begun, per guarantor and office; up to so many bills.

    Bills of lists with an open request (goods may come back until day 45) wait for its end.
    """
    with connection.cursor() as cursor:
        where = {
            "today": today,
            "code": code,
            "limit": limit,
            "offices": None if offices is None else list(offices),
        }
        cursor.execute(DUE, where)
        due = [DueBill(*row) for row in cursor.fetchall()]
    groups: dict[tuple[str, str], list[DueBill]] = {}
    for bill in due:
        groups.setdefault((bill.assure_code, bill.customs_code), []).append(bill)
    return [issue(bills, today) for bills in groups.values()]


def issue(bills: Sequence[DueBill], today: date) -> DutyPayment:
    """One document over these bills, told to all concerned and to the treasury."""
    first = bills[0]
    payment = DutyPayment.objects.create(
        number=next_number(first.customs_code, today),
        guarantor_id=first.guarantor_id,
        assure_code=first.assure_code,
        customs_code=first.customs_code,
        bills=len(bills),
        duty=sum(bill.duty for bill in bills),
        vat=sum(bill.vat for bill in bills),
        consumption_tax=sum(bill.consumption_tax for bill in bills),
        state=DutyPaymentState.ISSUED,
        issued_on=today,
        due_on=min(bill.due_to for bill in bills),
    )
    ids = [bill.id for bill in bills]
    workflow.advance_many(TAX_BILL, "sum", ids, note=payment.number)
    TaxBill.objects.filter(pk__in=ids).update(payment=payment)
    tell(TAX_STATE_MESSAGE, TaxBillState.SUMMED, ids)
    open_task(
        agency_code=AGENCY,
        kind=TaskKind.DUTY,
        subject_id=payment.pk,
        payload=duty_question(
            number=payment.number,
            assure_code=payment.assure_code,
            customs_code=payment.customs_code,
            due_on=payment.due_on,
            amount=payment.total,
        ),
    )
    note(Verb.DUTY_PAYMENT_ISSUED, payment, {"bills": len(ids), "tax": str(payment.total)})
    return payment


@transaction.atomic
def request_payment(
    *, actor: "User", organisation_id: int = 0, offices: Sequence[str] | None = None
) -> list[DutyPayment]:
    """Payment documents at once instead of in the night: of one guarantor's due bills, or (officials) of their offices'.

    Raises NotPermitted, NothingDue.
    """
    made: list[DutyPayment] = []
    if organisation_id:
        require(actor, REQUEST_DUTY, organisation_id=organisation_id)
        for code in sorted(organisation_codes(organisation_id)):
            made += pool_due_bills(timezone.localdate(), code=code)
    else:
        require(actor, POOL_DUTY)
        made = pool_due_bills(timezone.localdate(), offices=offices)
    if not made:
        raise NothingDue
    return made


def next_number(customs_code: str, today: date) -> str:
    """Office, day, running number, and L as customs marks import tax."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('customs_duty_number')")
        serial = cursor.fetchone()[0]
    return f"{customs_code}{today:%Y%m%d}{serial % 1_000_000:06d}L01"


@transaction.atomic
def mark_paid(
    *,
    payment_id: int,
    paid_on: date,
    reference: str,
    amount: Decimal | None = None,
    actor: "User | None" = None,
) -> DutyPayment:
    """The treasury has the money: tax and, when late, surcharge. The guarantor's account is free of it.

    Raises PaymentUnknown, PaymentClosed, PaymentDayWrong, AmountDiffers.
    """
    payment = DutyPayment.objects.select_for_update().filter(pk=payment_id).first()
    if payment is None:
        raise PaymentUnknown
    if payment.state not in DUTY_PAYMENT.transition("pay").sources:
        raise PaymentClosed(number=payment.number, state=DutyPaymentState(payment.state).label)
    if not payment.issued_on <= paid_on <= timezone.localdate():
        raise PaymentDayWrong
    late = surcharge_of(payment, paid_on)
    if amount is not None and amount != payment.total + late:
        raise AmountDiffers(paid=amount, owed=payment.total + late, surcharge=late)
    payment.paid_on, payment.reference, payment.surcharge = paid_on, reference[:64], late
    payment.save(update_fields=["paid_on", "reference", "surcharge"])
    workflow.advance(DUTY_PAYMENT, payment, "pay", actor=actor, note=payment.reference)
    if payment.guarantor_id is not None:
        give_back(payment.guarantor_id, payment.total)
    note(Verb.DUTY_PAID, payment, {"paid_on": paid_on.isoformat(), "surcharge": str(late)}, actor)
    return payment


def take_duty_receipt(decision: AgencyDecision) -> None:
    """Handler of DUTY decisions: the treasury's receipt. Raises the Refusals of `mark_paid` and of the adapter."""
    paid = duty_receipt(decision.outcome, decision.detail)
    mark_paid(
        payment_id=decision.subject_id, paid_on=paid.paid_on, reference=paid.reference, amount=paid.amount
    )


def note(verb: Verb, payment: DutyPayment, detail: dict[str, object], actor: "User | None" = None) -> None:
    audit.record(
        verb,
        actor=actor,
        organisation_id=payment.guarantor_id,
        subject=f"duty_payment:{payment.pk}",
        detail={"number": payment.number, **detail},
    )

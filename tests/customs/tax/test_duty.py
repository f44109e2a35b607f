"""Payment documents (rules D.8): pooled per guarantor and office, paid by the treasury's receipt, surcharge when late."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from lxml import etree

from customs.enums import DutyPaymentState
from customs.messages.fields import NS
from customs.models import DutyPayment, TaxBill
from customs.services.duty import (
    AmountDiffers,
    PaymentClosed,
    PaymentDayWrong,
    PaymentUnknown,
    mark_paid,
    pool_due_bills,
    surcharge,
)
from customs.services.requests import decide_requests
from customs.workflow import DUTY_PAYMENT
from exchange.agencies.tax import simulator
from exchange.models import AgencyTask, Receipt
from exchange.services.agency import take_decisions
from exchange.services.receipts import read_receipt
from portal import rules
from portal.models import Organisation, User
from portal.workflow import advance_many
from tests.customs.tax.conftest import Released, account, bill_of, fall_due
from tests.customs.world import World

D = Decimal
RATE = D("0.0005")


@pytest.mark.parametrize(
    ("tax", "paid_on", "expected"),
    [
        ("1000.00", date(2026, 1, 15), "0.00"),
        ("1000.00", date(2026, 1, 10), "0.00"),
        ("1000.00", date(2026, 1, 16), "0.50"),
        ("1000.00", date(2026, 1, 25), "5.00"),
        ("91.00", date(2026, 1, 18), "0.14"),
        ("230.59", date(2026, 2, 14), "3.46"),
        ("0.00", date(2026, 2, 14), "0.00"),
    ],
)
def test_late_surcharge_is_half_a_thousandth_a_day(tax: str, paid_on: date, expected: str) -> None:
    """D.LATE_SURCHARGE, 关税法 第四十三条: 91.00 × 0.0005 × 3 = 0.1365 → 0.14; 230.59 × 0.0005 × 30 = 3.45885 → 3.46."""
    assert surcharge(D(tax), date(2026, 1, 15), paid_on, RATE) == D(expected)


def test_rate_comes_from_the_register(world: World) -> None:
    assert D(rules.value("D.LATE_SURCHARGE", date(2026, 1, 1))) == RATE


@pytest.fixture
def payment(world: World, released: Released) -> DutyPayment:
    """Two bills that fell due today, in one document."""
    released()
    released()
    fall_due()
    (made,) = pool_due_bills(timezone.localdate())
    return made


def test_bills_are_pooled_when_their_days_begin(world: World, released: Released) -> None:
    released()
    fall_due(30)
    assert pool_due_bills(timezone.localdate()) == []
    fall_due(31)
    (made,) = pool_due_bills(timezone.localdate())
    assert (made.bills, made.due_on) == (1, timezone.localdate() + timedelta(days=14))
    assert pool_due_bills(timezone.localdate()) == []


def test_one_document_for_guarantor_and_office(world: World, payment: DutyPayment) -> None:
    bills = list(TaxBill.objects.all())
    assert payment.total == sum(bill.total for bill in bills)
    assert [(bill.state, bill.payment_id) for bill in bills] == [("2", payment.pk)] * 2
    assert payment.number.startswith(f"3501{timezone.localdate():%Y%m%d}")


def test_summing_is_told_with_the_number_of_the_document(world: World, payment: DutyPayment) -> None:
    bill = TaxBill.objects.first()
    assert bill is not None
    rows = Receipt.objects.filter(document_id=bill.pk, message_type="CEB818Message")
    assert {row.organisation_id for row in rows} == {bill.sender_id, bill.guarantor_id}
    row = rows.get(organisation_id=bill.sender_id)
    content = read_receipt(organisation_id=bill.sender_id, receipt_id=row.pk, with_xml=True).content
    root = etree.fromstring(content or b"")
    assert root.findtext(f".//{NS}status") == "2"
    assert root.findtext(f".//{NS}entDutyNo") == payment.number


def test_offices_are_pooled_apart(world: World) -> None:
    world.decide(world.make.import_parcel(), world.make.import_parcel(customs_code="3502"))
    fall_due()
    made = pool_due_bills(timezone.localdate())
    assert [(one.customs_code, one.bills) for one in made] == [("3501", 1), ("3502", 1)]


def test_a_bill_with_an_open_return_waits(world: World, released: Released) -> None:
    documents = released()
    world.follow("CEB625Message", documents)
    fall_due()
    assert pool_due_bills(timezone.localdate()) == []


def test_the_treasury_pays_and_a_second_delivery_changes_nothing(
    world: World, payment: DutyPayment, guarantor: Organisation
) -> None:
    task = AgencyTask.objects.get(kind="DUTY")
    assert (task.agency_code, task.subject_id) == ("tax", payment.pk)
    answered = simulator.answer(
        {"kind": "DUTY", "payload": {"entDutyNo": payment.number, "amount": str(payment.total), "dueOn": ""}}
    )
    decision = {"task": task.pk, **answered}
    for _delivery in range(2):
        (result,) = take_decisions(agency_code="tax", client=None, decisions=[decision])
        assert result["status"] == "decided"
    payment.refresh_from_db()
    assert (payment.state, payment.surcharge, payment.reference) == ("paid", 0, f"SIM{payment.number}")
    assert account(guarantor) == (0, 0)


@pytest.mark.parametrize(
    ("outcome", "detail", "code"),
    [
        ("paid", {"paidOn": "2026-13-01", "amount": "1", "reference": "R"}, "TAX.RECEIPT"),
        ("paid", {"paidOn": "2026-01-01", "amount": "NaN", "reference": "R"}, "TAX.RECEIPT"),
        ("paid", {"paidOn": "2026-01-01", "amount": "1"}, "TASK.UNCLEAR"),
        ("refused", {"paidOn": "2026-01-01", "amount": "1", "reference": "R"}, "TASK.UNCLEAR"),
        ("paid", {"paidOn": "2020-01-01", "amount": "1", "reference": "R"}, "DUTY.DAY"),
        ("paid", {"paidOn": "today", "amount": "0.01", "reference": "R"}, "DUTY.AMOUNT"),
    ],
)
def test_a_wrong_receipt_is_refused_and_nothing_moves(
    world: World,
    payment: DutyPayment,
    guarantor: Organisation,
    outcome: str,
    detail: dict[str, Any],
    code: str,
) -> None:
    before = account(guarantor)
    if detail["paidOn"] == "today":
        detail = detail | {"paidOn": timezone.localdate().isoformat()}
    task = AgencyTask.objects.get(kind="DUTY")
    decision = {"task": task.pk, "outcome": outcome, "detail": detail}
    (result,) = take_decisions(agency_code="tax", client=None, decisions=[decision])
    assert result["error"]["code"] == code
    payment.refresh_from_db()
    assert (payment.state, payment.paid_on, account(guarantor)) == ("issued", None, before)


def test_another_agency_cannot_pay(world: World, payment: DutyPayment) -> None:
    task = AgencyTask.objects.get(kind="DUTY")
    decision = {"task": task.pk, "outcome": "paid", "detail": {}}
    (result,) = take_decisions(agency_code="gacc", client=None, decisions=[decision])
    assert result["error"]["code"] == "TASK.UNKNOWN"


def test_late_payment_owes_the_surcharge(world: World, payment: DutyPayment) -> None:
    today = timezone.localdate()
    DutyPayment.objects.update(issued_on=today - timedelta(days=30), due_on=today - timedelta(days=10))
    late = surcharge(payment.total, today - timedelta(days=10), today, RATE)
    assert late > 0
    with pytest.raises(AmountDiffers):
        mark_paid(payment_id=payment.pk, paid_on=today, reference="R", amount=payment.total)
    paid = mark_paid(payment_id=payment.pk, paid_on=today, reference="R", amount=payment.total + late)
    assert (paid.surcharge, paid.state) == (late, "paid")


def test_paid_once_and_not_in_the_future(world: World, payment: DutyPayment) -> None:
    today = timezone.localdate()
    with pytest.raises(PaymentDayWrong):
        mark_paid(payment_id=payment.pk, paid_on=today + timedelta(days=1), reference="R")
    mark_paid(payment_id=payment.pk, paid_on=today, reference="R")
    with pytest.raises(PaymentClosed):
        mark_paid(payment_id=payment.pk, paid_on=today, reference="R")
    with pytest.raises(PaymentUnknown):
        mark_paid(payment_id=0, paid_on=today, reference="R")


def test_a_cancelled_list_leaves_its_unpaid_document(
    world: World, released: Released, reviewer: User, guarantor: Organisation
) -> None:
    one, two = released(), released()
    fall_due()
    (payment,) = pool_due_bills(timezone.localdate())
    for documents, left, state in ((one, 1, "issued"), (two, 0, "void")):
        world.follow("CEB623Message", documents)
        request = world.parcel(documents).requests.get()
        assert decide_requests(ids=[request.pk], step="finish", actor=reviewer)[0].ok
        payment.refresh_from_db()
        assert (payment.bills, payment.state) == (left, state)
        assert account(guarantor)[0] == payment.total
    assert payment.total == 0


def test_tax_paid_for_a_cancelled_list_is_shown_as_refundable(
    world: World, released: Released, reviewer: User
) -> None:
    """关税法 第五十一条."""
    documents = released()
    fall_due()
    (payment,) = pool_due_bills(timezone.localdate())
    mark_paid(payment_id=payment.pk, paid_on=timezone.localdate(), reference="R")
    world.follow("CEB623Message", documents)
    decide_requests(ids=[world.parcel(documents).requests.get().pk], step="finish", actor=reviewer)
    bill = bill_of(world, documents)
    assert (bill.state, bill.refundable) == ("2", bill.total)
    payment.refresh_from_db()
    assert payment.total == bill.total


@pytest.mark.parametrize("state", DutyPaymentState.values)
@pytest.mark.parametrize("step", list(DUTY_PAYMENT.transitions))
def test_every_state_and_every_step(world: World, payment: DutyPayment, state: str, step: str) -> None:
    DutyPayment.objects.update(state=state, paid_on=timezone.localdate())
    allowed = state in DUTY_PAYMENT.transition(step).sources
    assert advance_many(DUTY_PAYMENT, step, [payment.pk]) == ([payment.pk] if allowed else [])

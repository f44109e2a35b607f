"""Tax bills (rules D.8, D.9): made with the release to the cent, told as CEB816 and CEB818, voided and reduced."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from lxml import etree

from customs.enums import TaxBillState
from customs.messages import registry
from customs.messages.checking import schema_faults
from customs.messages.fields import NS
from customs.models import Parcel, Queue, TaxBill, TaxLine
from customs.services.deciding import decide_parcels
from customs.services.requests import decide_requests
from customs.workflow import TAX_BILL
from exchange.models import Receipt
from exchange.services.receipts import read_receipt
from portal.models import Organisation, User
from portal.workflow import advance_many
from tests.customs.tax.conftest import Released, account, bill_of
from tests.customs.world import World
from tools.parcels import IMPORT_GOODS, Goods
from tools.parcels import Parcel as Documents

MILK, CREAM = IMPORT_GOODS[0], IMPORT_GOODS[1]


def told(bill: TaxBill) -> list[tuple[str, str, int]]:
    """(message, state, organisation) of what was told about a bill."""
    found = Receipt.objects.filter(document_id=bill.pk, message_type__in=["CEB816Message", "CEB818Message"])
    return [(one.message_type, one.status, one.organisation_id) for one in found.order_by("id")]


def xml_of(bill: TaxBill, message_type: str, status: str) -> Any:
    """The official message as the declarant reads it; valid by its schema."""
    row = Receipt.objects.filter(
        document_id=bill.pk, message_type=message_type, status=status, organisation_id=bill.sender_id
    ).get()
    content = read_receipt(organisation_id=bill.sender_id, receipt_id=row.pk, with_xml=True).content
    root = etree.fromstring(content or b"")
    assert schema_faults(registry()[message_type], root) == []
    return root


def text(root: Any, *names: str) -> list[str]:
    return [root.findtext(f".//{NS}{name}") for name in names]


@pytest.mark.parametrize(
    ("goods", "duty", "vat", "excise"),
    [
        (Goods("1901101000", "奶粉", "罐", "142", "035", "609", Decimal("1000.00")), "0.00", "91.00", "0.00"),
        (
            Goods("3304990010", "面霜", "瓶", "142", "035", "133", Decimal("1000.00"), Decimal("0.15")),
            "0.00",
            "107.06",
            "123.53",
        ),
    ],
)
def test_d_6_example_becomes_the_bill_to_the_cent(
    world: World, released: Released, guarantor: Organisation, goods: Goods, duty: str, vat: str, excise: str
) -> None:
    documents = released(goods=[(goods, 1)])
    bill = bill_of(world, documents)
    assert [str(bill.duty), str(bill.vat), str(bill.consumption_tax)] == [duty, vat, excise]
    assert (bill.tax_no, bill.state) == (f"{world.parcel(documents).invt_no}_0", TaxBillState.GENERATED)
    assert account(guarantor) == (bill.total, 0)
    root = xml_of(bill, "CEB816Message", "1")
    assert text(root, "taxNo", "status", "assureCode") == [bill.tax_no, "1", bill.assure_code]
    assert text(root, "customsTax", "valueAddedTax", "consumptionTax") == [duty, vat, excise]
    assert text(root, "orderNo", "taxPrice") == [documents.order_no, "1000.00"]


def test_bill_is_payable_from_day_31_to_day_45(world: World, released: Released) -> None:
    """D.TAX_PAY_WINDOW, 海关总署公告2016年第26号."""
    bill, today = bill_of(world, released()), timezone.localdate()
    assert (bill.released_on, bill.due_from, bill.due_to) == (
        today,
        today + timedelta(days=31),
        today + timedelta(days=45),
    )


def test_declarant_and_guarantor_are_told_once_each(
    world: World, released: Released, guarantor: Organisation
) -> None:
    bill = bill_of(world, released())
    assert told(bill) == [
        ("CEB816Message", "1", bill.sender_id),
        ("CEB816Message", "1", guarantor.pk),
    ]


def test_second_delivery_of_the_list_makes_no_second_bill(world: World, released: Released) -> None:
    parcel = world.parcel(released())
    Queue.objects.create(message_id=parcel.pk // 128, message_type="CEB621Message")
    world.work()
    assert (TaxBill.objects.count(), Queue.objects.count()) == (1, 0)


def test_official_release_is_billed_like_an_automatic_one(
    world: World, reviewer: User, guarantor: Organisation
) -> None:
    documents = world.make.import_parcel(buyer=world.make.person(born=2015), goods=[(MILK, 1), (CREAM, 2)])
    (parcel,) = world.decide(documents)
    assert (parcel.state, TaxBill.objects.count()) == ("manual", 0)
    assert decide_parcels(parcel_ids=[parcel.pk], outcome="release", actor=reviewer)[0].ok
    bill = bill_of(world, documents)
    assert (bill.duty, bill.vat, bill.consumption_tax) == (parcel.duty, parcel.vat, parcel.consumption_tax)
    assert [kind for kind, _state, _who in told(bill)] == ["CEB816Message"] * 2
    assert account(guarantor) == (bill.total, 0)
    lines = xml_of(bill, "CEB816Message", "1").findall(f".//{NS}TaxListRd")
    assert [line.findtext(f"{NS}gcode") for line in lines] == [MILK.code, CREAM.code]


@pytest.mark.parametrize("outcome", ["reject", "inspect"])
def test_only_a_release_is_billed(world: World, reviewer: User, outcome: str) -> None:
    (parcel,) = world.decide(world.make.import_parcel(buyer=world.make.person(born=2015)))
    decide_parcels(parcel_ids=[parcel.pk], outcome=outcome, actor=reviewer, reason="身份存疑")
    assert not TaxBill.objects.exists()


def test_exports_owe_nothing(world: World, released: Released) -> None:
    released("E")
    assert not TaxBill.objects.exists()


@pytest.mark.parametrize("state", TaxBillState.values)
@pytest.mark.parametrize("step", list(TAX_BILL.transitions))
def test_every_state_and_every_step(world: World, released: Released, state: str, step: str) -> None:
    bill = bill_of(world, released())
    TaxBill.objects.filter(pk=bill.pk).update(state=state)
    transition = TAX_BILL.transition(step)
    allowed = state in transition.sources
    assert advance_many(TAX_BILL, step, [bill.pk]) == ([bill.pk] if allowed else [])
    assert TaxBill.objects.get(pk=bill.pk).state == (transition.target if allowed else state)


def test_whole_return_voids_the_bill(world: World, released: Released, guarantor: Organisation) -> None:
    """D.9: tax of returned goods is not collected."""
    documents = released(goods=[(MILK, 2)])
    bill = bill_of(world, documents)
    world.follow("CEB625Message", documents)
    assert bill_of(world, documents).state == "1"
    world.follow("CEB711Message", documents)
    assert bill_of(world, documents).state == "3"
    assert TaxBill.objects.count() == 1
    assert [one[:2] for one in told(bill)][2:] == [("CEB818Message", "3")] * 2
    assert text(xml_of(bill, "CEB818Message", "3"), "taxNo", "status") == [bill.tax_no, "3"]
    assert account(guarantor) == (0, 0)


def test_partial_return_makes_a_smaller_bill_and_the_pieces_add_up(
    world: World, released: Released, guarantor: Organisation
) -> None:
    documents = released(goods=[(MILK, 3), (CREAM, 1)])
    first = bill_of(world, documents)
    world.follow("CEB625Message", documents, quantities={1: "1"})
    world.follow("CEB711Message", documents)
    second = TaxBill.objects.get(revision=1)
    assert (bill_of(world, documents).state, second.state) == ("3", "1")
    assert second.tax_no == f"{world.parcel(documents).invt_no}_1"
    line = TaxLine.objects.get(parcel_id=first.pk, gnum=1)
    returned = (line.vat / 3).quantize(Decimal("0.01"))
    assert (second.total, second.dutiable) == (first.total - returned, first.dutiable - 168)
    assert (second.due_from, second.due_to) == (first.due_from, first.due_to)
    assert account(guarantor) == (second.total, 0)
    lines = xml_of(second, "CEB816Message", "1").findall(f".//{NS}TaxListRd")
    assert [one.findtext(f"{NS}taxPrice") for one in lines] == ["336.00", "229.00"]
    taxes = ("customsTax", "valueAddedTax", "consumptionTax")
    assert sum(Decimal(one.findtext(NS + name)) for one in lines for name in taxes) == second.total
    assert text(xml_of(first, "CEB816Message", "1"), "valueAddedTax") == [str(first.vat)]
    world.follow("CEB625Message", documents, quantities={1: "2", 2: "1"})
    world.follow("CEB711Message", documents)
    assert list(TaxBill.objects.order_by("id").values_list("revision", "state")) == [(0, "3"), (1, "3")]
    assert account(guarantor) == (0, 0)


def test_cancelled_release_owes_nothing(
    world: World, released: Released, reviewer: User, guarantor: Organisation
) -> None:
    documents = released()
    world.follow("CEB623Message", documents)
    request = Parcel.objects.get(order_no=documents.order_no).requests.get()
    assert decide_requests(ids=[request.pk], step="finish", actor=reviewer)[0].ok
    assert (world.parcel(documents).state, bill_of(world, documents).state) == ("cancelled", "3")
    assert account(guarantor) == (0, 0)


def test_refused_return_leaves_the_bill(world: World, released: Released, reviewer: User) -> None:
    world.change_rule("D.RETURN.REVIEW", value=True)
    documents: Documents = released()
    world.follow("CEB625Message", documents)
    request = Parcel.objects.get(order_no=documents.order_no).requests.get()
    decide_requests(ids=[request.pk], step="refuse", actor=reviewer, reason="商品不符")
    assert bill_of(world, documents).state == "1"


def test_database_refuses_negative_tax(world: World, released: Released) -> None:
    bill = bill_of(world, released())
    with pytest.raises(IntegrityError, match="customs_taxbill_not_negative"), transaction.atomic():
        TaxBill.objects.filter(pk=bill.pk).update(vat=Decimal("-0.01"))

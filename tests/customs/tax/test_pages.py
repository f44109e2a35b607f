"""Pages of taxes and security: what the guarantor sees, exports and asks for; what officials register and confirm; what others do not see."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from customs.models import DutyPayment, Guarantee, TaxBill
from portal.models import Organisation
from tests.customs.pages.conftest import official, staff
from tests.customs.tax.conftest import Released, bill_of, fall_due, secure
from tests.customs.world import World
from tools.parcels import IMPORT_SHOP
from tools.parcels import Parcel as Documents

__all__ = ["official", "staff"]
Staff = Callable[..., Client]


@pytest.fixture
def documents(world: World, released: Released) -> Documents:
    return released()


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_guarantor_sees_its_bills_and_its_account(
    world: World, documents: Documents, staff: Staff, guarantor: Organisation
) -> None:
    secure("1000.00")
    bill = bill_of(world, documents)
    page = text(staff("shop"), "/enterprise/taxes/")
    assert bill.tax_no in page
    assert f"{bill.total:.2f}" in page
    assert "1000.00" in page
    assert f"{1000 - bill.total:.2f}" in page
    assert bill.due_to.isoformat() in page


@pytest.mark.parametrize("name", ["payment", "agent", "platform"])
def test_nobody_else_sees_them(world: World, documents: Documents, staff: Staff, name: str) -> None:
    secure("1000.00")
    page = text(staff(name), "/enterprise/taxes/")
    assert bill_of(world, documents).tax_no not in page
    assert "1000.00" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=1", True),
        ("state=2", False),
        ("state=paid", False),
        ("state=overdue", False),
        ("state=%27", True),
        ("number={tax_no}", True),
        ("number={order_no}", True),
        ("number={invt_no}", True),
        ("number=0000000000000000", False),
        ("since=2099-01-01", False),
        ("before=1", False),
        ("before=x", True),
    ],
)
def test_bills_are_filtered_and_found_by_their_numbers(
    world: World, documents: Documents, staff: Staff, query: str, found: bool
) -> None:
    bill = bill_of(world, documents)
    known = {"tax_no": bill.tax_no, "order_no": bill.parcel.order_no, "invt_no": bill.parcel.invt_no}
    response = staff("shop").get(
        f"/enterprise/taxes/?{query.format(**known)}", headers={"HX-Request": "true"}
    )
    assert (f">{bill.tax_no}<" in response.content.decode()) == found


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_export_holds_the_bills_that_fit(
    world: World, documents: Documents, staff: Staff, file_format: str
) -> None:
    client = staff("shop")
    response = client.get(f"/enterprise/taxes/file/{file_format}/")
    body = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert response.status_code == 200
    assert file_format == "xlsx" or bill_of(world, documents).tax_no.encode() in body
    assert client.get("/enterprise/taxes/file/pdf/").status_code == 404
    assert staff("shop", "viewer").get("/enterprise/taxes/file/csv/").status_code == 403


def test_payment_documents_on_demand(world: World, documents: Documents, staff: Staff) -> None:
    client = staff("shop", "finance")
    client.post("/enterprise/taxes/request/")
    assert not DutyPayment.objects.exists()
    fall_due()
    for refused in (staff("shop", "viewer"), staff("agent")):
        refused.post("/enterprise/taxes/request/")
        assert not DutyPayment.objects.exists()
    client.post("/enterprise/taxes/request/")
    payment = DutyPayment.objects.get()
    assert payment.number in text(client, "/enterprise/taxes/")


def test_the_list_shows_its_bill_on_both_sides(
    world: World, documents: Documents, staff: Staff, official: Staff
) -> None:
    bill = bill_of(world, documents)
    assert bill.tax_no in text(staff("agent"), f"/enterprise/parcels/{bill.parcel_id}/")
    assert bill.tax_no in text(official("王审核"), f"/console/customs.manual/{bill.parcel_id}/")


def test_the_bill_stands_among_the_receipts(world: World, documents: Documents, staff: Staff) -> None:
    page = text(staff("shop"), "/enterprise/receipts/")
    assert bill_of(world, documents).tax_no in page
    assert "电子税单已生成" in page


FORM = {
    "code": IMPORT_SHOP.code,
    "customs_code": "3501",
    "kind": "bank",
    "amount": "5000.00",
    "reference": "BG-7",
    "valid_from": "2026-01-01",
    "valid_to": "",
}


def test_one_official_registers_another_confirms(
    world: World, official: Staff, guarantor: Organisation
) -> None:
    first, second = official("吴经办", "clerk"), official("王审核")
    response = first.post("/console/parcels/guarantees/new/", FORM)
    made = Guarantee.objects.get()
    assert response.headers["Location"] == f"/console/customs.securities/{made.pk}/"
    second.post(
        "/console/customs.securities/do/confirm/", {"ids": [made.pk], "confirmed": "yes", "reason": ""}
    )
    made.refresh_from_db()
    assert made.state == "active"
    assert "5000.00" in text(second, f"/console/customs.securities/{made.pk}/")


@pytest.mark.parametrize(
    "changes",
    [{"code": "9" * 18}, {"amount": "0"}, {"amount": "-5"}, {"valid_to": "2020-01-01"}, {"kind": "x"}],
)
def test_a_wrong_guarantee_comes_back_with_the_fault(
    world: World, official: Staff, changes: dict[str, str]
) -> None:
    response = official("王审核").post("/console/parcels/guarantees/new/", FORM | changes)
    assert response.status_code == 422
    assert not Guarantee.objects.exists()


@pytest.mark.parametrize("role", ["risk", "statistics"])
def test_officials_without_the_right_have_no_form(world: World, official: Staff, role: str) -> None:
    client = official("无权", role)
    assert client.get("/console/parcels/guarantees/new/").status_code == 403
    assert client.post("/console/parcels/guarantees/new/", FORM).status_code == 403
    assert not Guarantee.objects.exists()


def test_office_sees_its_bills_and_unpaid_documents(
    world: World, documents: Documents, official: Staff, staff: Staff
) -> None:
    bill = bill_of(world, documents)
    here, elsewhere = official("王审核"), official("厦门", office="3502")
    assert bill.tax_no in text(here, "/console/customs.taxbills/")
    assert bill.tax_no not in text(elsewhere, "/console/customs.taxbills/")
    assert elsewhere.get(f"/console/customs.taxbills/{bill.pk}/").status_code == 404
    assert bill.tax_no in text(here, f"/console/customs.taxbills/{bill.pk}/")
    fall_due(50)
    assert bill.tax_no in text(here, "/console/customs.taxbills/?late=late")
    staff("shop", "finance").post("/enterprise/taxes/request/")
    payment = DutyPayment.objects.get()
    assert payment.number in text(here, "/console/customs.duty/?late=late")
    assert payment.number in text(here, f"/console/customs.duty/{payment.pk}/")
    assert TaxBill.objects.get().due_to < timezone.localdate()

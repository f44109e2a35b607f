"""A parcel typed by hand on a phone: nothing is lost when the browser dies, the check leads to the field, the list is sent."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from customs.models import ImportInventory, Parcel, ParcelDraft
from tests.pages.conftest import Walk
from tools.parcels import Generator, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def picture(one: Walk, name: str) -> None:
    """Kept when SW_PICTURES names a folder."""
    if folder := os.environ.get("SW_PICTURES"):
        width = one.page.viewport_size["width"] if one.page.viewport_size else 0
        one.page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)


def type_on_a_phone(first: Walk, buyer: Person) -> None:
    """Copy the last parcel, go on by keyboard, type the buyer; the browser dies before anything was saved by a button."""
    first.sign_in("agent")
    first.open("/enterprise/drafts/")
    picture(first, "list")
    first.page.locator(".wizard-kinds form").first.locator("[name=last]").click()
    picture(first, "parties")
    first.page.focus("#id_agentName")
    first.page.keyboard.press("Enter")
    first.page.wait_for_url("**/buyer/")
    typed = {
        "orderNo": "BYHAND0001",
        "buyerRegNo": "U1",
        "buyerName": buyer.name,
        "buyerIdNumber": buyer.number,
        "buyerTelephone": buyer.phone,
        "consigneeAddress": buyer.address,
        "consigneeDistrict": "350102",
    }
    for name, text in typed.items():
        first.page.fill(f"#id_{name}", text)
    first.page.keyboard.press("Tab")
    first.page.wait_for_selector("#saved:has-text('已自动保存')")
    first.context.close()


def correct(second: Walk, base: str) -> None:
    """Freight changes the trial; the check leads to what is missing."""
    second.open(f"{base}/goods/")
    second.page.wait_for_selector("#preview:has-text('应缴税款')")
    before = second.page.text_content("#preview")
    second.page.fill("#id_freight", "33")
    second.page.keyboard.press("Tab")
    second.page.wait_for_function("was => document.querySelector('#preview').textContent !== was", arg=before)
    second.page.click("button[name=take_tax]")
    second.page.wait_for_load_state()
    second.page.wait_for_selector("#preview:has-text('应缴税款')")
    picture(second, "goods")
    assert second.inspect(f"{base}/check/") == []
    picture(second, "check-faults")
    second.page.click(".error-summary a[href*='id_logisticsNo']")
    second.page.wait_for_url("**/transport/#id_logisticsNo")
    second.page.fill("#id_logisticsNo", "BYHANDW1")
    second.page.fill("#id_payTransactionId", "BYHANDP1")
    second.page.fill("#id_payTime", "2026-11-23T10:00")
    second.page.click("#facts .actions--sticky .button--primary")
    second.page.wait_for_url("**/check/")
    picture(second, "check")


def test_parcel_is_typed_lost_found_corrected_and_sent(
    walk: Callable[..., Walk], demonstration: dict[str, Parcel]
) -> None:
    buyer = Generator(99).person()
    type_on_a_phone(walk(width=360), buyer)
    base = f"/enterprise/drafts/{ParcelDraft.objects.get().pk}"
    second = walk(width=1280)
    second.sign_in("agent")
    second.open(f"{base}/buyer/")
    assert second.page.input_value("#id_orderNo") == "BYHAND0001"
    assert buyer.number not in second.page.content()
    assert f"{buyer.number[:3]}*************{buyer.number[-2:]}" in second.page.content()
    correct(second, base)
    for _document in range(3):
        second.page.locator(".wizard-parts .button--secondary").first.click()
        second.page.wait_for_load_state()
    second.page.click("[data-opens=send-draft]")
    second.page.click("#send-draft [type=submit]")
    second.page.wait_for_selector("h1:has-text('已报送')")
    picture(second, "sent")
    assert ImportInventory.objects.filter(order_no="BYHAND0001").count() == 1
    assert sorted(ParcelDraft.objects.exclude(only="").values_list("only", flat=True)) == [
        "CEB311Message",
        "CEB411Message",
        "CEB511Message",
    ]

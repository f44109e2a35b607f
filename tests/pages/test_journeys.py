"""Whole ways through the pages in a browser: a file is uploaded, a parcel is decided."""

from collections.abc import Callable
from pathlib import Path

import pytest

from customs.models import ImportOrder, Parcel
from exchange.models import Receipt
from tests.pages.conftest import Walk
from tools.parcels import Generator, messages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def order_files(folder: Path) -> list[str]:
    """A good message, and one whose currency does not exist."""
    draw = Generator(11, prefix="J")
    good, bad = (
        next(body for code, body in messages([draw.import_parcel()], draw) if code == "CEB311Message")
        for _ in range(2)
    )
    (folder / "good.xml").write_bytes(good)
    (folder / "bad.xml").write_bytes(bad.replace(b"<ceb:currency>142<", b"<ceb:currency>999<"))
    return [str(folder / "good.xml"), str(folder / "bad.xml")]


@pytest.mark.parametrize("width", [360, 1280])
def test_upload_shows_progress_and_an_answer_per_file(
    walk: Callable[..., Walk], demonstration: dict[str, Parcel], tmp_path: Path, width: int
) -> None:
    stored, one = ImportOrder.objects.count(), walk(width=width)
    one.sign_in("platform")
    one.open("/enterprise/upload/")
    one.page.set_input_files("input[type=file]", order_files(tmp_path))
    one.page.click("form.upload [type=submit]")
    one.page.wait_for_selector("#upload-results article >> nth=1")
    results = one.page.locator("#upload-results article")
    assert results.count() == 2
    assert "已接收" in (one.page.get_by_label("good.xml").text_content() or "")
    wrong = one.page.get_by_label("bad.xml").text_content() or ""
    assert "未保存任何单证" in wrong
    assert "/CEB311Message/" in wrong
    assert ImportOrder.objects.count() == stored + 1


def test_upload_works_without_scripts(
    walk: Callable[..., Walk], demonstration: dict[str, Parcel], tmp_path: Path
) -> None:
    stored, one = ImportOrder.objects.count(), walk(java_script_enabled=False)
    one.sign_in("platform")
    one.open("/enterprise/upload/")
    one.page.set_input_files("input[type=file]", order_files(tmp_path))
    one.page.click("form.upload [type=submit]")
    assert one.page.locator("#upload-results article").count() == 2
    assert ImportOrder.objects.count() == stored + 1


@pytest.mark.parametrize("width", [360, 1280])
def test_official_takes_and_rejects_with_a_reason(
    walk: Callable[..., Walk], demonstration: dict[str, Parcel], width: int
) -> None:
    held, one = demonstration["held"], walk(width=width)
    one.sign_in("reviewer")
    assert one.page.url.endswith("/console/")
    one.open("/console/customs.manual/")
    one.page.click(f"text={held.invt_no}")
    one.page.click("main button:has-text('领取')")
    one.page.click("main a:has-text('退单')")
    one.page.fill("textarea", "订购人年龄与商品不符，请补充说明")
    one.page.click("form.form [type=submit]")
    one.page.wait_for_selector("text=已退单，回执已发出")
    held.refresh_from_db()
    assert held.state == "rejected"
    assert Receipt.objects.filter(document_id=held.pk).order_by("id").last().status == "100"


def test_bulk_by_keyboard_and_filter_without_reload(
    walk: Callable[..., Walk], demonstration: dict[str, Parcel]
) -> None:
    one = walk()
    one.sign_in("reviewer")
    one.open("/console/customs.manual/")
    one.page.evaluate("window.same = true")
    one.page.select_option("[name=taken]", "free")
    one.page.click(".filters [type=submit]")
    one.page.wait_for_url("**taken=free**")
    assert one.page.evaluate("window.same")
    one.page.focus("input[name=ids]")
    one.page.keyboard.press("Space")
    one.page.click("button:has-text('放行')")
    assert "此操作不能撤销" in (one.page.text_content("main") or "")
    one.page.keyboard.press("Tab")
    one.page.click("form.form [type=submit]")
    one.page.wait_for_selector("text=已放行，回执已发出")
    demonstration["held"].refresh_from_db()
    assert demonstration["held"].state == "released"

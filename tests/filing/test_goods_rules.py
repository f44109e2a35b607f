"""What a filed good must be (rules G.5; GS1 General Specifications 7.9; interface specification 202205)."""

from decimal import Decimal
from typing import Any

import pytest

from filing.rules.goods import COLUMNS, cleaned, faults, is_gtin, plain
from filing.selectors.goods import percent

KNOWN = {
    "unit": frozenset({"011", "035"}),
    "country": frozenset({"142"}),
    "currency": frozenset({"142"}),
    "hs6": frozenset({"040221"}),
}
GOOD: dict[str, Any] = {
    "sku": "A-1", "gtin": "6901234567892", "name": "全脂奶粉", "hs_code": "0402210000", "brand": "海丝",
    "specification": "800 克/罐", "unit": "011", "unit1": "035", "country": "142", "currency": "142",
    "price_low": "80", "price_high": "120.5", "ciq_category": "food",
}  # fmt: skip


def found(**changes: Any) -> list[tuple[str, str]]:
    return [(one.code, one.field) for one in faults(cleaned({**GOOD, **changes}), KNOWN.__getitem__)]


def test_a_complete_good_has_no_fault() -> None:
    assert found() == []


@pytest.mark.parametrize("name", [column.name for column in COLUMNS if column.required])
def test_required_columns(name: str) -> None:
    assert found(**{name: " "}) == [("G.GOODS.REQUIRED", name)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sku": "x" * 61}, ("G.GOODS.LENGTH", "sku")),
        ({"gtin": "6901234567893"}, ("G.GOODS.GTIN", "gtin")),
        ({"gtin": "690123456789"}, ("G.GOODS.GTIN", "gtin")),
        ({"gtin": "٦٩٠١٢٣٤٥٦٧٨٩٢"}, ("G.GOODS.GTIN", "gtin")),
        ({"hs_code": "040221000"}, ("G.GOODS.HS", "hs_code")),
        ({"hs_code": "0402990000"}, ("G.GOODS.HS", "hs_code")),
        ({"unit": "999"}, ("G.GOODS.CODE", "unit")),
        ({"country": "cn"}, ("G.GOODS.CODE", "country")),
        ({"price_low": "0"}, ("G.GOODS.PRICE", "price_low")),
        ({"price_low": "-1"}, ("G.GOODS.PRICE", "price_low")),
        ({"price_low": "1.123456"}, ("G.GOODS.PRICE", "price_low")),
        ({"price_low": "NaN"}, ("G.GOODS.PRICE", "price_low")),
        ({"price_high": "1e30"}, ("G.GOODS.PRICE", "price_high")),
        ({"price_high": "79.99"}, ("G.GOODS.PRICES", "price_high")),
        ({"ciq_category": "toys"}, ("G.GOODS.CIQ", "ciq_category")),
    ],
)
def test_each_fault_names_its_column(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert found(**changes) == [expected]


@pytest.mark.parametrize("word", ["无", "none", "-", ""])
def test_goods_without_a_barcode_say_so(word: str) -> None:
    """Field barCode: 没有条形码填“无”."""
    assert cleaned({**GOOD, "gtin": word})["gtin"] == ""
    assert found(gtin=word) == []


@pytest.mark.parametrize(
    ("code", "good"),
    [
        ("96385074", True),  # GTIN-8
        ("036000291452", True),  # GTIN-12
        ("4006381333931", True),  # GTIN-13
        ("00012345600012", True),  # GTIN-14
        ("4006381333932", False),
        ("", False),
    ],
)
def test_check_digit_of_every_length(code: str, good: bool) -> None:
    assert is_gtin(code) is good


def test_cells_as_a_spreadsheet_gives_them() -> None:
    assert plain(402210000.0) == "402210000"
    assert plain("０４０２\x00２１") == "040221"
    assert cleaned({**GOOD, "price_low": 80.5})["price_low"] == Decimal("80.5")
    assert plain(None) == ""


def test_rates_are_shown_as_people_say_them() -> None:
    assert [percent(Decimal(rate)) for rate in ("0.130000", "0", "0.085", "1")] == [
        "13%",
        "0%",
        "8.5%",
        "100%",
    ]

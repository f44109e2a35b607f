"""Dutiable price and tax: the worked examples of rules D.6, the shares of freight, and the SQL against the pure functions."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customs.enums import Regime
from customs.models import TariffLine, TaxLine
from customs.rules.tax import Rates, dutiable_prices, line_tax, regime
from filing.models import RegisteredCode
from portal import rules
from tests.customs.world import World
from tools.parcels import BAG, IMPORT_GOODS, SHANGHAI, Generator, Goods

D = Decimal
K = D("0.70")


@pytest.mark.parametrize(
    ("case", "vat", "ct", "ct_due", "vat_due"),
    [
        ("milk powder from 2019-04", "0.13", "0", "0.00", "91.00"),
        ("milk powder 2018-05 to 2019-03", "0.16", "0", "0.00", "112.00"),
        ("milk powder 2016-04 to 2018-04", "0.17", "0", "0.00", "119.00"),
        ("high-end cosmetics now", "0.13", "0.15", "123.53", "107.06"),
        ("high-end cosmetics 2016-10 to 2018-04", "0.17", "0.15", "123.53", "140.00"),
        ("cosmetics 2016-04 to 2016-09", "0.17", "0.30", "300.00", "170.00"),
        ("wine now", "0.13", "0.10", "77.78", "101.11"),
    ],
)
def test_d_6_worked_example(case: str, vat: str, ct: str, ct_due: str, vat_due: str) -> None:
    tax = line_tax(D(1000), Rates(D("0.08"), D(ct), D(vat)), factor=K)
    assert (tax.duty, tax.consumption_tax, tax.vat) == (0, D(ct_due), D(vat_due)), case


def test_d_6_coupon_does_not_lower_the_tax() -> None:
    tax = line_tax(D("129.00"), Rates(D(0), D(0), D("0.13")), factor=K)
    assert tax.total == D("11.74")
    assert D("129.00") + tax.total - D("30.00") == D("110.74")


def test_d_6_single_item_over_the_limit_pays_in_full() -> None:
    tax = line_tax(D(8000), Rates(D("0.08"), D(0), D("0.13")), factor=K, full=True)
    assert (tax.duty, tax.vat, tax.total) == (D("640.00"), D("1123.20"), D("1763.20"))


@pytest.mark.parametrize(
    ("price", "items", "full_allowed", "expected"),
    [
        ("5000.00", 9, True, Regime.REDUCED),
        ("5000.01", 1, True, Regime.FULL),
        ("5000.01", 2, True, Regime.GENERAL),
        ("6000.00", 2, True, Regime.GENERAL),
        ("5000.01", 1, False, Regime.GENERAL),
    ],
)
def test_d_3_regime(price: str, items: int, full_allowed: bool, expected: Regime) -> None:
    found = regime(D(price), D(items), single_limit=D(5000), full_allowed=full_allowed, max_items=1)
    assert found == expected


amounts = st.decimals("0.00", "4000.00", places=2)


@given(st.lists(amounts, min_size=1, max_size=12), st.decimals("0.00", "500.00", places=2))
def test_freight_shares_add_up_to_the_cent(values: list[D], extra: D) -> None:
    prices = dutiable_prices(values, extra)
    assert sum(prices) == sum(values) + extra
    assert all(price >= value - D("0.01") for price, value in zip(prices, values, strict=True))


def test_gift_line_of_price_zero_carries_no_freight() -> None:
    assert dutiable_prices([D(100), D(0), D(100)], D("0.03")) == [D("100.02"), D("0.00"), D("100.01")]


def test_freight_of_an_order_of_gifts_goes_to_the_last_line() -> None:
    assert dutiable_prices([D(0), D(0)], D(5)) == [D(0), D(5)]


ARTICLES = {
    "1901101000": Rates(D("0.15"), D(0), D("0.13")),
    "3304990010": Rates(D("0.01"), D("0.15"), D("0.13")),
    "2204210000": Rates(D(0), D("0.10"), D("0.13")),
}


def article(code: str, price: D) -> Goods:
    return Goods(code, "商品" + code, "规格", "142", "035", "609", price)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_sql_and_python_agree_to_the_cent(world: World, data: Any) -> None:
    """Ten parcels with drawn lines and freight per example: regime, dutiable price and tax of every line."""
    line = st.tuples(
        st.sampled_from(list(ARTICLES)), st.decimals("0.01", "2600.00", places=2), st.integers(1, 3)
    )
    drawn = data.draw(
        st.lists(
            st.tuples(st.lists(line, min_size=1, max_size=4), st.decimals("0.00", "99.99", places=2)),
            min_size=10,
            max_size=10,
        )
    )
    parcels = [
        world.make.import_parcel(
            goods=[(article(code, price), qty) for code, price, qty in lines], freight=str(freight)
        )
        for lines, freight in drawn
    ]
    stored = world.decide(*parcels)
    for (lines, freight), parcel in zip(drawn, stored, strict=True):
        prices = dutiable_prices([price * qty for _c, price, qty in lines], freight)
        expected = regime(
            sum(prices, D(0)),
            D(sum(q for _c, _p, q in lines)),
            single_limit=D(5000),
            full_allowed=True,
            max_items=1,
        )
        assert parcel.regime == expected
        if expected == Regime.GENERAL:
            assert parcel.vat is None
            continue
        rows = list(TaxLine.objects.filter(parcel_id=parcel.pk).order_by("gnum"))
        for (code, _price, _qty), price, row in zip(lines, prices, rows, strict=True):
            rates = Rates(row.duty_rate, ARTICLES[code].consumption_tax, ARTICLES[code].vat)
            tax = line_tax(price, rates, factor=K, full=expected == Regime.FULL)
            assert row.dutiable == price
            assert (row.duty, row.consumption_tax, row.vat) == (tax.duty, tax.consumption_tax, tax.vat)
        assert parcel.vat == sum(row.vat for row in rows)


@pytest.mark.parametrize(
    ("day", "goods", "vat", "ct"),
    [
        (date(2016, 9, 30), IMPORT_GOODS[1], "170.00", "300.00"),
        (date(2016, 10, 1), IMPORT_GOODS[1], "140.00", "123.53"),
        (date(2018, 4, 30), IMPORT_GOODS[0], "119.00", "0.00"),
        (date(2018, 5, 1), IMPORT_GOODS[0], "112.00", "0.00"),
        (date(2019, 3, 31), IMPORT_GOODS[0], "112.00", "0.00"),
        (date(2019, 4, 1), IMPORT_GOODS[0], "91.00", "0.00"),
    ],
)
def test_s_7_rates_are_those_of_the_declaration_day(
    world: World, day: date, goods: Goods, vat: str, ct: str
) -> None:
    RegisteredCode.objects.update(valid_from=date(2016, 1, 1))
    world.make = Generator(5, prefix="DAY", moment=datetime.combine(day, time(10), SHANGHAI))
    documents = world.make.import_parcel(goods=[(article(goods.code, D("1000.00")), 1)])
    (parcel,) = world.decide(documents)
    assert (str(parcel.vat), str(parcel.consumption_tax)) == (vat, ct)


def test_e_19_recomputed_tax_warns_beyond_five_percent(world: World) -> None:
    """E.19: 91.00 due; 95.55 is exactly 5 % more and inside."""
    inside = world.make.import_parcel(goods=[(article("1901101000", D("1000.00")), 1)])
    outside = world.make.import_parcel(goods=[(article("1901101000", D("1000.00")), 1)])
    for documents, tax in ((inside, "95.55"), (outside, "95.56")):
        documents.order |= {"taxTotal": tax, "acturalPaid": f"{1000 + D(tax)}"}
        documents.payment["amountPaid"] = f"{1000 + D(tax)}"
    world.decide(inside, outside)
    assert world.findings(inside) == {}
    assert world.findings(outside) == {"E.19": ("W", "95.56000", "91.00")}


def test_bag_of_8000_keeps_the_rates_with_its_tax_line(world: World) -> None:
    (parcel,) = world.decide(world.make.import_parcel(goods=[(BAG, 1)]))
    row = TaxLine.objects.get(parcel_id=parcel.pk)
    assert (row.dutiable, row.vat_rate, row.factor) == (8000, D("0.13"), 1)
    assert rules.value("D.VAT.STD", parcel.declared_on) == row.vat_rate


@pytest.mark.parametrize(("price", "ct"), [("9999.99", "0.00"), ("10000.00", "2500.00")])
def test_watches_pay_consumption_tax_from_10000_a_piece(world: World, price: str, ct: str) -> None:
    """One watch above the single limit, in full: 10,000 ÷ (1 − 20 %) × 20 % = 2,500."""
    TariffLine.objects.create(
        code="91011100",
        valid_from=date(2016, 4, 8),
        name="手表",
        ct_class="WATCH",
        positive_list=True,
        source="test",
    )
    documents = world.make.import_parcel(goods=[(article("9101110000", D(price)), 1)])
    (parcel,) = world.decide(documents)
    assert (parcel.regime, str(parcel.consumption_tax)) == ("full", ct)


def test_expired_tariff_line_does_not_hold(world: World) -> None:
    TariffLine.objects.filter(code="19011010").update(valid_to=date(2026, 11, 23))
    documents = world.make.import_parcel(goods=[(article("1901101000", D("100.00")), 1)])
    world.decide(documents)
    assert set(world.findings(documents)) == {"E.20"}

"""Supervision modes A, A.1, A.2: which is used where and when; what is counted as B2B export."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from customs.selectors.parcels import B2B, ParcelFilter, parcels_of
from filing.models import FiledWarehouse
from portal.models import Organisation
from tests.customs.rules.test_simplified import filed_early
from tests.customs.world import World
from tools.parcels import EXPORT_GOODS, EXPORT_SHOP, SHANGHAI, WAREHOUSE, Generator, Goods
from tools.parcels import Parcel as Documents

Findings = dict[str, tuple[str, str, str]]


def on(world: World, year: int, month: int, day: int) -> World:
    """The same world on another day."""
    moment = datetime(year, month, day, 10, tzinfo=SHANGHAI)
    world.make = Generator(3, prefix=f"{moment:%y%m%d}", moment=moment)
    filed_early(world)
    return world


def export(world: World, mode: str, **changes: dict[str, str]) -> tuple[Documents, Findings]:
    """Decide an export of one shirt in a mode: the documents and the findings."""
    documents = world.make.export_parcel(goods=[(EXPORT_GOODS[0], 1)], trade_mode=mode)
    for name, values in changes.items():
        getattr(documents, name).update(values)
    world.decide(documents)
    return documents, world.findings(documents)


def counted(world: World, documents: Documents) -> tuple[str, bool]:
    parcel = world.parcel(documents)
    return parcel.state, parcel.b2b


@pytest.mark.parametrize("mode", ["9710", "9810"])
def test_b2b_exports_are_recognised_and_counted(world: World, mode: str) -> None:
    documents, found = export(world, mode)
    assert found == {}
    assert counted(world, documents) == ("released", True)


def test_b2b_needs_no_receipt_of_money_but_9810_did_until_2024_12_14(world: World) -> None:
    """B.3, E.X8 by mode: 9710 never, 9810 until its filing ended."""
    for mode, day, state in (
        ("9710", (2024, 12, 14), "released"),
        ("9810", (2024, 12, 15), "released"),
        ("9810", (2024, 12, 14), ""),
    ):
        documents = on(world, *day).make.export_parcel(goods=[(EXPORT_GOODS[0], 1)], trade_mode=mode)
        documents.without = {"CEB403Message"}
        file_warehouse()
        world.send(documents)
        world.work()
        if state:
            assert world.parcel(documents).state == state
        else:
            assert world.waiting(documents).missing == ["receipt"]


def test_retail_is_not_b2b(world: World) -> None:
    documents, found = export(world, "9610")
    assert found == {}
    assert counted(world, documents) == ("released", False)


def test_a_9610_retail_needs_a_consumer_order(world: World) -> None:
    """A.9610"""
    _documents, found = export(world, "9610", order={"orderType": "B"})
    assert found == {"A.9610": ("R", "B", "9610")}


def test_a_9710_needs_a_business_order(world: World) -> None:
    """A.9710: selling to consumers is 9610."""
    documents, found = export(world, "9710", order={"orderType": "E"})
    assert found == {"A.9710": ("R", "E", "9710")}
    assert counted(world, documents) == ("rejected", False)


def test_a_buyer_of_b2b_is_abroad(world: World) -> None:
    """A.BUYER"""
    _documents, found = export(world, "9710", inventory={"country": "142"})
    assert found == {"A.BUYER": ("R", "142", "")}


def test_a_9810_needs_a_booking_order(world: World) -> None:
    """A.9810"""
    documents, found = export(world, "9810", order={"orderType": "B"})
    assert found == {"A.9810": ("R", "B", "9810")}
    assert counted(world, documents) == ("rejected", False)


def file_warehouse(**changes: Any) -> None:
    shop = Organisation.objects.get(customs_code=EXPORT_SHOP.code)
    facts = {
        "organisation": shop,
        "name": WAREHOUSE.name,
        "country": "502",
        "valid_from": "2020-07-01",
        "source": "test",
    }
    FiledWarehouse.objects.update_or_create(filing_no="HWC-1", defaults={**facts, **changes})


@pytest.mark.parametrize("wrong", [{"name": "另一海外仓"}, {"country": "116"}, {"valid_from": "2024-12-15"}])
def test_a_9810_filing_was_required_until_2024_12_14(world: World, wrong: dict[str, str]) -> None:
    """A.9810.FILING, A.2: filed on the day, under this name, in this country, by this exporter."""
    on(world, 2024, 12, 14)
    file_warehouse(**wrong)
    _documents, found = export(world, "9810")
    assert found == {"A.9810.FILING": ("R", f"{WAREHOUSE.name} 502", EXPORT_SHOP.code)}
    file_warehouse()
    documents, found = export(world, "9810")
    assert found == {}
    assert counted(world, documents) == ("released", True)


def test_a_9810_filing_ended_on_2024_12_15(world: World) -> None:
    _documents, found = export(on(world, 2024, 12, 15), "9810")
    assert found == {}


def test_a_b2b_list_takes_low_value_only(world: World) -> None:
    """A.B2B.LIST: 704.23 USD × 7.10 = 5,000.03 CNY goes by declaration form."""
    dear = Goods("6109100010", "T恤", "男式", "011", "011", "502", Decimal("704.23"))
    documents = world.make.export_parcel(goods=[(dear, 1)], trade_mode="9710")
    world.decide(documents)
    assert world.findings(documents) == {"A.B2B.LIST": ("R", "5000.03", "5000.00")}


def test_a_b2b_list_takes_no_goods_under_licence(world: World) -> None:
    motorcycle = Goods("8711202000", "摩托车", "125cc", "001", "001", "502", Decimal("500.00"))
    documents = world.make.export_parcel(goods=[(motorcycle, 1)], trade_mode="9810")
    world.decide(documents)
    assert world.findings(documents) == {"A.B2B.LIST": ("R", "3550.00 8711202000", "5000.00")}


def test_a_ds_before_the_pilot_b2b_was_0110_with_ds(world: World) -> None:
    """A.DS: counted as B2B, the mode stays what it was declared as."""
    documents, found = export(on(world, 2020, 6, 30), "0110")
    assert found == {}
    assert counted(world, documents) == ("released", True)
    parcel = world.parcel(documents)
    assert parcel.trade_mode == "0110"
    assert list(parcels_of(parcel.sender_id, [], ParcelFilter(trade_mode=B2B))) == [parcel]
    assert list(parcels_of(parcel.sender_id, [], ParcelFilter(trade_mode="9710"))) == []


def test_a_ds_the_mark_must_be_there(world: World) -> None:
    plain = {"orderNo": "HT-2020-1"}
    on(world, 2020, 6, 30)
    documents = world.make.export_parcel(goods=[(EXPORT_GOODS[0], 1)], trade_mode="0110")
    documents.order_no = plain["orderNo"]
    for document in (documents.order, documents.payment, documents.inventory):
        document |= plain
    world.decide(documents)
    assert world.findings(documents) == {"A.DS": ("R", "HT-2020-1", "")}
    assert counted(world, documents) == ("rejected", False)


@pytest.mark.parametrize(
    ("day", "mode", "right"),
    [
        ((2020, 7, 1), "0110", "9710 9810"),
        ((2026, 11, 23), "0110", "9710 9810"),
        ((2020, 6, 30), "9710", "0110"),
        ((2020, 6, 30), "9810", "0110"),
    ],
)
def test_a_mode_by_the_day_of_declaration(
    world: World, day: tuple[int, int, int], mode: str, right: str
) -> None:
    """A.MODE: from 2020-07-01 the receipt says 9710 or 9810."""
    documents, found = export(on(world, *day), mode)
    assert found == {"A.MODE": ("R", mode, right)}
    assert world.parcel(documents).b2b is False
    assert world.receipts(documents)[-1][2] == "[Code:1800;Desc:监管方式不适用：B2B出口请申报9710或9810]"


def imported(world: World, mode: str, office: str) -> Findings:
    documents = world.make.import_parcel(trade_mode=mode, customs_code=office)
    world.decide(documents)
    return {code: found for code, found in world.findings(documents).items() if code.startswith("A.")}


@pytest.mark.parametrize(
    ("day", "mode", "office", "found"),
    [
        ((2017, 5, 1), "1239", "3501", {"A.1239": ("R", "1239", "3501")}),
        ((2017, 5, 1), "1239", "3701", {}),
        ((2017, 5, 1), "1210", "3701", {"A.1210": ("R", "1210", "3701")}),
        ((2017, 5, 1), "1210", "3501", {}),
        ((2016, 11, 30), "1239", "3701", {"A.1239": ("R", "1239", "3701")}),
        ((2016, 11, 30), "1210", "3701", {}),
        ((2019, 1, 1), "1210", "3701", {}),
    ],
)
def test_a_1239_is_not_used_in_ten_cities(
    world: World, day: tuple[int, int, int], mode: str, office: str, found: Findings
) -> None:
    """A.1239, A.1210: Fuzhou is one of the ten, Xiamen is not (公告2016年第75号)."""
    assert imported(on(world, *day), mode, office) == found


def test_a_mode_i_retail_imports_are_9610_1210_or_1239(world: World) -> None:
    """A.MODE.I"""
    assert imported(world, "9710", "3501") == {"A.MODE.I": ("R", "9710", "")}

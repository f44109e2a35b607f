"""Export rules E.X2–E.X8 and the simplified declaration B.A, B.B."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from customs.models import TariffLine
from tests.customs.world import World
from tools.parcels import EXPORT_GOODS, SHANGHAI, Generator, Goods
from tools.parcels import Parcel as Documents

SHIRT = EXPORT_GOODS[0]
Findings = dict[str, tuple[str, str, str]]


@pytest.fixture
def documents(world: World) -> Documents:
    """Four shirts, 50.00 USD, freight 3.00; list type B."""
    return world.make.export_parcel(goods=[(SHIRT, 4)])


def differ(world: World, documents: Documents, **changes: dict[str, str]) -> Findings:
    for name, values in changes.items():
        target: Any = getattr(documents, name)
        (target[0] if isinstance(target, list) else target).update(values)
    world.decide(documents)
    return world.findings(documents)


def test_agreeing_export_documents_have_no_finding(world: World, documents: Documents) -> None:
    assert differ(world, documents) == {}


def test_e_x2_order_value_is_the_sum_of_the_list(world: World, documents: Documents) -> None:
    """E.X2"""
    found = differ(world, documents, order={"goodsValue": "50.02"}, payment={"charge": "53.02"})
    assert found == {"E.X2": ("R", "50.02000", "50.00000")}


def test_e_x3_money_received_warns_beyond_five_percent(world: World, documents: Documents) -> None:
    """E.X3: marketplaces net their fees."""
    found = differ(world, documents, payment={"charge": "50.34"})
    assert found == {"E.X3": ("W", "50.34000 502", "53.00000 502")}
    assert world.parcel(documents).state == "released"


def test_e_x3_five_percent_is_inside(world: World, documents: Documents) -> None:
    assert differ(world, documents, payment={"charge": "50.35"}) == {}


def test_e_x4_receipt_names_its_payment_firm_or_cash(world: World, documents: Documents) -> None:
    """E.X4"""
    documents.payment.pop("payCode")
    assert differ(world, documents) == {"E.X4": ("R", "厦门鹭岛支付服务有限公司", "")}


def test_e_x4_cash_needs_no_code(world: World, documents: Documents) -> None:
    documents.payment.pop("payCode")
    assert differ(world, documents, payment={"payName": "现金支付"}) == {}


def test_e_x5_weight_of_the_waybill_warns(world: World, documents: Documents) -> None:
    """E.X5"""
    found = differ(world, documents, waybill={"grossWeight": "3.000"})
    assert found == {"E.X5": ("W", "3.00000", "2.40000 / 2.00000")}


def test_e_x6_lines_correspond(world: World, documents: Documents) -> None:
    """E.X6"""
    found = differ(world, documents, inventory_lines={"qty": "5", "price": "10.00"})
    assert set(found) == {"E.X6"}
    assert found["E.X6"][1].startswith("1 项 #1 纯棉T恤 5.00000 011 10.00000")
    assert world.receipts(documents)[-1][2] == "[Code:1322;Desc:订单与清单商品项不一致]"


def test_e_x7_unfiled_producer_warns(world: World, documents: Documents) -> None:
    """E.X7"""
    found = differ(world, documents, inventory={"ownerCode": "3505999999"})
    assert found == {"E.X7": ("W", "3505999999", "")}


def test_e_x8_receipt_is_required_before_2024_12_15(world: World) -> None:
    """E.X8, B.3: the day decides, not today."""
    old = Generator(3, prefix="OLD", moment=datetime(2024, 12, 14, 10, tzinfo=SHANGHAI)).export_parcel()
    new = Generator(4, prefix="NEW", moment=datetime(2024, 12, 15, 10, tzinfo=SHANGHAI)).export_parcel()
    for documents in (old, new):
        documents.without = {"CEB403Message"}
    world.send(old, new)
    world.work()
    assert world.parcel(new).state == "released"
    assert world.waiting(old).missing == ["receipt"]
    world.let_the_deadline_pass()
    assert world.findings(old) == {"E.X8": ("R", "receipt", "")}


def test_e_14_x_unfiled_export_enterprise(world: World, documents: Documents) -> None:
    """E.14.X"""
    found = differ(
        world, documents, **{name: {"ebcCode": "3505111111"} for name in ("order", "payment", "inventory")}
    )
    assert found == {"E.14.X": ("R", "ebcCode 3505111111", "")}


def test_e_14_x_foreign_platform_may_be_none(world: World, documents: Documents) -> None:
    found = differ(
        world, documents, **{name: {"ebpCode": "无"} for name in ("order", "payment", "inventory")}
    )
    assert found == {}


def test_b_a_1_simplified_goods_pay_no_export_duty(world: World) -> None:
    """B.A.1"""
    TariffLine.objects.filter(code="61091000").update(export_duty_rate=Decimal("0.1"))
    documents = world.make.export_parcel(goods=[(SHIRT, 1)], statistics_flag="A")
    assert differ(world, documents) == {"B.A.1": ("R", "6109100010", "")}


def test_b_a_1_heading_must_exist(world: World) -> None:
    strange = Goods("9999", "无此品目", "无", "011", "011", "502", SHIRT.price)
    documents = world.make.export_parcel(goods=[(strange, 1)], statistics_flag="A")
    assert differ(world, documents) == {"B.A.1": ("R", "9999", "")}


def test_b_a_1_four_digits_are_enough(world: World) -> None:
    short = Goods("6109", "T恤", "男式", "011", "011", "502", SHIRT.price)
    documents = world.make.export_parcel(goods=[(short, 1)], statistics_flag="A")
    assert differ(world, documents) == {}


def test_b_a_2_simplified_list_is_worth_at_most_5000_cny(world: World) -> None:
    """B.A.2: 704.23 USD × 7.10 = 5,000.03 CNY; one cent less is inside."""
    over = Goods("6109", "T恤", "男式", "011", "011", "502", Decimal("704.23"))
    inside = Goods("6109", "T恤", "男式", "011", "011", "502", Decimal("704.22"))
    too_much = world.make.export_parcel(goods=[(over, 1)], statistics_flag="A")
    enough = world.make.export_parcel(goods=[(inside, 1)], statistics_flag="A")
    world.decide(too_much, enough)
    assert world.findings(too_much) == {"B.A.2": ("R", "5000.03", "5000.00")}
    assert world.findings(enough) == {}


def test_b_a_3_four_digits_are_for_9610_only(world: World) -> None:
    """B.A.3"""
    short = Goods("6109", "T恤", "男式", "011", "011", "502", SHIRT.price)
    documents = world.make.export_parcel(goods=[(short, 1)], statistics_flag="A", trade_mode="9710")
    assert differ(world, documents) == {"B.A.3": ("R", "9710", "4")}


def test_b_b_2_summary_declaration_needs_ten_digits(world: World) -> None:
    """B.B.2"""
    short = Goods("61091000", "T恤", "男式", "011", "011", "502", SHIRT.price)
    documents = world.make.export_parcel(goods=[(short, 1)], statistics_flag="B")
    assert differ(world, documents) == {"B.B.2": ("R", "8", "")}

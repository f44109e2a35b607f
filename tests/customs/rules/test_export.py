"""Export rules E.X2–E.X8."""

from datetime import datetime
from typing import Any

import pytest

from tests.customs.world import World
from tools.parcels import EXPORT_GOODS, SHANGHAI, Generator
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

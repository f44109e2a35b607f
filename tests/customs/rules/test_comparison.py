"""Rules E.02–E.22: every rule fails on its own difference, with both values masked, and on nothing else."""

from typing import Any

import pytest

from tests.customs.world import World
from tools.parcels import IMPORT_GOODS, Goods, Person
from tools.parcels import Parcel as Documents

BUYER = Person("林伟明", "350102198001010003", "13800138000", "福建省福州市鼓楼区五四路1号2栋301室")
MILK = IMPORT_GOODS[0]
Findings = dict[str, tuple[str, str, str]]


@pytest.fixture
def documents(world: World) -> Documents:
    """One tin of milk powder for 168.00, freight 10.00."""
    return world.make.import_parcel(buyer=BUYER, goods=[(MILK, 1)], freight="10.00")


def differ(world: World, documents: Documents, **changes: dict[str, str]) -> Findings:
    """Change documents, decide, return the findings."""
    for name, values in changes.items():
        target: Any = getattr(documents, name)
        (target[0] if isinstance(target, list) else target).update(values)
    world.decide(documents)
    return world.findings(documents)


def test_agreeing_documents_have_no_finding(world: World, documents: Documents) -> None:
    assert differ(world, documents) == {}


def test_e_02_buyer_is_the_payer(world: World, documents: Documents) -> None:
    found = differ(world, documents, payment={"payerIdNumber": "350102199001010008", "payerName": "陈芳"})
    assert found == {"E.02": ("R", "350*************03 林*明", "350*************08 *芳")}
    assert world.receipts(documents)[-1][1:] == (
        "100",
        "[Code:1327;Desc:订单订购人与支付单支付人姓名或证件号不一致]",
    )


def test_e_02_names_are_compared_after_normalisation(world: World, documents: Documents) -> None:
    assert differ(world, documents, payment={"payerName": " 林 伟明　"}) == {}


def test_e_02_middle_dots_and_width_do_not_matter(world: World) -> None:
    buyer = Person("阿依·古丽", BUYER.number, BUYER.phone, BUYER.address)
    documents = world.make.import_parcel(buyer=buyer)
    assert differ(world, documents, payment={"payerName": "阿依•古丽"}) == {}


def test_e_03_buyer_of_the_list_is_buyer_of_the_order(world: World, documents: Documents) -> None:
    found = differ(world, documents, inventory={"buyerName": "林伟"})
    assert found == {"E.03": ("R", "350*************03 *伟", "350*************03 林*明")}
    assert world.receipts(documents)[-1][2] == "[Code:13127;Desc:清单订购人与订单订购人不一致]"


def test_e_04_payment_enterprise(world: World, documents: Documents) -> None:
    found = differ(world, documents, order={"payCode": "3502960XYZ"})
    assert found == {"E.04": ("R", "3502960XYZ", "3502960PAY")}


def test_e_04_order_may_leave_the_payment_enterprise_out(world: World, documents: Documents) -> None:
    documents.order.pop("payCode")
    documents.order.pop("payName")
    assert differ(world, documents) == {}


def test_e_05_paid_amount_to_the_cent(world: World, documents: Documents) -> None:
    found = differ(world, documents, payment={"amountPaid": "194.21"})
    assert found == {"E.05": ("R", "194.20000", "194.21000")}


def test_e_06_order_amounts_add_up(world: World, documents: Documents) -> None:
    found = differ(world, documents, order={"freight": "10.02"})
    assert found == {"E.06": ("R", "194.22000", "194.20000")}


def test_e_06_one_cent_is_rounding(world: World, documents: Documents) -> None:
    assert differ(world, documents, order={"freight": "10.01"}) == {}


def test_e_07_price_times_quantity(world: World, documents: Documents) -> None:
    found = differ(
        world,
        documents,
        order_lines={"price": "167.90"},
        inventory_lines={"price": "167.90"},
    )
    assert found == {"E.07": ("R", "1 项", "")}


def test_e_08_lines_add_up_to_the_goods_value(world: World, documents: Documents) -> None:
    found = differ(
        world,
        documents,
        order={"goodsValue": "170.00", "acturalPaid": "196.20"},
        payment={"amountPaid": "196.20"},
    )
    assert found == {"E.08": ("R", "168.00000", "170.00000")}


def test_e_09_lines_of_list_and_order(world: World, documents: Documents) -> None:
    found = differ(world, documents, inventory_lines={"country": "133"})
    assert set(found) == {"E.09"}
    assert found["E.09"][0] == "R"
    assert found["E.09"][1].startswith("1 项 #1 婴幼儿配方奶粉 1.00000 142 168.00000")


def test_e_09_number_of_lines(world: World) -> None:
    documents = world.make.import_parcel(goods=[(IMPORT_GOODS[0], 1), (IMPORT_GOODS[2], 1)])
    documents.order_lines.pop()
    found = differ(world, documents)
    assert set(found) == {"E.08", "E.09"}
    assert found["E.09"][1].startswith("2 项 #2 洁面乳")
    assert found["E.09"][2] == "1 项 "


def test_e_10_consignee_of_order_and_waybill(world: World, documents: Documents) -> None:
    found = differ(
        world,
        documents,
        waybill={
            "consignee": "王强",
            "consigneeTelephone": "13900139001",
            "consigneeAddress": "上海市浦东新区世纪大道8号",
        },
    )
    assert found == {
        "E.10": ("R", "林*明 138****8000 福建省福州市鼓楼区****", "*强 139****9001 上海市浦东新区****")
    }


def test_e_10_phone_prefix_and_punctuation_do_not_matter(world: World, documents: Documents) -> None:
    address = BUYER.address.replace("五四路", "五四路, ")
    found = differ(
        world, documents, waybill={"consigneeTelephone": "+86 138-0013-8000", "consigneeAddress": address}
    )
    assert found == {}


def test_e_10_gift_for_somebody_else_is_fine(world: World, documents: Documents) -> None:
    """The consignee may differ from the buyer (E.3, S.2)."""
    gift = {"consignee": "王强", "consigneeTelephone": "13900139001"}
    assert differ(world, documents, order=gift, waybill=gift) == {}


def test_e_10_m_alike_addresses_go_to_an_official(world: World, documents: Documents) -> None:
    found = differ(world, documents, waybill={"consigneeAddress": BUYER.address.replace("室", "座")})
    assert set(found) == {"E.10.M"}
    assert found["E.10.M"][0] == "M"
    assert found["E.10.M"][2].startswith("福建省福州市鼓楼区**** 0.")
    assert world.parcel(documents).state == "manual"


def test_e_11_freight_and_insurance_warn(world: World, documents: Documents) -> None:
    found = differ(world, documents, waybill={"freight": "12.00"})
    assert found == {"E.11": ("W", "10.00000 / 0.00000", "12.00000 / 0.00000")}
    assert world.parcel(documents).state == "released"


def test_e_12_one_piece(world: World, documents: Documents) -> None:
    assert differ(world, documents, waybill={"packNo": "2"}) == {"E.12": ("R", "1", "2")}


def test_e_13_weights_warn_beyond_five_percent(world: World, documents: Documents) -> None:
    found = differ(world, documents, waybill={"weight": "0.368"})
    assert found == {"E.13": ("W", "0.35000 / 0.30000", "0.36800")}


def test_e_13_five_percent_is_inside(world: World, documents: Documents) -> None:
    assert differ(world, documents, waybill={"weight": "0.3675"}) == {}


def test_e_14_unfiled_enterprise(world: World, documents: Documents) -> None:
    found = differ(world, documents, inventory={"agentCode": "3501999999"})
    assert found == {"E.14": ("R", "agentCode 3501999999", "")}


def test_e_15_paid_after_declaration_warns(world: World, documents: Documents) -> None:
    found = differ(world, documents, payment={"payTime": "20261123100000"})
    assert found == {"E.15": ("W", "2026-11-23 10:00:00", "2026-11-23 09:58:00")}


def test_e_16_currency_is_142(world: World, documents: Documents) -> None:
    found = differ(world, documents, waybill={"currency": "502"})
    assert found == {"E.16": ("R", "142 142", "142 502")}


def test_e_20_goods_off_the_positive_list(world: World) -> None:
    horse = Goods("0101210090", "种马", "活", "001", "001", "609", MILK.price)
    documents = world.make.import_parcel(goods=[(horse, 1)])
    found = differ(world, documents)
    assert found == {"E.20": ("R", "0101210090", "9610")}


def test_e_21_bonded_goods_need_their_records(world: World) -> None:
    documents = world.make.import_parcel(trade_mode="1210")
    documents.inventory_lines[0].pop("itemRecordNo")
    found = differ(world, documents)
    assert found == {"E.21": ("R", "T3501W1210001 350196LG01", "1")}


def test_bonded_goods_with_records_are_released(world: World) -> None:
    documents = world.make.import_parcel(trade_mode="1210")
    assert differ(world, documents) == {}
    assert world.parcel(documents).state == "released"


def test_e_22_guarantor(world: World, documents: Documents) -> None:
    found = differ(world, documents, inventory={"assureCode": "35018000A1"})
    assert found == {"E.22": ("R", "35018000A1", "35019609P1 3508W6000A 350196LG01")}


def test_several_differences_are_all_found(world: World, documents: Documents) -> None:
    found = differ(
        world,
        documents,
        payment={"amountPaid": "1.00"},
        waybill={"packNo": "3"},
        inventory={"assureCode": "1" * 10},
    )
    assert set(found) == {"E.05", "E.12", "E.22"}


def test_names_numbers_and_addresses_never_stand_in_findings_in_clear(
    world: World, documents: Documents
) -> None:
    found = differ(
        world,
        documents,
        payment={"payerName": "陈芳", "payerIdNumber": "350102199001010008"},
        waybill={
            "consignee": "王强",
            "consigneeAddress": "上海市浦东新区世纪大道8号",
            "consigneeTelephone": "13900139001",
        },
    )
    text = str(found)
    for secret in (
        BUYER.number,
        BUYER.name,
        BUYER.phone,
        "五四路",
        "世纪大道",
        "陈芳",
        "王强",
        "13900139001",
    ):
        assert secret not in text

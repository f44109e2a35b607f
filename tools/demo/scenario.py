"""The parcels of the demonstration, each with what must become of it."""

from dataclasses import dataclass
from decimal import Decimal

from tools.demo.bonded import PORT, SITE
from tools.parcels import (
    ALERT_GOODS,
    BAG,
    IMPORT_GOODS,
    MOTORCYCLE,
    Generator,
    Parcel,
    Person,
    check_character,
)


@dataclass(frozen=True, slots=True)
class Case:
    """A parcel, why it is here, and what must become of it: state, and rules that must be among its findings."""

    title: str
    parcel: Parcel
    state: str
    rules: frozenset[str] = frozenset()


def mild(generator: Generator) -> Parcel:
    """Order and waybill addresses alike but not the same: an official looks (E.10.M)."""
    parcel = generator.import_parcel()
    address = parcel.order["consigneeAddress"]
    parcel.waybill["consigneeAddress"] = address.replace("室", "座")
    return parcel


def other_payer(generator: Generator) -> Parcel:
    """Somebody else pays than buys (E.02)."""
    parcel, payer = generator.import_parcel(), generator.person()
    parcel.payment |= {"payerName": payer.name, "payerIdNumber": payer.number, "telephone": payer.phone}
    return parcel


def gift(generator: Generator) -> Parcel:
    """A present: consignee is somebody else than buyer and payer, which is allowed (rules S.2)."""
    parcel, friend = generator.import_parcel(), generator.person()
    for document in (parcel.order, parcel.waybill):
        document |= {
            "consignee": friend.name,
            "consigneeTelephone": friend.phone,
            "consigneeAddress": friend.address,
        }
    parcel.inventory["consigneeAddress"] = friend.address
    return parcel


def coupon(generator: Generator) -> Parcel:
    """A coupon lowers what is paid, never the tax base (rules D.4)."""
    return generator.import_parcel(discount="30.00")


def incomplete(generator: Generator) -> Parcel:
    """The waybill has not come yet."""
    parcel = generator.import_parcel()
    parcel.without = {"CEB511Message"}
    return parcel


def over_the_year(generator: Generator) -> list[Case]:
    """Six parcels of one buyer, together above 26,000 CNY: the last one does not fit any more.

    The fifth has used nine tenths of the year's limit and looks like a split order, so an official sees it (Q.03, Q.04).
    """
    buyer = generator.person()
    parcels = [
        generator.import_parcel(buyer=buyer, goods=[(goods, int(Decimal("4900") / goods.price))])
        for goods in IMPORT_GOODS
    ]
    cases = [
        Case(f"年度额度：第 {n} 单", parcel, "manual" if n == 5 else "released", frozenset())
        for n, parcel in enumerate(parcels[:5], 1)
    ]
    return [*cases, Case("超过年度限值", parcels[5], "rejected", frozenset({"E.17.YEAR"}))]


def elsewhere(generator: Generator) -> Parcel:
    """Declared at one office, released at a supervised site of another (rules C.1)."""
    parcel = generator.import_parcel()
    parcel.inventory |= {"portCode": PORT, "loctNo": SITE}
    return parcel


def by_mode(draw: Generator) -> list[Case]:
    """B2B exports, a bonded list that takes more than its account book holds, goods that may not be declared simplified."""
    too_many = draw.import_parcel(trade_mode="1210", goods=[(ALERT_GOODS, 2)])
    motorcycle = draw.export_parcel(goods=[(MOTORCYCLE, 1)], statistics_flag="A")
    return [
        Case("一地申报、异地放行", elsewhere(draw), "released"),
        Case("B2B直接出口 9710：境外企业", draw.export_parcel(trade_mode="9710"), "released"),
        Case("出口海外仓 9810：订仓单", draw.export_parcel(trade_mode="9810"), "released"),
        Case("账册余量不足", too_many, "rejected", frozenset({"E.21.BALANCE"})),
        Case("简化申报：涉及许可证件", motorcycle, "rejected", frozenset({"B.A.1.LICENCE"})),
    ]


def cases(generator: Generator) -> list[Case]:
    """All parcels of the demonstration."""
    draw = generator
    return [
        *[Case("直购进口 9610", draw.import_parcel(), "released") for _ in range(3)],
        Case("网购保税 1210", draw.import_parcel(trade_mode="1210"), "released"),
        Case("礼物：收货人不是订购人", gift(draw), "released"),
        Case("使用优惠券", coupon(draw), "released"),
        Case("单件超过 5,000 元", draw.import_parcel(goods=[(BAG, 1)]), "released", frozenset({"E.19"})),
        Case("布控查验", draw.import_parcel(goods=[(ALERT_GOODS, 1)]), "released"),
        Case("地址相近：人工审核", mild(draw), "manual", frozenset({"E.10.M"})),
        Case("订购人与支付人不一致", other_payer(draw), "rejected", frozenset({"E.02"})),
        Case(
            "单次限值：多件超 5,000 元",
            draw.import_parcel(goods=[(IMPORT_GOODS[0], 40)]),
            "rejected",
            frozenset({"E.17.SINGLE"}),
        ),
        Case(
            "身份核验不一致", draw.import_parcel(buyer=special(draw, "991")), "rejected", frozenset({"E.18"})
        ),
        Case(
            "库中无此号：人工审核",
            draw.import_parcel(buyer=special(draw, "992")),
            "manual",
            frozenset({"E.18.M"}),
        ),
        Case("缺少运单：等待", incomplete(draw), "waiting"),
        *over_the_year(draw),
        *repeated(draw),
        *[Case("零售出口 9610（汇总申报）", draw.export_parcel(), "released") for _ in range(2)],
        Case("零售出口 9610（简化申报）", draw.export_parcel(statistics_flag="A"), "released"),
        *by_mode(draw),
    ]


def repeated(generator: Generator) -> list[Case]:
    """The same purchase declared under two order numbers: the second would be taxed again (Q.DUP)."""
    buyer, goods = generator.person(), [(IMPORT_GOODS[0], 2)]
    first, second = (generator.import_parcel(buyer=buyer, goods=goods) for _ in range(2))
    return [
        Case("一次购买", first, "released"),
        Case("同一购买换订单号再申报", second, "rejected", frozenset({"Q.DUP"})),
    ]


def special(generator: Generator, order_digits: str) -> Person:
    """A person whose number makes the simulated population base answer in a special way (see its convention)."""
    person = generator.person()
    stem = person.number[:14] + order_digits
    return Person(person.name, stem + check_character(stem), person.phone, person.address)

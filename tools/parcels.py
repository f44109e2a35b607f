"""Linked sets of CEB messages that agree with each other: for the demonstration, the tests and the benchmark.

Everything is made up and drawn from a seed: people (valid GB 11643 numbers of Fujian), goods of the positive list, prices, tax. A
scenario is a parcel with something changed: `parcel.payment["payerName"] = …`, or a document left out of `parcel.without`.
"""

import random
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from customs.messages import registry
from customs.messages.codec import Message
from customs.rules.tax import Rates, dutiable_prices, line_tax

SHANGHAI = ZoneInfo("Asia/Shanghai")
FACTOR = Decimal("0.70")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
REGIONS = ("350102", "350103", "350203", "350206", "350502", "350582", "350602", "350702", "350902")
SURNAMES = "林陈黄郑王李张吴刘蔡杨许苏谢曾洪叶江邱何"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英华玉兰海燕建国文"
STREETS = (
    "鼓楼区五四路",
    "台江区工业路",
    "思明区湖滨南路",
    "湖里区枋湖路",
    "丰泽区泉秀街",
    "晋江市世纪大道",
    "芗城区胜利路",
)


@dataclass(frozen=True, slots=True)
class Enterprise:
    """Code and name as they stand in messages."""

    code: str
    name: str


PLATFORM = Enterprise("35019609P1", "福州海峡跨境电商平台有限公司")
IMPORT_SHOP = Enterprise("3508W6000A", "平潭两岸优选贸易有限公司")
EXPORT_SHOP = Enterprise("350596000E", "泉州海丝鞋服出口有限公司")
PAYMENT = Enterprise("3502960PAY", "厦门鹭岛支付服务有限公司")
LOGISTICS = Enterprise("350196LG01", "福建闽通速递有限公司")
AGENT = Enterprise("35018000A1", "福州榕港报关有限公司")
SENDERS = {
    "CEB311Message": PLATFORM,
    "CEB411Message": PAYMENT,
    "CEB511Message": LOGISTICS,
    "CEB621Message": AGENT,
    "CEB303Message": PLATFORM,
    "CEB403Message": EXPORT_SHOP,
    "CEB505Message": LOGISTICS,
    "CEB603Message": AGENT,
}
"""Who sends which message (rules E.1)."""


@dataclass(frozen=True, slots=True)
class Goods:
    """One article: ten-digit code, name, specification, units, origin, price in CNY, tax rates of today."""

    code: str
    name: str
    model: str
    unit: str
    unit1: str
    country: str
    price: Decimal
    consumption_tax: Decimal = Decimal(0)
    vat: Decimal = Decimal("0.13")


IMPORT_GOODS = (
    Goods("1901101000", "婴幼儿配方奶粉", "三段|900克/罐", "142", "035", "609", Decimal("168.00")),
    Goods("3304990010", "保湿面霜", "50毫升/瓶", "142", "035", "133", Decimal("229.00"), Decimal("0.15")),
    Goods("3401300000", "洁面乳", "120克/支", "012", "035", "116", Decimal("78.50")),
    Goods("3306101090", "牙膏", "100克/支", "012", "035", "133", Decimal("39.90")),
    Goods("1806900000", "巧克力", "200克/盒", "140", "035", "301", Decimal("65.00")),
    Goods("3305100090", "洗发水", "500毫升/瓶", "142", "035", "116", Decimal("88.00")),
)
ALERT_GOODS = Goods("9616200000", "化妆用粉扑", "2片装", "140", "035", "133", Decimal("56.00"))
BAG = Goods("4202210000", "皮面手提包", "牛皮", "001", "035", "307", Decimal("8000.00"))
EXPORT_GOODS = (
    Goods("6109100010", "纯棉T恤", "男式|M码", "011", "011", "502", Decimal("12.50")),
    Goods("6203429000", "休闲长裤", "男式|棉", "011", "011", "502", Decimal("19.90")),
    Goods("6404110000", "运动鞋", "橡胶底", "025", "025", "502", Decimal("28.00")),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a resident number and a phone."""

    name: str
    number: str
    phone: str
    address: str


@dataclass(slots=True)
class Parcel:
    """The four documents of one parcel as wire values; `lines` go into order and inventory."""

    direction: str
    order_no: str
    order: dict[str, str]
    order_lines: list[dict[str, str]]
    payment: dict[str, str]
    waybill: dict[str, str]
    inventory: dict[str, str]
    inventory_lines: list[dict[str, str]]
    without: set[str] = field(default_factory=set)

    def documents(self) -> dict[str, tuple[dict[str, str], list[dict[str, str]]]]:
        """Root name → (head, lines) of the documents that are sent."""
        codes = ("303", "403", "505", "603") if self.direction == "E" else ("311", "411", "511", "621")
        order, payment, waybill, inventory = (f"CEB{code}Message" for code in codes)
        found = {
            order: (self.order, self.order_lines),
            payment: (self.payment, []),
            waybill: (self.waybill, []),
            inventory: (self.inventory, self.inventory_lines),
        }
        return {code: document for code, document in found.items() if code not in self.without}


def check_character(number17: str) -> str:
    """GB 11643-1999."""
    return "10X98765432"[sum(int(d) * w for d, w in zip(number17, WEIGHTS, strict=True)) % 11]


class Generator:
    """Draws people and parcels from a seed. `prefix` makes order and waybill numbers unique between runs."""

    def __init__(self, seed: int = 1, *, prefix: str = "T", moment: datetime | None = None) -> None:
        self.random = random.Random(seed)  # noqa: S311 -- made-up data, nothing secret
        self.prefix = prefix
        self.moment = moment or datetime.now(SHANGHAI)
        self.number = 0

    def person(self, *, born: int | None = None, region: str | None = None) -> Person:
        """A made-up person with a valid number."""
        draw = self.random
        year = born or draw.randint(1962, 2001)
        stem = f"{region or draw.choice(REGIONS)}{year}{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}"
        stem += f"{draw.randint(0, 989):03d}"
        name = (
            draw.choice(SURNAMES) + draw.choice(GIVEN) + (draw.choice(GIVEN) if draw.random() < 0.7 else "")
        )
        phone = f"13{draw.randint(0, 999_999_999):09d}"
        city = "福建省" + draw.choice(("福州市", "厦门市", "泉州市", "漳州市"))
        street = f"{city}{draw.choice(STREETS)}{draw.randint(1, 999)}号{draw.randint(1, 40)}栋{draw.randint(101, 3999)}室"
        return Person(name, stem + check_character(stem), phone, street)

    def guid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4)).upper()

    def stamp(self, minutes: int = 0) -> str:
        return (self.moment + timedelta(minutes=minutes)).strftime("%Y%m%d%H%M%S")

    def head(self, minutes: int) -> dict[str, str]:
        return {"guid": self.guid(), "appType": "1", "appTime": self.stamp(minutes), "appStatus": "2"}

    def next_number(self) -> str:
        self.number += 1
        return f"{self.prefix}{self.number:09d}"

    def import_parcel(
        self,
        *,
        buyer: Person | None = None,
        goods: Sequence[tuple[Goods, int]] | None = None,
        freight: str = "0.00",
        discount: str = "0.00",
        trade_mode: str = "9610",
        customs_code: str = "3501",
    ) -> Parcel:
        """A parcel whose four documents agree in every rule."""
        buyer = buyer or self.person()
        chosen = goods or [(self.random.choice(IMPORT_GOODS), self.random.randint(1, 2))]
        number = self.next_number()
        keys = {"orderNo": f"OI{number}", "ebpCode": PLATFORM.code, "ebpName": PLATFORM.name}
        shop = {"ebcCode": IMPORT_SHOP.code, "ebcName": IMPORT_SHOP.name}
        carrier = {
            "logisticsCode": LOGISTICS.code,
            "logisticsName": LOGISTICS.name,
            "logisticsNo": f"WI{number}",
        }
        identity = {
            "buyerIdType": "1",
            "buyerIdNumber": buyer.number,
            "buyerName": buyer.name,
            "buyerTelephone": buyer.phone,
        }
        values = [g.price * qty for g, qty in chosen]
        value = sum(values, Decimal(0))
        prices = dutiable_prices(values, Decimal(freight))
        tax = sum(
            (
                line_tax(price, Rates(Decimal(0), g.consumption_tax, g.vat), factor=FACTOR).total
                for price, (g, _qty) in zip(prices, chosen, strict=True)
            ),
            Decimal(0),
        )
        paid = value + Decimal(freight) + tax - Decimal(discount)
        weight = f"{Decimal('0.35') * sum(qty for _g, qty in chosen):.3f}"
        net = f"{Decimal('0.30') * sum(qty for _g, qty in chosen):.3f}"
        payment = {
            "payCode": PAYMENT.code,
            "payName": PAYMENT.name,
            "payTransactionId": f"PI{number}",
        }
        order = {
            **self.head(-3),
            "orderType": "I",
            **keys,
            **shop,
            "goodsValue": f"{value:.2f}",
            "freight": freight,
            "discount": discount,
            "taxTotal": f"{tax:.2f}",
            "acturalPaid": f"{paid:.2f}",
            "currency": "142",
            "buyerRegNo": f"U{buyer.phone}",
            **identity,
            **payment,
            "consignee": buyer.name,
            "consigneeTelephone": buyer.phone,
            "consigneeAddress": buyer.address,
            "consigneeDistrict": buyer.number[:6],
        }
        pay = {
            **self.head(-3),
            **payment,
            **keys,
            "payerIdType": "1",
            "payerIdNumber": buyer.number,
            "payerName": buyer.name,
            "telephone": buyer.phone,
            "amountPaid": f"{paid:.2f}",
            "currency": "142",
            "payTime": self.stamp(-5),
        }
        bill = "" if trade_mode == "1210" else f"MAWB{self.moment:%Y%m%d}"
        waybill = {
            **self.head(-2),
            **carrier,
            "billNo": bill,
            "orderNo": keys["orderNo"],
            "freight": freight,
            "insuredFee": "0.00",
            "currency": "142",
            "weight": weight,
            "packNo": "1",
            "goodsInfo": chosen[0][0].name,
            "consignee": buyer.name,
            "consigneeAddress": buyer.address,
            "consigneeTelephone": buyer.phone,
        }
        inventory = {
            **self.head(-1),
            **keys,
            **shop,
            **carrier,
            "copNo": f"C{number}",
            "assureCode": IMPORT_SHOP.code,
            "ieFlag": "I",
            "declTime": f"{self.moment:%Y%m%d}",
            "customsCode": customs_code,
            "portCode": customs_code,
            "ieDate": f"{self.moment:%Y%m%d}",
            **identity,
            "consigneeAddress": buyer.address,
            "agentCode": AGENT.code,
            "agentName": AGENT.name,
            "tradeMode": trade_mode,
            "trafMode": "5",
            "trafNo": "MF872",
            "voyageNo": "MF872",
            "billNo": bill,
            "country": chosen[0][0].country,
            "freight": freight,
            "insuredFee": "0.00",
            "currency": "142",
            "packNo": "1",
            "grossWeight": weight,
            "netWeight": net,
        }
        if trade_mode == "1210":
            inventory |= {
                "country": "142",
                "emsNo": "T3501W000001",
                "areaCode": "350196LG01",
                "areaName": LOGISTICS.name,
                "trafMode": "Y",
            }
        order_lines, inventory_lines = [], []
        for gnum, (g, qty) in enumerate(chosen, 1):
            shared = {
                "gnum": str(gnum),
                "itemNo": f"SKU{g.code}",
                "itemName": g.name,
                "gmodel": g.model,
                "barCode": "无",
                "currency": "142",
                "qty": str(qty),
                "unit": g.unit,
                "price": f"{g.price:.2f}",
                "totalPrice": f"{g.price * qty:.2f}",
                "country": g.country,
            }
            order_lines.append(shared)
            inventory_lines.append(
                {**shared, "gcode": g.code, "gname": g.name, "qty1": net, "unit1": g.unit1}
                | ({"itemRecordNo": f"R{g.code}"} if trade_mode == "1210" else {})
            )
        return Parcel("I", keys["orderNo"], order, order_lines, pay, waybill, inventory, inventory_lines)

    def export_parcel(
        self,
        *,
        goods: Sequence[tuple[Goods, int]] | None = None,
        trade_mode: str = "9610",
        customs_code: str = "3501",
        statistics_flag: str = "B",
    ) -> Parcel:
        """An export parcel in US dollars whose documents agree."""
        chosen = goods or [(self.random.choice(EXPORT_GOODS), self.random.randint(1, 3))]
        number = self.next_number()
        keys = {"orderNo": f"OE{number}", "ebpCode": PLATFORM.code, "ebpName": PLATFORM.name}
        shop = {"ebcCode": EXPORT_SHOP.code, "ebcName": EXPORT_SHOP.name}
        carrier = {
            "logisticsCode": LOGISTICS.code,
            "logisticsName": LOGISTICS.name,
            "logisticsNo": f"WE{number}",
        }
        value = sum((g.price * qty for g, qty in chosen), Decimal(0))
        weight = f"{Decimal('0.60') * sum(qty for _g, qty in chosen):.3f}"
        net = f"{Decimal('0.50') * sum(qty for _g, qty in chosen):.3f}"
        order = {
            **self.head(-3),
            "orderType": "E",
            **keys,
            **shop,
            "goodsValue": f"{value:.2f}",
            "freight": "3.00",
            "currency": "502",
        }
        receipt = {
            **self.head(-3),
            **keys,
            **shop,
            "payCode": PAYMENT.code,
            "payName": PAYMENT.name,
            "payNo": f"PE{number}",
            "charge": f"{value + 3:.2f}",
            "currency": "502",
            "accountingDate": self.stamp(-5),
        }
        waybill = {
            **self.head(-2),
            **carrier,
            "freight": "3.00",
            "insuredFee": "0.00",
            "currency": "502",
            "grossWeight": weight,
            "packNo": "1",
            "goodsInfo": chosen[0][0].name,
        }
        inventory = {
            **self.head(-1),
            "customsCode": customs_code,
            **keys,
            **carrier,
            "copNo": f"C{number}",
            "ieFlag": "E",
            "portCode": customs_code,
            "ieDate": f"{self.moment:%Y%m%d}",
            "statisticsFlag": statistics_flag,
            "agentCode": AGENT.code,
            "agentName": AGENT.name,
            **shop,
            "ownerCode": "NO",
            "ownerName": EXPORT_SHOP.name,
            "tradeMode": trade_mode,
            "trafMode": "5",
            "country": "502",
            "POD": "3001",
            "freight": "3.00",
            "fCurrency": "502",
            "fFlag": "3",
            "insuredFee": "0.00",
            "iCurrency": "502",
            "iFlag": "3",
            "wrapType": "2",
            "packNo": "1",
            "grossWeight": weight,
            "netWeight": net,
        }
        order_lines, inventory_lines = [], []
        for gnum, (g, qty) in enumerate(chosen, 1):
            shared = {
                "gnum": str(gnum),
                "itemNo": f"SKU{g.code}",
                "itemName": g.name,
                "barCode": "无",
                "unit": g.unit,
                "currency": "502",
                "qty": str(qty),
                "price": f"{g.price:.2f}",
                "totalPrice": f"{g.price * qty:.2f}",
            }
            order_lines.append(shared)
            goods_line = {"gcode": g.code, "gname": g.name, "gmodel": g.model, "country": "502"}
            inventory_lines.append({**shared, **goods_line, "qty1": str(qty), "unit1": g.unit1})
        return Parcel("E", keys["orderNo"], order, order_lines, receipt, waybill, inventory, inventory_lines)


def block(fields: Iterable[object], values: dict[str, str]) -> str:
    """Elements of one block in wire order."""
    parts = []
    for one in fields:
        name, optional = one.name, one.optional  # type: ignore[attr-defined]
        value = values.get(name, "")
        if value or not optional:
            parts.append(f"<ceb:{name}>{escape(value)}</ceb:{name}>")
    return "".join(parts)


def document_xml(message: Message, head: dict[str, str], lines: list[dict[str, str]]) -> str:
    """One document element."""
    inner = block(message.fields, head)
    if message.head:
        inner = f"<ceb:{message.head}>{inner}</ceb:{message.head}>"
    inner += "".join(
        f"<ceb:{message.lines}>{block(message.line_fields, line)}</ceb:{message.lines}>" for line in lines
    )
    return f"<ceb:{message.document}>{inner}</ceb:{message.document}>"


def message_xml(code: str, documents: Sequence[str], guid: str, sender: Enterprise) -> bytes:
    """A whole message around documents."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><ceb:{code} xmlns:ceb="http://www.chinaport.gov.cn/ceb" guid="{guid}"'
        f' version="1.0">{"".join(documents)}<ceb:BaseTransfer><ceb:copCode>{sender.code}</ceb:copCode>'
        f"<ceb:copName>{sender.name}</ceb:copName><ceb:dxpMode>DXP</ceb:dxpMode><ceb:dxpId>{dxp_id(sender)}</ceb:dxpId>"
        f"</ceb:BaseTransfer></ceb:{code}>"
    ).encode()


def dxp_id(sender: Enterprise) -> str:
    """DXPENT and ten digits, made from the code."""
    return "DXPENT" + f"{sum(ord(c) * 31**i for i, c in enumerate(sender.code)) % 10**10:010d}"


def messages(
    parcels: Sequence[Parcel], generator: Generator, *, per_message: int = 100
) -> Iterator[tuple[str, bytes]]:
    """(root name, XML) of all documents of the parcels, up to `per_message` in one message, inventories last."""
    by_code: dict[str, list[str]] = {}
    for parcel in parcels:
        for code, (head, lines) in parcel.documents().items():
            by_code.setdefault(code, []).append(document_xml(registry()[code], head, lines))
    for code in sorted(by_code):
        documents = by_code[code]
        for start in range(0, len(documents), per_message):
            part = documents[start : start + per_message]
            yield code, message_xml(code, part, generator.guid(), SENDERS[code])

"""Who and what appears in made-up parcels: enterprises, goods, people."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


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
WAREHOUSE = Enterprise("无", "洛杉矶闽货海外仓")
"""An overseas warehouse; abroad nobody has a customs code."""
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
Chosen = Sequence[tuple[Goods, int]]
"""Goods with their quantities."""

ALERT_GOODS = Goods("9616200000", "化妆用粉扑", "2片装", "140", "035", "133", Decimal("56.00"))
BAG = Goods("4202210000", "皮面手提包", "牛皮", "001", "035", "307", Decimal("8000.00"))
EXPORT_GOODS = (
    Goods("6109100010", "纯棉T恤", "男式|M码", "011", "011", "502", Decimal("12.50")),
    Goods("6203429000", "休闲长裤", "男式|棉", "011", "011", "502", Decimal("19.90")),
    Goods("6404110000", "运动鞋", "橡胶底", "025", "025", "502", Decimal("28.00")),
)


MOTORCYCLE = Goods("8711202000", "摩托车", "125 毫升", "003", "003", "502", Decimal("480.00"))
"""Goods that leave only against an export licence."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a resident number and a phone."""

    name: str
    number: str
    phone: str
    address: str


def check_character(number17: str) -> str:
    """GB 11643-1999."""
    return "10X98765432"[sum(int(d) * w for d, w in zip(number17, WEIGHTS, strict=True)) % 11]

"""What the documents of one parcel say, so that they agree with each other."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from customs.rules.tax import Rates, dutiable_prices, line_tax
from tools.parcels.cast import (
    AGENT,
    EXPORT_SHOP,
    IMPORT_SHOP,
    LOGISTICS,
    PAYMENT,
    PLATFORM,
    WAREHOUSE,
    Chosen,
    Enterprise,
    Person,
)

FACTOR = Decimal("0.70")
ORDER_TYPES = {"0110": "B", "9710": "B", "9810": "W"}
"""orderType of exports by supervision mode; retail is E."""
BONDED = {"1210", "1239"}


def account_book_no(trade_mode: str, customs_code: str) -> str:
    """Number of the account book that made-up bonded lists draw at an office."""
    return f"T{customs_code}W{trade_mode}001"


class Draw(Protocol):
    """What the facts need of a generator."""

    moment: datetime

    def head(self, minutes: int) -> dict[str, str]:
        """guid, appType, appTime, appStatus of one document."""

    def stamp(self, minutes: int = 0) -> str:
        """YYYYMMDDhhmmss so many minutes from the parcel's moment."""


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


class Facts:
    """What the documents of one parcel share."""

    def __init__(self, draw: Draw, chosen: Chosen, number: str, direction: str, shop: Enterprise) -> None:
        self.draw = draw
        self.chosen = chosen
        self.number = number
        self.keys = {"orderNo": f"O{direction}{number}", "ebpCode": PLATFORM.code, "ebpName": PLATFORM.name}
        self.shop = {"ebcCode": shop.code, "ebcName": shop.name}
        self.carrier = {
            "logisticsCode": LOGISTICS.code,
            "logisticsName": LOGISTICS.name,
            "logisticsNo": f"W{direction}{number}",
        }
        self.agent = {"agentCode": AGENT.code, "agentName": AGENT.name}
        self.value = sum((g.price * qty for g, qty in chosen), Decimal(0))
        self.pieces = sum(qty for _g, qty in chosen)
        self.today = f"{draw.moment:%Y%m%d}"

    def weights(self, gross: str, net: str) -> dict[str, str]:
        """Kilograms of all pieces."""
        return {
            "grossWeight": f"{Decimal(gross) * self.pieces:.3f}",
            "netWeight": f"{Decimal(net) * self.pieces:.3f}",
        }

    def shared_lines(self, currency: str) -> list[dict[str, str]]:
        """What order and inventory lines have in common."""
        return [
            {
                "gnum": str(gnum),
                "itemNo": f"SKU{g.code}",
                "itemName": g.name,
                "barCode": "无",
                "unit": g.unit,
                "currency": currency,
                "qty": str(qty),
                "price": f"{g.price:.2f}",
                "totalPrice": f"{g.price * qty:.2f}",
            }
            for gnum, (g, qty) in enumerate(self.chosen, 1)
        ]


class ImportFacts(Facts):
    """One import parcel."""

    def __init__(
        self,
        draw: Draw,
        buyer: Person,
        chosen: Chosen,
        number: str,
        freight: Decimal,
        discount: Decimal,
        trade_mode: str,
        customs_code: str,
    ) -> None:
        super().__init__(draw, chosen, number, "I", IMPORT_SHOP)
        self.buyer = buyer
        self.trade_mode = trade_mode
        self.customs_code = customs_code
        self.freight = f"{freight:.2f}"
        self.discount = f"{discount:.2f}"
        self.tax = self.tax_due(freight)
        self.actual = self.value + freight + self.tax - discount
        self.identity = {
            "buyerIdType": "1",
            "buyerIdNumber": buyer.number,
            "buyerName": buyer.name,
            "buyerTelephone": buyer.phone,
        }
        self.payment = {"payCode": PAYMENT.code, "payName": PAYMENT.name, "payTransactionId": f"PI{number}"}
        self.bill = "" if trade_mode in BONDED else f"MAWB{self.today}"
        self.weight = self.weights("0.35", "0.30")

    def tax_due(self, freight: Decimal) -> Decimal:
        """Tax within the limits, today's rates."""
        prices = dutiable_prices([g.price * qty for g, qty in self.chosen], freight)
        return sum(
            (
                line_tax(price, Rates(Decimal(0), g.consumption_tax, g.vat), factor=FACTOR).total
                for price, (g, _qty) in zip(prices, self.chosen, strict=True)
            ),
            Decimal(0),
        )

    def order(self) -> dict[str, str]:
        return {
            **self.draw.head(-3),
            "orderType": "I",
            **self.keys,
            **self.shop,
            "goodsValue": f"{self.value:.2f}",
            "freight": self.freight,
            "discount": self.discount,
            "taxTotal": f"{self.tax:.2f}",
            "acturalPaid": f"{self.actual:.2f}",
            "currency": "142",
            "buyerRegNo": f"U{self.buyer.phone}",
            **self.identity,
            **self.payment,
            "consignee": self.buyer.name,
            "consigneeTelephone": self.buyer.phone,
            "consigneeAddress": self.buyer.address,
            "consigneeDistrict": self.buyer.number[:6],
        }

    def paid(self) -> dict[str, str]:
        return {
            **self.draw.head(-3),
            **self.payment,
            **self.keys,
            "payerIdType": "1",
            "payerIdNumber": self.buyer.number,
            "payerName": self.buyer.name,
            "telephone": self.buyer.phone,
            "amountPaid": f"{self.actual:.2f}",
            "currency": "142",
            "payTime": self.draw.stamp(-5),
        }

    def waybill(self) -> dict[str, str]:
        return {
            **self.draw.head(-2),
            **self.carrier,
            "billNo": self.bill,
            "orderNo": self.keys["orderNo"],
            "freight": self.freight,
            "insuredFee": "0.00",
            "currency": "142",
            "weight": self.weight["grossWeight"],
            "packNo": "1",
            "goodsInfo": self.chosen[0][0].name,
            "consignee": self.buyer.name,
            "consigneeAddress": self.buyer.address,
            "consigneeTelephone": self.buyer.phone,
        }

    def inventory(self) -> dict[str, str]:
        values = {
            **self.draw.head(-1),
            **self.keys,
            **self.shop,
            **self.carrier,
            "copNo": f"C{self.number}",
            "assureCode": IMPORT_SHOP.code,
            "ieFlag": "I",
            "declTime": self.today,
            "customsCode": self.customs_code,
            "portCode": self.customs_code,
            "ieDate": self.today,
            **self.identity,
            "consigneeAddress": self.buyer.address,
            **self.agent,
            "tradeMode": self.trade_mode,
            "trafMode": "5",
            "trafNo": "MF872",
            "voyageNo": "MF872",
            "billNo": self.bill,
            "country": self.chosen[0][0].country,
            "freight": self.freight,
            "insuredFee": "0.00",
            "currency": "142",
            "packNo": "1",
            **self.weight,
        }
        bonded = {
            "country": "142",
            "emsNo": account_book_no(self.trade_mode, self.customs_code),
            "areaCode": LOGISTICS.code,
            "areaName": LOGISTICS.name,
            "trafMode": "Y",
        }
        return values | (bonded if self.trade_mode in BONDED else {})

    def order_lines(self) -> list[dict[str, str]]:
        return [
            {**shared, "gmodel": g.model, "country": g.country}
            for shared, (g, _qty) in zip(self.shared_lines("142"), self.chosen, strict=True)
        ]

    def inventory_lines(self) -> list[dict[str, str]]:
        lines = []
        for shared, (g, qty) in zip(self.order_lines(), self.chosen, strict=True):
            net = f"{Decimal('0.30') * qty:.3f}"
            line = {**shared, "gcode": g.code, "gname": g.name, "qty1": net, "unit1": g.unit1}
            lines.append(line | ({"itemRecordNo": f"R{g.code}"} if self.trade_mode in BONDED else {}))
        return lines


class ExportFacts(Facts):
    """One export parcel."""

    def __init__(
        self,
        draw: Draw,
        chosen: Chosen,
        number: str,
        trade_mode: str,
        customs_code: str,
        statistics_flag: str,
    ) -> None:
        super().__init__(draw, chosen, number, "E", EXPORT_SHOP)
        self.trade_mode = trade_mode
        self.customs_code = customs_code
        self.statistics_flag = statistics_flag
        if trade_mode == "9810":
            self.keys |= {"ebpCode": "无", "ebpName": WAREHOUSE.name}
        if trade_mode == "0110":
            self.keys["orderNo"] = f"DS{number}"
        self.weight = self.weights("0.60", "0.50")

    def order(self) -> dict[str, str]:
        return {
            **self.draw.head(-3),
            "orderType": ORDER_TYPES.get(self.trade_mode, "E"),
            **self.keys,
            **self.shop,
            "goodsValue": f"{self.value:.2f}",
            "freight": "3.00",
            "currency": "502",
        }

    def receipt(self) -> dict[str, str]:
        return {
            **self.draw.head(-3),
            **self.keys,
            **self.shop,
            "payCode": PAYMENT.code,
            "payName": PAYMENT.name,
            "payNo": f"PE{self.number}",
            "charge": f"{self.value + 3:.2f}",
            "currency": "502",
            "accountingDate": self.draw.stamp(-5),
        }

    def waybill(self) -> dict[str, str]:
        return {
            **self.draw.head(-2),
            **self.carrier,
            "freight": "3.00",
            "insuredFee": "0.00",
            "currency": "502",
            "grossWeight": self.weight["grossWeight"],
            "packNo": "1",
            "goodsInfo": self.chosen[0][0].name,
        }

    def inventory(self) -> dict[str, str]:
        return {
            **self.draw.head(-1),
            "customsCode": self.customs_code,
            **self.keys,
            **self.carrier,
            "copNo": f"C{self.number}",
            "ieFlag": "E",
            "portCode": self.customs_code,
            "ieDate": self.today,
            "statisticsFlag": self.statistics_flag,
            **self.agent,
            **self.shop,
            "ownerCode": "NO",
            "ownerName": EXPORT_SHOP.name,
            "tradeMode": self.trade_mode,
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
            **self.weight,
        }

    def order_lines(self) -> list[dict[str, str]]:
        return self.shared_lines("502")

    def inventory_lines(self) -> list[dict[str, str]]:
        return [
            {
                **shared,
                "gcode": g.code,
                "gname": g.name,
                "gmodel": g.model,
                "country": "502",
                "qty1": str(qty),
                "unit1": g.unit1,
            }
            for shared, (g, qty) in zip(self.shared_lines("502"), self.chosen, strict=True)
        ]

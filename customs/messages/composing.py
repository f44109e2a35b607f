"""The four documents of a parcel from what was typed once.

What the documents share is typed once and stands in each of them under its official name; sums, fixed codes and line numbers are
worked out here (interface specification 202205, chapters 2 and 3).
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache

from customs.enums import Direction, DraftKind
from customs.messages import registry
from customs.messages.codec import Message
from customs.messages.fields import Field, Store
from customs.messages.sampling import example

Facts = Mapping[str, str]
"""Wire name → text as it stands in a message."""

DOCUMENTS = {
    Direction.IMPORT: ("CEB311Message", "CEB411Message", "CEB511Message", "CEB621Message"),
    Direction.EXPORT: ("CEB303Message", "CEB403Message", "CEB505Message", "CEB603Message"),
}
"""Order, payment or receipt of money, waybill, list: the order in which they are sent."""

PARTIES, BUYER, GOODS, TRANSPORT = "parties", "buyer", "goods", "transport"
STEPS = (PARTIES, BUYER, GOODS, TRANSPORT)

IMPORT_FACTS = {
    PARTIES: "ebpCode ebpName ebcCode ebcName payCode payName logisticsCode logisticsName agentCode agentName assureCode"
    " customsCode portCode loctNo",
    BUYER: "orderNo buyerRegNo buyerName buyerIdNumber buyerTelephone consignee consigneeTelephone consigneeAddress"
    " consigneeDistrict",
    GOODS: "freight insuredFee discount taxTotal",
    TRANSPORT: "payTransactionId payTime logisticsNo declTime ieDate trafMode trafNo voyageNo billNo country wrapType"
    " grossWeight netWeight licenseNo copNo",
}
BONDED_PARTIES = " emsNo areaCode areaName"
EXPORT_FACTS = {
    PARTIES: "ebpCode ebpName ebcCode ebcName ownerCode ownerName payCode payName logisticsCode logisticsName agentCode"
    " agentName customsCode portCode loctNo",
    BUYER: "orderNo country POD currency statisticsFlag",
    GOODS: "freight insuredFee",
    TRANSPORT: "payNo accountingDate logisticsNo ieDate trafMode trafName voyageNo billNo totalPackageNo wrapType packNo"
    " grossWeight netWeight licenseNo copNo",
}
LINE_FACTS = "itemNo gname gcode gmodel barCode country qty unit price qty1 unit1 qty2 unit2"
MAY_BE_LEFT = frozenset(
    {"consignee", "consigneeTelephone", "copNo", "barCode", "insuredFee", "discount", "taxTotal"}
)
"""Filled in from other facts, or nothing, when left empty."""

SAME_AS = {
    "payerIdType": "buyerIdType",
    "payerIdNumber": "buyerIdNumber",
    "payerName": "buyerName",
    "telephone": "buyerTelephone",
    "amountPaid": "acturalPaid",
    "weight": "grossWeight",
}
"""Names under which a document says what is typed under another."""

TYPED_AS = SAME_AS | {
    "goodsValue": "price",
    "acturalPaid": "taxTotal",
    "charge": "freight",
    "itemName": "gname",
    "totalPrice": "price",
    "goodsInfo": "gname",
}
"""Where to correct what is worked out from other facts."""

SENDERS = {
    "CEB311Message": ("ebpCode", "ebcCode"),
    "CEB411Message": ("payCode",),
    "CEB511Message": ("logisticsCode",),
    "CEB621Message": ("agentCode", "ebcCode"),
    "CEB303Message": ("ebpCode", "ebcCode"),
    "CEB403Message": ("ebcCode", "payCode"),
    "CEB505Message": ("logisticsCode",),
    "CEB603Message": ("agentCode", "ebcCode"),
}
"""Who may send a document, by the field that names it; the first is asked when it is none of one's own (rules E.1)."""


FILLED_IN = frozenset({"guid", "appType", "appTime", "appStatus", "gnum"})
"""Elements the platform fills in when a document is entered by hand."""


@dataclass(frozen=True)
class Composed:
    """One document as wire values."""

    head: dict[str, str]
    lines: tuple[dict[str, str], ...] = ()


def fields_of(kind: DraftKind, step: str) -> list[Field]:
    """The facts of a step, each with the row of the first field table that has it."""
    imports = kind.direction == Direction.IMPORT
    names = (IMPORT_FACTS if imports else EXPORT_FACTS)[step].split()
    if step == PARTIES and kind.bonded:
        names += BONDED_PARTIES.split()
    known = head_fields(kind.direction)
    return [known[name] for name in names]


@cache
def head_fields(direction: Direction) -> dict[str, Field]:
    """Every field of the heads; where two documents have one of the same name, the list's table counts."""
    found: dict[str, Field] = {}
    for code in reversed(DOCUMENTS[direction]):
        for field in registry()[code].fields:
            found.setdefault(field.name, field)
    return found


def line_fields_of(kind: DraftKind) -> list[Field]:
    """The facts of one line, from the list's field table."""
    known = {field.name: field for field in list_of(kind).line_fields}
    names = LINE_FACTS.split()
    if kind.direction == Direction.EXPORT:
        names.remove("country")
    if kind.bonded:
        names.insert(1, "itemRecordNo")
    return [known[name] for name in names]


def own_fields(message: Message, fields: Sequence[Field]) -> list[Field]:
    """What people type of a block of one document; line numbers only where they refer to another document."""
    return [
        one for one in fields if one.name not in FILLED_IN or (one.name == "gnum" and not message.own_numbers)
    ]


def list_of(kind: DraftKind) -> Message:
    """The list (清单) of a kind of draft."""
    return registry()[DOCUMENTS[kind.direction][3]]


def step_of(kind: DraftKind, name: str) -> str:
    """On which step the field of this official name is typed; "" when nowhere."""
    typed = TYPED_AS.get(name, name)
    for step in STEPS:
        if typed in {field.name for field in fields_of(kind, step)}:
            return step
    return GOODS if typed in {field.name for field in line_fields_of(kind)} else ""


MOST_DIGITS = 19
"""Before and after the point (N19,5 of the wire)."""


def number(text: str) -> Decimal:
    """A typed number; what is none counts as 0."""
    try:
        value = Decimal(text or 0)
    except InvalidOperation:
        return Decimal(0)
    return value if value.is_finite() and abs(value.adjusted()) <= MOST_DIGITS else Decimal(0)


def plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def compose(kind: DraftKind, facts: Facts, lines: Sequence[Facts]) -> dict[str, Composed]:
    """Every document of the parcel by root name; what is missing stays empty and is found by the check of the message."""
    full, rows = completed(kind, facts, lines)
    found = {}
    for code in DOCUMENTS[kind.direction]:
        message = registry()[code]
        head = {field.name: full.get(SAME_AS.get(field.name, field.name), "") for field in message.fields}
        body = [{field.name: row.get(field.name, "") for field in message.line_fields} for row in rows]
        found[code] = Composed(head, tuple(body) if message.lines else ())
    return found


def completed(
    kind: DraftKind, facts: Facts, lines: Sequence[Facts]
) -> tuple[dict[str, str], list[dict[str, str]]]:
    """What was typed, with sums, fixed codes and what is the same unless said otherwise."""
    imports = kind.direction == Direction.IMPORT
    currency = "142" if imports else facts.get("currency", "")
    rows = [
        {
            **line,
            "gnum": str(position),
            "itemName": line.get("gname", ""),
            "barCode": line.get("barCode") or "无",
            "country": line.get("country", "") if imports else facts.get("country", ""),
            "currency": currency,
            "totalPrice": plain(number(line.get("qty", "")) * number(line.get("price", ""))),
        }
        for position, line in enumerate(lines, 1)
    ]
    value = sum((number(row["totalPrice"]) for row in rows), Decimal(0))
    full = {
        **facts,
        "ieFlag": kind.direction.value,
        "orderType": kind.direction.value,
        "tradeMode": kind.trade_mode,
        "currency": currency,
        "goodsValue": plain(value),
        "insuredFee": facts.get("insuredFee") or "0",
        "goodsInfo": "、".join(row["itemName"] for row in rows)[:200],
        "copNo": (facts.get("copNo") or facts.get("orderNo", ""))[:20],
    }
    return full | (of_import(full, value) if imports else of_export(full, value)), rows


def of_import(facts: Facts, value: Decimal) -> dict[str, str]:
    """Identity cards and one piece only; consignee is the buyer unless said otherwise; paid = value + freight + tax − discount."""
    discount, tax = facts.get("discount") or "0", facts.get("taxTotal") or "0"
    paid = value + number(facts.get("freight", "")) + number(tax) - number(discount)
    return {
        "buyerIdType": "1",
        "packNo": "1",
        "discount": discount,
        "taxTotal": tax,
        "acturalPaid": plain(max(paid, Decimal(0))),
        "consignee": facts.get("consignee") or facts.get("buyerName", ""),
        "consigneeTelephone": facts.get("consigneeTelephone") or facts.get("buyerTelephone", ""),
    }


def of_export(facts: Facts, value: Decimal) -> dict[str, str]:
    """Freight and insurance as totals in the currency of the goods; received = value + freight."""
    currency = facts["currency"]
    return {
        "fCurrency": currency,
        "iCurrency": currency,
        "fFlag": "3",
        "iFlag": "3",
        "charge": plain(value + number(facts.get("freight", ""))),
    }


def guessed(kind: DraftKind, facts: Facts, on: date) -> dict[str, str]:
    """The facts with every gap filled by a permitted value, under numbers that nobody has used: enough to work out price and tax."""
    found = {
        field.name: example(field) for step in STEPS for field in fields_of(kind, step) if not field.nullable
    }
    days = {
        field.name: f"{on:%Y%m%d}"
        for step in STEPS
        for field in fields_of(kind, step)
        if field.wire.store is Store.DAY
    }
    invented = {"orderNo": uuid.uuid4().hex, "logisticsNo": uuid.uuid4().hex}
    free = {"freight": "0", "insuredFee": "0", "discount": "0", "taxTotal": "0"}
    return found | free | days | {name: text for name, text in facts.items() if text} | invented


def priced(lines: Sequence[Facts]) -> bool:
    """Does every line say what it is, how many and for how much?"""
    needed = ("gcode", "gname", "unit", "qty", "price", "unit1", "qty1")
    return bool(lines) and all(line.get(name) for line in lines for name in needed)

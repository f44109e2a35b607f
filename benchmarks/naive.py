"""The path everybody writes first: one object at a time through the ORM. For comparison only; the product has no such path.

The same work as far as it goes: parse, validate, store the four documents and their lines, compare, look the buyer up, lock and use
the annual limit, compute the tax, store parcel, tax lines and four receipts — one transaction per document and per decision.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from lxml import etree

from customs.enums import ParcelState, Regime
from customs.messages import registry
from customs.messages.codec import Message
from customs.messages.fields import NS, Field, Kind, Store
from customs.models import BuyerYear, IdentityResult, Parcel, TariffLine, TaxLine
from customs.models.documents import HEADS, LINES
from customs.rules.tax import Rates, dutiable_prices, line_tax
from filing.selectors.registration import is_registered
from portal import rules
from portal.personal_data import encrypt, identity_hash, keyed_hash, mask_resident_number
from tools.parcels import SHANGHAI

Stored = dict[str, Any]


def python_value(field: Field, text: str | None) -> Any:
    """Text of the wire as a Python value."""
    if not text:
        return None
    match field.wire.store:
        case Store.NUMBER:
            return Decimal(text)
        case Store.INTEGER:
            return int(text)
        case Store.MOMENT:
            return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI)
        case Store.DAY:
            return datetime.strptime(text, "%Y%m%d").replace(tzinfo=SHANGHAI).date()
    return text


def values_of(fields: Sequence[Field], element: Any) -> dict[str, Any]:
    return {f.column: python_value(f, element.findtext(NS + f.name)) for f in fields}


def protected(message: Message, values: dict[str, Any]) -> dict[str, Any]:
    """Resident numbers encrypted, hashed and masked."""
    for field in message.fields:
        if field.kind is Kind.RESIDENT_NUMBER:
            number = values[field.column]
            stem = field.column.removesuffix("_id_number")
            values[field.column] = encrypt(number)
            values[f"{stem}_id_hash"] = keyed_hash(number)
            values[f"{stem}_id_mask"] = mask_resident_number(number)
            if message.declares_identity:
                values["buyer_identity_hash"] = identity_hash(number, values["buyer_name"])
    return values


def store(body: bytes, first_id: int) -> Stored:
    """One message with one document: validate and save head and lines one by one."""
    root = etree.fromstring(body)
    message = registry()[etree.QName(root).localname]
    message.schema.assertValid(root)
    document = root.find(NS + message.document)
    head = document.find(NS + message.head) if message.head else document
    with transaction.atomic():
        row = HEADS[message.code](
            id=first_id,
            sender_id=1,
            received_at=timezone.now(),
            **protected(message, values_of(message.fields, head)),
        )
        row.save(force_insert=True)
        lines = []
        for element in document.findall(NS + message.lines) if message.lines else []:
            line = LINES[message.code](head_id=row.id, **values_of(message.line_fields, element))
            line.save(force_insert=True)
            lines.append(line)
    return {"row": row, "lines": lines}


def compare(order: Any, payment: Any, waybill: Any, inventory: Any) -> list[str]:
    """The main comparisons in Python."""
    checks = {
        "E.02": order.buyer_id_hash == payment.payer_id_hash and order.buyer_name == payment.payer_name,
        "E.03": order.buyer_id_hash == inventory.buyer_id_hash,
        "E.04": order.pay_code in {None, payment.pay_code},
        "E.05": order.actual_paid == payment.amount_paid,
        "E.06": order.goods_value + order.freight + order.tax_total - order.discount == order.actual_paid,
        "E.10": order.consignee_address == waybill.consignee_address,
        "E.12": waybill.pack_no == inventory.pack_no == 1,
        "E.14": all(
            is_registered(code, kind, inventory.decl_time)
            for code, kind in (
                (inventory.ebp_code, "ebp"),
                (inventory.ebc_code, "ebc"),
                (inventory.logistics_code, "logistics"),
                (payment.pay_code, "payment"),
                (inventory.agent_code, "agent"),
            )
        ),
        "E.16": {order.currency, payment.currency, inventory.currency} == {"142"},
    }
    return [code for code, holds in checks.items() if not holds]


def decide(inventory_id: int) -> None:
    """Fetch the documents, decide, save parcel, tax lines, limit and receipts one by one."""
    with transaction.atomic():
        inventory = HEADS["CEB621Message"].objects.get(pk=inventory_id)
        keys = {"ebp_code": inventory.ebp_code, "order_no": inventory.order_no}
        order = HEADS["CEB311Message"].objects.get(**keys)
        payment = HEADS["CEB411Message"].objects.get(**keys)
        waybill = HEADS["CEB511Message"].objects.get(
            logistics_code=inventory.logistics_code, logistics_no=inventory.logistics_no
        )
        lines = list(LINES["CEB621Message"].objects.filter(head_id=inventory.pk).order_by("gnum"))
        failed = compare(order, payment, waybill, inventory)
        known = IdentityResult.objects.filter(pk=inventory.buyer_identity_hash).exists()
        price = sum(line.total_price for line in lines) + inventory.freight + inventory.insured_fee
        tax = save_parcel(inventory, order, payment, waybill, price, rejected=bool(failed) or not known)
        for line in tax_lines(inventory, lines):
            line.save(force_insert=True)
        use_limit(inventory, price)
        save_receipts([order, payment, waybill, tax])


def tax_lines(inventory: Any, lines: list[Any]) -> list[TaxLine]:
    """Tax of every line by the reference functions."""
    found = []
    factor = rules.value("D.VAT_CT_FACTOR", inventory.decl_time)
    prices = dutiable_prices([line.total_price for line in lines], inventory.freight + inventory.insured_fee)
    for line, price in zip(lines, prices, strict=True):
        tariff = TariffLine.objects.get(code=line.gcode[:8])
        consumption = Decimal("0.15") if tariff.ct_class == "COSMETICS" else Decimal(0)
        vat = rules.value("D.VAT.STD", inventory.decl_time)
        tax = line_tax(price, Rates(Decimal(0), consumption, vat), factor=factor)
        found.append(
            TaxLine(
                parcel_id=inventory.pk,
                gnum=line.gnum,
                dutiable=price,
                duty=tax.duty,
                consumption_tax=tax.consumption_tax,
                vat=tax.vat,
                duty_rate=0,
                ct_rate=consumption,
                vat_rate=vat,
                factor=factor,
            )
        )
    return found


def save_parcel(
    inventory: Any, order: Any, payment: Any, waybill: Any, price: Decimal, *, rejected: bool
) -> Any:
    """The parcel row; returns the inventory for the receipts."""
    same = [
        "trade_mode",
        "ebp_code",
        "order_no",
        "ebc_code",
        "logistics_code",
        "logistics_no",
        "agent_code",
        "customs_code",
        "port_code",
        "sender_id",
        "buyer_id_hash",
        "received_at",
    ]
    Parcel(
        id=inventory.pk,
        direction="I",
        order_id=order.pk,
        payment_id=payment.pk,
        waybill_id=waybill.pk,
        declared_on=inventory.decl_time,
        state=ParcelState.REJECTED if rejected else ParcelState.RELEASED,
        regime=Regime.REDUCED,
        dutiable=price,
        register_version=rules.version(),
        pre_no="B20261123000000001",
        invt_no="350120261I00000001",
        decided_at=timezone.now(),
        **{name: getattr(inventory, name) for name in same},
    ).save(force_insert=True)
    return inventory


def use_limit(inventory: Any, price: Decimal) -> None:
    """Lock the buyer's year and add."""
    year = (
        BuyerYear.objects.select_for_update().filter(buyer_id_hash=inventory.buyer_id_hash, year=2026).first()
    )
    if year is None:
        year = BuyerYear(
            buyer_id_hash=inventory.buyer_id_hash,
            year=2026,
            ceiling=Decimal(26000),
            first_on=inventory.decl_time,
        )
    year.confirmed += price
    year.save()


def save_receipts(documents: list[Any]) -> None:
    """Four receipts, one statement each."""
    with connection.cursor() as cursor:
        for document in documents:
            cursor.execute(
                "INSERT INTO exchange_receipt (organisation_id, message_id, document_id, message_type, status, info,"
                " returned_at) VALUES (1, %s, %s, 'CEB312Message', '120', '', now())",
                [document.pk // 128, document.pk],
            )

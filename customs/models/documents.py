"""Documents as declared: typed columns made from the field tables of the messages.

Insert-only and never updated. Row id = message id × 128 + position of the document in its message, so the documents of a
message are a range of the primary key. One natural unique key per document; a line is known by head and line number. No foreign
keys and no further indexes: rows enter by COPY.
"""

from typing import Any

from django.db import models

from customs.messages import (
    ceb213,
    ceb215,
    ceb303,
    ceb311,
    ceb403,
    ceb411,
    ceb505,
    ceb507,
    ceb509,
    ceb511,
    ceb513,
    ceb603,
    ceb605,
    ceb607,
    ceb621,
    ceb623,
    ceb625,
    ceb701,
    ceb711,
)
from customs.messages.codec import Message
from customs.messages.fields import Field, Kind, Store, column_name

POSITIONS = 128
"""Row ids per message."""

DIGITS, PLACES = 24, 5
"""N19,5 of the wire: up to nineteen digits, five after the point."""


def model_field(field: Field) -> "models.Field[Any, Any]":
    """The typed column of one wire field."""
    options: dict[str, Any] = {"verbose_name": field.label, "null": field.nullable}
    if field.kind is Kind.RESIDENT_NUMBER:
        return models.TextField(**options)
    match field.wire.store:
        case Store.NUMBER:
            return models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, **options)
        case Store.INTEGER:
            return models.IntegerField(**options)
        case Store.MOMENT:
            return models.DateTimeField(**options)
        case Store.DAY:
            return models.DateField(**options)
    return models.CharField(max_length=field.wire.width, **options)


def derived_field(column: str) -> "models.Field[Any, Any]":
    """Columns made from a resident number: keyed hashes, mask, birth date."""
    if column.endswith("_hash"):
        return models.UUIDField(null=True)
    if column.endswith("_mask"):
        return models.CharField(max_length=60, null=True)
    return models.DateField(null=True)


def head_model(name: str, message: Message) -> type[models.Model]:
    """The table of a message's documents."""
    columns: dict[str, models.Field[Any, Any]] = {
        "id": models.BigIntegerField(primary_key=True),
        "sender_id": models.BigIntegerField(),
        "received_at": models.DateTimeField(),
    }
    columns |= {f.column: model_field(f) for f in message.fields}
    columns |= {column: derived_field(column) for column in message.derived_columns}
    key = models.UniqueConstraint(
        fields=[column_name(k) for k in message.key], name=f"customs_{name.lower()}_key"
    )
    meta = type(
        "Meta",
        (),
        {"constraints": [key], "verbose_name": message.label, "verbose_name_plural": message.label},
    )
    body = {
        "__module__": __name__,
        "__doc__": f"{message.label} · {message.meaning}.",
        "Meta": meta,
        "message": message,
    }
    return type(name, (models.Model,), {**body, **columns})


def line_model(name: str, message: Message) -> type[models.Model]:
    """The table of a message's lines."""
    columns: dict[str, Any] = {
        "pk": models.CompositePrimaryKey("head_id", column_name(message.line_key)),
        "head_id": models.BigIntegerField(),
    }
    columns |= {f.column: model_field(f) for f in message.line_fields}
    label = f"{message.label}明细"
    meta = type("Meta", (), {"verbose_name": label, "verbose_name_plural": label})
    body = {
        "__module__": __name__,
        "__doc__": f"{label} · lines of {message.code}.",
        "Meta": meta,
        "message": message,
    }
    return type(name, (models.Model,), {**body, **columns})


ImportOrder = head_model("ImportOrder", ceb311.MESSAGE)
ImportOrderLine = line_model("ImportOrderLine", ceb311.MESSAGE)
ImportPayment = head_model("ImportPayment", ceb411.MESSAGE)
ImportWaybill = head_model("ImportWaybill", ceb511.MESSAGE)
ImportInventory = head_model("ImportInventory", ceb621.MESSAGE)
ImportInventoryLine = line_model("ImportInventoryLine", ceb621.MESSAGE)
ExportOrder = head_model("ExportOrder", ceb303.MESSAGE)
ExportOrderLine = line_model("ExportOrderLine", ceb303.MESSAGE)
ExportReceipt = head_model("ExportReceipt", ceb403.MESSAGE)
ExportWaybill = head_model("ExportWaybill", ceb505.MESSAGE)
ExportInventory = head_model("ExportInventory", ceb603.MESSAGE)
ExportInventoryLine = line_model("ExportInventoryLine", ceb603.MESSAGE)
WaybillStatus = head_model("WaybillStatus", ceb513.MESSAGE)
ImportCancellation = head_model("ImportCancellation", ceb623.MESSAGE)
ImportReturn = head_model("ImportReturn", ceb625.MESSAGE)
ImportReturnLine = line_model("ImportReturnLine", ceb625.MESSAGE)
Warehousing = head_model("Warehousing", ceb711.MESSAGE)
WarehousingLine = line_model("WarehousingLine", ceb711.MESSAGE)
Arrival = head_model("Arrival", ceb507.MESSAGE)
ArrivalLine = line_model("ArrivalLine", ceb507.MESSAGE)
Departure = head_model("Departure", ceb509.MESSAGE)
DepartureLine = line_model("DepartureLine", ceb509.MESSAGE)
ExportCancellation = head_model("ExportCancellation", ceb605.MESSAGE)
TotalSplit = head_model("TotalSplit", ceb607.MESSAGE)
TotalSplitLine = line_model("TotalSplitLine", ceb607.MESSAGE)
ExportReturn = head_model("ExportReturn", ceb213.MESSAGE)
ExportReturnLine = line_model("ExportReturnLine", ceb213.MESSAGE)
ReturnTally = head_model("ReturnTally", ceb215.MESSAGE)
SummaryRequest = head_model("SummaryRequest", ceb701.MESSAGE)
SummaryRequestLine = line_model("SummaryRequestLine", ceb701.MESSAGE)

HEADS: dict[str, Any] = {
    "CEB311Message": ImportOrder,
    "CEB411Message": ImportPayment,
    "CEB511Message": ImportWaybill,
    "CEB621Message": ImportInventory,
    "CEB303Message": ExportOrder,
    "CEB403Message": ExportReceipt,
    "CEB505Message": ExportWaybill,
    "CEB603Message": ExportInventory,
    "CEB513Message": WaybillStatus,
    "CEB623Message": ImportCancellation,
    "CEB625Message": ImportReturn,
    "CEB711Message": Warehousing,
    "CEB507Message": Arrival,
    "CEB509Message": Departure,
    "CEB605Message": ExportCancellation,
    "CEB607Message": TotalSplit,
    "CEB213Message": ExportReturn,
    "CEB215Message": ReturnTally,
    "CEB701Message": SummaryRequest,
}
"""Model of the documents of each message."""

LINES: dict[str, Any] = {
    "CEB311Message": ImportOrderLine,
    "CEB621Message": ImportInventoryLine,
    "CEB303Message": ExportOrderLine,
    "CEB603Message": ExportInventoryLine,
    "CEB625Message": ImportReturnLine,
    "CEB711Message": WarehousingLine,
    "CEB507Message": ArrivalLine,
    "CEB509Message": DepartureLine,
    "CEB607Message": TotalSplitLine,
    "CEB213Message": ExportReturnLine,
    "CEB701Message": SummaryRequestLine,
}
"""Model of the lines of the messages that have any."""


def taken_in() -> list[Message]:
    """The messages the door takes in: those whose documents have a table."""
    return [model.message for model in HEADS.values()]

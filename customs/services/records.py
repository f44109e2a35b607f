"""Sources of shared records: parcels, their documents and lines, tax and movements, found by the number of the list.

Values leave here in clear; what an agency gets of them is decided by the grants (`exchange.selectors.disclosure`).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db.models.functions import Right

from customs.enums import Direction
from customs.messages import registry
from customs.messages.fields import Kind
from customs.models import Movement, Parcel, TaxLine
from customs.models.documents import HEADS, LINES
from customs.selectors.documents import CODES, ROLES
from exchange.services import SharedRecord, register_source, values_of
from portal.personal_data import decrypt

OBJECTS = {
    Direction.IMPORT: ("import_order", "import_payment", "import_waybill", "import_inventory"),
    Direction.EXPORT: ("export_order", "export_receipt", "export_waybill", "export_inventory"),
}
"""Objects of the catalogue in the order of `ROLES`."""
COLUMNS = {"order": "order_id", "payment": "payment_id", "waybill": "waybill_id", "inventory": "id"}
"""Column of a parcel that holds the id of its document."""
SERIAL = 9
"""Digits at the end of a list number by which it is found (index `customs_parcel_serial`)."""


def register_sources() -> None:
    """One source for each object that is found by a list number."""
    register_source("parcel", parcels)
    register_source("tax_line", beside(TaxLine, "gnum"))
    register_source("movement", beside(Movement, "pk"))
    for direction, objects in OBJECTS.items():
        for role, object_code, code in zip(ROLES, objects, CODES[direction], strict=True):
            register_source(object_code, documents(direction, role, code))
            if code in LINES:
                register_source(f"{object_code}_line", lines(direction, role, code))


def named(keys: Sequence[str], **more: Any) -> list[Parcel]:
    """Parcels with these list numbers."""
    serials = [key[-SERIAL:] for key in keys]
    found = Parcel.objects.alias(serial=Right("invt_no", SERIAL)).filter(serial__in=serials)
    return list(found.filter(invt_no__in=list(keys), **more).order_by("pk"))


def parcels(keys: Sequence[str]) -> list[SharedRecord]:
    """What became of these lists."""
    return [SharedRecord(one.invt_no, one.sender_id, values_of(one)) for one in named(keys)]


def beside(model: Any, number: str) -> Callable[[Sequence[str]], list[SharedRecord]]:
    """Rows that name their parcel."""

    def source(keys: Sequence[str]) -> list[SharedRecord]:
        found = {one.pk: one for one in named(keys)}
        rows = model.objects.filter(parcel_id__in=list(found)).order_by("parcel_id", number)
        return [
            SharedRecord(
                f"{found[row.parcel_id].invt_no}#{getattr(row, number)}",
                found[row.parcel_id].sender_id,
                values_of(row),
            )
            for row in rows
        ]

    return source


def documents(direction: Direction, role: str, code: str) -> Callable[[Sequence[str]], list[SharedRecord]]:
    """The document of one role of each list; resident numbers are decrypted."""

    def source(keys: Sequence[str]) -> list[SharedRecord]:
        found = of_parcels(named(keys, direction=direction), role)
        rows = HEADS[code].objects.filter(pk__in=list(found)).order_by("pk")
        return [
            SharedRecord(found[row.pk].invt_no, found[row.pk].sender_id, dict(in_clear(code, row)))
            for row in rows
        ]

    return source


def lines(direction: Direction, role: str, code: str) -> Callable[[Sequence[str]], list[SharedRecord]]:
    """The lines of the document of one role of each list."""

    def source(keys: Sequence[str]) -> list[SharedRecord]:
        found = of_parcels(named(keys, direction=direction), role)
        rows = LINES[code].objects.filter(head_id__in=list(found)).order_by("head_id", "gnum")
        return [
            SharedRecord(
                f"{found[row.head_id].invt_no}#{row.gnum}", found[row.head_id].sender_id, values_of(row)
            )
            for row in rows
        ]

    return source


def of_parcels(found: Sequence[Parcel], role: str) -> dict[int, Parcel]:
    """Id of the document of a role → its parcel."""
    ids = ((getattr(parcel, COLUMNS[role]), parcel) for parcel in found)
    return {document: parcel for document, parcel in ids if document is not None}


def in_clear(code: str, row: Any) -> Iterator[tuple[str, Any]]:
    """Columns of a document, resident numbers in clear."""
    numbers = {one.column for one in registry()[code].fields if one.kind is Kind.RESIDENT_NUMBER}
    for name, value in values_of(row).items():
        yield name, decrypt(value) if name in numbers and value else value

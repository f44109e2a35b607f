"""The documents of one parcel, side by side: every value masked, what must agree marked where it differs.

Documents are found by the keys of rules E.2, so a parcel that still waits shows what has arrived.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from customs.enums import Direction
from customs.messages import registry
from customs.messages.fields import Field, Kind
from customs.models import Parcel
from customs.models.documents import HEADS, LINES
from customs.selectors.versions import old_lines, versions_by_id
from exchange.selectors.signatures import checks_of_documents
from portal.personal_data import decrypt, mask_address, mask_name, mask_phone
from portal.selectors import code_name

ROLES = ("order", "payment", "waybill", "inventory")
CODES = {
    Direction.IMPORT: ("CEB311Message", "CEB411Message", "CEB511Message", "CEB621Message"),
    Direction.EXPORT: ("CEB303Message", "CEB403Message", "CEB505Message", "CEB603Message"),
}
ROLE_LABELS = {"order": _("订单"), "payment": _("支付单"), "waybill": _("运单"), "inventory": _("清单")}
EXPORT_PAYMENT = _("收款单")
MISSING_LABELS = {**ROLE_LABELS, "identity": _("身份核验答复")}


ALSO_PERSONAL = frozenset({"buyerRegNo"})
"""The buyer's account at the platform: usually a phone number or an e-mail address."""


@dataclass(frozen=True)
class Shown:
    """One field of a document as shown: its row of the field table and its text, personal data masked."""

    field: Field
    text: str

    @property
    def label(self) -> str:
        return label_of(self.field)


@dataclass(frozen=True)
class Document:
    """One of the four documents; `row` None when it has not arrived, `check` None when its message is unsigned."""

    role: str
    code: str
    label: str | Promise
    row: Any = None
    lines: Sequence[Any] = ()
    check: Any = None

    @property
    def arrived(self) -> bool:
        return self.row is not None

    def value(self, column: str) -> Any:
        return getattr(self.row, column, None) if self.row is not None else None

    def fields(self) -> list[Shown]:
        """Every field that holds something, masked."""
        return [
            Shown(f, shown_text(f, self.row))
            for f in registry()[self.code].fields
            if self.row is not None and getattr(self.row, f.column) not in (None, "")
        ]


@dataclass(frozen=True)
class DocumentSet:
    """The four documents of a parcel, in the order they are shown."""

    direction: str
    documents: dict[str, Document] = field(default_factory=dict)

    def __getitem__(self, role: str) -> Document:
        return self.documents[role]

    def all(self) -> list[Document]:
        return list(self.documents.values())

    @property
    def ids(self) -> list[int]:
        return [d.row.pk for d in self.all() if d.arrived]


def inventory_direction(inventory_id: int) -> str:
    """I, E, or "" when there is no such inventory."""
    for direction, codes in CODES.items():
        if HEADS[codes[3]].objects.filter(pk=inventory_id).exists():
            return str(direction)
    return ""


def documents_of(inventory_id: int, direction: str) -> DocumentSet:
    """The documents that belong to an inventory, with their lines and signature checks: nine queries at most.

    A decided parcel keeps the versions on which it was decided, also when their senders changed or deleted them since.
    """
    codes = dict(zip(ROLES, CODES[Direction(direction)], strict=True))
    inventory = HEADS[codes["inventory"]].objects.filter(pk=inventory_id).first()
    decided = Parcel.objects.filter(pk=inventory_id).only("order_id", "payment_id", "waybill_id").first()
    if inventory is None:
        inventory = versions_by_id(codes["inventory"], [inventory_id]).get(inventory_id)
    rows: dict[str, Any] = {}
    for role in ROLES:
        used = getattr(decided, f"{role}_id") if decided and role != "inventory" else None
        row = inventory if role == "inventory" else _partner(inventory, role, codes[role], direction)
        if used and (row is None or row.pk != used):
            row = versions_by_id(codes[role], [used]).get(used, row)
        rows[role] = row
    checks = checks_of_documents(row.pk for row in rows.values() if row is not None)
    found: dict[str, Document] = {}
    for role, row in rows.items():
        label = EXPORT_PAYMENT if (role, direction) == ("payment", "E") else ROLE_LABELS[role]
        check = checks.get(row.pk) if row is not None else None
        found[role] = Document(role, codes[role], label, row, _lines(codes[role], row), check)
    return DocumentSet(direction, found)


def _partner(inventory: Any, role: str, code: str, direction: str) -> Any:
    if inventory is None:
        return None
    keys = ["logistics_code", "logistics_no"] if role == "waybill" else ["ebp_code", "order_no"]
    if direction == Direction.EXPORT and role != "waybill":
        keys.append("ebc_code")
    return HEADS[code].objects.filter(**{key: getattr(inventory, key) for key in keys}).first()


def _lines(code: str, row: Model | None) -> list[Any]:
    if row is None or code not in LINES:
        return []
    if hasattr(row, "version_end"):
        return old_lines([row])[row.pk]
    return list(LINES[code].objects.filter(head_id=row.pk).order_by("gnum"))


def label_of(field: Field) -> str:
    """The official Chinese name, or our English one."""
    return field.meaning if (get_language() or "").startswith("en") else field.label


def shown_text(field: Field, row: Any) -> str:
    """The value of a field as text, personal data masked (rules F.3)."""
    value = getattr(row, field.column)
    if value is None or value == "":
        return ""
    match field.kind:
        case Kind.RESIDENT_NUMBER:
            return str(getattr(row, field.column.removesuffix("_number") + "_mask") or "***")
        case Kind.PERSON:
            return mask_name(str(value))
        case Kind.PHONE:
            return mask_phone(str(value))
        case Kind.ADDRESS:
            return mask_address(str(value))
    if field.name in ALSO_PERSONAL:
        return mask_phone(str(value))
    return coded(field.wire.codes, value) if field.wire.codes else plain(value)


def coded(table: str, value: Any) -> str:
    """`142 人民币`."""
    name = code_name(table, str(value), get_language() or "zh-hans")
    return f"{value} {name}" if name != value else str(value)


def plain(value: Any) -> str:
    """Numbers without needless zeros, times in China standard time."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def decimal_text(value: Decimal) -> str:
    """At least two places, more only where they say something: 129.00, 0.01250."""
    text = f"{value:.5f}"
    whole, _point, places = text.partition(".")
    return f"{whole}.{places[:2]}{places[2:].rstrip('0')}"


def clear_values(documents: DocumentSet) -> dict[str, dict[str, str]]:
    """role → {column: clear text} of all personal data. The caller has the right and the audit entry."""
    return {
        document.role: {
            f.column: clear_text(f, document.row)
            for f in registry()[document.code].fields
            if document.arrived and is_personal(f) and document.value(f.column)
        }
        for document in documents.all()
    }


def is_personal(field: Field) -> bool:
    return field.kind is not Kind.PLAIN or field.name in ALSO_PERSONAL


def clear_text(field: Field, row: Any) -> str:
    value = str(getattr(row, field.column))
    return decrypt(value) if field.kind is Kind.RESIDENT_NUMBER else value

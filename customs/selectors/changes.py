"""What senders changed in the documents of a parcel: every version, and field by field what became different (personal data masked)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from customs.enums import VersionEnd
from customs.messages import registry
from customs.messages.codec import Message
from customs.messages.fields import Field, Kind, column_name
from customs.models import Parcel
from customs.models.documents import LINES
from customs.selectors.documents import Document, DocumentSet, label_of, shown_text
from customs.selectors.versions import old_lines, versions_of

UNTOLD = frozenset({"guid", "appType", "appTime"})
"""Fields that differ between any two messages."""


@dataclass(frozen=True)
class Change:
    """One field that became different; `before` and `after` as shown, masked."""

    label: str | Promise
    before: str
    after: str


@dataclass(frozen=True)
class Version:
    """One version: when it was sent, what it changed against the one before it, and how it ended ("" = it stands)."""

    number: int
    app_time: datetime
    received_at: datetime
    changes: Sequence[Change]
    end: str | Promise = ""
    ended_at: datetime | None = None


@dataclass(frozen=True)
class History:
    """A document that has more than one version, newest first."""

    label: str | Promise
    versions: Sequence[Version]


def attempts_of(parcel: Parcel) -> "QuerySet[Parcel]":
    """The other declarations of the same list by the same sender, oldest first."""
    return (
        Parcel.objects.filter(
            order_no=parcel.order_no,
            ebp_code=parcel.ebp_code,
            direction=parcel.direction,
            sender_id=parcel.sender_id,
            ebc_code=parcel.ebc_code,
        )
        .exclude(pk=parcel.pk)
        .order_by("pk")
    )


def histories(documents: DocumentSet) -> list[History]:
    """Of each document that was changed, all versions; three queries a document at most."""
    return [
        history
        for document in documents.all()
        if document.arrived and (history := _history(document)) is not None
    ]


def _history(document: Document) -> History | None:
    message = registry()[document.code]
    key = "|".join(str(getattr(document.row, column_name(name))) for name in message.key)
    found = [row for row in versions_of(document.code, [key]) if row.sender_id == document.row.sender_id]
    if not found:
        return None
    lines = old_lines(found)
    rows = [*found] if document.row.pk in lines else [*found, document.row]
    if document.row.pk not in lines:
        lines[document.row.pk] = list(document.lines)
    versions = [
        Version(
            number,
            row.app_time,
            row.received_at,
            differences(message, before, row, lines) if before is not None else (),
            VersionEnd(row.version_end).label if hasattr(row, "version_end") else "",
            getattr(row, "ended_at", None),
        )
        for number, (before, row) in enumerate(zip([None, *rows], rows, strict=False), 1)
    ]
    return History(document.label, versions[::-1])


def differences(message: Message, before: Any, after: Any, lines: dict[int, list[Any]]) -> list[Change]:
    """Fields of head and lines that are not the same, in the order of the message."""
    found = _fields(message.fields, before, after)
    if message.code not in LINES:
        return found
    old = {line.gnum: line for line in lines[before.pk]}
    new = {line.gnum: line for line in lines[after.pk]}
    for number in sorted(old.keys() | new.keys()):
        place = format_lazy(_("第 {number} 项"), number=number)
        if number not in old or number not in new:
            found.append(Change(place, _name(old.get(number)), _name(new.get(number))))
            continue
        found += [
            Change(format_lazy("{place} {label}", place=place, label=one.label), one.before, one.after)
            for one in _fields(message.line_fields, old[number], new[number])
        ]
    return found


def _fields(fields: Sequence[Field], before: Any, after: Any) -> list[Change]:
    return [
        Change(label_of(one), shown_text(one, before), shown_text(one, after))
        for one in fields
        if one.name not in UNTOLD and _compared(one, before) != _compared(one, after)
    ]


def _compared(field: Field, row: Any) -> Any:
    """What tells two values apart. The same resident number is never encrypted twice alike, so its keyed hash is compared."""
    if field.kind is Kind.RESIDENT_NUMBER:
        return getattr(row, field.column.removesuffix("_number") + "_hash")
    return getattr(row, field.column)


def _name(line: Any) -> str:
    """What a line is called; "" for none."""
    return str(getattr(line, "gname", None) or getattr(line, "item_name", "")) if line is not None else ""

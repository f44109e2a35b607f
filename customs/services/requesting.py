"""Asking from a page: the platform writes the official request from the stored list and hands it to the intake like any other message."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from customs.enums import Direction, ParcelState, RequestKind
from customs.messages import registry
from customs.messages.codec import Message
from customs.messages.fields import Field, Kind, Store
from customs.models import Parcel
from customs.models.documents import HEADS
from customs.selectors.requests import LISTS, declared_lines, sent_back
from customs.services.entering import enter_document
from customs.services.requests import has_open_request
from customs.services.uploading import Upload
from customs.workflow import PARCEL
from portal.personal_data import decrypt

if TYPE_CHECKING:
    from portal.models import Organisation, User

CANCELS = {Direction.IMPORT: "CEB623Message", Direction.EXPORT: "CEB605Message"}


def askable(parcel: Parcel, organisation_id: int) -> list[str]:
    """Requests this enterprise can make by a page: `cancel`, `import_return`."""
    if parcel.sender_id != organisation_id or has_open_request(parcel.pk):
        return []
    found = []
    if parcel.state in PARCEL.transition("cancel").sources and not sent_back(parcel.pk):
        found.append(RequestKind.CANCEL.value)
    back = parcel.state in {ParcelState.RELEASED, ParcelState.CLEARED}
    if back and parcel.direction == Direction.IMPORT and left_of(parcel):
        found.append(RequestKind.IMPORT_RETURN.value)
    return found


def left_of(parcel: Parcel) -> list[tuple[int, str, Decimal]]:
    """(line, goods, quantity) of what has not gone back."""
    back = sent_back(parcel.pk)
    found = []
    for number, line in declared_lines(parcel).items():
        left = line.qty - back.get(number, (Decimal(0),))[0]
        if left > 0:
            found.append((number, line.gname, left))
    return found


def ask_cancel(*, actor: "User", organisation: "Organisation", parcel: Parcel, reason: str) -> Upload:
    """Send CEB623 or CEB605 for a list. Raises NotPermitted."""
    message = registry()[CANCELS[Direction(parcel.direction)]]
    head = head_of(message, parcel, reason)
    return enter_document(actor=actor, organisation=organisation, message=message, head=head)


def ask_return(
    *,
    actor: "User",
    organisation: "Organisation",
    parcel: Parcel,
    reason: str,
    quantities: Mapping[int, Decimal],
) -> Upload:
    """Send CEB625 for lines of a list. Raises NotPermitted."""
    message = registry()["CEB625Message"]
    declared = declared_lines(parcel)
    lines = [
        {
            **wire_values(message.line_fields, declared[number]),
            "gnum": str(number),
            "qty": f"{quantity:f}",
            "note": "",
        }
        for number, quantity in sorted(quantities.items())
        if number in declared
    ]
    head = head_of(message, parcel, reason)
    return enter_document(actor=actor, organisation=organisation, message=message, head=head, lines=lines)


def head_of(message: Message, parcel: Parcel, reason: str) -> dict[str, str]:
    """The request's head: what the list says, its number, the reason."""
    document = HEADS[LISTS[Direction(parcel.direction)]].objects.get(pk=parcel.pk)
    number = timezone.localtime().strftime("S%y%m%d%H%M%S%f")[:20]
    return {
        **wire_values(message.fields, document),
        "invtNo": parcel.invt_no,
        "preNo": parcel.pre_no,
        "copNo": number,
        "reason": reason,
        "note": "",
    }


def wire_values(fields: tuple[Field, ...], row: Any) -> dict[str, str]:
    """What a stored document says under the official names that it shares with the request."""
    return {
        field.name: wire_text(field, getattr(row, field.column))
        for field in fields
        if hasattr(row, field.column)
    }


def wire_text(field: Field, value: Any) -> str:
    """A stored value as it stands in a message."""
    if value is None:
        return ""
    if field.kind is Kind.RESIDENT_NUMBER:
        return decrypt(value)
    if field.wire.store is Store.NUMBER:
        return f"{value.normalize():f}"
    if field.wire.store is Store.MOMENT:
        return timezone.localtime(value).strftime("%Y%m%d%H%M%S")
    return f"{value:%Y%m%d}" if field.wire.store is Store.DAY else str(value)

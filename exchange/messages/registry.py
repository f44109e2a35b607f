"""Which kinds of message the exchange takes, and who reads, stores and renders them.

Higher apps register here from `AppConfig.ready()`; the exchange never imports them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from exchange.messages.errors import Fault


class Reading(Protocol):
    """What a codec reads from a valid message."""

    guid: str
    cop_code: str
    dxp_id: str
    documents: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a message came from, the id under which it is stored and the id of its first receipt."""

    message_id: int
    sender_id: int
    receipt_id: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One receipt as stored. `document_id` None = all documents of the message."""

    id: int
    message_id: int
    document_id: int | None
    message_type: str
    status: str
    info: str
    returned_at: datetime


@dataclass(frozen=True, slots=True)
class MessageType:
    """One message the exchange takes.

    `read(root)` → (reading or None, faults); a reading without faults may be stored.
    `store(cursor, arrival, reading)` writes documents, queue row and the first receipt with at most three
    statements; raises the database's unique violation or NeedsSorting when not every document is new.
    `sort(cursor, arrival, reading)` is the slow path: stores what is new and answers what is old.
    Both use `arrival.receipt_id` for the first receipt they write. `parameter_code` is the official negative code
    for "parameter check failed" of this message's family.
    """

    code: str
    parameter_code: str
    read: Callable[[Any], tuple[Any | None, Sequence[Fault]]]
    store: Callable[[Any, Arrival, Any], None]
    sort: Callable[[Any, Arrival, Any], None]


IMPORT_PORT, EXPORT_PORT = "DXPEDCCEB0000002", "DXPEDCCEB0000003"
"""Nodes of customs in the exchange: import and export."""


@dataclass(frozen=True, slots=True)
class ReceiptType:
    """One kind of receipt: `describe` gives per receipt id the documents it answers (business keys),
    `write` gives per receipt id the official XML. `port` is the node that sends it (interface specification 202205).
    """

    code: str
    describe: Callable[[Sequence[ReceiptLine]], dict[int, list[dict[str, str]]]]
    write: Callable[[Sequence[ReceiptLine]], dict[int, bytes]]
    port: str = IMPORT_PORT


_messages: dict[str, MessageType] = {}
_receipts: dict[str, ReceiptType] = {}


def register(messages: Iterable[MessageType] = (), receipts: Iterable[ReceiptType] = ()) -> None:
    """Make kinds of messages and receipts known; the last registration of a code holds."""
    _messages.update({m.code: m for m in messages})
    _receipts.update({r.code: r for r in receipts})


def message_type(code: str) -> MessageType | None:
    """The registered message of this root name, if any."""
    return _messages.get(code)


def message_codes() -> list[str]:
    """Root names of all messages taken, sorted."""
    return sorted(_messages)


def receipt_type(code: str) -> ReceiptType | None:
    """The registered receipt of this root name, if any."""
    return _receipts.get(code)

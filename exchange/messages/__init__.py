"""Messages the exchange takes: registry, envelopes, faults."""

from exchange.messages.envelope import Opened, open_message
from exchange.messages.errors import (
    MAX_ERRORS,
    Fault,
    MessageFault,
    MessageRefused,
    NeedsSorting,
    as_dicts,
    refused,
)
from exchange.messages.registry import (
    EXPORT_PORT,
    IMPORT_PORT,
    Arrival,
    MessageType,
    Reading,
    ReceiptLine,
    ReceiptType,
    message_codes,
    message_type,
    receipt_type,
    register,
)

__all__ = [
    "EXPORT_PORT",
    "IMPORT_PORT",
    "MAX_ERRORS",
    "Arrival",
    "Fault",
    "MessageFault",
    "MessageRefused",
    "MessageType",
    "NeedsSorting",
    "Opened",
    "Reading",
    "ReceiptLine",
    "ReceiptType",
    "as_dicts",
    "message_codes",
    "message_type",
    "open_message",
    "receipt_type",
    "refused",
    "register",
]

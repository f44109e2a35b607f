"""Tables that higher apps may name in set-based SQL, with the columns they may write.

Columns not listed have database defaults (`id`, `xid`, `created_at` …) and must be left out.
"""

RECEIPT = "exchange_receipt"
RECEIPT_COLUMNS = (
    "organisation_id",
    "message_id",
    "document_id",
    "message_type",
    "status",
    "info",
    "returned_at",
)
"""`document_id` NULL = all documents of the message. `info` at most 1000 characters."""

AGENCY_TASK = "exchange_agencytask"
AGENCY_TASK_COLUMNS = ("agency_code", "kind", "subject_id", "payload")
"""`payload` = `portal.personal_data.encrypt(json.dumps(…))`; state starts as `open`. `district` (customs code) may be added."""

SHARED_DOCUMENT = "exchange_shareddocument"
SHARED_DOCUMENT_COLUMNS = (
    "subject_id",
    "kind",
    "number",
    "status",
    "district",
    "port",
    "trade_mode",
    "happened_at",
)
"""What agencies may know of released lists; unique by (subject_id, status). `kind` is the root name of the list's message."""

OUTBOX = "exchange_outbox"
OUTBOX_COLUMNS = ("organisation_id", "agency", "channel", "subject")
"""One row per decision turn and recipient at most: `organisation_id` or `agency`, `channel` e.g. `receipts`."""

MESSAGE = "exchange_message"
"""Read only: id, sender_id, message_type, documents, size, state, received_at."""

POSITIONS = 128
"""Row id of a document = message id × POSITIONS + position in the message (0-based)."""

"""Writing and reading the journal.

Raw bytes are stored as zstd level 1 inside AES-256-GCM bound to the message id, so a row's bytes cannot be swapped
for another's unnoticed. Message ids come from a database sequence in blocks of 64 per process.
"""

import os
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import zstandard
from django.db import connection
from psycopg2 import Binary

from exchange.enums import MessageState
from exchange.models import Message
from portal.enums import Verb
from portal.personal_data import decrypt_bytes, encrypt_bytes
from portal.tables import AUDIT

BLOCK = 64
"""Ids taken from the sequence at a time; the migration's INCREMENT BY."""

_packing = threading.local()


class MessageIds:
    """Hands out message ids of this process's block; a forked child takes its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = self._end = 0
        os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        """Leave the rest of the block unused."""
        self._lock = threading.Lock()
        self._next = self._end = 0

    def take(self) -> int:
        """The next id. One statement every 64 calls."""
        with self._lock:
            if self._next == self._end:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT nextval('exchange_message_block')")
                    self._next = int(cursor.fetchone()[0])
                self._end = self._next + BLOCK
            taken = self._next
            self._next += 1
            return taken


message_ids = MessageIds()


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the journal before it is written."""

    message_id: int
    sender_id: int
    client_id: int | None
    actor_id: int | None
    message_type: str
    guid: str
    cop_msg_id: str
    digest: bytes
    body: bytes
    documents: int
    received_at: datetime
    idempotency_key: str | None = None
    refusal: list[dict[str, str]] | None = None


_INSERT = f"""
WITH entry AS (
INSERT INTO exchange_message (id, sender_id, client_id, message_type, guid, cop_msg_id, digest, size, documents,
  state, refusal, received_at, idempotency_key, receipt_id, raw)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, nextval('exchange_receipt_id_seq'), %s)
ON CONFLICT DO NOTHING RETURNING receipt_id
), audited AS (
INSERT INTO {AUDIT} (at, verb, actor_id, client_id, organisation_id, subject, detail)
SELECT %s, %s, %s, %s, %s, %s, %s FROM entry
) SELECT receipt_id FROM entry"""  # noqa: S608 -- name of a table


def insert_entry(cursor: Any, entry: Entry) -> int | None:
    """Write the row; returns the id reserved for its first receipt, None when sender and bytes (or key) are known.

    The same statement audits the act with the digest, so that the hash chain of the audit trail vouches for the bytes.
    """
    accepted = entry.refusal is None
    state = MessageState.ACCEPTED if accepted else MessageState.REFUSED
    cursor.execute(
        _INSERT,
        (
            entry.message_id,
            entry.sender_id,
            entry.client_id,
            entry.message_type,
            entry.guid,
            entry.cop_msg_id,
            entry.digest,
            len(entry.body),
            entry.documents,
            state.value,
            None if accepted else orjson.dumps(entry.refusal).decode(),
            entry.received_at,
            entry.idempotency_key,
            Binary(packed(entry.message_id, entry.body)),
            entry.received_at,
            (Verb.MESSAGE_RECEIVED if accepted else Verb.MESSAGE_REFUSED).value,
            entry.actor_id,
            entry.client_id,
            entry.sender_id,
            f"exchange.message:{entry.message_id}",
            orjson.dumps({"type": entry.message_type, "sha256": entry.digest.hex()}).decode(),
        ),
    )
    row = cursor.fetchone()
    return None if row is None else int(row[0])


def packed(message_id: int, body: bytes) -> bytes:
    """Compressed and encrypted bytes as stored. One compressor per thread: the library forbids sharing."""
    compressor = getattr(_packing, "compressor", None)
    if compressor is None:
        compressor = _packing.compressor = zstandard.ZstdCompressor(level=1)
    return encrypt_bytes(compressor.compress(body), _bound_to(message_id))


def unpacked(message_id: int, stored: bytes) -> bytes:
    """The bytes as received. Raises cryptography.exceptions.InvalidTag when the row was tampered with."""
    return zstandard.ZstdDecompressor().decompress(decrypt_bytes(stored, _bound_to(message_id)))


def _bound_to(message_id: int) -> bytes:
    return b"exchange_message:%d" % message_id


@dataclass(frozen=True, slots=True)
class Summary:
    """What a CEB900 receipt repeats of the message it refuses."""

    message_type: str
    guid: str
    cop_msg_id: str
    size: int


def message_summary(message_id: int) -> Summary:
    """Raises Message.DoesNotExist."""
    return Summary(
        *Message.objects.values_list("message_type", "guid", "cop_msg_id", "size").get(pk=message_id)
    )

"""Intake: one message in, one receipt out.

Promise: the raw bytes, the documents, the queue row and the first receipt commit together or not at all; the answer
is given after the commit. The same bytes again get the first receipt (E.25); the same business key again is answered
per document (E.24); a message refused as a whole leaves its bytes and a CEB900 receipt in the journal and nothing else.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, DataError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg2 import errors as pg

from exchange.enums import MessageState
from exchange.events import MESSAGES_REFUSED
from exchange.messages import (
    Arrival,
    MessageRefused,
    MessageType,
    NeedsSorting,
    Opened,
    as_dicts,
    message_type,
    open_message,
    refused,
)
from exchange.services.journal import Entry, insert_entry, message_ids
from portal import events
from portal.errors import Refusal

ATTEMPTS = 4
"""A message that meets its like in another transaction may be the victim of a deadlock; it is tried again."""

FORMAT_RECEIPT = "CEB900Message"
FORMAT_STATUS = "-999999"
"""Negative status of CEB900: format check failed (as the public mock server of customs answers)."""


class KeyReused(Refusal):
    """The Idempotency-Key was used for another body."""

    code = "IDEMPOTENCY.REUSED"
    message = _("该 Idempotency-Key 已用于另一份报文。")
    field = "Idempotency-Key"
    status = 409


class TryLater(Refusal):
    """Messages with the same documents are being stored at this moment."""

    code = "EXCHANGE.BUSY"
    message = _("相同单证正在接收，请稍后重试。")
    status = 503


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: the enterprise, the codes that name it, and the machine or the person that uploaded."""

    organisation_id: int
    codes: frozenset[str]
    client_id: int | None = None
    actor_id: int | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The answer to an accepted message; `repeated` when these bytes were accepted before."""

    receipt_id: int
    message_id: int
    message_type: str
    guid: str
    documents: int
    received_at: datetime
    repeated: bool


class _Known(Exception):
    """Sender and bytes, or sender and key, are in the journal already."""


def receive_message(*, sender: Sender, body: bytes, idempotency_key: str | None = None) -> Acceptance:
    """Take one CEB message or DxpMsg envelope.

    Raises MessageRefused (journalled, with `receipt_id`), KeyReused, TryLater.
    """
    received_at = timezone.now()
    digest = hashlib.sha256(body).digest()
    try:
        opened, kind, reading = read_message(body, sender.codes)
    except MessageRefused as refusal:
        known = _first_acceptance(sender.organisation_id, digest, None)
        if known is not None:
            return known
        refusal.receipt_id = _journal_refusal(sender, refusal, body, digest, received_at)
        raise
    entry = Entry(
        message_id=message_ids.take(),
        sender_id=sender.organisation_id,
        client_id=sender.client_id,
        actor_id=sender.actor_id,
        message_type=opened.code,
        guid=reading.guid,
        cop_msg_id=opened.cop_msg_id,
        digest=digest,
        body=body,
        documents=reading.documents,
        received_at=received_at,
        idempotency_key=idempotency_key,
    )
    try:
        return _accept(entry, kind, reading)
    except _Known:
        known = _first_acceptance(entry.sender_id, digest, idempotency_key)
        if known is None:
            raise TryLater from None
        return known
    except DataError:
        unfit = _not_storable(opened, reading)
        unfit.receipt_id = _journal_refusal(sender, unfit, body, digest, received_at)
        raise unfit from None


def _not_storable(opened: Opened, reading: Any) -> MessageRefused:
    """A value that passed every check and still does not fit its column: refused, never a server error."""
    refusal = refused(
        422,
        "0002",
        "报文中有无法存储的值，请核对数值与日期的范围",
        "The message holds a value that cannot be stored; check the ranges of numbers and dates",
        f"/{opened.code}",
        opened.code,
    )
    refusal.guid, refusal.cop_msg_id = reading.guid, opened.cop_msg_id
    return refusal


def read_message(body: bytes, sender_codes: frozenset[str]) -> tuple[Opened, MessageType, Any]:
    """Open, recognise, validate, read, and hold the sender against the transfer block. Raises MessageRefused."""
    opened = open_message(body)
    try:
        return opened, *_read_business(opened, sender_codes)
    except MessageRefused as refusal:
        refusal.message_type = opened.code
        refusal.guid = str(opened.root.get("guid") or "")[:64]
        refusal.cop_msg_id = opened.cop_msg_id
        raise


def _read_business(opened: Opened, sender_codes: frozenset[str]) -> tuple[MessageType, Any]:
    kind = message_type(opened.code)
    if kind is None:
        raise refused(
            422,
            "0999",
            f"不受理的报文类型 {opened.code}",
            f"Messages of type {opened.code} are not taken",
            f"/{opened.code}",
        )
    reading, faults = kind.read(opened.root)
    if faults or reading is None:
        raise MessageRefused(422, "0002", faults)
    if reading.cop_code not in sender_codes:
        raise refused(
            403,
            "E.23",
            "BaseTransfer 的 copCode 与接入企业身份不一致",
            "copCode of BaseTransfer is not the identity of the enterprise that connects",
            f"/{opened.code}/BaseTransfer/copCode",
        )
    if opened.sender_id and opened.sender_id != reading.dxp_id:
        raise refused(
            422,
            kind.parameter_code,
            "传输信封的 SenderId 与 BaseTransfer 的 dxpId 不一致",
            "SenderId of the envelope differs from dxpId of BaseTransfer",
            "/DxpMsg/TransInfo/SenderId",
        )
    return kind, reading


def _accept(entry: Entry, kind: MessageType, reading: Any) -> Acceptance:
    """Fast path once; documents that are known already lead to the slow path."""
    try:
        return _store(entry, kind.store, reading)
    except (NeedsSorting, DatabaseError) as error:
        if not _met_its_like(error):
            raise
    for _attempt in range(ATTEMPTS):
        try:
            return _store(entry, kind.sort, reading)
        except DatabaseError as error:
            if not _met_its_like(error):
                raise
    raise TryLater


def _met_its_like(error: Exception) -> bool:
    return isinstance(error, NeedsSorting) or isinstance(
        error.__cause__, pg.UniqueViolation | pg.DeadlockDetected
    )


def _store(entry: Entry, write: Any, reading: Any) -> Acceptance:
    """Journal row and documents in one transaction, on the driver's own cursor (no query log, no wrapper per call)."""
    with transaction.atomic(), connection.wrap_database_errors, connection.connection.cursor() as cursor:
        receipt_id = insert_entry(cursor, entry)
        if receipt_id is None:
            raise _Known
        write(cursor, Arrival(entry.message_id, entry.sender_id, receipt_id, entry.received_at), reading)
    return Acceptance(
        receipt_id,
        entry.message_id,
        entry.message_type,
        entry.guid,
        entry.documents,
        entry.received_at,
        repeated=False,
    )


def _first_acceptance(sender_id: int, digest: bytes, key: str | None) -> Acceptance | None:
    """What was answered to these bytes before. Raises KeyReused when the key stands for other bytes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT receipt_id, id, message_type, guid, documents, received_at, true, digest FROM exchange_message"
            " WHERE sender_id = %s AND state = %s AND (digest = %s OR idempotency_key = %s)",
            [sender_id, MessageState.ACCEPTED.value, digest, key],
        )
        rows = cursor.fetchall()
    if any(bytes(row[7]) != digest for row in rows):
        raise KeyReused
    return Acceptance(*rows[0][:7]) if rows else None


def _journal_refusal(
    sender: Sender, refusal: MessageRefused, body: bytes, digest: bytes, received_at: datetime
) -> int:
    """Journal row and CEB900 receipt; the same bytes refused again keep their first receipt."""
    errors = as_dicts(refusal.faults)
    entry = Entry(
        message_id=message_ids.take(),
        sender_id=sender.organisation_id,
        client_id=sender.client_id,
        actor_id=sender.actor_id,
        message_type=refusal.message_type[:15] or "Unknown",
        guid=refusal.guid,
        cop_msg_id=refusal.cop_msg_id,
        digest=digest,
        body=body,
        documents=0,
        received_at=received_at,
        refusal=errors,
    )
    with transaction.atomic(), connection.cursor() as cursor:
        receipt_id = insert_entry(cursor, entry)
        if receipt_id is not None:
            cursor.execute(
                "INSERT INTO exchange_receipt (id, organisation_id, message_id, message_type, status, info, returned_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s)",
                [
                    receipt_id,
                    entry.sender_id,
                    entry.message_id,
                    FORMAT_RECEIPT,
                    FORMAT_STATUS,
                    refusal_sentence(refusal.code, errors),
                    received_at,
                ],
            )
            if sender.client_id is not None:
                events.publish(MESSAGES_REFUSED, [entry.message_id])
            return receipt_id
        cursor.execute(
            "SELECT receipt_id FROM exchange_message WHERE sender_id = %s AND digest = %s AND state = %s",
            [entry.sender_id, digest, MessageState.REFUSED.value],
        )
        return int(cursor.fetchone()[0])


def refusal_sentence(code: str, errors: list[dict[str, str]]) -> str:
    """Text of the CEB900 receipt, in the form customs uses: `[Code:…;Desc:…]`, at most 1000 characters."""
    sentences = "；".join(f"{e['path']} {e['message_zh']}".strip() for e in errors)
    return f"[Code:{code};Desc:{sentences}]"[:1000]

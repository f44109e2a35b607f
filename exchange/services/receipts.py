"""Handing out receipts: stored lines become official answers through the codecs of the app that registered them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.messages import MessageRefused, ReceiptLine, receipt_type
from exchange.messages.envelope import business_body, write_envelope
from exchange.messages.signatures import sign_document
from exchange.models import Message, Outbox
from exchange.selectors.feeds import Page, position_of
from exchange.selectors.receipts import receipt_of, receipt_page
from exchange.services.journal import unpacked
from exchange.services.platform_key import platform_signer
from portal.errors import Refusal

ROOT_GUID = re.compile(rb'<(?:\w+:)?CEB\d+Message[^>]*?guid="([^"]{1,64})"')
DXP_ID = re.compile(rb"<(?:\w+:)?dxpId>([^<]{1,30})<")

KEPT = timedelta(days=7)
"""Delivery notes are kept this long after delivery."""


class ReceiptUnknown(Refusal):
    """There is no such receipt, or it is another enterprise's."""

    code = "RECEIPT.UNKNOWN"
    message = _("没有此回执。")
    status = 404


@dataclass(frozen=True, slots=True)
class RenderedReceipt:
    """A receipt with the business keys of the documents it answers and, if wanted, the official XML."""

    line: ReceiptLine
    documents: list[dict[str, str]]
    content: bytes | None = None


def read_receipts(
    *, organisation_id: int, cursor: str, limit: int, with_xml: bool, signed: bool = False
) -> tuple[list[RenderedReceipt], Page]:
    """One page of an enterprise's receipts, in the order they became certain. Raises BadCursor."""
    lines, page = receipt_page(organisation_id=organisation_id, cursor=cursor, limit=limit)
    receipts = signed_receipts(lines) if signed else rendered(lines, with_xml=with_xml)
    if cursor:
        note_acknowledged(feed="receipts", cursor=cursor, organisation_id=organisation_id)
    if page.rows:
        note_delivery(
            organisation_id=organisation_id, xid=int(page.rows[-1]["xid"]) - (1 if page.more else 0)
        )
    return receipts, page


def note_acknowledged(
    *, feed: str, cursor: str, organisation_id: int | None = None, agency: str = ""
) -> None:
    """The recipient has everything up to the cursor it sent (never beyond what was certain, and never backwards)."""
    xid, row_id = position_of(cursor)
    with connection.cursor() as db:
        db.execute(
            "INSERT INTO exchange_feedposition AS p (organisation_id, agency, feed, xid, row_id)"
            " SELECT %s, %s, %s, s.xid, s.row_id FROM (SELECT %s::xid8 AS xid, %s::bigint AS row_id) s"
            " WHERE s.xid < pg_snapshot_xmin(pg_current_snapshot())"
            " ON CONFLICT (organisation_id, agency, feed)"
            " DO UPDATE SET xid = excluded.xid, row_id = excluded.row_id, read_at = now()"
            " WHERE (p.xid, p.row_id) < (excluded.xid, excluded.row_id)",
            [organisation_id, agency, feed, str(xid), row_id],
        )


def note_delivery(*, organisation_id: int, xid: int) -> None:
    """The recipient has read its receipts up to and including this transaction: its delivery notes are done."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE exchange_outbox SET delivered_at = now() WHERE organisation_id = %s AND channel = 'receipts'"
            " AND delivered_at IS NULL AND xid <= %s::xid8",
            [organisation_id, str(xid)],
        )


def forget_delivered_notes() -> int:
    """Delete notes delivered more than a week ago; returns how many."""
    deleted, _by_model = Outbox.objects.filter(delivered_at__lt=timezone.now() - KEPT).delete()
    return deleted


def read_receipt(
    *, organisation_id: int, receipt_id: int, with_xml: bool, signed: bool = False
) -> RenderedReceipt:
    """One receipt of an enterprise. Raises ReceiptUnknown."""
    line = receipt_of(organisation_id=organisation_id, receipt_id=receipt_id)
    if line is None:
        raise ReceiptUnknown
    return (signed_receipts([line]) if signed else rendered([line], with_xml=with_xml))[0]


def rendered(lines: Sequence[ReceiptLine], *, with_xml: bool) -> list[RenderedReceipt]:
    """The receipts in the same order; one callback per kind of receipt, whatever the number of lines."""
    by_type: dict[str, list[ReceiptLine]] = defaultdict(list)
    for line in lines:
        by_type[line.message_type].append(line)
    documents: dict[int, list[dict[str, str]]] = {}
    contents: dict[int, bytes] = {}
    for code, group in by_type.items():
        kind = receipt_type(code)
        if kind is None:
            continue
        documents.update(kind.describe(group))
        if with_xml:
            contents.update(kind.write(group))
    return [RenderedReceipt(line, documents.get(line.id, []), contents.get(line.id)) for line in lines]


def signed_receipts(lines: Sequence[ReceiptLine]) -> list[RenderedReceipt]:
    """The receipts with `content` = the official XML in a DxpMsg envelope that the platform has signed.

    Derived whenever it is asked for: the receipt is what is stored, and an RSA signature of the same receipt is the same again. The
    signature stands in the envelope because the schemas of the receipts themselves (202205) have no place for one.
    """
    receivers = dxp_ids({line.message_id for line in lines})
    signer = platform_signer()
    found = []
    for receipt in rendered(lines, with_xml=True):
        line, kind = receipt.line, receipt_type(receipt.line.message_type)
        if receipt.content is None or kind is None:
            found.append(receipt)
            continue
        guid = ROOT_GUID.search(receipt.content)
        envelope = write_envelope(
            receipt.content,
            message_type=line.message_type,
            cop_msg_id=guid.group(1).decode() if guid else str(line.id),
            sender=kind.port,
            receiver=receivers.get(line.message_id, "UNKNOWN"),
            created=timezone.localtime(line.returned_at),
        )
        found.append(replace(receipt, content=sign_document(envelope, signer)))
    return found


def dxp_ids(message_ids: Iterable[int]) -> dict[int, str]:
    """Transmission number (dxpId of BaseTransfer) of the senders of these messages. One query."""
    stored = Message.objects.filter(pk__in=list(message_ids)).values_list("pk", "raw")
    found = {}
    for pk, raw in stored:
        try:
            body = business_body(unpacked(pk, bytes(raw)))
        except MessageRefused:
            continue
        if number := DXP_ID.search(body):
            found[pk] = number.group(1).decode("utf-8", "replace")
    return found


def as_json(receipt: RenderedReceipt) -> dict[str, Any]:
    """The receipt as the API shows it; `document` null = all documents of the message."""
    line = receipt.line
    body: dict[str, Any] = {
        "id": line.id,
        "message_type": line.message_type,
        "message": line.message_id,
        "document": line.document_id,
        "status": line.status,
        "info": line.info,
        "returned_at": line.returned_at,
        "documents": receipt.documents,
    }
    if receipt.content is not None:
        body["content"] = receipt.content.decode()
    return body

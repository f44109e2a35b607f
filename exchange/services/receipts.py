"""Handing out receipts: stored lines become official answers through the codecs of the app that registered them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.messages import ReceiptLine, receipt_type
from exchange.models import Outbox
from exchange.selectors.feeds import Page, position_of
from exchange.selectors.receipts import receipt_of, receipt_page
from portal.errors import Refusal

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
    *, organisation_id: int, cursor: str, limit: int, with_xml: bool
) -> tuple[list[RenderedReceipt], Page]:
    """One page of an enterprise's receipts, in the order they became certain. Raises BadCursor."""
    lines, page = receipt_page(organisation_id=organisation_id, cursor=cursor, limit=limit)
    receipts = rendered(lines, with_xml=with_xml)
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


def read_receipt(*, organisation_id: int, receipt_id: int, with_xml: bool) -> RenderedReceipt:
    """One receipt of an enterprise. Raises ReceiptUnknown."""
    line = receipt_of(organisation_id=organisation_id, receipt_id=receipt_id)
    if line is None:
        raise ReceiptUnknown
    return rendered([line], with_xml=with_xml)[0]


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

"""Receipts as stored."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Q

from exchange.messages import ReceiptLine
from exchange.models import Receipt
from exchange.selectors.feeds import BadCursor, Page, cursor_of, position_of, read_feed
from exchange.tables import POSITIONS

COLUMNS = "message_id, document_id, message_type, status, info, returned_at"


def receipt_page(*, organisation_id: int, cursor: str, limit: int) -> tuple[list[ReceiptLine], Page]:
    """One page of an enterprise's receipts. Raises BadCursor."""
    page = read_feed("exchange_receipt", COLUMNS, "organisation_id = %s", [organisation_id], cursor, limit)
    return [ReceiptLine(**{k: v for k, v in row.items() if k != "xid"}) for row in page.rows], page


def receipt_of(*, organisation_id: int, receipt_id: int) -> ReceiptLine | None:
    """One receipt of an enterprise, None when there is none or it is another's."""
    found = Receipt.objects.filter(pk=receipt_id, organisation_id=organisation_id).first()
    return as_line(found) if found else None


def latest_receipts(*, organisation_id: int, before: str, limit: int) -> tuple[list[ReceiptLine], str]:
    """An enterprise's receipts for people, newest first, from a position on; and the position of the next page ("" = last).

    A wrong position means the first page.
    """
    try:
        xid, row_id = position_of(before)
    except BadCursor:
        xid, row_id = 0, 0
    values: list[Any]
    below, values = ("AND (xid, id) < (%s::xid8, %s)", [str(xid), row_id]) if row_id else ("", [])
    with connection.cursor() as db:
        db.execute(
            f"SELECT xid::text, id, {COLUMNS} FROM exchange_receipt WHERE organisation_id = %s {below}"  # noqa: S608 -- constants
            " ORDER BY xid DESC, id DESC LIMIT %s",
            [organisation_id, *values, limit + 1],
        )
        rows = db.fetchall()
    more = cursor_of(int(rows[limit - 1][0]), rows[limit - 1][1]) if len(rows) > limit else ""
    return [ReceiptLine(*row[1:]) for row in rows[:limit]], more


def receipts_of_message(message_id: int, organisation_id: int | None = None) -> list[ReceiptLine]:
    """Receipts of one message, oldest first; `organisation_id` limits them to one recipient."""
    found = Receipt.objects.filter(message_id=message_id).order_by("returned_at", "id")
    if organisation_id is not None:
        found = found.filter(organisation_id=organisation_id)
    return [as_line(receipt) for receipt in found[:500]]


def receipts_of_documents(document_ids: Iterable[int]) -> list[ReceiptLine]:
    """Receipts that answer these documents, alone or with their whole message, oldest first.

    The same answer to several recipients appears once.
    """
    ids = list(document_ids)
    messages = {document_id // POSITIONS for document_id in ids}
    found = Receipt.objects.filter(
        Q(document_id__in=ids) | Q(document_id=None), message_id__in=messages
    ).order_by("returned_at", "id")
    seen: dict[tuple[Any, ...], ReceiptLine] = {}
    for receipt in found:
        seen.setdefault(
            (receipt.message_id, receipt.document_id, receipt.status, receipt.returned_at), as_line(receipt)
        )
    return list(seen.values())


def as_line(receipt: Receipt) -> ReceiptLine:
    """The receipt as the rendering callbacks want it."""
    return ReceiptLine(
        id=receipt.pk,
        message_id=receipt.message_id,
        document_id=receipt.document_id,
        message_type=receipt.message_type,
        status=receipt.status,
        info=receipt.info,
        returned_at=receipt.returned_at,
    )

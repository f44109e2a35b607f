"""What is no longer kept, and never before whoever it was for has it.

* Receipts leave P.FEED.RECEIPT_DAYS after they were given, only behind the position that their enterprise has acknowledged.
* Shared documents leave after the same time, only behind the positions of every agency that reads them.
* Tasks leave P.TASK.KEEP_DAYS after they were decided (their content is personal data); undecided ones stay.
* Nothing leaves earlier than P.FEED.LEAST_DAYS.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction

from portal.people import limit

BATCH = 10_000
"""Rows of one statement."""

_RECEIPTS = """
    DELETE FROM exchange_receipt WHERE id IN (
        SELECT oldest.id FROM exchange_feedposition p
        CROSS JOIN LATERAL (
            SELECT r.id, r.returned_at FROM exchange_receipt r
            WHERE r.organisation_id = p.organisation_id AND (r.xid, r.id) <= (p.xid, p.row_id)
            ORDER BY r.xid, r.id LIMIT %(batch)s
        ) oldest
        WHERE p.feed = 'receipts' AND oldest.returned_at < %(before)s LIMIT %(batch)s)
"""
_TASKS = """
    DELETE FROM exchange_agencytask WHERE id IN (
        SELECT id FROM exchange_agencytask WHERE state = 'decided' AND decided_at < %(before)s LIMIT %(batch)s)
"""

_DOCUMENTS = """
    DELETE FROM exchange_shareddocument WHERE id IN (
        SELECT d.id FROM exchange_shareddocument d
        WHERE d.happened_at < %(before)s AND EXISTS (SELECT 1 FROM exchange_feedposition p WHERE p.feed = 'documents')
          AND NOT EXISTS (SELECT 1 FROM exchange_feedposition p
                          WHERE p.feed = 'documents' AND (p.xid, p.row_id) < (d.xid, d.id))
        ORDER BY d.xid, d.id LIMIT %(batch)s)
"""


def kept_days(rule_id: str) -> int:
    """Days by a rule of the register, never less than P.FEED.LEAST_DAYS."""
    return max(limit(rule_id), limit("P.FEED.LEAST_DAYS"))


def drop_old(now: datetime) -> dict[str, int]:
    """Delete what is over; returns how many rows of each. A batch a transaction, so that no feed is held back."""
    receipts = now - timedelta(days=kept_days("P.FEED.RECEIPT_DAYS"))
    return {
        "receipts": _drop(_RECEIPTS, receipts),
        "documents": _drop(_DOCUMENTS, receipts),
        "tasks": _drop(_TASKS, now - timedelta(days=kept_days("P.TASK.KEEP_DAYS"))),
    }


def _drop(statement: str, before: datetime) -> int:
    dropped = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, {"before": before, "batch": BATCH})
            gone = int(cursor.rowcount)
        dropped += gone
        if gone < BATCH:
            return dropped

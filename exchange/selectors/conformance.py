"""What enterprises have practised: kinds of messages they sent, answers they were given and have taken."""

from collections.abc import Sequence

from django.db import connection

MESSAGES = """SELECT message_type, state, count(*) FROM exchange_message WHERE sender_id = ANY(%s) GROUP BY message_type, state"""
RECEIPTS = """SELECT r.status, count(*), count(*) FILTER (WHERE (r.xid, r.id) <= (p.xid, p.row_id))
FROM exchange_receipt r
LEFT JOIN exchange_feedposition p ON p.organisation_id = r.organisation_id AND p.feed = 'receipts'
WHERE r.organisation_id = ANY(%s) GROUP BY r.status"""


def messages_sent(organisation_ids: Sequence[int]) -> dict[tuple[str, str], int]:
    """(message type, state) → number of messages in the journal."""
    with connection.cursor() as cursor:
        cursor.execute(MESSAGES, [list(organisation_ids)])
        return {(kind, state): count for kind, state, count in cursor.fetchall()}


def receipts_taken(organisation_ids: Sequence[int]) -> dict[str, tuple[int, int]]:
    """Receipt status → (receipts given, receipts that the recipient has acknowledged by reading on in its feed)."""
    with connection.cursor() as cursor:
        cursor.execute(RECEIPTS, [list(organisation_ids)])
        return {status: (given, taken) for status, given, taken in cursor.fetchall()}

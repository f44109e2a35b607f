"""The decision worker's second work: follow-ups of declared lists, message by message in the order of their arrival.

A message whose work fails is held and logged; the others go on. What was acknowledged stays in the queue until its work has committed.
"""

import logging

from django.db import DataError, IntegrityError, connection, transaction

from customs.models.documents import HEADS, POSITIONS
from customs.pipeline.candidates import DOCUMENTS_LOCK
from customs.services.answering import answer
from customs.services.followups import FOLLOW_UPS

logger = logging.getLogger(__name__)
BATCH = 32
HELD = "!"
"""First character of the type of a queue row that cannot be worked; `decide --retry-held` puts it back."""


def work_follow_ups(limit: int = BATCH) -> int:
    """Work up to so many messages; returns how many were taken."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_id, message_type FROM customs_queue WHERE message_type = ANY(%s) ORDER BY message_id LIMIT %s",
            [list(FOLLOW_UPS), limit],
        )
        waiting = cursor.fetchall()
    for message_id, code in waiting:
        try:
            work_message(message_id, code)
        except (DataError, IntegrityError):
            logger.exception("follow-up %s of message %d failed", code, message_id)
            hold(message_id, code)
    return len(waiting)


@transaction.atomic
def work_message(message_id: int, code: str) -> None:
    """The documents of one message: their work, their answers, and out of the queue."""
    first = message_id * POSITIONS
    hold_documents()
    documents = list(HEADS[code].objects.filter(pk__gte=first, pk__lt=first + POSITIONS).order_by("pk"))
    answer(code, FOLLOW_UPS[code].work(documents))
    leave(message_id, code)


def hold_documents() -> None:
    """Keep documents from being replaced while their work is done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [DOCUMENTS_LOCK])


@transaction.atomic
def hold(message_id: int, code: str) -> None:
    """Take a message out of the work without losing it."""
    leave(message_id, code)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customs_queue (message_id, message_type) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [message_id, HELD + code],
        )


def leave(message_id: int, code: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM customs_queue WHERE message_id = %s AND message_type = %s", [message_id, code]
        )

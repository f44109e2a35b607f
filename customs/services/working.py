"""What the decision worker does: turns of both directions, follow-ups, questions whose time has come, parcels whose time is over."""

import logging
import time
from dataclasses import dataclass
from datetime import timedelta

from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from customs.enums import UNCHECKED, Direction
from customs.pipeline import turn
from customs.rules.quarantine import any_required
from customs.services.billing import tax_days
from customs.services.deciding import decide_until, order_inspections
from customs.services.following import HELD, hold, work_follow_ups
from customs.services.identity import ask_due_questions, ask_identities
from customs.services.quarantine import open_verdicts
from customs.services.register_days import ensure_days
from customs.services.requests import lapse_requests
from customs.services.signatures import check, marked_messages, work_unchecked
from portal.services import beat

logger = logging.getLogger(__name__)
HOOKS = turn.Hooks(
    ensure_days=ensure_days,
    ask_identities=ask_identities,
    order_inspections=order_inspections,
    decide_until=decide_until,
    tax_days=tax_days,
    second_verdicts=any_required,
    ask_quarantine=open_verdicts,
)
HEARTBEAT = "decide"
SWEEP_SECONDS = 60.0
SWEEP_SIZE = 500
TURNS_KEPT = 100_000
USES_KEPT = timedelta(days=60)
"""Risk rules look back 30 days at most (register Q.01)."""
MARKS_KEPT = timedelta(days=15)
"""Marks of lists look one day back (register Q.DUPLICATE); lists may be declared some days after payment."""
PRUNE_SIZE = 5_000


def prepare_connection() -> None:
    """Temporary tables and prepared steps; once per connection."""
    with connection.cursor() as cursor:
        turn.prepare(cursor)


def decide_batch(direction: Direction, *, limit: int = turn.BATCH_MESSAGES) -> turn.TurnResult:
    """One turn of one direction. The connection must be prepared.

    A message that the pipeline cannot work must not stop all others: the batch is worked again message by message, and the
    one that fails alone is held and logged.
    """
    try:
        return turn.work(direction, HOOKS, limit=limit)
    except turn.TurnFailed as failure:
        logger.exception("turn of %d messages failed", len(failure.taken))
        if len(failure.taken) == 1:
            hold(*failure.taken[0])
        else:
            for _ in failure.taken:
                decide_batch(direction, limit=1)
        return turn.TurnResult(direction, messages=len(failure.taken))


def work_batch() -> int:
    """Signatures, one turn of each direction, then follow-ups; returns the largest number of messages of one of them."""
    return max(
        check_marked(), *(decide_batch(direction).messages for direction in Direction), work_follow_ups()
    )


def check_marked() -> int:
    """A batch of signatures; where the batch fails, message by message, and the one that fails alone is held and logged."""
    try:
        return work_unchecked()
    except (DataError, IntegrityError):
        logger.exception("checking signatures failed")
    marked = marked_messages()
    for message_id, code in marked.items():
        try:
            check({message_id: code})
        except (DataError, IntegrityError):
            logger.exception("checking the signature of message %d failed", message_id)
            hold(message_id, UNCHECKED + code)
    return len(marked)


def release_held() -> int:
    """Put held messages back to work (after the cause was mended); returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customs_queue SET message_type = substr(message_type, 2) WHERE message_type LIKE %s",
            [HELD + "%"],
        )
        return int(cursor.rowcount)


@transaction.atomic
def sweep_waiting(limit: int = 1_000) -> int:
    """Queue the waiting inventories whose deadline has passed; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customs_queue (message_id, message_type) SELECT inventory_id, 'inventory' || direction"
            " FROM customs_waiting WHERE deadline <= now() ORDER BY deadline LIMIT %s ON CONFLICT DO NOTHING",
            [limit],
        )
        return int(cursor.rowcount)


@transaction.atomic
def sweep_answered() -> int:
    """Queue the inventories whose identity answer is there although nobody woke them: the answer and the waiting row were
    written at the same moment by two processes. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customs_queue (message_id, message_type) SELECT w.inventory_id, 'inventoryI'"
            " FROM customs_waiting w JOIN LATERAL (SELECT 1 FROM customs_identityresult y"
            " WHERE y.identity_hash = w.identity_hash AND y.expires_at > now() LIMIT 1) answered ON true"
            " WHERE w.identity_hash IS NOT NULL ON CONFLICT DO NOTHING"
        )
        return int(cursor.rowcount)


@transaction.atomic
def sweep_standing(after: int, limit: int = SWEEP_SIZE) -> int:
    """Look again at inventories that have waited for more than a minute, a part at a time.

    Returns the id to go on from, 0 when the end was reached.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customs_queue (message_id, message_type) SELECT inventory_id, 'inventory' || direction"
            " FROM customs_waiting WHERE inventory_id > %s AND since < now() - interval '1 minute'"
            " ORDER BY inventory_id LIMIT %s ON CONFLICT DO NOTHING RETURNING message_id",
            [after, limit],
        )
        found = [row[0] for row in cursor.fetchall()]
    return max(found) if len(found) == limit else 0


@transaction.atomic
def prune() -> None:
    """Forget the times of old turns and old counters, a part at a time and by primary key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM customs_turn WHERE id <= (SELECT max(id) FROM customs_turn) - %s", [TURNS_KEPT]
        )
        cursor.execute(
            "DELETE FROM customs_use WHERE ctid = ANY (ARRAY(SELECT ctid FROM customs_use WHERE day < %s LIMIT %s))",
            [timezone.localdate() - USES_KEPT, PRUNE_SIZE],
        )
        cursor.execute(
            "DELETE FROM customs_fingerprint WHERE ctid = ANY"
            " (ARRAY(SELECT ctid FROM customs_fingerprint WHERE day < %s LIMIT %s))",
            [timezone.localdate() - MARKS_KEPT, PRUNE_SIZE],
        )


@dataclass
class Housekeeping:
    """What the worker does now and then. Keeps how far the sweep has come."""

    swept_at: float = 0.0
    swept_to: int = 0

    def run(self) -> None:
        """Overdue parcels, unanswered identity questions, sign of life; once a minute what stands still."""
        sweep_waiting()
        ask_due_questions()
        beat(HEARTBEAT)
        if time.monotonic() - self.swept_at > SWEEP_SECONDS:
            sweep_answered()
            self.swept_to = sweep_standing(self.swept_to)
            lapse_requests()
            prune()
            self.swept_at = time.monotonic()

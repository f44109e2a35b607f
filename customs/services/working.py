"""What the decision worker does: turns of both directions, questions whose time has come, parcels whose time is over."""

from django.db import connection, transaction

from customs.enums import Direction
from customs.pipeline import turn
from customs.services.deciding import order_inspections
from customs.services.identity import ask_due_questions, ask_identities
from customs.services.register_days import ensure_days
from portal.services import beat

HOOKS = turn.Hooks(
    ensure_days=ensure_days, ask_identities=ask_identities, order_inspections=order_inspections
)
HEARTBEAT = "decide"


def prepare_connection() -> None:
    """Temporary tables and prepared steps; once per connection."""
    with connection.cursor() as cursor:
        turn.prepare(cursor)


def decide_batch(direction: Direction, *, limit: int = turn.BATCH_MESSAGES) -> turn.TurnResult:
    """One turn of one direction. The connection must be prepared."""
    return turn.work(direction, HOOKS, limit=limit)


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


def housekeeping() -> None:
    """Now and then: overdue parcels, unanswered identity questions, sign of life."""
    sweep_waiting()
    ask_due_questions()
    beat(HEARTBEAT)

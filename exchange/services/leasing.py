"""Tasks that an agency fetched and did not decide: offered again, and told to people when that does not help.

Promise: a task is offered until it is decided. Each time its lease runs out it moves to the end of the feed, so that a reader
far ahead meets it again; after P.TASK.MOST_OFFERS times, or when nobody fetched it for P.TASK.UNREAD_HOURS, people hear of it once.
"""

from collections import Counter
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from exchange.enums import TaskState
from exchange.events import TASKS_ESCALATED
from exchange.models import AgencyTask
from exchange.workflow import TASK
from portal import events, letters, workflow
from portal.enums import AdministratorRole, PostRole
from portal.people import limit
from portal.selectors import administrators, agency_choices

BATCH = 5_000
"""Tasks of one transaction."""


def sweep_leases(now: datetime | None = None) -> tuple[int, int]:
    """Offer again and escalate what is due; returns how many of each."""
    moment = now or timezone.now()
    return offer_again(moment), escalate(moment)


@transaction.atomic
def offer_again(now: datetime) -> int:
    """Tasks whose lease ran out stand at the end of the feed again, counted; four statements for up to BATCH of them."""
    expired = AgencyTask.objects.select_for_update(skip_locked=True).filter(
        state=TaskState.ACKNOWLEDGED, leased_until__lt=now
    )
    ids = list(expired.order_by("leased_until").values_list("pk", flat=True)[:BATCH])
    moved = workflow.advance_many(TASK, "offer_again", ids) if ids else []
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE exchange_agencytask SET xid = pg_current_xact_id(), redeliveries = redeliveries + 1,"
            " leased_until = NULL WHERE id = ANY(%s)",
            [moved],
        )
    return len(moved)


@transaction.atomic
def escalate(now: datetime) -> int:
    """Tell once of tasks that were offered too often or that nobody fetched."""
    stuck = Q(redeliveries__gte=limit("P.TASK.MOST_OFFERS")) | Q(
        created_at__lt=now - timedelta(hours=limit("P.TASK.UNREAD_HOURS"))
    )
    found = AgencyTask.objects.select_for_update(skip_locked=True).filter(
        stuck, state=TaskState.OPEN, escalated_at=None
    )
    rows = list(found.order_by("created_at").values_list("pk", "agency_code")[:BATCH])
    ids = [pk for pk, _agency in rows]
    AgencyTask.objects.filter(pk__in=ids).update(escalated_at=now)
    events.publish(TASKS_ESCALATED, ids)
    tell(Counter(agency for _pk, agency in rows))
    return len(ids)


def tell(counts: Counter[str]) -> None:
    """A letter to the agency's chiefs and to the platform's system administrators, one per agency."""
    if not counts:
        return
    names = dict(agency_choices())
    keepers = administrators().filter(role=AdministratorRole.SYSTEM).values_list("user_id", flat=True)
    for agency, count in counts.items():
        letters.send(
            "exchange.tasks_overdue",
            users=list(keepers),
            post=(agency, None, {PostRole.CHIEF}),
            params={"agency": names.get(agency, agency), "count": str(count)},
            gather=["count"],
        )

"""Statements of outage: an enterprise names a period, the platform states which confirmed outages fell into it.

Issued at once, because nothing is left to decide: the outages are confirmed by two people and the counts come from the journal.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.documents import OUTAGE_STATEMENT
from exchange.enums import MessageState
from exchange.models import Message, OutageStatement
from exchange.permissions import STATE_OUTAGE
from exchange.selectors.outages import confirmed_within
from portal import audit, documents, rules
from portal.enums import Verb
from portal.errors import Refusal
from portal.permissions import require

NEAR = timedelta(days=31)
"""How far before and after the period the nearest accepted message is looked for."""


class StatementPeriodWrong(Refusal):
    """The period is empty, not over, or longer than one statement covers."""

    code = "OUTAGE.PERIOD"
    message = _("期间应早于现在，且最长 %(days)s 天。")
    field = "until"


class NothingConfirmed(Refusal):
    """No confirmed outage falls into the period."""

    code = "OUTAGE.NONE"
    message = _("该期间没有已确认的中断。刚恢复的中断须由平台填写原因并复核后才能出具证明。")
    field = "since"
    status = 409


@transaction.atomic
def ask_statement(
    *, organisation_id: int, since: datetime, until: datetime, actor: Any = None, client: Any = None
) -> OutageStatement:
    """The statement for a period; asked again, the same one comes back.

    Raises NotPermitted, StatementPeriodWrong, NothingConfirmed.
    """
    if client is None:
        require(actor, STATE_OUTAGE, organisation_id=organisation_id)
    days = int(rules.value("X.OUTAGE.WINDOW_DAYS", timezone.localdate()))
    if not timedelta(0) < until - since <= timedelta(days=days) or until > timezone.now():
        raise StatementPeriodWrong(days=days)
    found = list(confirmed_within(since, until).select_for_update())
    if not found:
        raise NothingConfirmed
    statement, made = OutageStatement.objects.get_or_create(
        organisation_id=organisation_id,
        since=since,
        until=until,
        revoked_at=None,
        defaults={
            **figures(organisation_id, since, until),
            "asked_by": actor if client is None else None,
            "asked_client": client,
            "asked_at": timezone.now(),
        },
    )
    if made:
        statement.outages.set(found)
        documents.request(OUTAGE_STATEMENT, statement.pk)
        audit.record(
            Verb.OUTAGE_STATED,
            actor=actor,
            client=client,
            organisation_id=organisation_id,
            subject=f"exchange.statement:{statement.pk}",
            detail={"number": statement.number, "outages": [one.pk for one in found]},
        )
    return statement


def figures(organisation_id: int, since: datetime, until: datetime) -> dict[str, Any]:
    """What the journal knows of an enterprise's messages in a period and next to it. Three short reads of an index."""
    own = Message.objects.filter(sender_id=organisation_id).order_by()
    inside = own.filter(received_at__gte=since, received_at__lt=until).aggregate(
        received=Count("pk"), refused=Count("pk", filter=Q(state=MessageState.REFUSED))
    )
    accepted = own.filter(state=MessageState.ACCEPTED)
    before = accepted.filter(received_at__lt=since, received_at__gte=since - NEAR)
    after = accepted.filter(received_at__gte=until, received_at__lt=until + NEAR)
    return {
        **inside,
        "last_before": before.aggregate(at=Max("received_at"))["at"],
        "first_after": after.aggregate(at=Min("received_at"))["at"],
    }

"""Outages: taken over from the status process, explained by one official, confirmed by another.

The file of the status process is the source; it is read anew every minute, so that what the database missed while it was down itself is
taken over afterwards. A confirmed outage can be certified and moves last days; taking the confirmation back revokes the statements that
rest on it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.documents import OUTAGE_STATEMENT
from exchange.models import Outage, OutageStatement
from exchange.permissions import CONFIRM_OUTAGE, EXPLAIN_OUTAGE, agencies_of
from exchange.selectors.outages import forget_outages
from exchange.workflow import OUTAGE
from portal import audit, documents, letters, rules
from portal.enums import PostRole, Verb
from portal.errors import Refusal
from portal.permissions import NotPermitted
from portal.status import FOLDER, PARTS, Watch
from portal.workflow import IllegalTransition, advance_many
from portal.working_days import add_working_days

AGENCY = "gacc"
"""Customs runs the platform's exchange."""
CAUSE = 300
LEAST_CAUSE = 4
"""Characters of a cause; fewer explain nothing to a trader."""
REVOKED = "所依据的中断记录已撤销确认"


class CauseMissing(Refusal):
    """A cause, or the reason for sending it back, in too few words."""

    code = "OUTAGE.CAUSE"
    message = _("请写明原因（不少于 4 个字）。")
    field = "cause"


class StillOut(Refusal):
    """The outage has not ended."""

    code = "OUTAGE.OPEN"
    message = _("中断尚未结束，恢复后才能填写原因。")
    status = 409


class OutageUnknown(Refusal):
    """There is no such outage."""

    code = "OUTAGE.UNKNOWN"
    message = _("没有此项中断记录。")
    status = 404


class OwnExplanation(Refusal):
    """Who wrote the cause may not confirm it."""

    code = "OUTAGE.FOUR_EYES"
    message = _("中断原因须由填写人以外的另一人复核。")
    status = 403


@dataclass(frozen=True, slots=True)
class OutageResult:
    """What became of one outage of a bulk action."""

    outage_id: int
    refusal: Refusal | None = None


@transaction.atomic
def import_outages(folder: Path = FOLDER) -> tuple[int, int]:
    """Take over what the status process wrote; returns how many outages are new and how many ended since the last time.

    Known periods never change: an outage that has an end keeps it whatever the file says later.
    """
    measured = Watch(folder)
    measured.recall()
    told = [*measured.closed, *((part, since, None) for part, since in measured.open.items())]
    rows = {(part, since): until for part, since, until in told if sound(part, since, until)}
    if not rows:
        return 0, 0
    known = {
        (one.part, one.began_at): one
        for one in Outage.objects.select_for_update().filter(
            began_at__gte=min(since for _part, since in rows)
        )
    }
    new = [key for key in rows if key not in known]
    ended = [one for key, one in known.items() if one.ended_at is None and rows.get(key)]
    for one in ended:
        one.ended_at, one.due_at = rows[one.part, one.began_at], time_limit()
    Outage.objects.bulk_update(ended, ["ended_at", "due_at"])
    Outage.objects.bulk_create(
        [
            Outage(part=part, began_at=since, ended_at=rows[part, since], due_at=time_limit() if rows[part, since] else None)
            for part, since in new
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    if to_explain := len(ended) + sum(1 for key in new if rows[key]):
        letters.send(
            "exchange.outages_measured",
            post=(AGENCY, None, (PostRole.REVIEWER, PostRole.CHIEF)),
            params={"count": str(to_explain)},
            link="/console/exchange.outages/",
        )
    return len(new), len(ended)


def sound(part: str, since: datetime, until: datetime | None) -> bool:
    """A known part and a period of aware times; anything else was not written by the status process."""
    aware = since.tzinfo is not None and (until is None or until.tzinfo is not None)
    return part in PARTS and aware and (until is None or until > since)


def time_limit() -> datetime:
    """Until when the next step is to be taken (X.OUTAGE.EXPLAIN_DAYS)."""
    return add_working_days(timezone.now(), int(rules.value("X.OUTAGE.EXPLAIN_DAYS", timezone.localdate())))


@transaction.atomic
def explain_outages(*, ids: Sequence[int], cause: str, actor: Any) -> list[OutageResult]:
    """Write one cause to outages that have ended. Raises NotPermitted, CauseMissing."""
    cause = worded(cause)

    def fits(one: Outage) -> Refusal | None:
        return StillOut() if one.ended_at is None else None

    return move(
        ids, "explain", EXPLAIN_OUTAGE, actor, cause, fits,
        cause=cause, explained_by=actor, explained_at=timezone.now(),
        confirmed_by=None, confirmed_at=None, due_at=time_limit(),
    )  # fmt: skip


@transaction.atomic
def confirm_outages(*, ids: Sequence[int], actor: Any) -> list[OutageResult]:
    """Confirm causes that others wrote: from now on the outages can be certified. Raises NotPermitted."""

    def fits(one: Outage) -> Refusal | None:
        return OwnExplanation() if one.explained_by_id == actor.pk else None

    return move(
        ids, "confirm", CONFIRM_OUTAGE, actor, "", fits,
        confirmed_by=actor, confirmed_at=timezone.now(), due_at=None,
    )  # fmt: skip


@transaction.atomic
def send_back_outages(*, ids: Sequence[int], reason: str, actor: Any) -> list[OutageResult]:
    """The cause is not good enough. Raises NotPermitted, CauseMissing."""
    return move(ids, "send_back", CONFIRM_OUTAGE, actor, worded(reason), due_at=time_limit())


@transaction.atomic
def reopen_outages(*, ids: Sequence[int], reason: str, actor: Any) -> list[OutageResult]:
    """Take confirmations back; statements that rest on them are revoked. Raises NotPermitted, CauseMissing."""
    results = move(ids, "reopen", CONFIRM_OUTAGE, actor, worded(reason), due_at=time_limit())
    moved = [one.outage_id for one in results if one.refusal is None]
    resting = OutageStatement.objects.filter(outages__in=moved, revoked_at=None)
    for pk in sorted(set(resting.values_list("pk", flat=True))):
        OutageStatement.objects.filter(pk=pk).update(revoked_at=timezone.now())
        documents.revoke(OUTAGE_STATEMENT, pk, REVOKED)
    return results


def worded(text: str) -> str:
    text = text.strip()[:CAUSE]
    if len(text) < LEAST_CAUSE:
        raise CauseMissing
    return text


def move(
    ids: Sequence[int],
    step: str,
    permission: str,
    actor: Any,
    reason: str,
    fits: Callable[[Outage], Refusal | None] = lambda one: None,
    **columns: Any,
) -> list[OutageResult]:
    """One step for a set: locked in order, refused one by one, moved together."""
    if AGENCY not in agencies_of(actor, permission):
        raise NotPermitted
    known = {
        one.pk: one for one in Outage.objects.select_for_update().filter(pk__in=list(ids)).order_by("pk")
    }
    results: dict[int, Refusal | None] = {}
    for pk in dict.fromkeys(ids):
        one = known.get(pk)
        if one is None:
            results[pk] = OutageUnknown()
        elif one.state not in OUTAGE.transition(step).sources:
            results[pk] = IllegalTransition()
        else:
            results[pk] = fits(one)
    good = [pk for pk, refusal in results.items() if refusal is None]
    Outage.objects.filter(pk__in=good).update(**columns)
    advance_many(OUTAGE, step, good, actor=actor, note=reason)
    for pk in good:
        audit.record(
            Verb.OUTAGE_DECIDED, actor=actor, subject=f"exchange.outage:{pk}", detail={"step": step, "reason": reason}
        )  # fmt: skip
    transaction.on_commit(forget_outages)
    return [OutageResult(pk, refusal) for pk, refusal in results.items()]

"""The daily watch over summaries: what was cleared and is not summarised is reminded of before its last day and marked late after it.

Each month of a consignor is reminded of once and becomes late once; a second run on the same day changes nothing.
"""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from django.db import transaction
from django.db.models import Count, F, Max
from django.utils import timezone

from customs.events import SUMMARIES_LATE
from customs.models import ClearedList, SummaryMonth
from customs.selectors.summaries import left_to_summarise, summary_due
from customs.services.telling import READERS
from portal import audit, events, letters, rules
from portal.enums import Verb
from portal.selectors import organisation_names

SUMMARIES = "/enterprise/summaries/"


@transaction.atomic
def watch_summaries(on: date) -> tuple[int, int]:
    """Reminders and late marks of a business day: how many months of each."""
    left = lists_left(on)
    SummaryMonth.objects.bulk_create(
        [
            SummaryMonth(
                organisation_id=who, ebc_code=code, ebc_name=name, month=month, due_on=summary_due(month)
            )
            for (who, code, month), (name, _lists) in left.items()
        ],
        ignore_conflicts=True,
    )
    kept = (
        SummaryMonth.objects.select_for_update()
        .filter(late_at=None)
        .order_by("organisation_id", "due_on", "pk")
    )
    open_now = [one for one in kept if (one.organisation_id, one.ebc_code, one.month) in left]
    for one in open_now:
        one.late_lists = left[one.organisation_id, one.ebc_code, one.month][1]
    late = [one for one in open_now if on > one.due_on]
    due = [
        one for one in open_now if one.reminded_at is None and 0 <= (one.due_on - on).days <= days_before(one)
    ]
    mark_late(late)
    remind(due)
    return len(due), len(late)


def days_before(one: SummaryMonth) -> int:
    return int(rules.value("B.SUMMARY.REMIND_DAYS", one.month))


def lists_left(on: date) -> dict[tuple[int, str, date], tuple[str, int]]:
    """(enterprise, consignor, month) → (name of the consignor, lists) of months that are over."""
    rows = (
        ClearedList.objects.filter(left_to_summarise(), cleared_month__lt=on.replace(day=1))
        .order_by()
        .values("sender_id", "ebc_code", month=F("cleared_month"))
        .annotate(name=Max("ebc_name"), lists=Count("pk"))
    )
    return {(row["sender_id"], row["ebc_code"], row["month"]): (row["name"], row["lists"]) for row in rows}


def remind(months: Sequence[SummaryMonth]) -> None:
    """One letter for what an enterprise has to do by the same day."""
    SummaryMonth.objects.filter(pk__in=[one.pk for one in months]).update(reminded_at=timezone.now())
    write("customs.summaries_due", months)


def mark_late(months: Sequence[SummaryMonth]) -> None:
    """Higher apps are told; the enterprise can still ask, and should."""
    now = timezone.now()
    for one in months:
        one.late_at = now
    SummaryMonth.objects.bulk_update(months, ["late_at", "late_lists"], batch_size=500)
    events.publish(SUMMARIES_LATE, [one.pk for one in months])
    for one in months:
        audit.record(
            Verb.SUMMARY_LATE,
            organisation_id=one.organisation_id,
            subject=f"summary_month:{one.pk}",
            detail={"month": f"{one.month:%Y-%m}", "lists": one.late_lists},
        )
    write("customs.summaries_late", months)


def write(code: str, months: Sequence[SummaryMonth]) -> None:
    """A letter for each enterprise and last day."""
    names = organisation_names({one.organisation_id for one in months})
    for (organisation_id, due_on), group in groupby(
        months, key=lambda one: (one.organisation_id, one.due_on)
    ):
        letters.send(
            code,
            organisation_id=organisation_id,
            roles=READERS,
            params={
                "enterprise": names.get(organisation_id, ""),
                "count": str(sum(one.late_lists for one in group)),
                "due": due_on.isoformat(),
            },
            link=SUMMARIES,
        )

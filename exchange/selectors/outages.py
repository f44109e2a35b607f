"""Outages for pages and machines, statements about them, and what a confirmed outage does to a last day."""

import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from datetime import time as clock
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from exchange.enums import OutageState
from exchange.models import Outage, OutageStatement
from portal import rules
from portal.working_days import working_days_after

RULE = "X.OUTAGE.EXTENDS"
"""{"parts": [parts that count], "minutes": least minutes on the day} by the last day itself."""
RECHECK_SECONDS = 60.0
ONE_DAY = timedelta(days=1)


class Period(NamedTuple):
    """A part did not answer from `began` to `ended`."""

    part: str
    began: datetime
    ended: datetime


_confirmed: dict[date, list[Period]] = {}
_read_at = 0.0


def outages(*, part: str = "", state: str = "", since: date | None = None) -> "QuerySet[Outage]":
    """What was measured, newest first; of one part, of one state, that went on at or after a day."""
    found = Outage.objects.order_by("-began_at", "-pk")
    if part:
        found = found.filter(part=part)
    if state:
        found = found.filter(state=state)
    if since:
        found = found.filter(Q(ended_at=None) | Q(ended_at__gte=midnight(since)))
    return found


def confirmed_within(since: datetime, until: datetime) -> "QuerySet[Outage]":
    """Confirmed outages that overlap a period, oldest first."""
    return Outage.objects.filter(
        state=OutageState.CONFIRMED, began_at__lt=until, ended_at__gt=since
    ).order_by("began_at", "pk")


def statements_of(organisation_id: int) -> "QuerySet[OutageStatement]":
    """An enterprise's statements, newest first, with their outages."""
    return (
        OutageStatement.objects.filter(organisation_id=organisation_id)
        .prefetch_related("outages")
        .order_by("-pk")
    )


def statement_of(organisation_id: int, statement_id: int) -> OutageStatement | None:
    """One statement; None when there is none or it is another enterprise's."""
    return statements_of(organisation_id).filter(pk=statement_id).first()


def midnight(day: date) -> datetime:
    """Beginning of a business day."""
    return timezone.make_aware(datetime.combine(day, clock.min))


def extended(last: date) -> date:
    """A last day; when the platform was confirmed to be out for long enough on it (X.OUTAGE.EXTENDS), the next working day on which it
    was not. Deadlines that end on other days are unchanged."""
    while lost(last):
        last = next(working_days_after(last))
    return last


def lost(day: date) -> bool:
    """Did the parts that count fail for at least the minutes of the rule on this day?"""
    periods = confirmed_days().get(day)
    if not periods:
        return False
    try:
        parts, minutes = (rules.value(RULE, day, key) for key in ("parts", "minutes"))
    except rules.RuleNotFound:
        return False
    counted = [one for one in periods if one.part in parts]
    return time_out(counted, midnight(day), midnight(day + ONE_DAY)) >= timedelta(minutes=int(minutes))


def time_out(periods: Sequence[Period], since: datetime, until: datetime) -> timedelta:
    """Time between two moments in which at least one of the periods went on: parts that fail together count once."""
    total, reached = timedelta(0), since
    for one in sorted(periods, key=lambda period: period.began):
        begun = max(one.began, reached)
        ended = min(one.ended, until)
        if ended > begun:
            total += ended - begun
            reached = ended
    return total


def confirmed_days() -> dict[date, list[Period]]:
    """Day → confirmed outages that touch it. Kept in the process for a minute."""
    global _confirmed, _read_at
    if not _read_at or time.monotonic() - _read_at > RECHECK_SECONDS:
        rows = Outage.objects.filter(state=OutageState.CONFIRMED).values_list("part", "began_at", "ended_at")
        _confirmed = by_day(Period(part, began, ended) for part, began, ended in rows if ended)
        _read_at = time.monotonic()
    return _confirmed


def by_day(periods: Iterable[Period]) -> dict[date, list[Period]]:
    """The periods under every business day they touch."""
    days: dict[date, list[Period]] = {}
    for one in periods:
        day, last = (timezone.localtime(moment).date() for moment in (one.began, one.ended))
        while day <= last:
            days.setdefault(day, []).append(one)
            day += ONE_DAY
    return days


def forget_outages() -> None:
    """Read the confirmed outages anew at the next question (after a decision)."""
    global _read_at
    _read_at = 0.0

"""Working days of the Chinese calendar with make-up days, and the deadlines counted in them.

A time limit in working days does not count the day it begins and ends with the close of business of its last day (行政许可法
第八十二条: 期限以工作日计算，不含法定节假日). Hours of a stopped clock are counted within office hours. A year whose notice is not
published yet has its weekends only; `published()` says so.
"""

import csv
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from datetime import time as clock
from itertools import count
from pathlib import Path

from django.utils import timezone

from portal import rules
from portal.models import CalendarDay

SATURDAY = 5
RECHECK_SECONDS = 60.0
ONE_DAY = timedelta(days=1)
FILE = Path(__file__).parent / "data" / "calendar.csv"

_special: dict[date, bool] = {}
_checked = 0.0


def special_days() -> dict[date, bool]:
    """Day → is it worked, for the days that differ from the week. Kept in the process for a minute."""
    global _special, _checked
    if not _checked or time.monotonic() - _checked > RECHECK_SECONDS:
        _special = dict(CalendarDay.objects.values_list("day", "working"))
        _checked = time.monotonic()
    return _special


def forget() -> None:
    """Read the calendar anew at the next question (after a change)."""
    global _checked
    _checked = 0.0


def is_working_day(day: date) -> bool:
    return special_days().get(day, day.weekday() < SATURDAY)


def published(year: int) -> bool:
    """Is the notice with this year's holidays known?"""
    return any(day.year == year for day in special_days())


def office_hours(on: date) -> tuple[clock, clock]:
    """Opening and close of business (rule C.OFFICE_HOURS)."""
    opening, closing = (rules.value("C.OFFICE_HOURS", on, key) for key in ("open", "close"))
    return clock.fromisoformat(opening), clock.fromisoformat(closing)


def add_working_days(start: datetime, days: int) -> datetime:
    """Close of business of the nth working day after the day of `start`; `days` ≥ 1."""
    if days < 1:
        raise ValueError("a time limit has at least one working day")
    begun = timezone.localtime(start).date()
    last = next(day for day, number in zip(working_days_after(begun), count(1)) if number == days)
    return at(last, office_hours(last)[1])


def working_days_after(day: date) -> Iterator[date]:
    while True:
        day += ONE_DAY
        if is_working_day(day):
            yield day


def at(day: date, moment: clock) -> datetime:
    return timezone.make_aware(datetime.combine(day, moment))


def working_seconds_between(start: datetime, end: datetime) -> int:
    """Seconds of office hours on working days between two moments; 0 when `end` is not later."""
    total = 0.0
    day, last = timezone.localtime(start).date(), timezone.localtime(end).date()
    while day <= last:
        if is_working_day(day):
            opening, closing = (at(day, moment) for moment in office_hours(day))
            total += max((min(end, closing) - max(start, opening)).total_seconds(), 0.0)
        day += ONE_DAY
    return int(total)


def add_working_seconds(start: datetime, seconds: int) -> datetime:
    """The moment when so many seconds of office hours have passed since `start`."""
    left = float(seconds)
    day = timezone.localtime(start).date()
    while True:
        if is_working_day(day):
            opening, closing = (at(day, moment) for moment in office_hours(day))
            begun = max(start, opening)
            room = max((closing - begun).total_seconds(), 0.0)
            if room and left <= room:
                return begun + timedelta(seconds=left)
            left -= room
        day += ONE_DAY


def load_calendar() -> int:
    """The published days of the project's file; rows that staff changed since are kept. Returns how many are new."""
    with FILE.open(encoding="utf-8", newline="") as file:
        days = [
            CalendarDay(
                day=date.fromisoformat(row["day"]),
                working=row["working"] == "1",
                name=row["name"],
                source=row["source"],
            )
            for row in csv.DictReader(file)
        ]
    before = CalendarDay.objects.count()
    CalendarDay.objects.bulk_create(days, ignore_conflicts=True)
    forget()
    return CalendarDay.objects.count() - before

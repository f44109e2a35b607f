"""Working days with make-up days (notices of the State Council) and deadlines counted in them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal import working_days
from portal.codes import load_rules
from portal.models import CalendarDay
from portal.working_days import (
    add_working_days,
    add_working_seconds,
    is_working_day,
    load_calendar,
    published,
    working_seconds_between,
)

OFFICE_DAY = 9 * 3600
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
MOMENTS = st.datetimes(datetime(2018, 1, 1), datetime(2026, 11, 1)).map(timezone.make_aware)  # noqa: DTZ001 -- made aware


def moment(text: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(text))


@pytest.fixture(autouse=True)
def calendar(db: None) -> Iterator[None]:
    load_rules()
    load_calendar()
    yield
    working_days.forget()


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2026-02-14", True),  # Saturday before the Spring Festival, worked
        ("2026-02-16", False),
        ("2026-02-23", False),
        ("2026-02-24", True),
        ("2026-10-10", True),  # Saturday after the National Day, worked
        ("2026-10-01", False),
        ("2026-11-21", False),
        ("2026-11-23", True),
    ],
)
def test_holidays_and_make_up_days_are_those_of_the_notice(day: str, working: bool) -> None:
    assert is_working_day(date.fromisoformat(day)) is working


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-23T10:00", 1, "2026-11-24T17:30"),
        ("2026-11-20T16:59", 1, "2026-11-23T17:30"),  # over a weekend
        ("2026-02-13T09:00", 1, "2026-02-14T17:30"),  # the next day is a worked Saturday
        ("2026-02-14T09:00", 1, "2026-02-24T17:30"),  # nine days of Spring Festival
        ("2026-09-30T23:59", 3, "2026-10-10T17:30"),  # 8, 9 and the worked Saturday
        ("2026-10-03T12:00", 1, "2026-10-08T17:30"),  # begun on a holiday
    ],
)
def test_a_limit_in_working_days_ends_at_close_of_business(start: str, days: int, due: str) -> None:
    assert add_working_days(moment(start), days) == moment(due)


def test_a_limit_has_at_least_one_day() -> None:
    with pytest.raises(ValueError, match="at least one"):
        add_working_days(moment("2026-11-23T10:00"), 0)


@given(start=MOMENTS, days=st.integers(1, 30))
@SHARED
def test_a_limit_ends_on_a_working_day_and_counts_exactly_so_many(start: datetime, days: int) -> None:
    due = add_working_days(start, days)
    begun, last = timezone.localtime(start).date(), timezone.localtime(due).date()
    between = [begun + timedelta(days=n) for n in range(1, (last - begun).days + 1)]
    assert is_working_day(last)
    assert sum(map(is_working_day, between)) == days


@given(start=MOMENTS, later=st.timedeltas(timedelta(0), timedelta(days=20)), days=st.integers(1, 9))
@SHARED
def test_whoever_begins_later_is_never_due_earlier(start: datetime, later: timedelta, days: int) -> None:
    assert add_working_days(start, days) <= add_working_days(start + later, days)
    assert add_working_days(start, days) < add_working_days(start, days + 1)


@given(start=MOMENTS, seconds=st.integers(0, 20 * OFFICE_DAY))
@SHARED
def test_adding_working_time_and_measuring_it_are_inverse(start: datetime, seconds: int) -> None:
    start = start.replace(microsecond=0)
    assert working_seconds_between(start, add_working_seconds(start, seconds)) == seconds


def test_nights_weekends_and_holidays_do_not_count() -> None:
    assert working_seconds_between(moment("2026-11-20T17:00"), moment("2026-11-23T09:00")) == 3600
    assert working_seconds_between(moment("2026-10-01T00:00"), moment("2026-10-07T23:00")) == 0
    assert working_seconds_between(moment("2026-11-23T09:00"), moment("2026-11-20T17:00")) == 0


def test_a_year_without_notice_has_its_weekends_and_says_so() -> None:
    assert published(2026)
    assert not published(2027)
    assert is_working_day(date(2027, 1, 1))


def test_loading_again_keeps_what_staff_changed() -> None:
    CalendarDay.objects.filter(day="2026-10-10").update(working=False, name="更正")
    assert load_calendar() == 0
    assert not is_working_day(date(2026, 10, 10))

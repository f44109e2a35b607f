"""Outages: taken over from the status process, explained and confirmed by two people, certified, and what they do to last days."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from exchange.models import Outage
from exchange.selectors.outages import Period, extended, forget_outages, time_out
from exchange.services.outages import (
    CauseMissing,
    confirm_outages,
    explain_outages,
    import_outages,
    reopen_outages,
    send_back_outages,
)
from exchange.tasks import take_over_outages
from portal.models import AuditEntry, Letter, TransitionLog, User
from portal.permissions import NotPermitted
from portal.status import PARTS, Watch
from tests.conftest import sign_in
from tests.exchange.outages.conftest import CAUSE, NIGHT, WELL, Measuring

pytestmark = pytest.mark.django_db
Officials = dict[str, User]


def refusals(results: Any) -> list[str]:
    return [one.refusal.code if one.refusal else "" for one in results]


def test_an_outage_is_taken_over_while_it_goes_on_and_when_it_has_ended(
    watch: Watch, officials: Officials
) -> None:
    """The second and third reading change nothing; whoever may explain it is told once, when it has ended."""
    assert import_outages(watch.folder) == (0, 0)
    watch.note({**WELL, "database": "down"}, NIGHT)
    assert (import_outages(watch.folder), import_outages(watch.folder)) == ((1, 0), (0, 0))
    outage = Outage.objects.get()
    assert (outage.part, outage.began_at, outage.ended_at, outage.due_at) == ("database", NIGHT, None, None)
    assert not Letter.objects.exists()
    watch.note(WELL, NIGHT + timedelta(minutes=5))
    assert (import_outages(watch.folder), import_outages(watch.folder)) == ((0, 1), (0, 0))
    outage.refresh_from_db()
    assert (outage.seconds, outage.state, outage.due_at is not None) == (300, "measured", True)
    told = Letter.objects.values_list("code", "user__username").order_by("user__username")
    assert list(told) == [("exchange.outages_measured", "chief"), ("exchange.outages_measured", "reviewer")]


def test_lines_that_the_status_process_did_not_write_are_left_out(watch: Watch, officials: Officials) -> None:
    """Half a line, an unknown part, a time without zone, an end before the beginning."""
    watch.history.write_text(
        '{"part": "web", "fr\n'
        '{"part": "moon", "from": "2026-11-10T01:00:00+00:00", "to": "2026-11-10T02:00:00+00:00"}\n'
        '{"part": "web", "from": "2026-11-10T01:00:00", "to": "2026-11-10T02:00:00"}\n'
        '{"part": "web", "from": "2026-11-10T03:00:00+00:00", "to": "2026-11-10T02:00:00+00:00"}\n',
        "utf-8",
    )
    assert import_outages(watch.folder) == (0, 0)
    assert not Outage.objects.exists()


def test_a_period_once_known_is_never_rewritten(watch: Watch, measured: Measuring) -> None:
    outage = measured(minutes=90)
    text = watch.history.read_text("utf-8").replace("T02:30:00", "T09:30:00")
    watch.history.write_text(text, "utf-8")
    assert import_outages(watch.folder) == (0, 0)
    outage.refresh_from_db()
    assert outage.seconds == 90 * 60


def test_the_cause_needs_two_people(measured: Measuring, officials: Officials) -> None:
    """OUTAGE.FOUR_EYES: who wrote the cause may not confirm it; the database refuses it too."""
    outage = measured()
    chief, reviewer = officials["chief"], officials["reviewer"]
    assert refusals(explain_outages(ids=[outage.pk, 999], cause=CAUSE, actor=chief)) == ["", "OUTAGE.UNKNOWN"]
    assert refusals(confirm_outages(ids=[outage.pk], actor=chief)) == ["OUTAGE.FOUR_EYES"]
    assert refusals(send_back_outages(ids=[outage.pk], reason="请写明影响范围", actor=reviewer)) == [""]
    assert refusals(confirm_outages(ids=[outage.pk], actor=reviewer)) == ["WORKFLOW.ILLEGAL"]
    explain_outages(ids=[outage.pk], cause=CAUSE, actor=chief)
    assert refusals(confirm_outages(ids=[outage.pk], actor=reviewer)) == [""]
    outage.refresh_from_db()
    assert (outage.state, outage.cause, outage.due_at) == ("confirmed", CAUSE, None)
    steps = TransitionLog.objects.filter(model="exchange.Outage").order_by("id")
    assert list(steps.values_list("transition", flat=True)) == ["explain", "send_back", "explain", "confirm"]
    audited = AuditEntry.objects.filter(subject=f"exchange.outage:{outage.pk}", verb="outage_decided")
    assert audited.count() == 4
    with pytest.raises(IntegrityError, match="exchange_outage_four_eyes"), transaction.atomic():
        Outage.objects.filter(pk=outage.pk).update(confirmed_by=chief)


def test_who_may_not_moves_nothing(watch: Watch, measured: Measuring, officials: Officials) -> None:
    """An official of another agency, a clerk at the second step, too short a cause, an outage that goes on."""
    outage = measured()
    with pytest.raises(NotPermitted):
        explain_outages(ids=[outage.pk], cause=CAUSE, actor=officials["foreign"])
    with pytest.raises(CauseMissing):
        explain_outages(ids=[outage.pk], cause=" 故障 ", actor=officials["clerk"])
    watch.note({**WELL, "cache": "down"}, NIGHT)
    import_outages(watch.folder)
    going_on = Outage.objects.get(part="cache")
    assert refusals(explain_outages(ids=[going_on.pk], cause=CAUSE, actor=officials["clerk"])) == [
        "OUTAGE.OPEN"
    ]
    explain_outages(ids=[outage.pk], cause=CAUSE, actor=officials["reviewer"])
    with pytest.raises(NotPermitted):
        confirm_outages(ids=[outage.pk], actor=officials["clerk"])
    assert sorted(Outage.objects.values_list("part", "state")) == [
        ("cache", "measured"),
        ("web", "explained"),
    ]


def test_a_last_day_moves_while_the_platform_was_out_on_it(measured: Measuring) -> None:
    """X.OUTAGE.EXTENDS: sixty minutes of a part that counts; 2026-11-13 is a Friday, the next working day a Monday."""
    friday, monday, tuesday = date(2026, 11, 13), date(2026, 11, 16), date(2026, 11, 17)
    three_days = timedelta(days=3)
    measured("agencies", NIGHT + three_days, 600, confirmed=True)
    measured("cache", NIGHT + three_days, 600, confirmed=True)
    measured("web", NIGHT + three_days, 59, confirmed=True)
    assert extended(friday) == friday
    measured("web", NIGHT + three_days + timedelta(hours=3), 1)
    forget_outages()
    assert extended(friday) == friday
    measured("database", NIGHT + three_days + timedelta(minutes=50), 10, confirmed=True)
    assert extended(friday) == monday
    measured("web", NIGHT + timedelta(days=6), 60, confirmed=True)
    assert (extended(friday), extended(monday), extended(tuesday)) == (tuesday, tuesday, tuesday)
    assert extended(friday - timedelta(days=1)) == friday - timedelta(days=1)


def test_parts_that_fail_together_count_once() -> None:
    def period(first: int, last: int) -> Period:
        return Period("web", NIGHT + timedelta(minutes=first), NIGHT + timedelta(minutes=last))

    day = (NIGHT, NIGHT + timedelta(minutes=100))
    assert time_out([period(20, 40), period(-10, 10), period(30, 50), period(35, 36)], *day) == timedelta(
        minutes=40
    )
    assert time_out([period(90, 200)], *day) == timedelta(minutes=10)
    assert time_out([period(-20, -10), period(100, 110)], *day) == timedelta(0)


def test_deadlines_of_summaries_and_returns_follow(measured: Measuring) -> None:
    """B.SUMMARY.DAY: lists cleared in October are summarised by 2026-11-16 (the 15th is a Sunday); out on the 16th, by the 17th."""
    from customs.selectors.summaries import summary_due

    assert summary_due(date(2026, 10, 1)) == date(2026, 11, 16)
    measured("web", NIGHT + timedelta(days=6), 60, confirmed=True)
    assert summary_due(date(2026, 10, 1)) == date(2026, 11, 17)
    assert summary_due(date(2026, 9, 1)) == date(2026, 10, 15)


def test_taking_a_confirmation_back_ends_what_rests_on_it(measured: Measuring, officials: Officials) -> None:
    outage = measured(confirmed=True)
    assert extended(date(2026, 11, 10)) == date(2026, 11, 11)
    assert refusals(
        reopen_outages(ids=[outage.pk], reason="误报，网络探测故障", actor=officials["chief"])
    ) == [""]
    forget_outages()
    assert extended(date(2026, 11, 10)) == date(2026, 11, 10)
    outage.refresh_from_db()
    assert (outage.state, outage.due_at is not None) == ("measured", True)


def test_public_list_shows_causes_only_when_confirmed(
    client: Client, measured: Measuring, officials: Officials
) -> None:
    confirmed, open_one = measured(confirmed=True), measured("database", NIGHT + timedelta(days=1), 5)
    explain_outages(ids=[open_one.pk], cause="尚未复核的说法", actor=officials["clerk"])
    page = client.get("/status/outages/").content.decode()
    assert CAUSE in page
    assert "尚未复核的说法" not in page
    assert "2026-11-10 09:00:00" in page
    assert "1:30:00" in page
    only = client.get("/status/outages/", {"part": "database"}).content.decode()
    assert CAUSE not in only
    assert client.get("/status/outages/", {"part": "moon", "since": "x"}).status_code == 200
    lines = client.get("/status/outages/outages.csv").content.decode("utf-8-sig").splitlines()
    assert lines == [
        "part,began_at,ended_at,seconds,state,cause",
        "database,2026-11-11T01:00:00+00:00,2026-11-11T01:05:00+00:00,300,explained,",
        f"web,2026-11-10T01:00:00+00:00,2026-11-10T02:30:00+00:00,5400,confirmed,{confirmed.cause}",
    ]


def test_officials_work_outages_on_the_desk(measured: Measuring, officials: Officials) -> None:
    """One press each: the cause by one official for two outages at once, the confirmation by another; who wrote it has no button."""
    outages = [measured(), measured("database")]
    ids = [one.pk for one in outages]
    clerk, chief, foreign = (sign_in(Client(), officials[name]) for name in ("clerk", "chief", "foreign"))
    queue = "/console/exchange.outages/"
    assert (
        foreign.post(f"{queue}do/explain/", {"ids": ids, "confirmed": "1", "cause": CAUSE}).status_code == 404
    )
    clerk.post(f"{queue}do/explain/", {"ids": ids, "confirmed": "1", "cause": CAUSE})
    assert set(Outage.objects.values_list("state", "cause")) == {("explained", CAUSE)}
    assert "do/confirm/" not in clerk.get(f"{queue}{ids[0]}/").content.decode()
    assert "do/confirm/" in chief.get(f"{queue}{ids[0]}/").content.decode()
    chief.post(f"{queue}do/confirm/", {"ids": ids[:1], "confirmed": "1"})
    chief.post(f"{queue}do/send-back/", {"ids": ids[1:], "confirmed": "1", "reason": "请写明影响范围"})
    assert [Outage.objects.get(pk=pk).state for pk in ids] == ["confirmed", "measured"]
    done = chief.get("/console/exchange.outages_confirmed/").content.decode()
    assert CAUSE in done
    again = {"ids": ids[:1], "confirmed": "1", "reason": "误报，网络探测故障"}
    chief.post("/console/exchange.outages_confirmed/do/reopen/", again)
    assert Outage.objects.get(pk=ids[0]).state == "measured"


def test_beat_takes_over_what_the_status_process_wrote(officials: Officials, tmp_path: Any) -> None:
    """The periodic task reads the process's own folder; on a machine without one nothing happens."""
    take_over_outages()
    assert set(Outage.objects.values_list("part", flat=True)) <= set(PARTS)

"""Reminders before the last day, late marks after it, and what officials see."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from customs.models import ClearedList, SummaryDeclaration, SummaryMonth
from customs.selectors.summaries import LateSummary, late_summaries, month_figures
from customs.services.summary_watch import watch_summaries
from portal.letters import load_letter_texts
from portal.models import Event, Letter, Membership, Organisation, User
from portal.working_days import load_calendar
from tests.customs.pages.conftest import official
from tests.customs.summaries.conftest import Summaries
from tools.parcels import AGENT, EXPORT_SHOP, SHANGHAI

__all__ = ["official"]

IN_OCTOBER = datetime(2026, 10, 20, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def declarant(summaries: Summaries) -> User:
    load_letter_texts()
    load_calendar()
    user = User.objects.create_user("declarant", password=None)
    agent = Organisation.objects.get(customs_code=AGENT.code)
    Membership.objects.create(user=user, organisation=agent, role="declarant")
    return user


def test_a_reminder_then_late_each_once(summaries: Summaries, declarant: User) -> None:
    """October 2026 is due on Monday 16 November (the 15th is a Sunday); reminded five days before (B.SUMMARY.REMIND_DAYS)."""
    summaries.clear(summaries.draw(), summaries.draw(), at=IN_OCTOBER)
    summaries.clear(summaries.draw(statisticsFlag="A"), at=IN_OCTOBER)
    assert watch_summaries(date(2026, 10, 31)) == (0, 0)
    assert watch_summaries(date(2026, 11, 10)) == (0, 0)
    assert watch_summaries(date(2026, 11, 11)) == (1, 0)
    assert watch_summaries(date(2026, 11, 12)) == (0, 0)
    (letter,) = Letter.objects.filter(user=declarant)
    assert letter.code == "customs.summaries_due"
    assert (letter.params["count"], letter.params["due"]) == ("2", "2026-11-16")
    assert watch_summaries(date(2026, 11, 16)) == (0, 0)
    assert watch_summaries(date(2026, 11, 17)) == (0, 1)
    assert watch_summaries(date(2026, 11, 18)) == (0, 0)
    assert list(Letter.objects.order_by("id").values_list("code", flat=True)) == [
        "customs.summaries_due",
        "customs.summaries_late",
    ]
    month = SummaryMonth.objects.get()
    assert Event.objects.get(name="summaries_late").ids == [month.pk]
    agent = Organisation.objects.get(customs_code=AGENT.code)
    assert late_summaries([month.pk]) == [
        LateSummary(agent.pk, EXPORT_SHOP.code, date(2026, 10, 1), date(2026, 11, 16), 2)
    ]


def test_what_was_summarised_is_neither_reminded_of_nor_late(summaries: Summaries, declarant: User) -> None:
    summaries.ask(summaries.clear(summaries.draw(), at=IN_OCTOBER))
    assert watch_summaries(date(2026, 11, 11)) == (0, 0)
    assert watch_summaries(date(2026, 11, 17)) == (0, 0)
    assert not Letter.objects.exists()
    assert not Event.objects.filter(name="summaries_late").exists()


def test_officials_see_declarations_and_figures_of_their_office(
    summaries: Summaries, official: Callable[..., Any]
) -> None:
    numbers = summaries.clear(summaries.draw(), summaries.draw(), at=IN_OCTOBER)
    summaries.clear(summaries.draw(statisticsFlag="A"), at=IN_OCTOBER)
    summaries.ask(numbers[:1])
    declaration = SummaryDeclaration.objects.get()
    here: Client = official("王审核")
    there: Client = official("李外关", office="3701")
    page = here.get("/console/customs.summaries/")
    assert declaration.decl_seq_no in page.content.decode()
    case = here.get(f"/console/customs.summaries/{declaration.pk}/")
    assert numbers[0] in case.content.decode()
    found = here.get(f"/console/customs.summaries/?q={declaration.sum_no}").content.decode()
    assert declaration.decl_seq_no in found
    assert declaration.decl_seq_no not in there.get("/console/customs.summaries/").content.decode()
    assert there.get(f"/console/customs.summaries/{declaration.pk}/").status_code == 404
    (october,) = month_figures(["3501"], date(2026, 1, 1))
    assert (october.simplified, october.summary, october.summarised, october.left) == (1, 2, 1, 1)
    assert month_figures(["3701"], date(2026, 1, 1)) == []
    figures = here.get("/console/summaries/")
    assert [one.month for one, _due in figures.context["months"]] == [date(2026, 10, 1)]
    assert there.get("/console/summaries/").context["months"] == []
    assert ClearedList.objects.count() == 3

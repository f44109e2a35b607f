"""Many at once: fifty beginnings make one case, two officials decide once, and the loser is told who was first."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from django.db import connection

from filing.enums import CaseKind
from filing.models import EnterpriseFiling, Registration
from filing.services import case_decisions
from filing.services.cases import Applicant, begin_case
from portal.errors import Refusal
from portal.models import Letter, StoredDocument, User
from tests.filing.conftest import submitted

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def together() -> Iterator[Callable[[list[Callable[[], Any]]], list[Any]]]:
    """Runs calls in threads of their own database connections; answers in order, refusals by their code."""

    def call(act: Callable[[], Any]) -> Any:
        with closing(connection):
            try:
                return act()
            except Refusal as refusal:
                return refusal.code

    with ThreadPoolExecutor(10) as pool:
        yield lambda acts: list(pool.map(call, acts))


def test_fifty_beginnings_make_one_case(applicant: Applicant, together: Callable[..., list[Any]]) -> None:
    answers = together([lambda: begin_case(applicant, CaseKind.NEW).pk] * 50)
    assert EnterpriseFiling.objects.count() == 1
    assert sum(answer == "FILING.OPEN" for answer in answers) == 49


def test_two_officials_decide_once(
    applicant: Applicant, official: Callable[..., User], together: Callable[..., list[Any]]
) -> None:
    case = submitted(applicant)
    people = [official(f"reviewer{n}") for n in range(5)]
    answers = together(
        [lambda who=who: case_decisions.approve_cases(case_ids=[case.pk], actor=who)[0] for who in people]
    )
    winner = next(one for one in people if EnterpriseFiling.objects.get().decided_by_id == one.pk)
    assert sum(answer.ok for answer in answers) == 1
    losers = [answer for answer in answers if not answer.ok]
    assert {answer.code for answer in losers} == {"FILING.DECIDED"}
    assert all(winner.last_name in answer.message for answer in losers)
    assert (Registration.objects.count(), StoredDocument.objects.count()) == (2, 1)
    assert Letter.objects.filter(code="filing.approved").count() == 1

"""Licences that run out: one letter per threshold, only the type is suspended, a renewed licence restores it (rules G.2)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from filing.enums import CaseKind
from filing.models import Registration
from filing.selectors.registration import is_registered
from filing.services import case_decisions
from filing.services.cases import Applicant, begin_case, save_licences, submit_case
from filing.services.qualification_watch import watch_licences
from filing.tasks import watch_licences as task
from portal.models import Letter, User
from tests.filing.conftest import approved, express

pytestmark = pytest.mark.django_db


def states() -> dict[str, str]:
    return {one.enterprise_type: one.state for one in Registration.objects.all()}


def test_reminders_suspension_and_restoration(applicant: Applicant, official: Callable[..., User]) -> None:
    reviewer = official()
    case = approved(applicant, reviewer)
    last = case.qualifications.get().valid_to
    assert last is not None
    assert watch_licences(last - timedelta(days=31)) == (0, 0)
    assert watch_licences(last - timedelta(days=30)) == (1, 0)
    assert watch_licences(last - timedelta(days=29)) == (0, 0)
    assert watch_licences(last - timedelta(days=6)) == (1, 0)
    assert watch_licences(last) == (0, 0)
    assert states() == {"ebc": "active", "logistics": "active"}
    assert watch_licences(last + timedelta(days=1)) == (0, 1)
    assert watch_licences(last + timedelta(days=2)) == (0, 0)
    assert states() == {"ebc": "active", "logistics": "suspended"}
    letters = Letter.objects.filter(code="filing.licence_expiring")
    assert {letter.params["days"] for letter in letters} == {"30", "7"}
    assert Letter.objects.filter(code="filing.type_suspended").count() == 1

    renewed = begin_case(applicant, CaseKind.CHANGE)
    save_licences(applicant, renewed.pk, [express(last + timedelta(days=365), "快递35010002")])
    submit_case(applicant, renewed.pk)
    assert case_decisions.approve_cases(case_ids=[renewed.pk], actor=reviewer)[0].ok
    assert states() == {"ebc": "active", "logistics": "active"}
    assert is_registered("35019609P1", "logistics", last + timedelta(days=300))


def test_thresholds_that_were_slept_through_make_one_letter(
    applicant: Applicant, official: Callable[..., User]
) -> None:
    last = approved(applicant, official()).qualifications.get().valid_to
    assert last is not None
    assert watch_licences(last - timedelta(days=3)) == (1, 0)
    assert Letter.objects.get(code="filing.licence_expiring").params["days"] == "7"
    assert watch_licences(last - timedelta(days=2)) == (0, 0)


def test_the_nightly_task_does_nothing_on_a_quiet_night(
    applicant: Applicant, official: Callable[..., User]
) -> None:
    approved(applicant, official())
    task()
    assert set(states().values()) == {"active"}
    assert timezone.localdate() is not None

"""Self-diagnosis: each thing in the way is named, with the fix and who can do it."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exchange.permissions import forget_tokens
from filing.enums import EnterpriseType
from filing.models import Qualification, Registration
from filing.rules.diagnosis import OK, QUESTIONS, STOPS, WARNING, diagnosis
from filing.selectors.standing import standing_of
from filing.services.case_decisions import return_case
from filing.services.cases import Applicant, submit_case
from filing.services.goods import Filer, decide_goods, file_goods
from filing.services.registration import register_enterprise, suspend_registration
from portal.models import Membership, Organisation, User
from tests.filing.conftest import approved, complete_draft
from tests.filing.goods import good, loaded_codes
from tests.filing.test_case_api import machine

pytestmark = pytest.mark.django_db
codes = loaded_codes
Officials = Callable[..., User]


@pytest.fixture(autouse=True)
def fresh_process_memory() -> Iterator[None]:
    forget_tokens()
    yield
    forget_tokens()


def found(who: Applicant) -> dict[str, str]:
    """Question → its worst answer."""
    user_id = who.user.pk if who.user else None
    answers = diagnosis(standing_of(who.organisation_id, user_id, timezone.localdate()))
    worst: dict[str, str] = {}
    for one in answers:
        worst.setdefault(one.code, one.state)
    return worst


def sentences(who: Applicant) -> str:
    seen = standing_of(who.organisation_id, who.user.pk if who.user else None, timezone.localdate())
    return "\n".join(f"{one.sentence} {one.fix} {one.who}" for one in diagnosis(seen))


def test_an_enterprise_that_has_just_registered(applicant: Applicant) -> None:
    states = found(applicant)
    assert states["D.FILING"] == STOPS
    assert states["D.MESSAGES"] == STOPS
    assert states["D.ADDRESS"] == WARNING
    assert list(states)[:2] == ["D.FILING", "D.MESSAGES"]


def test_the_filing_on_its_way(applicant: Applicant, official: Officials) -> None:
    case = complete_draft(applicant)
    assert "还是草稿" in sentences(applicant)
    submit_case(applicant, case.pk)
    assert "主管海关" in sentences(applicant)
    return_case(case_id=case.pk, actor=official(), remarks=[("address", "请写门牌号")])
    assert "共 1 条意见" in sentences(applicant)


def test_everything_well(applicant: Applicant, official: Officials) -> None:
    approved(applicant, official())
    assert applicant.user is not None
    EmailAddress.objects.create(user=applicant.user, email="d@example.org", verified=True, primary=True)
    assert set(found(applicant).values()) == {OK}
    assert "CEB621" in sentences(applicant)


def test_licences_and_suspended_types(applicant: Applicant, official: Officials) -> None:
    approved(applicant, official())
    Qualification.objects.update(valid_to=timezone.localdate() + timedelta(days=20))
    assert found(applicant)["D.LICENCES"] == WARNING
    Qualification.objects.update(valid_to=timezone.localdate() - timedelta(days=1))
    assert found(applicant)["D.LICENCES"] == STOPS
    suspend_registration(registration_id=Registration.objects.get(enterprise_type="logistics").pk)
    assert found(applicant)["D.TYPES"] == STOPS
    assert "CEB511" not in sentences(applicant)


def test_who_only_reads_is_told_who_can(applicant: Applicant) -> None:
    Membership.objects.update(role="finance")
    boss = User.objects.create_user("boss", last_name="陈", first_name="主管")
    Membership.objects.create(user=boss, organisation_id=applicant.organisation_id, role="administrator")
    assert found(applicant)["D.ROLE"] == STOPS
    assert boss.get_full_name() in sentences(applicant)


@pytest.mark.usefixtures("codes")
def test_returned_goods(applicant: Applicant, official: Officials) -> None:
    Organisation.objects.update(district="3501")
    written = file_goods(Filer(applicant.organisation_id, applicant.user), [good(ciq_category="food")])[0]
    decide_goods(ids=[written.goods_id or 0], step="return", actor=official(), reason="缺成分")
    assert found(applicant)["D.GOODS"] == WARNING


def test_page_and_api_cost_a_fixed_number_of_queries(applicant: Applicant, client: Client) -> None:
    assert applicant.user is not None
    client.force_login(applicant.user)
    counts = set()
    for size in (1, 4):
        for number in range(size):
            register_enterprise(
                organisation_id=applicant.organisation_id,
                enterprise_type=EnterpriseType.values[number],
                valid_from=date(2020, 1, 1),
            )
        client.get("/enterprise/filing/diagnosis/")  # the register is read once a minute
        with CaptureQueriesContext(connection) as captured:
            page = client.get("/enterprise/filing/diagnosis/")
        counts.add(len(captured))
        assert page.status_code == 200
    assert len(counts) == 1
    assert counts.pop() <= 25
    own = machine(Organisation.objects.get(pk=applicant.organisation_id))
    answer = own.get("filing/enterprise/").json()
    assert {one["code"] for one in answer["diagnosis"]} == {question.code for question in QUESTIONS}
    assert "CEB311" in answer["messages"]

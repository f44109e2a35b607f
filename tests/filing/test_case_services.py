"""Enterprise filing cases: drafts, pre-checks, decisions, versions, registrations, certificate, letters (rules G.1, G.2)."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pypdf
import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from filing.documents import CERTIFICATE
from filing.enums import CaseKind, CaseState, EnterpriseType, RegistrationState
from filing.models import EnterpriseFiling, FilingRemark, Registration
from filing.selectors.registration import is_registered
from filing.services import case_decisions as desk
from filing.services import cases
from filing.services.cases import Applicant, begin_case, save_draft, save_licences, submit_case, withdraw_case
from filing.workflow import CASE, REGISTRATION
from portal import documents, workflow
from portal.errors import Refusal
from portal.models import AuditEntry, Letter, Membership, Organisation, StoredDocument, TransitionLog, User
from portal.permissions import NotPermitted
from portal.personal_data import decrypt
from tests.filing.conftest import COMPLETE, NAME, RESIDENT, approved, complete_draft, express, scan, submitted
from tools import fonts
from tools.demo.accounts import uscc

pytestmark = pytest.mark.django_db
Officials = Callable[..., User]


def refused(code: str, act: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        act()
    assert caught.value.code == code
    return caught.value


def blocking(case_id: int) -> list[str]:
    """Codes of the rules that stop the submission."""
    return [fault.rule for fault in cases.faults(EnterpriseFiling.objects.get(pk=case_id)) if fault.blocks]


def test_a_draft_begins_with_what_the_platform_knows(applicant: Applicant) -> None:
    case = begin_case(applicant, CaseKind.NEW)
    assert (case.name, case.customs_code, case.state, case.version) == (NAME, "35019609P1", "draft", 1)
    assert case.number == f"BA{timezone.localdate():%Y%m%d}{case.pk:06d}"


def test_personal_numbers_are_encrypted_masked_and_kept(applicant: Applicant) -> None:
    case = begin_case(applicant, CaseKind.NEW)
    case = save_draft(applicant, case.pk, COMPLETE)
    assert RESIDENT not in str(EnterpriseFiling.objects.filter(pk=case.pk).values().get())
    assert case.legal_id_mask == "350*************16"
    assert case.bank_account_mask == "622************4567"
    assert decrypt(case.legal_id_encrypted) == RESIDENT
    case = save_draft(applicant, case.pk, {"legal_id": "", "name": "改名"})
    assert decrypt(case.legal_id_encrypted) == RESIDENT


@pytest.mark.parametrize(
    "values",
    [
        {"types": ["emperor"]},
        {"name": "名" * 201},
        {"name": "a\x00b"},
        {"safe_class": "Z"},
        {"legal_id": "1" * 41},
    ],
)
def test_what_cannot_be_stored_is_refused_and_nothing_moves(
    applicant: Applicant, values: dict[str, Any]
) -> None:
    case = begin_case(applicant, CaseKind.NEW)
    refused("FILING.VALUE", lambda: save_draft(applicant, case.pk, {"address": "新地址", **values}))
    case.refresh_from_db()
    assert case.address == ""


def test_the_uscc_cannot_be_rewritten(applicant: Applicant) -> None:
    case = begin_case(applicant, CaseKind.NEW)
    assert save_draft(applicant, case.pk, {"uscc": uscc("91", "MA3509999")}).uscc == case.uscc


def test_another_enterprise_and_other_roles_get_nothing(applicant: Applicant) -> None:
    case = begin_case(applicant, CaseKind.NEW)
    other = Organisation.objects.create(uscc=uscc("91", "MA3501002"), name="他企")
    stranger = User.objects.create_user("stranger")
    Membership.objects.create(user=stranger, organisation=other, role="administrator")
    refused("FILING.UNKNOWN", lambda: save_draft(Applicant(other.pk, stranger), case.pk, {"name": "x"}))
    refused(
        "PERMISSION.DENIED", lambda: save_draft(Applicant(applicant.organisation_id, stranger), case.pk, {})
    )
    viewer = User.objects.create_user("viewer")
    Membership.objects.create(user=viewer, organisation_id=applicant.organisation_id, role="viewer")
    refused("PERMISSION.DENIED", lambda: submit_case(Applicant(applicant.organisation_id, viewer), case.pk))
    case.refresh_from_db()
    assert (case.name, case.state) == (NAME, "draft")


def test_one_open_case_and_one_filing_per_enterprise(applicant: Applicant, official: Officials) -> None:
    """G.1: filed once; a second first filing names the office, and the database holds it too."""
    case = begin_case(applicant, CaseKind.NEW)
    assert case.number in refused("FILING.OPEN", lambda: begin_case(applicant, CaseKind.NEW)).sentence
    withdraw_case(applicant, case.pk)
    refused("FILING.NOT_FILED", lambda: begin_case(applicant, CaseKind.CHANGE))
    first = approved(applicant, official())
    assert (
        first.number in refused("FILING.ALREADY_FILED", lambda: begin_case(applicant, CaseKind.NEW)).sentence
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        EnterpriseFiling.objects.create(organisation_id=first.organisation_id, kind="new", state="approved")


def test_an_incomplete_case_is_not_submitted(applicant: Applicant) -> None:
    case = begin_case(applicant, CaseKind.NEW)
    refusal = refused("FILING.INCOMPLETE", lambda: submit_case(applicant, case.pk))
    assert {fault.rule for fault in refusal.faults} == {"G.01", "G.08"}  # type: ignore[attr-defined]
    case.refresh_from_db()
    assert (case.state, case.submitted_at) == (CaseState.DRAFT, None)


def test_submitting_twice_is_once_and_closes_the_draft(applicant: Applicant) -> None:
    case = submitted(applicant)
    assert submit_case(applicant, case.pk).submitted_at == case.submitted_at
    assert AuditEntry.objects.filter(verb="filing_submitted").count() == 1
    assert case.due_at is not None
    refused("FILING.CLOSED", lambda: save_draft(applicant, case.pk, {"name": "x"}))
    refused("FILING.CLOSED", lambda: save_licences(applicant, case.pk, [express()]))


def test_approval_registers_each_type_until_its_licence_ends(
    applicant: Applicant, official: Officials
) -> None:
    today = timezone.localdate()
    case = approved(applicant, official())
    ends = today + timedelta(days=365)
    code = "35019609P1"
    assert is_registered(code, EnterpriseType.ECOMMERCE, ends + timedelta(days=400))
    assert is_registered(code, EnterpriseType.LOGISTICS, ends)
    assert not is_registered(code, EnterpriseType.LOGISTICS, ends + timedelta(days=1))
    assert case.state == CaseState.APPROVED
    organisation = Organisation.objects.get(pk=applicant.organisation_id)
    assert (organisation.name_en, organisation.district) == ("Fujian Test Cross-border E-commerce", "3501")
    assert StoredDocument.objects.get(code=CERTIFICATE, subject_id=case.pk).facts["name"] == NAME
    assert Letter.objects.filter(code="filing.approved").count() == 1
    assert (
        AuditEntry.objects.filter(verb="filing_decided", organisation_id=applicant.organisation_id).count()
        == 1
    )


def test_the_certificate_spells_rare_characters(applicant: Applicant, official: Officials) -> None:
    fonts.cut(settings.FONT_DIR)
    if lacking := documents.missing_part():
        pytest.skip(lacking)
    stored = StoredDocument.objects.get(subject_id=approved(applicant, official()).pk)
    documents.render(stored.pk)
    stored.refresh_from_db()
    assert stored.trouble == ""
    text = pypdf.PdfReader(io.BytesIO(documents.file_of(stored).read_bytes())).pages[0].extract_text()
    for wanted in (NAME, "林䶮", "电商企业", "物流企业", "快递35010001", stored.public_token):
        assert wanted in text.replace("\n", ""), wanted


def test_another_office_reads_but_does_not_decide(applicant: Applicant, official: Officials) -> None:
    case = submitted(applicant)
    elsewhere = official("elsewhere", office="3701")
    results = desk.approve_cases(case_ids=[case.pk], actor=elsewhere)
    assert [one.code for one in results] == ["FILING.ELSEWHERE"]
    refused(
        "FILING.ELSEWHERE",
        lambda: desk.refuse_case(case_id=case.pk, actor=elsewhere, reason="不行", basis="法"),
    )
    assert not Registration.objects.exists()


def test_the_second_official_is_told_who_was_first(applicant: Applicant, official: Officials) -> None:
    case = submitted(applicant)
    first, second = official("first"), official("second")
    assert desk.take_cases(case_ids=[case.pk], actor=first)[0].ok
    assert "first" in desk.approve_cases(case_ids=[case.pk], actor=second)[0].message
    assert desk.approve_cases(case_ids=[case.pk], actor=first)[0].ok
    late = desk.approve_cases(case_ids=[case.pk], actor=second)[0]
    assert (late.code, "first" in late.message) == ("FILING.DECIDED", True)
    assert Registration.objects.count() == 2


def test_a_clerk_takes_but_does_not_decide(applicant: Applicant, official: Officials) -> None:
    case, clerk = submitted(applicant), official("clerk", role="clerk")
    assert desk.take_cases(case_ids=[case.pk], actor=clerk)[0].ok
    with pytest.raises(NotPermitted):
        desk.approve_cases(case_ids=[case.pk], actor=clerk)
    assert desk.give_back_cases(case_ids=[case.pk], actor=clerk)[0].ok


def test_returned_cases_come_back_corrected(applicant: Applicant, official: Officials) -> None:
    case, reviewer = submitted(applicant), official()
    refused(
        "FILING.REMARK", lambda: desk.return_case(case_id=case.pk, actor=reviewer, remarks=[("name", " ")])
    )
    desk.return_case(
        case_id=case.pk, actor=reviewer, remarks=[("address", "请填写完整门牌号"), ("", "附件不清")]
    )
    case.refresh_from_db()
    assert (case.state, case.taken_by_id) == (CaseState.RETURNED, None)
    assert [one.field for one in FilingRemark.objects.filter(case=case, open=True)] == ["address", ""]
    assert Letter.objects.get(code="filing.returned").params["count"] == "2"
    save_draft(applicant, case.pk, {"address": "福州市鼓楼区软件大道 89 号 5 层"})
    submit_case(applicant, case.pk)
    assert not FilingRemark.objects.filter(case=case, open=True).exists()
    assert desk.approve_cases(case_ids=[case.pk], actor=reviewer)[0].ok


def test_refusal_needs_reason_and_basis(applicant: Applicant, official: Officials) -> None:
    case, reviewer = submitted(applicant), official()
    refused(
        "FILING.REASON", lambda: desk.refuse_case(case_id=case.pk, actor=reviewer, reason="不符", basis=" ")
    )
    desk.refuse_case(case_id=case.pk, actor=reviewer, reason="不符", basis="公告2018年第194号 第三条")
    case.refresh_from_db()
    assert (case.state, case.legal_basis) == (CaseState.REFUSED, "公告2018年第194号 第三条")
    assert not Registration.objects.exists()
    assert not StoredDocument.objects.exists()
    assert begin_case(applicant, CaseKind.NEW).address == COMPLETE["address"]


def test_a_licence_that_expired_meanwhile_blocks_the_approval(
    applicant: Applicant, official: Officials
) -> None:
    case = submitted(applicant)
    case.qualifications.update(valid_to=timezone.localdate() - timedelta(days=1))
    result = desk.approve_cases(case_ids=[case.pk], actor=official())[0]
    assert result.code == "FILING.FAULTY"
    assert "到期" in result.message
    case.refresh_from_db()
    assert (case.state, case.decided_at) == (CaseState.SUBMITTED, None)


def test_a_change_makes_a_version_and_replaces_the_certificate(
    applicant: Applicant, official: Officials
) -> None:
    reviewer = official()
    first = approved(applicant, reviewer)
    change = begin_case(applicant, CaseKind.CHANGE)
    assert (change.version, change.base_id, change.address) == (2, first.pk, COMPLETE["address"])
    faults = refused("FILING.INCOMPLETE", lambda: submit_case(applicant, change.pk))
    assert [fault.rule for fault in faults.faults] == ["G.09"]  # type: ignore[attr-defined]
    save_draft(
        applicant, change.pk, {"types": ["ebc", "domestic_agent"], "bank_account": "6222021402009994567"}
    )
    save_licences(
        applicant, change.pk, [cases.LicenceFacts("authorisation", "A1", "Overseas Ltd", None, True, scan())]
    )
    submit_case(applicant, change.pk)
    assert desk.approve_cases(case_ids=[change.pk], actor=reviewer)[0].ok
    first.refresh_from_db()
    assert first.state == CaseState.SUPERSEDED
    states = {one.enterprise_type: one.state for one in Registration.objects.all()}
    assert states == {"ebc": "active", "logistics": "cancelled", "domestic_agent": "active"}
    assert StoredDocument.objects.get(subject_id=first.pk).revocation == "已由新版证书取代"
    assert StoredDocument.objects.get(subject_id=change.pk).revoked_at is None
    assert not is_registered("35019609P1", "logistics", timezone.localdate())


def test_a_number_that_changed_behind_an_equal_mask_is_a_change(
    applicant: Applicant, official: Officials
) -> None:
    approved(applicant, official())
    change = begin_case(applicant, CaseKind.CHANGE)
    assert blocking(change.pk) == ["G.09"]
    change = save_draft(applicant, change.pk, {"bank_account": "6222021402009994567"})
    assert change.base is not None
    assert change.bank_account_mask == change.base.bank_account_mask
    assert blocking(change.pk) == []


def test_another_city_supplements_but_takes_nothing_away(applicant: Applicant, official: Officials) -> None:
    approved(applicant, official())
    more = begin_case(applicant, CaseKind.SUPPLEMENT)
    assert more.office == ""
    save_draft(applicant, more.pk, {"office": "3701", "types": ["ebc", "agent"]})
    assert blocking(more.pk) == ["G.09"]
    save_draft(applicant, more.pk, {"types": ["ebc", "logistics", "agent"]})
    submit_case(applicant, more.pk)
    assert desk.approve_cases(case_ids=[more.pk], actor=official("xiamen", office="3701"))[0].ok
    assert {one.enterprise_type for one in Registration.objects.filter(state="active")} == {
        "ebc",
        "logistics",
        "agent",
    }
    assert Organisation.objects.get(pk=applicant.organisation_id).district == "3501"


def test_cancellation_ends_everything_and_allows_a_new_filing(
    applicant: Applicant, official: Officials
) -> None:
    reviewer = official()
    first = approved(applicant, reviewer)
    last = begin_case(applicant, CaseKind.CANCELLATION)
    refused("FILING.INCOMPLETE", lambda: submit_case(applicant, last.pk))
    save_draft(applicant, last.pk, {"reason": "不再经营跨境电商"})
    submit_case(applicant, last.pk)
    assert desk.approve_cases(case_ids=[last.pk], actor=reviewer)[0].ok
    first.refresh_from_db()
    last.refresh_from_db()
    assert (first.state, last.state) == (CaseState.CANCELLED, CaseState.CANCELLED)
    assert set(Registration.objects.values_list("state", flat=True)) == {RegistrationState.CANCELLED}
    assert StoredDocument.objects.get(subject_id=first.pk).revocation == "企业备案已注销"
    assert begin_case(applicant, CaseKind.NEW).version == 3


def test_secrets_are_shown_for_a_purpose_and_audited(applicant: Applicant, official: Officials) -> None:
    case, reviewer = submitted(applicant), official()
    refused("PERSONAL_DATA.PURPOSE", lambda: desk.show_secrets(case_id=case.pk, actor=reviewer, reason="看"))
    shown = desk.show_secrets(case_id=case.pk, actor=reviewer, reason="核对法定代表人证件与营业执照是否一致")
    assert shown["legal_id_mask"] == RESIDENT
    assert AuditEntry.objects.filter(verb="personal_data_shown").count() == 1
    assert RESIDENT not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize("state", CaseState.values)
@pytest.mark.parametrize("step", sorted(CASE.transitions))
def test_every_state_and_step_of_a_case(
    applicant: Applicant, official: Officials, state: str, step: str
) -> None:
    """Each transition moves exactly from its sources, writes history, and elsewhere moves nothing."""
    case = EnterpriseFiling.objects.create(organisation_id=applicant.organisation_id, kind="new", state=state)
    transition = CASE.transition(step)
    if state in transition.sources:
        workflow.advance(CASE, case, step, actor=official())
        assert (case.state, TransitionLog.objects.count()) == (transition.target, 1)
    else:
        reviewer = official()
        refused("WORKFLOW.ILLEGAL", lambda: workflow.advance(CASE, case, step, actor=reviewer))
        case.refresh_from_db()
        assert (case.state, TransitionLog.objects.count()) == (state, 0)


@pytest.mark.parametrize("step", ["approve", "refuse", "return", "end"])
def test_decisions_need_the_permission(applicant: Applicant, official: Officials, step: str) -> None:
    case = EnterpriseFiling.objects.create(
        organisation_id=applicant.organisation_id, kind="new", state="submitted"
    )
    for actor in (None, applicant.user, official("clerk", role="clerk")):
        with pytest.raises(NotPermitted):
            workflow.advance(CASE, case, step, actor=actor)


@pytest.mark.parametrize("state", RegistrationState.values)
@pytest.mark.parametrize("step", sorted(REGISTRATION.transitions))
def test_every_state_and_step_of_a_registration(applicant: Applicant, state: str, step: str) -> None:
    one = Registration.objects.create(
        organisation_id=applicant.organisation_id,
        enterprise_type="ebc",
        state=state,
        valid_from=timezone.localdate(),
    )
    transition = REGISTRATION.transition(step)
    if state in transition.sources:
        workflow.advance(REGISTRATION, one, step)
        assert one.state == transition.target
    else:
        refused("WORKFLOW.ILLEGAL", lambda: workflow.advance(REGISTRATION, one, step))


def test_withdrawn_drafts_can_be_copied(applicant: Applicant) -> None:
    case = complete_draft(applicant)
    withdraw_case(applicant, case.pk)
    again = begin_case(applicant, CaseKind.NEW)
    assert (again.address, [one.number for one in again.qualifications.all()]) == (
        COMPLETE["address"],
        ["快递35010001"],
    )

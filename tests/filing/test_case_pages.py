"""Pages of filing cases: from the first click to the certificate, drafts that survive, remarks at fields, other people's cases."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from filing.enums import CaseKind, CaseState
from filing.models import EnterpriseFiling, FilingRemark
from filing.services.cases import Applicant, begin_case
from portal.models import Administrator, Membership, Organisation, StoredDocument, User
from tests.filing.conftest import COMPLETE, PDF, RESIDENT, approved, complete_draft, scan, submitted
from tools.demo.accounts import uscc

pytestmark = pytest.mark.django_db
Officials = Callable[..., User]
SignIn = Callable[[Client, User], Client]


@pytest.fixture
def client(applicant: Applicant, client: Client) -> Client:
    assert applicant.user is not None
    client.force_login(applicant.user)
    return client


def licence_fields(**changes: Any) -> dict[str, Any]:
    last = (timezone.localdate() + timedelta(days=100)).isoformat()
    given = {"number": "快递1", "issuer": "邮政管理局", "valid_to": last, "scan": scan()}
    return {f"licence-express-{name}": value for name, value in {**given, **changes}.items()}


def test_from_beginning_to_submission(client: Client) -> None:
    began = client.post("/enterprise/filing/cases/begin/", {"kind": "new"})
    case = EnterpriseFiling.objects.get()
    base = f"/enterprise/filing/cases/{case.pk}/"
    assert began["Location"] == f"{base}edit/"
    page = client.get(f"{base}check/").content.decode()
    assert f'href="{base}edit/#id_legal_name"' in page
    assert client.post(f"{base}edit/", COMPLETE)["Location"] == f"{base}licences/"
    assert client.post(f"{base}licences/", licence_fields())["Location"] == f"{base}check/"
    assert client.post(f"{base}submit/")["Location"] == base
    case.refresh_from_db()
    assert case.state == CaseState.SUBMITTED
    page = client.get(base).content.decode()
    assert RESIDENT not in page
    assert "350*************16" in page
    assert client.get("/enterprise/filing/cases/").status_code == 200


def test_an_incomplete_case_is_answered_with_what_is_missing(client: Client) -> None:
    client.post("/enterprise/filing/cases/begin/", {"kind": "new"})
    case = EnterpriseFiling.objects.get()
    answer = client.post(f"/enterprise/filing/cases/{case.pk}/submit/")
    assert answer.status_code == 422
    assert "edit/#id_legal_id" in answer.content.decode()


def test_autosave_keeps_what_is_good(client: Client) -> None:
    client.post("/enterprise/filing/cases/begin/", {"kind": "new"})
    case = EnterpriseFiling.objects.get()
    fields = {"address": "软件大道", "contact_email": "not-an-address", "types": ["ebc"]}
    answer = client.post(f"/enterprise/filing/cases/{case.pk}/autosave/", fields)
    assert "已自动保存" in answer.content.decode()
    case.refresh_from_db()
    assert (case.address, case.contact_email, case.types) == ("软件大道", "", ["ebc"])


def test_nothing_is_lost_when_the_session_ends(client: Client, applicant: Applicant) -> None:
    """Sent after the end of the session: kept encrypted, stored after the next sign-in."""
    case = begin_case(applicant, CaseKind.NEW)
    base = f"/enterprise/filing/cases/{case.pk}/"
    client.logout()
    answer = client.post(
        f"{base}autosave/", {"address": "过期后填写", "legal_id": RESIDENT, "types": ["ebc"]}
    )
    assert "登录已过期" in answer.content.decode()
    assert RESIDENT not in str(client.session.items())
    assert client.post(f"{base}edit/", {"address": "过期后再填", "legal_id": RESIDENT})[
        "Location"
    ].startswith("/accounts/login/")
    assert applicant.user is not None
    client.force_login(applicant.user)
    page = client.get(f"{base}edit/").content.decode()
    assert "过期后再填" in page
    assert "已恢复" in page
    case.refresh_from_db()
    assert (case.address, case.legal_id_mask) == ("过期后再填", "350*************16")
    assert "filing.kept" not in client.session


def test_kept_fields_of_somebody_else_are_not_stored(client: Client, applicant: Applicant) -> None:
    case = begin_case(applicant, CaseKind.NEW)
    client.logout()
    client.post(f"/enterprise/filing/cases/{case.pk}/autosave/", {"address": "攻击"})
    other = Organisation.objects.create(uscc=uscc("91", "MA3501002"), name="他企")
    stranger = User.objects.create_user("stranger")
    Membership.objects.create(user=stranger, organisation=other, role="administrator")
    client.force_login(stranger)
    assert client.get(f"/enterprise/filing/cases/{case.pk}/edit/").status_code == 404
    case.refresh_from_db()
    assert case.address == ""


@pytest.mark.parametrize("page", ["", "edit/", "licences/", "check/"])
def test_other_enterprises_cases_do_not_exist(client: Client, applicant: Applicant, page: str) -> None:
    other = Organisation.objects.create(uscc=uscc("91", "MA3501002"), name="他企")
    foreign = EnterpriseFiling.objects.create(organisation=other, kind="new")
    assert client.get(f"/enterprise/filing/cases/{foreign.pk}/{page}").status_code == 404
    for act in ("autosave/", "submit/"):
        assert client.post(f"/enterprise/filing/cases/{foreign.pk}/{act}").status_code == 404
    client.post(f"/enterprise/filing/cases/{foreign.pk}/withdraw/")
    foreign.refresh_from_db()
    assert foreign.state == CaseState.DRAFT


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"scan": scan("virus.pdf", b"MZ\x90")}, "文件内容不是"),
        ({"scan": scan("cut.pdf", PDF[:10])}, "文件内容不是"),
        ({"valid_to": "2026-99-99"}, "日期"),
        ({"number": "号" * 61}, "60"),
    ],
)
def test_bad_licences_are_told_at_their_field(
    client: Client, applicant: Applicant, fields: dict[str, Any], sentence: str
) -> None:
    case = complete_draft(applicant)
    answer = client.post(f"/enterprise/filing/cases/{case.pk}/licences/", licence_fields(**fields))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert case.qualifications.get().number in {"快递35010001", "快递1"}


def test_remarks_stand_at_their_fields(client: Client, applicant: Applicant) -> None:
    case = complete_draft(applicant)
    EnterpriseFiling.objects.filter(pk=case.pk).update(state="returned")
    FilingRemark.objects.create(case=case, field="address", text="请写门牌号")
    FilingRemark.objects.create(case=case, field="licence-express-scan", text="扫描件不清")
    FilingRemark.objects.create(case=case, field="", text="总体意见")
    base = f"/enterprise/filing/cases/{case.pk}/"
    page = client.get(f"{base}edit/").content.decode()
    assert page.index("请写门牌号") < page.index('id="id_address"')
    assert "总体意见" in page
    assert "扫描件不清" in client.get(f"{base}licences/").content.decode()


def test_viewers_look_but_do_not_touch(client: Client, applicant: Applicant) -> None:
    case = begin_case(applicant, CaseKind.NEW)
    viewer = User.objects.create_user("viewer")
    Membership.objects.create(user=viewer, organisation_id=applicant.organisation_id, role="viewer")
    client.force_login(viewer)
    base = f"/enterprise/filing/cases/{case.pk}/"
    assert client.get(base).status_code == 200
    assert client.get(f"{base}edit/")["Location"] == base
    client.post(f"{base}edit/", {"address": "x"})
    assert "没有此项权限" in client.post(f"{base}autosave/", {"address": "x"}).content.decode()
    case.refresh_from_db()
    assert case.address == ""


def test_officials_work_the_queue(
    applicant: Applicant, official: Officials, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    case, desk = submitted(applicant), signed_in(Client(), official())
    with django_assert_max_num_queries(16):
        page = desk.get("/console/filing.cases/").content.decode()
    assert case.number in page
    one = desk.get(f"/console/filing.cases/{case.pk}/").content.decode()
    assert "350*************16" in one
    assert RESIDENT not in one
    scan_of = case.qualifications.get().scan_id
    assert b"".join(desk.get(f"/files/attachments/{scan_of}/").streaming_content) == PDF
    act = "/console/filing.cases/do/"
    fields = {"ids": case.pk, "confirmed": "1", "field_1": "address", "remark_1": "请写门牌号"}
    assert desk.get(f"{act}return/?ids={case.pk}").status_code == 200
    assert desk.post(f"{act}return/", fields)["Location"] == f"/console/filing.cases/{case.pk}/"
    assert FilingRemark.objects.get().field == "address"
    case.refresh_from_db()
    assert case.state == CaseState.RETURNED


def test_approval_by_the_desk_issues_the_certificate(
    applicant: Applicant, official: Officials, signed_in: SignIn
) -> None:
    case, desk = submitted(applicant), signed_in(Client(), official())
    desk.post("/console/filing.cases/do/approve/", {"ids": case.pk, "confirmed": "1"})
    stored = StoredDocument.objects.get()
    assert desk.get("/console/filing.shared/").status_code == 200
    check = Client().get(f"/check/{stored.public_token}/").content.decode()
    assert COMPLETE["name"] in check
    assert "林䶮" not in check


def test_numbers_are_shown_once_for_a_reason(
    applicant: Applicant, official: Officials, signed_in: SignIn
) -> None:
    case, desk = submitted(applicant), signed_in(Client(), official())
    fields = {"ids": case.pk, "confirmed": "1", "reason": "核对法定代表人证件与营业执照一致"}
    assert RESIDENT in desk.post("/console/filing.cases/do/unmask/", fields).content.decode()
    assert RESIDENT not in desk.get(f"/console/filing.cases/{case.pk}/").content.decode()


def test_another_office_reads_only(applicant: Applicant, official: Officials, signed_in: SignIn) -> None:
    case = approved(applicant, official())
    change = begin_case(applicant, CaseKind.CHANGE)
    desk = signed_in(Client(), official("xiamen", office="3701"))
    assert case.number in desk.get("/console/filing.shared/").content.decode()
    page = desk.get(f"/console/filing.shared/{case.pk}/").content.decode()
    assert "do/approve" not in page
    assert "do/unmask" not in page
    assert desk.get(f"/console/filing.shared/{change.pk}/").status_code == 404
    fields = {"ids": case.pk, "confirmed": "1", "reason": "想看看这家企业法定代表人的号码"}
    answer = desk.post("/console/filing.shared/do/unmask/", fields)
    assert answer.status_code == 404
    assert RESIDENT not in answer.content.decode()


def test_the_back_office_only_reads(applicant: Applicant, signed_in: SignIn) -> None:
    case = submitted(applicant)
    keeper = User.objects.create_user("keeper", is_staff=True)
    Administrator.objects.create(user=keeper, role="system")
    desk = signed_in(Client(), keeper)
    address = f"/admin/filing/enterprisefiling/{case.pk}/change/"
    page = desk.get(address)
    assert page.status_code == 200
    assert RESIDENT not in page.content.decode()
    assert case.legal_id_encrypted not in page.content.decode()
    assert desk.post(address, {"state": "approved"}).status_code == 403
    case.refresh_from_db()
    assert case.state == CaseState.SUBMITTED

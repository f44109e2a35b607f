"""An enterprise with a complete draft, officials at two offices, register and letters loaded, files in a folder of the test."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from filing.enums import CaseKind, EnterpriseType, Licence
from filing.models import EnterpriseFiling
from filing.services import case_decisions
from filing.services.cases import Applicant, LicenceFacts, begin_case, save_draft, save_licences, submit_case
from portal.codes import load_rules, rows
from portal.models import Agency, Code, Membership, Office, Organisation, Post, User
from portal.selectors import forget_codes
from tools.demo.accounts import uscc

PDF = b"%PDF-1.4\n1 0 obj\nendobj\n%%EOF\n"
RESIDENT = "350102199003078516"
NAME = "福建省䶮㛃𬱖跨境电子商务有限公司"
COMPLETE: dict[str, Any] = {
    "name": NAME,
    "name_en": "Fujian Test Cross-border E-commerce",
    "legal_name": "林䶮",
    "legal_id_kind": "resident",
    "legal_id": RESIDENT,
    "district_code": "350102",
    "address": "福建省福州市鼓楼区软件大道 89 号",
    "business_scope": "跨境电子商务零售进出口",
    "contact_name": "陈㛃",
    "contact_phone": "13805910000",
    "contact_email": "contact@example.org",
    "platform_urls": "https://shop.example.org",
    "bank_name": "福州银行",
    "bank_account": "6222021402001234567",
    "types": [EnterpriseType.ECOMMERCE, EnterpriseType.LOGISTICS],
    "office": "3501",
}


def scan(name: str = "licence.pdf", body: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body, content_type="application/pdf")


def express(valid_to: date | None = None, number: str = "快递35010001") -> LicenceFacts:
    """A good express licence, a year to go."""
    last = valid_to or timezone.localdate() + timedelta(days=365)
    return LicenceFacts(Licence.EXPRESS, number, "福建省邮政管理局", last, scan=scan())


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)


@pytest.fixture
def register(db: None) -> None:
    """Customs offices and rule register."""
    Code.objects.bulk_create(rows("customs_district"), ignore_conflicts=True)
    forget_codes()
    load_rules()
    customs = Agency.objects.get_or_create(code="gacc", defaults={"name": "海关"})[0]
    for code in ("3501", "3701"):
        Office.objects.get_or_create(agency=customs, code=code, defaults={"name": f"海关{code}"})


@pytest.fixture
def applicant(register: None) -> Applicant:
    """The declarant of an enterprise that has nothing filed yet."""
    organisation = Organisation.objects.create(
        uscc=uscc("91", "MA3501001"), customs_code="35019609P1", name=NAME
    )
    user = User.objects.create_user("declarant", last_name="林申报")
    Membership.objects.create(user=user, organisation=organisation, role="declarant")
    return Applicant(organisation.pk, user)


@pytest.fixture
def official(register: None) -> Callable[..., User]:
    """`official("name", office="3501", role="reviewer")`."""
    customs = Agency.objects.get_or_create(code="gacc", defaults={"name": "海关"})[0]

    def appoint(username: str = "reviewer", office: str | None = "3501", role: str = "reviewer") -> User:
        place = (
            Office.objects.get_or_create(agency=customs, code=office, defaults={"name": office})[0]
            if office
            else None
        )
        user = User.objects.create_user(username, last_name=username)
        Post.objects.create(user=user, agency=customs, office=place, role=role)
        return user

    return appoint


def complete_draft(who: Applicant, kind: CaseKind = CaseKind.NEW, **changes: Any) -> EnterpriseFiling:
    case = begin_case(who, kind)
    save_draft(who, case.pk, {**COMPLETE, **changes})
    return save_licences(who, case.pk, [express()])


def submitted(who: Applicant, **changes: Any) -> EnterpriseFiling:
    return submit_case(who, complete_draft(who, **changes).pk)


def approved(who: Applicant, actor: User, **changes: Any) -> EnterpriseFiling:
    case = submitted(who, **changes)
    results = case_decisions.approve_cases(case_ids=[case.pk], actor=actor)
    assert [one.message for one in results] == [""]
    case.refresh_from_db()
    return case

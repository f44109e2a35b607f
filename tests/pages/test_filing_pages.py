"""Filing in a real browser: every page accessible and no wider than the window; from the first click to the certificate."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail

from customs.models import Parcel
from filing.enums import CaseKind
from filing.models import EnterpriseFiling
from filing.services import case_decisions
from filing.services.cases import Applicant, begin_case, save_draft, save_licences, submit_case
from portal import documents
from portal.models import StoredDocument, User
from tests.filing.conftest import COMPLETE, PDF, express
from tests.pages.conftest import Walk
from tools import fonts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = [("zh-CN", 360), ("en-US", 1280)]
LEAST_CLICKS = 25
USCC = "91110000600037341L"
"""The worked example of rules G.3."""
MAIL = "chen@example.com"
PASSWORD = "Fuzhou-Harbour-2026"


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)


def returned_case(who: Applicant, reviewer: User) -> EnterpriseFiling:
    case = begin_case(who, CaseKind.NEW)
    save_draft(who, case.pk, COMPLETE)
    save_licences(who, case.pk, [express()])
    submit_case(who, case.pk)
    remarks = [("address", "请写明门牌号"), ("licence-express-scan", "扫描件不清楚")]
    return case_decisions.return_case(case_id=case.pk, actor=reviewer, remarks=remarks)


@pytest.mark.parametrize(("locale", "width"), SIZES)
def test_pages_of_filing(
    walk: Callable[..., Walk], demonstration: dict[str, Parcel], locale: str, width: int
) -> None:
    person, reviewer = User.objects.get(username="agent"), User.objects.get(username="reviewer")
    who = Applicant(person.memberships.get().organisation_id, person)
    base = f"/enterprise/filing/cases/{returned_case(who, reviewer).pk}/"
    staff, official, anybody = walk(locale, width), walk(locale, width), walk(locale, width)
    staff.sign_in("agent")
    official.sign_in("reviewer")
    faults = [
        fault
        for path in ("/enterprise/filing/cases/", base, f"{base}edit/", f"{base}licences/", f"{base}check/")
        for fault in staff.inspect(path)
    ]
    submit_case(who, EnterpriseFiling.objects.get(organisation_id=who.organisation_id).pk)
    case = EnterpriseFiling.objects.get(organisation_id=who.organisation_id)
    desk = ("", f"{case.pk}/", f"do/return/?ids={case.pk}", f"do/refuse/?ids={case.pk}")
    faults += [fault for path in desk for fault in official.inspect(f"/console/filing.cases/{path}")]
    assert case_decisions.approve_cases(case_ids=[case.pk], actor=reviewer)[0].ok
    change = begin_case(who, CaseKind.CHANGE)
    save_draft(who, change.pk, {"address": "新地址"})
    faults += official.inspect("/console/filing.shared/")
    faults += staff.inspect(f"/enterprise/filing/cases/{change.pk}/check/")
    faults += anybody.inspect(f"/check/{StoredDocument.objects.get().public_token}/")
    assert "\n".join(faults) == ""


class Clicks:
    """Counts what a person presses."""

    def __init__(self, walk: Walk) -> None:
        self.page = walk.page
        self.count = 0

    def __call__(self, selector: str) -> None:
        self.count += 1
        self.page.click(selector)
        self.page.wait_for_load_state()


def fill_in(page: Any) -> None:
    """Everything a platform-free e-commerce firm is asked; typing is not clicking."""
    for name, value in COMPLETE.items():
        if isinstance(value, str) and name not in {"office", "legal_id_kind", "name"}:
            page.fill(f"[name={name}]", value)
    page.select_option("[name=office]", COMPLETE["office"])


def register(staff: Walk, click: Clicks) -> None:
    """From the home page to the first sign-in: code, company, person, the link of the mail, a password."""
    staff.open("/")
    click("main a[href='/filing/register/']")
    staff.page.fill("[name=uscc]", USCC)
    click("main form button.button--primary")
    staff.page.fill("[name=name]", COMPLETE["name"])
    staff.page.select_option("[name=district]", COMPLETE["office"])
    click("main form button.button--primary")
    staff.page.fill("[name=person_name]", "陈㛃")
    staff.page.fill("[name=email]", MAIL)
    click("main form button.button--primary")
    staff.page.wait_for_url("**/filing/register/sent/")
    link = re.search(r"/filing/register/confirm/[^\s]+", str(mail.outbox[-1].body))
    assert link is not None
    staff.open(link.group(0))
    for name in ("password1", "password2"):
        staff.page.fill(f"[name={name}]", PASSWORD)
    click("main form button.button--primary")
    staff.page.fill("[name=login]", MAIL)
    staff.page.fill("[name=password]", PASSWORD)
    click("main form [type=submit]")
    staff.page.wait_for_url(lambda url: "/accounts/login/" not in url)


def test_from_the_home_page_to_a_valid_certificate(
    walk: Callable[..., Walk], demonstration: dict[str, Parcel], tmp_path: Path
) -> None:
    """A company nobody knows and an official in two contexts; few clicks, at most three pages of form, the certificate downloads."""
    begun = time.monotonic()
    staff, official = walk(), walk()
    official.sign_in("reviewer")
    click, decide = Clicks(staff), Clicks(official)
    register(staff, click)
    staff.open("/enterprise/")
    click("a[href='/enterprise/filing/cases/']")
    click("main button.button--primary")
    click("input[value=logistics]")
    fill_in(staff.page)
    staff.page.wait_for_selector("#saved:has-text('已自动保存')")
    click("main form button.button--primary")
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(PDF)
    staff.page.fill("[name=licence-express-number]", "闽邮1")
    staff.page.fill("[name=licence-express-issuer]", "福建省邮政管理局")
    staff.page.fill("[name=licence-express-valid_to]", "2099-12-31")
    staff.page.set_input_files("[name=licence-express-scan]", str(scan))
    click("main form button.button--primary")
    click("main form[action$='/submit/'] button")
    case = EnterpriseFiling.objects.latest("id")
    assert case.state == "submitted"
    official.open(f"/console/filing.cases/{case.pk}/")
    decide("a[href*='do/approve']")
    decide("main form button.button--primary")
    fonts.cut(settings.FONT_DIR)
    stored = StoredDocument.objects.get(subject_id=case.pk)
    documents.render(stored.pk)
    staff.open("/enterprise/filing/cases/")
    with staff.page.expect_download() as download:
        click(f"a[href='/files/documents/{stored.pk}/']")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    click(f"a[href='/check/{stored.public_token}/']")
    assert "有效" in staff.page.inner_text("main")
    assert click.count + decide.count <= LEAST_CLICKS
    spent = time.monotonic() - begun
    print(f"clicks: enterprise {click.count}, official {decide.count}; {spent:.0f} s with nobody thinking")

"""Inbox and audit pages in a browser: found, read, marked, undone, set; in both languages, on a phone and on a desktop."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from customs.models import Parcel
from customs.services.unmasking import show_personal_data
from portal import audit
from portal.letters import send
from portal.models import Letter, User
from tests.pages.conftest import Walk
from tests.pages.test_every_page import SIZES
from tools.mailbox import keep

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def write_letters() -> None:
    users = list(User.objects.filter(username__in=["agent", "reviewer"]).values_list("pk", flat=True))
    params = {"enterprise": "福州榕港报关有限公司", "count": "12"}
    send("customs.parcels_incomplete", users=users, params=params, link="/enterprise/waiting/")
    send("customs.parcels_selected", users=users, params=params, link="/enterprise/parcels/")


@pytest.mark.parametrize(("locale", "width"), SIZES)
def test_pages_of_the_inbox(
    walk: Callable[..., Walk], demonstration: dict[str, Parcel], locale: str, width: int
) -> None:
    write_letters()
    for username in ("agent", "reviewer"):
        one = walk(locale, width)
        one.sign_in(username)
        letter = Letter.objects.filter(user__username=username).latest("pk").pk
        pages = ("/inbox/", "/inbox/?q=nothing", f"/inbox/{letter}/", "/inbox/preferences/")
        assert "\n".join(fault for path in pages for fault in one.inspect(path)) == ""


def test_reading_and_undoing(walk: Callable[..., Walk], demonstration: dict[str, Parcel]) -> None:
    write_letters()
    one = walk()
    one.sign_in("agent")
    unread = Letter.objects.filter(user__username="agent", in_inbox=True, read_at__isnull=True).count()
    assert one.page.inner_text(".badge") == str(unread)
    one.page.click(".inbox-link")
    one.page.click("text=有包裹被布控查验")
    assert "12 票包裹被布控查验" in one.page.inner_text("article")
    assert one.page.inner_text(".badge") == str(unread - 1)
    one.page.click("text=消息 >> nth=0")
    one.page.click("text=全部标为已读")
    assert one.page.locator(".badge").count() == 0
    one.page.click("text=撤销")
    assert one.page.inner_text(".badge") == str(unread - 1)


@pytest.mark.parametrize(("locale", "width"), SIZES)
def test_pages_of_the_audit_trail(
    walk: Callable[..., Walk], demonstration: dict[str, Parcel], locale: str, width: int
) -> None:
    held = demonstration["held"]
    reviewer = User.objects.get(username="reviewer")
    show_personal_data(parcel_id=held.pk, actor=reviewer, reason="核实收货地址是否真实存在")
    audit.seal()
    audit.verify_on()
    chief, staff = walk(locale, width), walk(locale, width)
    chief.sign_in("chief")
    staff.sign_in("agent")
    paths = ("/console/audit/", "/console/audit/?subject=nothing")
    faults = [fault for path in paths for fault in chief.inspect(path)]
    faults += [
        fault
        for path in ("/enterprise/audit/", "/enterprise/audit/?who=own")
        for fault in staff.inspect(path)
    ]
    assert "\n".join(faults) == ""
    staff.open("/enterprise/audit/")
    assert "核实收货地址是否真实存在" in staff.page.inner_text("table")
    assert "王审核" not in staff.page.inner_text("main")


def test_the_mailbox_of_the_demonstration(
    walk: Callable[..., Walk], settings: Any, tmp_path: Path, transactional_db: None
) -> None:
    settings.DEMO, settings.MAILBOX = True, tmp_path
    one = walk(width=360)
    assert one.inspect("/mailbox/") == []
    link = f"{one.base}/accessibility/"
    keep(tmp_path, [b"a@example.com"], f"To: a@example.com\r\nSubject: s\r\n\r\n{link}\r\n".encode())
    one.open("/mailbox/")
    one.page.click("tbody a")
    assert one.inspect(one.page.url.removeprefix(one.base)) == []
    one.page.click(f"text={link}")
    assert one.page.url == link


def test_the_audit_administrator_lands_on_the_trail(
    walk: Callable[..., Walk], demonstration: dict[str, Parcel]
) -> None:
    one = walk(width=360)
    one.sign_in("auditor")
    assert one.page.url == f"{one.base}/console/audit/"
    assert "平台全部操作记录" in one.page.inner_text("main")
    assert one.inspect("/console/audit/") == []

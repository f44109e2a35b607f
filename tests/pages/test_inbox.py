"""The inbox in a browser: found by the badge, read, marked, undone, set; in both languages, on a phone and on a desktop."""

from collections.abc import Callable

import pytest

from customs.models import Parcel
from portal.letters import send
from portal.models import Letter, User
from tests.pages.conftest import Walk
from tests.pages.test_every_page import SIZES

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

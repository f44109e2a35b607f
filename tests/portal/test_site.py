"""The public site: services that begin where they say, notices between their dates, help for every screen, feed, sitemap, search."""

from collections.abc import Iterator
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone, translation

from portal.codes import load_rules
from portal.enums import ArticleKind
from portal.models import Article, Service
from portal.site import help_code, load_site, notices

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def loaded(db: None) -> None:
    load_site()
    load_rules()


def notice(code: str, **changes: object) -> Article:
    given = {"title_zh": f"公告{code}", "title_en": f"Notice {code}", "body_zh": "正文", "body_en": "body"}
    return Article.objects.create(
        kind=ArticleKind.NOTICE, code=code, **{**given, "published_at": timezone.now(), **changes}
    )


@pytest.mark.usefixtures("loaded")
def test_every_service_is_complete_and_begins_somewhere(client: Client) -> None:
    assert Service.objects.count() == 9
    for one in Service.objects.all():
        for language in ("zh-hans", "en"):
            with translation.override(language):
                assert all([one.title, one.summary, one.who, one.limit, one.needs, one.steps, one.basis])
        reverse(one.start)
        page = client.get(f"/services/{one.code}/").content.decode()
        assert one.title_zh in page
        assert f'href="{reverse(one.start)}"' in page


@pytest.mark.usefixtures("loaded")
def test_loading_again_changes_nothing_and_keeps_what_staff_wrote() -> None:
    notice("own")
    before = (Service.objects.count(), Article.objects.count())
    load_site()
    assert (Service.objects.count(), Article.objects.count()) == before
    assert Article.objects.get(code="own").title_zh == "公告own"


def test_notices_are_shown_between_their_dates(client: Client) -> None:
    now = timezone.now()
    shown = notice("now")
    later = notice("later", published_at=now + timedelta(days=1))
    over = notice("over", published_at=now - timedelta(days=2), until=now - timedelta(days=1))
    assert list(notices()) == [shown]
    page = client.get("/notices/").content.decode()
    assert "公告now" in page
    assert "公告later" not in page
    assert client.get(f"/notices/{shown.pk}/").status_code == 200
    for hidden in (later, over):
        assert client.get(f"/notices/{hidden.pk}/").status_code == 404


def test_notices_as_a_feed(client: Client) -> None:
    one = notice("now", title_zh="<b>维护</b> & 公告")
    feed = ElementTree.fromstring(client.get("/notices/feed/").content)  # noqa: S314 -- our own feed
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["<b>维护</b> & 公告"]
    assert str(one.pk) in str(entries[0].findtext(f"{ATOM}id"))


@pytest.mark.usefixtures("loaded")
def test_search_finds_words_of_either_language_and_survives_nonsense(client: Client) -> None:
    assert "certificate-check" in client.get("/services/", {"q": "QR code"}).content.decode()
    assert "没有符合条件的服务" in client.get("/services/", {"q": "%_%"}).content.decode()
    assert "license" not in client.get("/faq/", {"q": "额度"}).content.decode()
    assert "26000" in client.get("/faq/", {"q": "额度"}).content.decode()
    for path in ("/services/", "/faq/", "/notices/"):
        assert client.get(path, {"q": "\x00" * 3000, "page": "-1"}).status_code == 200


@pytest.mark.usefixtures("loaded")
def test_searching_is_bounded_per_address(client: Client) -> None:
    found = [
        "certificate-check"
        in client.get("/services/", {"q": "学历认证"}, REMOTE_ADDR="203.0.113.77").content.decode()
        for _time in range(62)
    ]
    assert found[:60] == [False] * 60  # searched, nothing fits
    assert found[-1]  # no longer searched: the whole list


def screens() -> Iterator[str]:
    """Names of the pages behind the enterprise and the console door that answer GET with a page."""
    yield from walked(get_resolver().url_patterns, "", "")


def walked(patterns: list[URLPattern | URLResolver], space: str, path: str) -> Iterator[str]:
    for one in patterns:
        here = path + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from walked(one.url_patterns, space + (f"{one.namespace}:" if one.namespace else ""), here)
        elif one.name and here.startswith(("enterprise/", "console/")):
            yield space + one.name


def test_every_screen_has_help() -> None:
    names = set(screens())
    assert len(names) > 40
    assert sorted(name for name in names if not help_code(name)) == []


@pytest.mark.usefixtures("loaded")
def test_every_help_text_is_reached_by_some_screen(client: Client) -> None:
    used = {help_code(name) for name in screens()} | {help_code(name) for name in ("inbox", "sessions")}
    assert set(Article.objects.filter(kind=ArticleKind.HELP).values_list("code", flat=True)) == used
    for code in used:
        assert client.get(reverse("screen_help", args=[code])).status_code == 200
    assert client.get("/help/screen/nothing/").status_code == 404


@pytest.mark.usefixtures("loaded")
def test_robots_and_sitemap_name_public_pages_only(client: Client) -> None:
    robots = client.get("/robots.txt").content.decode()
    assert f"Sitemap: {settings.BASE_URL}/sitemap.xml" in robots
    found = ElementTree.fromstring(client.get("/sitemap.xml").content)  # noqa: S314 -- our own
    paths = [str(one.text).removeprefix(settings.BASE_URL) for one in found.iter() if one.tag.endswith("loc")]
    assert len(paths) == len(set(paths)) > 15
    for path in paths:
        assert client.get(path).status_code == 200, path


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("path", ["/issues/", "/legal/privacy/", "/legal/terms/", "/status/", "/"])
def test_pages_in_both_languages(client: Client, path: str) -> None:
    chinese = client.get(path, headers={"accept-language": "zh-CN"}).content.decode()
    english = client.get(path, headers={"accept-language": "en"}).content.decode()
    assert chinese != english

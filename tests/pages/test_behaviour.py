"""What a person does with pages: keyboard, language, drawer, theme, errors, dialogs, doors, probes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver

from portal.models import User
from portal.urls import routes
from tests.pages.conftest import Walk

pytestmark = [pytest.mark.django_db(transaction=True)]
browser_test = pytest.mark.browser


@browser_test
def test_first_tab_stop_leads_past_the_navigation(walk: Callable[..., Walk]) -> None:
    one = walk()
    one.open("/")
    one.page.keyboard.press("Tab")
    assert one.page.evaluate("document.activeElement.className") == "skip"
    one.page.keyboard.press("Enter")
    assert one.page.evaluate("document.activeElement.id") == "main"


@browser_test
def test_language_is_switched_and_remembered(walk: Callable[..., Walk]) -> None:
    one = walk()
    one.open("/help/")
    one.page.click(".language button")
    assert one.page.url.endswith("/help/")
    assert one.page.locator("html").get_attribute("lang") == "en"
    one.open("/")
    assert one.page.locator("html").get_attribute("lang") == "en"
    one.page.click(".language button")
    assert one.page.locator("html").get_attribute("lang") == "zh-Hans"


@browser_test
def test_dialog_opens_keeps_focus_and_closes_by_escape(walk: Callable[..., Walk]) -> None:
    one = walk()
    one.open("/design/")
    one.page.click("[data-opens]")
    assert one.page.locator("dialog").evaluate("one => one.open && one.contains(document.activeElement)")
    one.page.keyboard.press("Escape")
    assert not one.page.locator("dialog").evaluate("one => one.open")


@browser_test
def test_dark_theme_is_remembered_and_accessible(walk: Callable[..., Walk]) -> None:
    one = walk()
    one.open("/design/")
    one.page.click("[data-theme-toggle]")
    assert one.inspect("/design/") == []
    assert one.page.locator("html").get_attribute("data-theme") == "dark"


@browser_test
def test_error_summary_takes_focus_and_leads_to_the_field(walk: Callable[..., Walk]) -> None:
    one = walk()
    one.open("/accounts/login/")
    one.page.click("main [type=submit]")
    one.page.locator(".error-summary:focus").wait_for()
    one.page.click(".error-summary a >> nth=0")
    assert one.page.evaluate("document.activeElement.name") == "login"


@browser_test
def test_pages_work_without_scripts(walk: Callable[..., Walk]) -> None:
    one = walk(width=360, java_script_enabled=False)
    one.open("/accounts/login/")
    assert one.page.locator("main form").first.is_visible()
    assert one.page.locator("[data-theme-toggle]").is_hidden()


@browser_test
def test_drawer_on_a_phone(walk: Callable[..., Walk], demonstration: dict[str, Any]) -> None:
    one = walk(width=360)
    one.sign_in("agent")
    assert one.page.locator("#side").is_hidden()
    one.page.click("[data-drawer]")
    assert one.page.locator("#side").is_visible()
    one.page.keyboard.press("Escape")
    assert one.page.locator("#side").is_hidden()


@browser_test
def test_chosen_files_are_named(walk: Callable[..., Walk]) -> None:
    one = walk()
    one.open("/design/")
    one.page.set_input_files(
        "#id_sample", {"name": "CEB621.xml", "mimeType": "text/xml", "buffer": b"x" * 2048}
    )
    assert one.page.locator("[data-drop-files] li").all_inner_texts() == ["CEB621.xml · 2 KB"]


def test_demo_accounts_are_shown_in_demo_mode_only(client: Client, settings: Any, tmp_path: Path) -> None:
    account = {"username": "agent", "password": "p", "name": "林", "description": "d"}
    (tmp_path / "demo.json").write_text(json.dumps({"accounts": [account]}))
    settings.VAR_DIR, settings.DEMO = tmp_path, True
    assert "演示账号" in client.get("/accounts/login/").content.decode()
    settings.DEMO = False
    assert "演示账号" not in client.get("/accounts/login/").content.decode()


def test_probes(client: Client) -> None:
    assert client.get("/healthz").content == b"ok"
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "database": "ok",
        "cache": "ok",
        "decision_worker": "unknown",
        "agencies": "ok",
    }


def test_not_ready_without_cache(client: Client, settings: Any) -> None:
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "unix:///nowhere.sock"}}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["cache"] == "down"


@pytest.mark.parametrize(("path", "status"), [("/nowhere/", 404), ("/console/", 403)])
def test_error_pages_keep_the_navigation(client: Client, path: str, status: int) -> None:
    client.force_login(User.objects.create_user("nobody"), "django.contrib.auth.backends.ModelBackend")
    answer = client.get(path)
    assert answer.status_code == status
    assert 'class="masthead"' in answer.content.decode()


def test_expired_form_is_explained() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a"})
    assert answer.status_code == 403
    assert "403_csrf.html" in [template.name for template in answer.templates]


def names(found: list[URLPattern | URLResolver]) -> set[str]:
    return {str(one.pattern) for one in found}


@pytest.mark.parametrize(
    ("door", "present", "absent"),
    [
        ("public", "help/", "console/"),
        ("console", "console/", "enterprise/"),
        ("api", "api/v1/", "accounts/"),
    ],
)
def test_process_serves_its_doors_only(door: str, present: str, absent: str) -> None:
    found = names(routes([door]))
    assert present in found
    assert absent not in found
    assert {"healthz", "readyz"} <= found

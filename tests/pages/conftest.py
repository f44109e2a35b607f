"""A headless Chromium, the demonstration's people and parcels, and a walk that watches every page."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page

from customs.enums import Direction
from customs.models import ImportInventory, Parcel
from customs.services.working import decide_batch, prepare_connection
from exchange.services import Sender, receive_message
from portal.models import Organisation
from tools.demo import loading
from tools.demo.accounts import PASSWORD, TOTP_SECRET
from tools.parcels import ALERT_GOODS, SENDERS, Generator, messages

ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-renderer-backgrounding",  # a renderer that gives way to everybody starves on a busy machine
    "--disable-backgrounding-occluded-windows",
]

PATIENCE = 90_000
"""Milliseconds for a page; tests share the machine with others."""


def chromium() -> str:
    names = ("chromium", "chromium-headless-shell", "google-chrome")
    return os.environ.get("CHROMIUM") or next((found for name in names if (found := shutil.which(name))), "")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Our Chromium; without one these tests are skipped, unless SW_REQUIRE_BROWSER=1."""
    path = chromium()
    if not path:
        if os.environ.get("SW_REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium: install it or set CHROMIUM")
        pytest.skip("no Chromium: install it or set CHROMIUM")
    return {"executable_path": path, "args": ARGUMENTS, "headless": True}


class Walk:
    """One browser context; opens pages and collects everything that should not happen on them."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context = context
        self.base = base
        context.set_default_timeout(PATIENCE)
        self.page: Page = context.new_page()
        self.troubles: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on("request", self._request)

    def _console(self, message: Any) -> None:
        """Violations of the content security policy arrive here too. The browser also reports the 404 we asked for."""
        if message.type == "error" and "status of 4" not in message.text:
            self.troubles.append(f"console: {message.text} at {self.page.url}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:")):
            self.troubles.append(f"foreign host: {request.url}")

    def open(self, path: str) -> int:
        answer = self.page.goto(self.base + path)
        assert answer is not None
        return answer.status

    def sign_in(self, username: str) -> None:
        """By the form, as people do."""
        self.open("/accounts/login/")
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main [type=submit]")
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url)
        while "/accounts/2fa/authenticate/" in self.page.url:
            self.show_second_factor()

    def show_second_factor(self) -> None:
        """The code of the moment; a test signs in more often than a code may be used."""
        code = format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30))
        for user_id in Authenticator.objects.values_list("user_id", flat=True):
            cache.delete(f"allauth.mfa.totp.used?user={user_id}&code={code}")
        self.page.fill("[name=code]", code)
        with self.page.expect_navigation():
            self.page.click("main form:has([name=code]) [type=submit]")

    def inspect(self, path: str) -> list[str]:
        """What is wrong with a page: status, accessibility, width, language of the page."""
        status = self.open(path)
        found = [] if status == 200 or path == "/nowhere/" else [f"{path}: status {status}"]
        for violation in Axe().run(self.page).response["violations"]:
            places = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            found.append(f"{path}: {violation['id']} ({violation['impact']}): {places}")
        surplus = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if surplus > 0:
            found.append(f"{path}: {surplus} px wider than the window")
        return found


@pytest.fixture
def walk(browser: Browser, live_server: Any) -> Iterator[Callable[..., Walk]]:
    """Opens contexts: `walk(locale="zh-CN", width=1280)`. Troubles met on the way fail the test at its end."""
    walks: list[Walk] = []

    def start(locale: str = "zh-CN", width: int = 1280, **options: Any) -> Walk:
        size = {"width": width, "height": 800}
        context = browser.new_context(locale=locale, viewport=size, reduced_motion="reduce", **options)
        walks.append(Walk(context, live_server.url))
        return walks[-1]

    yield start
    for one in walks:
        one.context.close()
    assert [trouble for one in walks for trouble in one.troubles] == []


@pytest.fixture
def demonstration(
    transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Parcel]:
    """Demo people and enterprises; one released, one rejected, one held and one incomplete parcel, decided."""
    monkeypatch.setattr(loading, "CLIENTS_FILE", tmp_path / "clients.json")
    loading.load_demo()
    draw = Generator(7, prefix="P")
    parcels = {name: draw.import_parcel() for name in ("released", "rejected", "waiting")}
    stranger = draw.person()
    parcels["rejected"].payment.update(payerName=stranger.name, payerIdNumber=stranger.number)
    parcels["waiting"].without = {"CEB511Message"}
    parcels["held"] = draw.import_parcel(buyer=draw.person(born=2015))
    parcels["inspected"] = draw.import_parcel(goods=[(ALERT_GOODS, 1)])
    for code, xml in messages(list(parcels.values()), draw, per_message=100):
        organisation = Organisation.objects.get(customs_code=SENDERS[code].code)
        receive_message(
            sender=Sender(organisation_id=organisation.pk, codes=organisation.codes, client_id=None), body=xml
        )
    known_buyers()
    decide()
    stored = {parcel.order_no: parcel for parcel in Parcel.objects.all()}
    return {name: stored[one.order_no] for name, one in parcels.items() if one.order_no in stored}


def known_buyers() -> None:
    """The population base has confirmed everybody."""
    from datetime import timedelta

    from django.utils import timezone

    from customs.models import IdentityResult

    now = timezone.now()
    for identity in set(ImportInventory.objects.values_list("buyer_identity_hash", flat=True)):
        IdentityResult.objects.create(
            identity_hash=identity,
            outcome="MATCH",
            source="test",
            checked_at=now,
            expires_at=now + timedelta(days=90),
        )


def decide() -> None:
    """Turns of the decision worker until nothing is left to do, on a connection of its own as the worker has one."""
    connection.close()
    prepare_connection()
    while any(decide_batch(direction).messages for direction in Direction):
        continue

"""Pictures of the main pages for the README, taken from a running demonstration.

`python -m tools.screenshots --base-url http://127.0.0.1:8000 --out docs/screenshots`: signs in with the demo accounts of
`var/demo.json`, at desktop and phone width. Needs a Chromium (`CHROMIUM`, or `chromium` on the path).
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import shutil
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SIZES = {1280: 860, 360: 780}
"""Width and height of the windows."""

ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-renderer-backgrounding"]


class Shot(NamedTuple):
    """A page as somebody sees it. `follow` is a link of the page that leads to the one meant (selector, "" = none)."""

    name: str
    path: str
    account: str = ""
    follow: str = ""


SHOTS = (
    Shot("home", "/"),
    Shot("login", "/accounts/login/"),
    Shot("enterprise-home", "/enterprise/", "agent"),
    Shot("enterprise-upload", "/enterprise/upload/", "agent"),
    Shot("enterprise-parcels", "/enterprise/parcels/", "agent"),
    Shot("enterprise-parcel", "/enterprise/parcels/?state=rejected", "agent", "#results tbody a"),
    Shot("enterprise-receipts", "/enterprise/receipts/", "agent"),
    Shot("services", "/services/"),
    Shot("enterprise-filing", "/enterprise/filing/cases/", "exporter"),
    Shot("enterprise-goods", "/enterprise/goods/", "exporter"),
    Shot("console-filing", "/console/filing.cases/", "reviewer", "#results tbody td a"),
    Shot("console-queues", "/console/", "reviewer"),
    Shot("console-queue", "/console/customs.manual/", "reviewer"),
    Shot("console-case", "/console/customs.manual/", "reviewer", "#results tbody td a"),
)


class Account(NamedTuple):
    """What a demo account signs in with; `totp` is "" for people without a second factor."""

    password: str
    totp: str


def accounts(path: Path) -> dict[str, Account]:
    """Accounts by user name."""
    found = json.loads(path.read_text("utf-8"))["accounts"]
    return {one["username"]: Account(one["password"], one.get("totp", "")) for one in found}


def code_of_the_moment(secret: str) -> str:
    """TOTP (RFC 6238): six digits, 30 seconds, SHA-1."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    value = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{value % 1_000_000:06d}"


def sign_in(page: Page, base_url: str, username: str, account: Account) -> None:
    page.goto(f"{base_url}/accounts/login/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", account.password)
    page.click("main [type=submit]")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    while (
        "/accounts/2fa/authenticate/" in page.url
    ):  # a code serves once: the same account waits for the next
        page.fill("[name=code]", code_of_the_moment(account.totp))
        with page.expect_navigation():
            page.click("main form:has([name=code]) [type=submit]")
        if "/accounts/2fa/authenticate/" in page.url:
            page.wait_for_timeout(5_000)


def show(page: Page, base_url: str, shot: Shot) -> bool:
    """Open the page meant; False when the demonstration has none."""
    page.goto(base_url + shot.path)
    if shot.follow:
        link = page.locator(shot.follow)
        if not link.count():
            return False
        link.first.click()
        page.wait_for_load_state()
    return True


def take(browser: Browser, base_url: str, passwords: dict[str, Account], out: Path) -> Iterator[str]:
    """One context for each width and account; yields the names of the files."""
    for width, height in SIZES.items():
        for account in dict.fromkeys(shot.account for shot in SHOTS):
            context = browser.new_context(
                locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": width, "height": height}
            )
            context.set_default_timeout(90_000)
            page = context.new_page()
            if account:
                sign_in(page, base_url, account, passwords[account])
            for shot in SHOTS:
                if shot.account == account and show(page, base_url, shot):
                    page.screenshot(path=out / f"{shot.name}-{width}.png")
                    yield f"{shot.name}-{width}.png"
            context.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base-url", default="http://127.0.0.1:8000")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screenshots")
    parser.add_argument("--demo", type=Path, default=ROOT / "var" / "demo.json")
    options = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for name in take(browser, options.base_url.rstrip("/"), accounts(options.demo), options.out):
            print(options.out / name)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

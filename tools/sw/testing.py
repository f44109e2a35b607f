"""`test`: all tests on real servers, pages in a real headless Chromium."""

import argparse
import os
import shutil
import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path

from tools.sw.environment import children_environment, embedded_servers
from tools.sw.places import ROOT, Places
from tools.sw.progress import Failure, say, step
from tools.sw.sizing import cores

BROWSERS = ("chromium", "chromium-headless-shell", "google-chrome")


def chromium() -> str:
    """Path of a Chromium, installed when possible; "" when none can be had. Raises Failure when one is required."""
    found = installed_chromium()
    if found:
        if not find_library("atomic"):  # Playwright's driver is linked against it
            apt_install("libatomic1")
        return found
    with step("Chromium"):
        apt_install("chromium", "libatomic1", "fonts-noto-cjk")
        found = installed_chromium() or playwright_chromium()
    if not found and os.environ.get("SW_REQUIRE_BROWSER") == "1":
        raise Failure("no Chromium and SW_REQUIRE_BROWSER=1: install chromium or set CHROMIUM")
    return found


def installed_chromium() -> str:
    given = os.environ.get("CHROMIUM")
    if given:
        return given
    return next((path for name in BROWSERS if (path := shutil.which(name))), "")


def apt_install(*packages: str) -> None:
    """Install Debian packages as root; does nothing elsewhere."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        subprocess.run(
            ["apt-get", *command],
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )


def playwright_chromium() -> str:
    """Playwright's own download, for machines where nothing may be installed system-wide."""
    done = subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        return ""
    ask = "from playwright.sync_api import sync_playwright as p\nwith p() as b: print(b.chromium.executable_path)"
    answer = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, check=False
    ).stdout.strip()
    return answer if answer and Path(answer).exists() else ""


def test(arguments: argparse.Namespace, here: Places) -> int:
    """Run pytest with the given arguments (all tests when there are none)."""
    browser = chromium()
    if not browser:
        say("! no Chromium: tests marked `browser` are skipped (SW_REQUIRE_BROWSER=1 makes that a failure)")
    with embedded_servers(here) as servers:
        environment = children_environment(here, servers, CHROMIUM=browser)
        options = arguments.rest or parallel()
        return subprocess.call([sys.executable, "-m", "pytest", *options], cwd=ROOT, env=environment)


def parallel() -> list[str]:
    """One pytest process more than cores (many tests wait for servers and browsers), at most four; on one core a single one.

    The migrated database is copied, not migrated again.
    """
    count = min(4, cores() + 1)
    return ["-n", str(count), "--dist", "loadfile"] if cores() > 1 else []

"""What PDFs need: Pango from the system and fonts cut once. Without them the product runs and says that PDFs are not available."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools import fonts
from tools.sw.places import ROOT
from tools.sw.progress import say, step

APT_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
BREW_PACKAGES = ("pango",)


def typesets() -> bool:
    """Does the typesetter find its libraries (without complaint: a missing subsetter makes PDFs take ten seconds)?"""
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", "import weasyprint"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def install_libraries() -> None:
    """By the system's package manager, as root, with password-less sudo, or by brew; does nothing elsewhere."""
    if shutil.which("apt-get"):
        prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
        if prefix and not shutil.which("sudo"):
            return
        commands = [
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *APT_PACKAGES],
        ]
    elif shutil.which("brew"):
        prefix, commands = [], [["brew", "install", *BREW_PACKAGES]]
    else:
        return
    for command in commands:
        subprocess.run(
            [*prefix, *command],
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )


def prepare(environment: dict[str, str], folder: Path) -> bool:
    """Libraries and fonts, each step skipped when done; says so once when PDFs will not be available."""
    if not typesets():
        with step("libraries for PDFs"):
            install_libraries()
        if not typesets():
            say(f"! PDFs are not available on this machine: install {' '.join(APT_PACKAGES)}")
            return False
    if fonts.missing(folder):
        with step("fonts for PDFs (once, under a minute)"):
            done = subprocess.run(
                [sys.executable, "-m", "tools.fonts"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        if done.returncode != 0:
            say("! PDFs are not available on this machine: the font package could not be read")
            return False
    return True

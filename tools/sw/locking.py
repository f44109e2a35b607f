"""`lock`: write `requirements.lock` anew from pyproject.toml (developers)."""

import argparse
import os
import subprocess
from pathlib import Path

from tools.sw.places import ROOT, Places
from tools.sw.progress import Failure, step

UV = ROOT / ".venv" / "bin" / "uv"
TARGET = ROOT / "requirements.lock"


def lock(arguments: argparse.Namespace, _here: Places) -> int:
    """Resolve all groups and export names, versions and hashes: no index address, so every mirror can serve it."""
    if not UV.exists():
        raise Failure("uv is not in .venv; run: .venv/bin/python -m pip install uv")
    environment = os.environ | {"UV_SYSTEM_CERTS": "1"}
    if "PIP_INDEX_URL" in os.environ:
        environment.setdefault("UV_DEFAULT_INDEX", os.environ["PIP_INDEX_URL"])
    upgrade = ["--upgrade"] if "--upgrade" in arguments.rest else []
    with step("resolved"):
        _call(["lock", *upgrade], environment)
    unfinished = TARGET.with_suffix(".new")
    with step("exported"):
        options = ["--all-groups", "--no-emit-project", "--no-header", "--format", "requirements-txt"]
        _call(["export", "--frozen", *options, "--output-file", str(unfinished)], environment)
    refuse_addresses(unfinished)
    unfinished.rename(TARGET)
    return 0


def refuse_addresses(path: Path) -> None:
    """A lock file that names a host would defeat mirrors."""
    named = [line for line in path.read_text().splitlines() if "://" in line]
    if named:
        raise Failure(f"the lock file would name a host: {named[0]}")


def _call(arguments: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run([str(UV), *arguments], cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(done.stderr)

"""The command line: `./sw` itself, its checks, the lock file."""

import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from tools.sw.linting import CHECKS, lint
from tools.sw.locking import refuse_addresses
from tools.sw.places import Places
from tools.sw.progress import Failure

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("script", ["sw", ".ci/run"])
def test_scripts_are_executable_and_parse(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & 0o111
    shell = path.read_text().splitlines()[0].removeprefix("#!")
    assert subprocess.run([shell, "-n", str(path)], capture_output=True).returncode == 0


def test_status_of_nothing_running(here: Places) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.sw", "status"], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (3, "not running\n")


def test_unknown_check_names_the_known_ones(here: Places) -> None:
    with pytest.raises(Failure, match=r"no such check: stlye \(there are ruff, format, types"):
        lint(Namespace(rest=["stlye"]), here)


def test_every_commit_hook_runs_a_known_check() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text().split("./sw lint ")[1:]
    assert {hook.split()[0] for hook in hooks} <= {check.name for check in CHECKS}


def test_lock_file_names_no_host() -> None:
    refuse_addresses(ROOT / "requirements.lock")


def test_lock_file_that_names_a_host_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "requirements.lock"
    path.write_text("--index-url https://mirror.example/simple\ndjango==5.2\n")
    with pytest.raises(Failure, match="would name a host"):
        refuse_addresses(path)

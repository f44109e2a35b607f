"""`lint`: everything CI checks besides the tests. All checks run, then the exit status is decided."""

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass

from tools.sw.environment import children_environment, embedded_servers
from tools.sw.places import ROOT, Places
from tools.sw.processes import manage, module
from tools.sw.progress import Failure, say

DOMAIN = ("portal", "exchange", "filing", "customs", "sandbox")


@dataclass(frozen=True)
class Check:
    name: str
    title: str
    command: tuple[str, ...]
    needs_database: bool = False


CHECKS = (
    Check("ruff", "ruff check", module("ruff", "check", ".")),
    Check("format", "ruff format", module("ruff", "format", "--check", ".")),
    Check("types", "mypy, strict", module("mypy", *DOMAIN)),
    Check("imports", "import contracts", (sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()")),
    Check("migrations", "migrations complete", manage("makemigrations", "--check", "--dry-run"), needs_database=True),
    Check("translations", "translations complete", module("tools.translations", "check")),
    Check("openapi", "OpenAPI valid", manage("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")),
    Check("templates", "templates parse", module("tools.sw.templates")),
    Check("compose", "compose file valid", module(
        "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")),
)  # fmt: skip


def lint(arguments: argparse.Namespace, here: Places) -> int:
    """Run the named checks (all when none is named)."""
    names = arguments.rest
    unknown = set(names) - {check.name for check in CHECKS}
    if unknown:
        known = ", ".join(check.name for check in CHECKS)
        raise Failure(f"no such check: {', '.join(sorted(unknown))} (there are {known})")
    chosen = [check for check in CHECKS if not names or check.name in names]
    if any(check.needs_database for check in chosen):
        with embedded_servers(here) as servers:
            return run_checks(chosen, children_environment(here, servers))
    return run_checks(chosen, children_environment(here, embedded_servers(here)))


def run_checks(chosen: list[Check], environment: dict[str, str]) -> int:
    failed = [check.title for check in chosen if not passes(check, environment)]
    say(
        f"{len(chosen) - len(failed)} of {len(chosen)} checks passed"
        + (f", failed: {', '.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


def passes(check: Check, environment: dict[str, str]) -> bool:
    """Run one check; its output is shown only when it fails."""
    started = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    seconds = time.monotonic() - started
    if done.returncode == 0:
        say(f"✓ {check.title}  {seconds:.1f} s")
        return True
    say(f"✗ {check.title}  {seconds:.1f} s\n{done.stdout.rstrip()}")
    return False

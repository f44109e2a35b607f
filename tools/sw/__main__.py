"""Commands of `./sw`."""

import argparse
import subprocess
import sys
from collections.abc import Callable

from exchange.messages.evidence import main as verify_evidence
from tools.sw.benching import bench
from tools.sw.environment import (
    children_environment,
    embedded_servers,
    enter_sandbox,
    read_settings_file,
)
from tools.sw.linting import lint
from tools.sw.locking import lock
from tools.sw.places import ROOT, Places, places
from tools.sw.processes import manage as manage_command
from tools.sw.progress import Failure
from tools.sw.running import Stopped, down, main_process_arguments, run, status, up
from tools.sw.testing import test

Command = Callable[[argparse.Namespace, Places], int]


def manage(arguments: argparse.Namespace, here: Places) -> int:
    """Run a Django command with the servers it needs."""
    with embedded_servers(here, quiet=True) as servers:
        environment = children_environment(here, servers)
        return subprocess.call(manage_command(*arguments.rest), cwd=ROOT, env=environment)


def verify(arguments: argparse.Namespace, here: Places) -> int:
    """Verify an evidence package; needs no server and no database."""
    return verify_evidence(arguments.rest)


PASSING_ON: tuple[tuple[Command, str], ...] = (
    (test, "all tests (or pytest arguments)"),
    (lint, "style, types, import contracts, migrations, translations, OpenAPI, templates"),
    (manage, "a Django command, with the servers it needs"),
    (bench, "a benchmark: pipeline, orm, desk, signatures"),
    (verify, "an evidence package (FILE [--certificate PEM]), offline"),
    (lock, "write requirements.lock anew (developers)"),
)
"""Commands whose arguments belong to another program."""


def parser() -> argparse.ArgumentParser:
    main = argparse.ArgumentParser(
        prog="./sw", description="Two commands are all you need: ./sw run and ./sw test."
    )
    commands = main.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add = commands.add_parser
    run_parser = add("run", help="start everything with demo data, stay until Ctrl-C")
    run_parser.add_argument(
        "--once", action="store_true", help="end after the demonstration, with its exit status"
    )
    main_process_arguments(run_parser)
    run_parser.set_defaults(action=run)
    up_parser = add("up", help="the same in the background; returns when ready")
    main_process_arguments(up_parser)
    up_parser.set_defaults(action=up)
    add("down", help="stop everything").set_defaults(action=down)
    add("status", help="one line per process").set_defaults(action=status)
    for one in commands.choices.values():
        one.add_argument(
            "--sandbox", action="store_true", help="the sandbox instance, which shares nothing with the other"
        )
    for action, text in PASSING_ON:
        add(action.__name__, help=text).set_defaults(action=action)
    return main


def main(arguments: list[str]) -> int:
    passing_on = bool(arguments) and arguments[0] in {action.__name__ for action, _ in PASSING_ON}
    known = parser().parse_args(arguments[:1] if passing_on else arguments)
    known.rest = arguments[1:]
    if getattr(known, "sandbox", False):
        enter_sandbox()
    else:
        read_settings_file()
    result: int = known.action(known, places())
    return result


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failure as failure:
        print(f"sw: {failure}", file=sys.stderr)
        sys.exit(1)
    except (Stopped, KeyboardInterrupt):
        sys.exit(130)

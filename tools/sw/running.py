"""`run`, `up`, `down`, `status`: the whole product in front or in the background."""

import argparse
import fcntl
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from tools import fonts
from tools.sw import pids, processes, typesetting
from tools.sw.environment import children_environment, embedded_servers
from tools.sw.places import ROOT, Places
from tools.sw.progress import Failure, say, step
from tools.sw.supervisor import (
    CHECK_SECONDS,
    Service,
    Supervisor,
    end_leftovers,
    read_record,
    record_file,
    write_record,
)

PORT, SANDBOX_OFFSET = 8000, 500
STATUS_OFFSET, SIMULATORS_OFFSET = 100, 200
"""The status page and the simulated agencies answer so many ports above the product."""
MAIL_PORT = 2525
UP_SECONDS = 300.0
DOWN_SECONDS = 120.0


class Stopped(BaseException):
    """Somebody asked the launcher to stop (Ctrl-C or SIGTERM)."""


def stop_on_signals() -> None:
    def raise_stopped(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):  # stopping in order must not be interrupted half-way
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, raise_stopped)


@contextmanager
def only_supervisor(here: Places) -> Iterator[None]:
    """One supervisor per instance; the lock is released by the system when it is killed."""
    with (here.run / "supervisor.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            record = read_record(here) or {}
            where = record.get("base_url", "starting")
            raise Failure(f"already running ({where}); ./sw down stops it") from None
        yield


def run_step(title: str, command: tuple[str, ...], environment: dict[str, str], log: Path) -> None:
    """Run one set-up command with a progress line; shows the end of its output when it fails."""
    with step(title), log.open("wb") as output:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        if done.returncode != 0:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
            raise Failure(f"{tail}\n{title}: failed with status {done.returncode}, all output in {log}")


def sandbox() -> bool:
    """Is it the sandbox instance that this launcher means?"""
    return os.environ.get("SW_SANDBOX") == "1"


def set_up(here: Places, environment: dict[str, str]) -> None:
    """Schema, translations, code tables, rule register and demo enterprises; each does nothing when done."""
    run_step(
        "translations",
        processes.module("tools.translations", "compile"),
        environment,
        here.logs / "setup.log",
    )
    run_step("schema", processes.manage("migrate", "--no-input"), environment, here.logs / "migrate.log")
    typesetting.prepare(environment, fonts.font_folder())
    title, command = ("sandbox", "load_sandbox") if sandbox() else ("demo data", "load_demo")
    run_step(title, processes.manage(command), environment, here.logs / f"{command}.log")


def run(arguments: argparse.Namespace, here: Places) -> int:
    """Everything in the foreground, until Ctrl-C, or with `--once` until the table is printed."""
    stop_on_signals()
    with only_supervisor(here):
        for name in end_leftovers(here):
            say(f"! ended {name}, left over from a killed run")
        write_record(record_file(here), {"pid": os.getpid(), "state": "starting", "processes": {}})
        try:
            return _run(arguments, here)
        except Stopped:
            return 0
        finally:
            record_file(here).unlink(missing_ok=True)


def own_port(arguments: argparse.Namespace) -> int:
    """The port that was asked for, or the next free one."""
    wanted = arguments.port or int(os.environ.get("SW_PORT") or PORT) + SANDBOX_OFFSET * sandbox()
    port = processes.free_port(arguments.host, wanted)
    if port != wanted:
        say(f"! port {wanted} is taken, using {port}")
    return port


def _run(arguments: argparse.Namespace, here: Places) -> int:
    port = own_port(arguments)
    base_url = processes.browser_address(arguments.host, port)
    status_port = processes.free_port(arguments.host, port + STATUS_OFFSET)
    status_url = f"http://{processes.reachable(arguments.host)}:{status_port}"
    simulators_port, key = processes.free_port("127.0.0.1", port + SIMULATORS_OFFSET), secrets.token_hex(16)
    with embedded_servers(here) as servers:
        mail = own_mail(here)
        environment = children_environment(
            here,
            servers,
            SW_BASE_URL=base_url,
            SW_STATUS_URL=status_url,
            SW_DEMO="" if sandbox() else "1",
            SW_AGENCY_ENDPOINTS=processes.endpoints(simulators_port, key),
            **mail.environment,
        )
        set_up(here, environment)
        supervisor = Supervisor(here, servers, environment)
        try:
            with step("web, decision worker, worker, beat"):
                supervisor.start(
                    [
                        processes.web(arguments.host, port),
                        *processes.background(here.run / "beat"),
                        *mail.services,
                    ]
                )
                processes.wait_until_healthy(base_url, supervisor)
                supervisor.record(base_url=base_url)
                supervisor.start([processes.status(arguments.host, status_port, base_url)])
            with step("simulated agencies"):
                clients = here.var / "demo-clients.json"
                supervisor.start(processes.simulators(base_url, clients, simulators_port, key))
                supervisor.start([processes.asking()])
            status = 0 if arguments.no_demo or sandbox() else demonstrate(supervisor)
            supervisor.record(state="ready")
            if arguments.once:
                return status
            say(f"Status page of its own: {status_url}")
            say(
                f"{'Sandbox running' if sandbox() else 'Running'} at {base_url} · logs in {here.logs} · Ctrl-C or ./sw down stops everything"
            )
            while True:
                supervisor.tend()
                time.sleep(CHECK_SECONDS)
        finally:
            with step("stopped in order"):
                supervisor.stop()


@dataclass(frozen=True)
class Mail:
    """Where e-mail goes: what the processes are told, and the receiver to start."""

    environment: dict[str, str]
    services: list[Service]


def own_mail(here: Places) -> Mail:
    """A receiver of our own, unless a mail server is given."""
    if os.environ.get("SW_EMAIL_URL"):
        return Mail({}, [])
    port = processes.free_port("127.0.0.1", MAIL_PORT)
    return Mail({"SW_EMAIL_URL": f"smtp://127.0.0.1:{port}"}, [processes.mailbox(port, here.var / "mail")])


def demonstrate(supervisor: Supervisor) -> int:
    """Post the demonstration batch through the public API and print what became of it."""
    say("Demonstration: linked import and export declarations through the public API")
    demo = subprocess.Popen(
        processes.module("tools.demo"), cwd=ROOT, env=supervisor.environment, stdin=subprocess.DEVNULL
    )
    try:
        return supervisor.wait_for(demo)
    finally:
        if demo.poll() is None:
            demo.kill()
            demo.wait()


def up(arguments: argparse.Namespace, here: Places) -> int:
    """The same in the background; returns when the pages answer and the demonstration is through."""
    record = read_record(here)
    if record and pids.program_of(record["pid"]) and record.get("state") == "ready":
        say(f"already running at {record['base_url']}")
        return 0
    log_file = here.logs / "sw.log"
    options = ["--host", arguments.host, "--port", str(arguments.port)]
    options += ["--no-demo"] if arguments.no_demo else []
    options += ["--sandbox"] if sandbox() else []
    with log_file.open("wb") as log:
        background = subprocess.Popen(
            processes.module("tools.sw", "run", *options),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    with log_file.open() as shown:
        deadline = time.monotonic() + UP_SECONDS
        while True:
            record = read_record(here)
            ended = background.poll()
            print(shown.read(), end="", flush=True)
            if ended is not None:
                return ended or 1
            if record and record["pid"] == background.pid and record["state"] == "ready":
                say(f"Running in the background at {record['base_url']} (./sw status, ./sw down)")
                return 0
            if time.monotonic() > deadline:
                background.terminate()
                raise Failure(f"not ready after {UP_SECONDS:.0f} s; see {log_file}")
            time.sleep(CHECK_SECONDS)


def down(_arguments: argparse.Namespace, here: Places) -> int:
    """Stop the running product; also ends what a killed one left behind."""
    record = read_record(here)
    if record and pids.program_of(record["pid"]) and _is_locked(here):
        with step("stopped"):
            os.kill(record["pid"], signal.SIGTERM)
            if not pids.wait_gone(record["pid"], DOWN_SECONDS):
                raise Failure(f"the launcher (pid {record['pid']}) does not end")
        return 0
    ended = end_leftovers(here)
    record_file(here).unlink(missing_ok=True)
    servers = embedded_servers(here)
    if any(server.pid() for server in servers.servers):
        with servers:
            ended.append("servers")
    say(f"ended leftovers: {', '.join(ended)}" if ended else "not running")
    return 0


def _is_locked(here: Places) -> bool:
    with (here.run / "supervisor.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def status(_arguments: argparse.Namespace, here: Places) -> int:
    """One line per process; status 0 only when everything runs."""
    record = read_record(here)
    if record is None or not pids.program_of(record["pid"]):
        say("not running")
        return 3
    say(f"{record['state']} at {record.get('base_url', '—')}")
    all_well = record["state"] == "ready"
    for name, entry in sorted(record["processes"].items()):
        lives = bool(entry["pid"] and pids.program_of(entry["pid"]))
        all_well = all_well and lives
        megabytes = sum(pids.resident_megabytes(pid) for pid in pids.members_of_group(entry["pid"] or 0))
        restarts = f", came back {entry['restarts']} times" if entry.get("restarts") else ""
        say(f"  {name:<26}{'runs' if lives else 'DOWN':<6}pid {entry['pid']}  {megabytes:.0f} MB{restarts}")
    return 0 if all_well else 1


def main_process_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="port (or the next free); 8000, the sandbox 8500")
    parser.add_argument(
        "--no-demo", action="store_true", help="load demo data, but do not post the demonstration"
    )

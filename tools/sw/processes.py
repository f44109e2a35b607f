"""Which processes make up the running product."""

import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tools.sw.places import ROOT
from tools.sw.progress import Failure
from tools.sw.sizing import cores
from tools.sw.supervisor import Service, Supervisor

QUEUES = "intake,cases,delivery,documents,public"
WEB_THREADS = 2
"""Per web process: one waits for the database's commit while the other computes."""
PORTS_TRIED = 50
ANSWER_AT_ONCE = ("post", "registry_fujian")
"""Simulated agencies that are called; all others poll."""


def module(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", *arguments)


def manage(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, str(ROOT / "manage.py"), *arguments)


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next one nobody listens on."""
    for port in range(wanted, wanted + PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise Failure(f"no free port from {wanted} to {wanted + PORTS_TRIED - 1}: give one with --port")


def web(host: str, port: int) -> Service:
    """Pages and API: one process per core, because intake is bound by Python's one running thread."""
    command = module(
        "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(cores()),
        "--blocking-threads", str(WEB_THREADS), "--backpressure", "256", "--no-ws", "--respawn-failed-workers",
        "portal.wsgi:application",
    )  # fmt: skip
    return Service("web", command, stop_rank=1)


def mailbox(port: int, folder: Path) -> Service:
    """Takes the demonstration's e-mail instead of a mail server; the page `/mailbox/` shows it."""
    return Service(
        "mailbox", module("tools.mailbox", "--port", str(port), "--folder", str(folder)), stop_rank=3
    )


def status(host: str, port: int, base_url: str) -> Service:
    """Asks the others how they are and answers at an address of its own when they do not."""
    command = manage("watch_status", "--host", host, "--port", str(port), "--target", base_url)
    return Service("status", command, stop_rank=4)


def background(beat_file: Path) -> list[Service]:
    """The decision worker (exactly one), the Celery worker for every queue, and its clock."""
    celery = module("celery", "-A", "portal.celery")
    pool = ("--concurrency", str(max(1, cores() // 2)), "--without-gossip", "--without-mingle")
    return [
        Service("decide", manage("decide"), stop_rank=3),
        Service("worker", (*celery, "worker", "-Q", QUEUES, "-l", "info", *pool), stop_rank=2),
        Service("beat", (*celery, "beat", "-l", "info", "-s", str(beat_file)), stop_rank=2),
    ]


def endpoints(port: int, key: str) -> str:
    """SW_AGENCY_ENDPOINTS for the simulated agencies that answer at once; the others poll."""
    url = f"http://127.0.0.1:{port}/agencies"
    return json.dumps({code: {"url": f"{url}/{code}", "secret": key} for code in ANSWER_AT_ONCE})


def asking() -> Service:
    """Calls the agencies that answer at once."""
    return Service("ask-agencies", manage("ask_agencies"), stop_rank=1)


def simulators(base_url: str, clients_file: Path, port: int = 0, key: str = "") -> list[Service]:
    """Stand-ins for the agencies' systems, all in one process; they speak only HTTP: to the public agency API, and on `port` when asked.

    `clients_file` is what loading the demonstration wrote: client id and secret by name.
    """
    command = module("exchange.agencies.simulated", "--base-url", base_url, "--clients", str(clients_file))
    if port:
        command += ("--port", str(port))
    return [Service("simulators", command, stop_rank=0, environment={"SW_SIMULATORS_KEY": key})]


def healthy(base_url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base_url}/healthz", timeout=2) as answer:  # noqa: S310 (own http address)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_until_healthy(base_url: str, supervisor: Supervisor, seconds: float = 60) -> None:
    """Wait for the first good answer of the web processes; names the log when it does not come."""
    deadline = time.monotonic() + seconds
    while not healthy(base_url):
        supervisor.tend()
        if time.monotonic() > deadline:
            raise Failure(
                f"the web process does not answer {base_url}/healthz; see {supervisor.here.logs / 'web.log'}"
            )
        time.sleep(0.1)


def reachable(host: str) -> str:
    """A name under which this machine reaches a server bound to `host`."""
    return "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104 (comparison, no binding)


def browser_address(host: str, port: int) -> str:
    return os.environ.get("SW_BASE_URL") or f"http://{reachable(host)}:{port}"

"""Keeps the product's processes alive: whatever dies comes back by itself, and stops in order at the end.

Each process leads a process group of its own, so that Ctrl-C reaches only the supervisor and that nothing of a
killed process (its own workers) survives it.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.sw import pids
from tools.sw.places import ROOT, Places
from tools.sw.progress import Failure, say
from tools.sw.servers import EmbeddedServers

CHECK_SECONDS = 0.2
STOP_SECONDS = 20.0
STABLE_SECONDS = 10.0
LONGEST_PAUSE = 5.0
MAIN = "status"


@dataclass(frozen=True)
class Service:
    """One process to keep alive. Services stop by rising `stop_rank`, those of one rank together."""

    name: str
    command: tuple[str, ...]
    stop_rank: int
    environment: dict[str, str] = field(default_factory=dict)


class Child:
    """A running service: its process, how often it had to come back, and when it may be tried again."""

    def __init__(self, service: Service, log: Path, environment: dict[str, str]) -> None:
        self.service = service
        self.log = log
        self.environment = environment | service.environment
        self.restarts = 0
        self.pause = 0.0
        self.retry_at = 0.0
        self.process: subprocess.Popen[bytes]
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.service.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started = time.monotonic()
        self.retry_at = 0.0

    def tend(self) -> str:
        """Bring the process back when it has died; returns what happened, "" when all is well."""
        if self.process.poll() is None:
            return ""
        now = time.monotonic()
        if self.retry_at == 0.0:
            pids.signal_group(self.process.pid, signal.SIGKILL)
            stable = now - self.started > STABLE_SECONDS
            self.pause = 0.0 if stable else min(LONGEST_PAUSE, self.pause * 2 or 0.25)
            self.retry_at = now + self.pause
        if now < self.retry_at:
            return ""
        ended = describe_exit(self.process.returncode)
        self.restarts += 1
        self.start()
        return f"{self.service.name} {ended}; started again (pid {self.process.pid})"

    def request_stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()

    def finish_stop(self, deadline: float) -> None:
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            say(f"! {self.service.name} did not stop in time, killed")
        pids.signal_group(self.process.pid, signal.SIGKILL)
        self.process.wait()


def describe_exit(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with status {code}"


class Supervisor:
    """Starts services, watches them and the embedded servers, records them in `var/run`."""

    def __init__(
        self, here: Places, servers: EmbeddedServers, environment: dict[str, str], name: str = MAIN
    ) -> None:
        self.here = here
        self.name = name
        self.servers = servers
        self.environment = environment
        self.children: list[Child] = []
        self.facts: dict[str, Any] = {"pid": os.getpid(), "state": "starting"}

    @property
    def record_file(self) -> Path:
        return record_file(self.here, self.name)

    def log_file(self, service: Service) -> Path:
        prefix = "" if self.name == MAIN else f"{self.name}-"
        return self.here.logs / f"{prefix}{service.name}.log"

    def start(self, services: Iterable[Service]) -> None:
        for service in services:
            self.children.append(Child(service, self.log_file(service), self.environment))
        self.record()

    def tend(self) -> None:
        """One round: servers first (the others need them), then every process."""
        events = [f"{title} was down; started again" for title in self.servers.revive()]
        events += [event for child in self.children if (event := child.tend())]
        for event in events:
            say(f"! {event}")
        if events:
            self.record()

    def wait_for(self, process: subprocess.Popen[bytes]) -> int:
        """Wait for a one-time process while tending the others; returns its exit status."""
        while process.poll() is None:
            self.tend()
            time.sleep(CHECK_SECONDS)
        return process.returncode

    def record(self, **facts: Any) -> None:
        """Write what runs, whole or not at all, for `status`, `down` and the next start."""
        self.facts |= facts
        self.facts["processes"] = {
            child.service.name: {
                "pid": child.process.pid,
                "mark": pids.started_at(child.process.pid),
                "restarts": child.restarts,
            }
            for child in self.children
        } | {server.title: {"pid": server.pid()} for server in self.servers.servers}
        write_record(self.record_file, self.facts)

    def stop(self) -> None:
        """End every process, rank by rank, and forget the record."""
        for rank in sorted({child.service.stop_rank for child in self.children}):
            together = [child for child in self.children if child.service.stop_rank == rank]
            for child in together:
                child.request_stop()
            deadline = time.monotonic() + STOP_SECONDS
            for child in together:
                child.finish_stop(deadline)
        self.record_file.unlink(missing_ok=True)


def record_file(here: Places, name: str = MAIN) -> Path:
    return here.run / f"{name}.json"


def write_record(path: Path, facts: dict[str, Any]) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(facts, indent=1))
    unfinished.rename(path)


def read_record(here: Places, name: str = MAIN) -> dict[str, Any] | None:
    """What the running (or killed) supervisor of this instance wrote, None when there is none."""
    try:
        record: dict[str, Any] = json.loads(record_file(here, name).read_text())
    except (OSError, ValueError):
        return None
    return record


def end_leftovers(here: Places, name: str = MAIN) -> list[str]:
    """Kill processes of a supervisor that was itself killed; returns their names."""
    record = read_record(here, name) or {}
    ended = []
    for service, entry in record.get("processes", {}).items():
        mark = entry.get("mark")
        if mark and pids.started_at(entry["pid"]) == mark:
            pids.signal_group(entry["pid"], signal.SIGKILL)
            if not pids.wait_gone(entry["pid"], 10):
                raise Failure(f"{service} (pid {entry['pid']}) of an earlier run does not end")
            ended.append(service)
    return ended

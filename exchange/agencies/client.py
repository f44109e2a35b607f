"""How an agency's own system speaks to our agency API: token, poll, acknowledge, decide. Standard library only.

The simulators use it, and it is short enough to read as an example for a real agency's programmer.
"""

import argparse
import json
import logging
import os
import signal
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

logger = logging.getLogger("simulator")
TOKEN_PATH = "/api/v1/oauth/token/"  # noqa: S105 -- an address
TIMEOUT = 10.0


@dataclass
class AgencyApi:
    """One agency's connection. Raises urllib.error.URLError and OSError when the platform is away."""

    base_url: str
    client_id: str
    client_secret: str
    scope: str = "tasks:read decisions:write"
    token: str = ""

    def sign_in(self) -> None:
        """Get a token by client credentials."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "scope": self.scope,
        }
        request = urllib.request.Request(self.base_url + TOKEN_PATH, urllib.parse.urlencode(form).encode())  # noqa: S310
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            self.token = json.load(answer)["access_token"]

    def call(self, path: str, body: Any = None) -> Any:
        """GET, or POST of a JSON body; signs in again when the token has run out."""
        for attempt in (1, 2):
            if not self.token:
                self.sign_in()
            data = None if body is None else json.dumps(body).encode()
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
            request = urllib.request.Request(self.base_url + path, data, headers)  # noqa: S310
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code != 401 or attempt == 2:
                    raise
                self.token = ""
        return None

    def tasks(self, cursor: str) -> dict[str, Any]:
        """One page of undecided tasks."""
        found: dict[str, Any] = self.call(
            "/api/v1/agency/tasks/?" + urllib.parse.urlencode({"cursor": cursor})
        )
        return found

    def acknowledge(self, ids: list[int]) -> None:
        self.call("/api/v1/agency/tasks/ack/", {"ids": ids})

    def decide(self, decisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Send decisions; one result each."""
        results: list[dict[str, Any]] = self.call("/api/v1/agency/decisions/", {"decisions": decisions})[
            "results"
        ]
        return results


@dataclass
class Faults:
    """Fault switches of a simulator: how a real system may misbehave."""

    late_seconds: float = 0.0
    duplicate: bool = False
    reverse: bool = False
    garbage: bool = False
    silent: bool = False


@dataclass
class Simulator:
    """Polls tasks and answers each with `answer(task)` → {outcome, detail}."""

    api: AgencyApi
    answer: Callable[[dict[str, Any]], dict[str, Any]]
    interval: float = 0.5
    faults: Faults = field(default_factory=Faults)
    stopping: bool = False

    def stop(self, *_: Any) -> None:
        self.stopping = True

    def run(self) -> None:
        """Until SIGTERM or SIGINT. An absent platform is waited for."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        while not self.stopping:
            try:
                while self.round() and not self.stopping:
                    pass
            except (urllib.error.URLError, OSError, json.JSONDecodeError) as error:
                logger.warning("platform not reachable: %s", error)
            time.sleep(self.interval)

    def round(self) -> int:
        """One page of tasks from the oldest undecided on; returns how many were answered."""
        tasks = self.api.tasks("")["results"]
        if not tasks or self.faults.silent:
            return 0
        self.api.acknowledge([task["id"] for task in tasks])
        if self.faults.late_seconds:
            time.sleep(self.faults.late_seconds)
        decisions = [{"task": task["id"], **self.reply(task)} for task in tasks]
        if self.faults.reverse:
            decisions.reverse()
        results = self.api.decide(decisions)
        if self.faults.duplicate:
            self.api.decide(decisions)
        return sum(result["status"] == "decided" for result in results)

    def reply(self, task: dict[str, Any]) -> dict[str, Any]:
        if self.faults.garbage:
            return {"outcome": "???", "detail": {"results": "garbage"}}
        return self.answer(task)


def main(answer: Callable[[dict[str, Any]], dict[str, Any]], description: str) -> None:
    """Command line shared by the simulators; secrets come from the environment rather than the process list."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--client-id", default=os.environ.get("SW_CLIENT_ID", ""))
    parser.add_argument("--client-secret", default=os.environ.get("SW_CLIENT_SECRET", ""))
    parser.add_argument("--interval", type=float, default=0.5, help="seconds between polls")
    parser.add_argument("--late", type=float, default=0.0, help="fault: answer after so many seconds")
    for fault in ("duplicate", "reverse", "garbage", "silent"):
        parser.add_argument(f"--{fault}", action="store_true", help=f"fault: {fault}")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    faults = Faults(options.late, options.duplicate, options.reverse, options.garbage, options.silent)
    api = AgencyApi(options.base_url, options.client_id, options.client_secret)
    Simulator(api, answer, options.interval, faults).run()

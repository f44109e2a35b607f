"""How a simulated agency behaves: polls, answers, and misbehaves as its fault switches say. Standard library only."""

import json
import logging
import threading
import time
import urllib.error
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from exchange.agencies.client import AgencyApi

logger = logging.getLogger("simulator")
ZONE = ZoneInfo("Asia/Shanghai")
Answer = Callable[[dict[str, Any]], dict[str, Any]]
GARBAGE = {"outcome": "GARBAGE", "detail": {"results": "garbage", "\x7f": [None]}}
REFUSAL = {"outcome": "declined", "detail": {"reason": "系统维护，暂不受理"}}


def today() -> date:
    """Day of business."""
    return datetime.now(ZONE).date()


@dataclass
class Faults:
    """Fault switches of a simulator: how a real system may misbehave. They may be turned while it runs."""

    late_seconds: float = 0.0
    duplicate: bool = False
    reverse: bool = False
    garbage: bool = False
    hang: bool = False
    refuse: bool = False


@dataclass
class Simulator:
    """Polls tasks and answers each with `answer(task)` → {outcome, detail}."""

    api: AgencyApi
    answer: Answer
    interval: float = 0.5
    faults: Faults = field(default_factory=Faults)
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until told to stop. An absent platform is waited for; what it refuses stays its own affair."""
        while not self.stopping.is_set():
            try:
                while self.round() and not self.stopping.is_set():
                    pass
            except (urllib.error.URLError, OSError, json.JSONDecodeError) as error:
                logger.warning("platform not reachable: %s", error)
            self.stopping.wait(self.interval)

    def round(self) -> int:
        """One page of tasks from the oldest undecided on; returns how many were answered to the end."""
        tasks = self.api.tasks("")["results"]
        if not tasks:
            return 0
        self.api.acknowledge([task["id"] for task in tasks])
        if self.faults.hang:
            return 0
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
        """The answer to one task, as the switches say."""
        if self.faults.garbage:
            return GARBAGE
        return REFUSAL if self.faults.refuse else self.answer(task)

"""`python -m exchange.agencies.simulated`: all simulated agencies in one process, each in a thread of its own.

They stand in for the agencies' systems in demonstrations and tests and speak only HTTP. Each has the credentials of its own API
client, read from the file that loading the demonstration wrote.
"""

import argparse
import json
import logging
import os
import signal
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from exchange.agencies.answering import Endpoints
from exchange.agencies.bank import simulator as bank
from exchange.agencies.ciq import simulator as ciq
from exchange.agencies.client import AgencyApi
from exchange.agencies.gacc import simulator as gacc
from exchange.agencies.police import simulator as police
from exchange.agencies.post import simulator as post
from exchange.agencies.registry import simulator as registry
from exchange.agencies.safe import simulator as safe
from exchange.agencies.simulating import Answer, Simulator
from exchange.agencies.sinosure import simulator as sinosure
from exchange.agencies.sms import simulator as sms
from exchange.agencies.tax import simulator as tax

OFTEN, SELDOM = 0.5, 1.0
"""Seconds between two polls: parcels wait for the first."""


@dataclass(frozen=True)
class Party:
    """One simulated agency: its code, what it answers, how often it asks for tasks."""

    agency: str
    answer: Answer
    interval: float = SELDOM

    @property
    def client(self) -> str:
        """Name of its API client in the demonstration."""
        return f"demo-{self.agency.replace('_', '-')}"


PARTIES = {
    party.agency: party
    for party in (
        Party("police_fujian", police.answer, OFTEN),
        Party("police_national", police.answer, OFTEN),
        Party("gacc", gacc.answer, OFTEN),
        Party("registry_fujian", registry.answer),
        Party("sms", sms.answer),
        Party("tax", tax.answer),
        Party("safe", safe.answer),
        Party("bank_a", bank.answer),
        Party("bank_b", bank.answer),
        Party("post", post.answer),
        Party("ciq", ciq.answer),
        Party("sinosure", sinosure.answer),
    )
}


def simulators(base_url: str, secrets: dict[str, str], wanted: Iterable[str]) -> dict[str, Simulator]:
    """The wanted agencies by code; `secrets` by name of the API client."""
    parties = [PARTIES[agency] for agency in wanted]
    return {
        one.agency: Simulator(AgencyApi(base_url, one.client, secrets[one.client]), one.answer, one.interval)
        for one in parties
    }


def run_until_stopped(running: dict[str, Simulator]) -> None:
    """A thread for each until SIGTERM or SIGINT."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    threads = []
    for agency, simulator in running.items():
        simulator.stopping = stopping
        threads.append(threading.Thread(target=simulator.run, name=agency, daemon=True))
    for thread in threads:
        thread.start()
    stopping.wait()


def serve(running: dict[str, Simulator], port: int, key: str) -> None:
    """Answer tasks posted to the agencies, in a thread of its own."""
    threading.Thread(target=Endpoints(("127.0.0.1", port), running, key).serve_forever, daemon=True).start()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--clients", required=True, type=Path, help="JSON file: client → client_secret")
    parser.add_argument("--only", action="append", choices=sorted(PARTIES), help="only this agency")
    parser.add_argument(
        "--port", type=int, default=0, help="answer posted tasks on this port (key: SW_SIMULATORS_KEY)"
    )
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(threadName)s %(message)s")
    secrets = {
        name: one["client_secret"] for name, one in json.loads(options.clients.read_text("utf-8")).items()
    }
    running = simulators(options.base_url, secrets, options.only or PARTIES)
    if options.port:
        serve(running, options.port, os.environ["SW_SIMULATORS_KEY"])
    run_until_stopped(running)


if __name__ == "__main__":
    main()

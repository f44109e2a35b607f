"""Made-up parcels as messages, and a client that sends them over HTTP on kept-alive connections."""

import http.client
import json
import queue
import threading
import time
import urllib.parse
import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from customs.enums import IdentityOutcome
from customs.models import IdentityResult
from portal.personal_data import identity_hash
from tools.demo.loading import CLIENTS_FILE
from tools.parcels import SENDERS, Generator, Parcel, messages

PER_MESSAGE = 100
CLIENTS = {
    "35019609P1": "demo-platform",
    "3502960PAY": "demo-payment",
    "350196LG01": "demo-logistics",
    "35018000A1": "demo-agent",
    "350596000E": "demo-export-shop",
}
Message = tuple[str, bytes]


def made_up(parcels: int, seed: int) -> tuple[list[Parcel], list[list[Message]]]:
    """Import parcels and their messages in groups of four: order, payment, waybill, inventory of the same parcels."""
    generator = Generator(seed, prefix=f"B{seed % 10_000:04d}")
    drawn = [generator.import_parcel() for _ in range(parcels)]
    groups = [
        list(messages(drawn[start : start + PER_MESSAGE], generator, per_message=PER_MESSAGE))
        for start in range(0, parcels, PER_MESSAGE)
    ]
    return drawn, groups


def remember_identities(parcels: Sequence[Parcel]) -> None:
    """Put the answers of the population base into the cache, so that the warm path is measured."""
    now = timezone.now()
    refs: set[uuid.UUID] = {identity_hash(p.order["buyerIdNumber"], p.order["buyerName"]) for p in parcels}
    IdentityResult.objects.bulk_create(
        (
            IdentityResult(
                identity_hash=ref,
                outcome=IdentityOutcome.MATCH,
                source="benchmark",
                checked_at=now,
                expires_at=now + timedelta(days=90),
            )
            for ref in refs
        ),
        batch_size=5_000,
        ignore_conflicts=True,
    )


def tokens(base_url: str) -> dict[str, str]:
    """Access token of each sender by customs code."""
    secrets = json.loads(CLIENTS_FILE.read_text())
    address = urllib.parse.urlsplit(base_url)
    found = {}
    for code, name in CLIENTS.items():
        connection = http.client.HTTPConnection(address.netloc, timeout=30)
        form = urllib.parse.urlencode({"grant_type": "client_credentials", **secrets[name]})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/api/v1/oauth/token/", form, headers)
        found[code] = json.loads(connection.getresponse().read())["access_token"]
        connection.close()
    return found


class Sender:
    """Posts messages over one kept-alive connection."""

    def __init__(self, base_url: str, access: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(base_url).netloc, timeout=60)
        self.headers = {
            code: {"Authorization": f"Bearer {access[sender.code]}", "Content-Type": "application/xml"}
            for code, sender in SENDERS.items()
        }

    def post(self, code: str, body: bytes) -> float:
        """Send one message; returns seconds until the answer. Raises RuntimeError unless it was accepted."""
        started = time.perf_counter()
        self.connection.request("POST", "/api/v1/messages/", body, self.headers[code])
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 202:
            raise RuntimeError(f"{code}: {answer.status} {text[:300]!r}")
        return time.perf_counter() - started


def send_all(
    base_url: str, groups: Sequence[Sequence[Message]], *, connections: int, rate: float = 0.0
) -> list[float]:
    """Send every message over so many connections; seconds of each request.

    `rate` 0: closed loop, as fast as answers come. Otherwise so many groups (of 100 parcels) are begun per second.
    """
    access = tokens(base_url)
    work: queue.SimpleQueue[tuple[float, Sequence[Message]] | None] = queue.SimpleQueue()
    begin = time.perf_counter() + 0.1
    for number, group in enumerate(groups):
        work.put((begin + number / rate if rate else 0.0, group))
    for _ in range(connections):
        work.put(None)
    times: list[float] = []
    failures: list[BaseException] = []

    def send() -> None:
        sender = Sender(base_url, access)
        try:
            while (item := work.get()) is not None:
                due, group = item
                if (pause := due - time.perf_counter()) > 0:
                    time.sleep(pause)
                times.extend([sender.post(code, body) for code, body in group])
        except (OSError, RuntimeError, http.client.HTTPException) as failure:
            failures.append(failure)

    threads = [threading.Thread(target=send) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return times

"""Promise: what was acknowledged is there exactly once and reaches its decision, whatever is killed with -9 meanwhile."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.processes.traffic import Sender
from tools.parcels import AGENT, EXPORT_SHOP, LOGISTICS, PAYMENT, PLATFORM, SENDERS, Generator, messages
from tools.sw import pids

ROOT = Path(__file__).resolve().parents[2]
PARCELS = 60
PER_MESSAGE = 6
VICTIMS = ("web", "PostgreSQL", "decide", "Valkey", "worker", "PostgreSQL", "web")
SECONDS = 90
TABLES = {
    "CEB311Message": "customs_importorder",
    "CEB411Message": "customs_importpayment",
    "CEB511Message": "customs_importwaybill",
    "CEB621Message": "customs_importinventory",
    "CEB303Message": "customs_exportorder",
    "CEB403Message": "customs_exportreceipt",
    "CEB505Message": "customs_exportwaybill",
    "CEB603Message": "customs_exportinventory",
}

CLIENTS = {
    PLATFORM: "demo-platform",
    PAYMENT: "demo-payment",
    LOGISTICS: "demo-logistics",
    AGENT: "demo-agent",
    EXPORT_SHOP: "demo-export-shop",
}

pytestmark = pytest.mark.processes


@dataclass
class Product:
    """A whole running product with a state folder of its own."""

    var: Path
    environment: dict[str, str]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tools.sw", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=180,
        )

    @property
    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.var / "run" / "status.json").read_text())
        return found

    def kill(self, name: str) -> int:
        """Kill one process the hard way; returns its number."""
        number: int = self.record["processes"][name]["pid"]
        os.kill(number, signal.SIGKILL)
        return number

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with (
            closing(psycopg2.connect(host=str(self.var / "sockets"), user="sw", dbname="sw")) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
            return list(cursor.fetchall())


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    folder = Path(tempfile.mkdtemp(prefix="sw-c-"))
    folder.chmod(0o711)
    given = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    running = Product(folder / "var", given | {"SW_VAR": str(folder / "var")})
    try:
        started = running.command("up", "--no-demo", "--port", "8400")
        assert started.returncode == 0, started.stdout + started.stderr
        yield running
    finally:
        running.command("down")
        shutil.rmtree(folder)


def wait_until(condition: Callable[[], bool], deadline: float, what: str) -> None:
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


def traffic() -> list[tuple[str, bytes]]:
    """Import and export parcels, all complete, in small messages."""
    generator = Generator(7, prefix="K")
    imports = [generator.import_parcel() for _ in range(PARCELS // 2)]
    exports = [generator.export_parcel() for _ in range(PARCELS // 2)]
    return list(messages(imports + exports, generator, per_message=PER_MESSAGE))


def test_everything_acknowledged_survives_kill_9(product: Product) -> None:
    deadline = time.monotonic() + SECONDS
    clients = json.loads((product.var / "demo-clients.json").read_text())
    sender = Sender(product.record["base_url"], clients, deadline)
    sent = traffic()
    killed = []
    for index, (code, body) in enumerate(sent):
        if index % (len(sent) // len(VICTIMS)) == 2 and len(killed) < len(VICTIMS):
            killed.append(product.kill(VICTIMS[len(killed)]))
        sender.post(CLIENTS[SENDERS[code]], body)
    assert len(killed) == len(VICTIMS)
    assert not any(pids.program_of(number) for number in killed)
    assert set(sender.statuses) <= {0, 200, 202, 503}, "an answer while a part is down is never a 500"

    def decided() -> bool:
        try:
            return bool(product.rows("SELECT count(*) FROM customs_parcel")[0][0] >= PARCELS)
        except psycopg2.OperationalError:
            return False

    wait_until(decided, deadline, "not every complete parcel reached its decision")
    assert_stored_once(product, sender, sent)
    assert_decided_once(product)
    first = [answer["message"] for answer in sender.acknowledged]
    again = [sender.post(CLIENTS[SENDERS[code]], body) for code, body in sent]
    assert [answer["message"] for answer in again] == first
    assert all(answer["repeated"] for answer in again)
    assert_stored_once(product, sender, sent)
    wait_until(lambda: product.command("status").returncode == 0, deadline, product.command("status").stdout)


def assert_stored_once(product: Product, sender: Sender, sent: list[tuple[str, bytes]]) -> None:
    """As many messages as were sent, each acknowledged one among them, each document in its table once."""
    stored = product.rows("SELECT id, message_type, documents FROM exchange_message WHERE state = 'accepted'")
    assert len(stored) == len(sent)
    assert {answer["message"] for answer in sender.acknowledged} == {row[0] for row in stored}
    for code, table in TABLES.items():
        expected = sum(row[2] for row in stored if row[1] == code)
        assert product.rows(f"SELECT count(*) FROM {table}") == [(expected,)], table  # noqa: S608 (our own names)
        assert expected == PARCELS // 2


def assert_decided_once(product: Product) -> None:
    """One decision for each inventory, nothing waiting, nothing left in the queue, every decision told to the agent."""
    assert product.rows("SELECT count(*), count(DISTINCT order_no) FROM customs_parcel") == [
        (PARCELS, PARCELS)
    ]
    assert product.rows("SELECT count(*) FROM customs_queue") == [(0,)]
    assert product.rows("SELECT count(*) FROM customs_waiting") == [(0,)]
    told = product.rows(
        "SELECT count(DISTINCT document_id) FROM exchange_receipt WHERE document_id IN (SELECT id FROM customs_parcel)"
    )
    assert told == [(PARCELS,)]

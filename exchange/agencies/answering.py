"""The simulated agencies' own endpoints: each answers a task posted to it at once, and misbehaves as its switches say.

`POST /agencies/<code>` asks; `GET` and `PUT /faults/<code>` read and turn the switches while it runs. Both need the key of the process.
Standard library only.
"""

import dataclasses
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from exchange.agencies.simulating import GARBAGE, Faults, Simulator

LARGEST = 1_000_000
HANG_SECONDS = 60.0


class Endpoints(ThreadingHTTPServer):
    """Answers for every simulator given, by agency code."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], running: dict[str, Simulator], key: str) -> None:
        self.running = running
        self.key = key
        self.stopping = threading.Event()
        super().__init__(address, Handler)

    def shutdown(self) -> None:
        self.stopping.set()
        super().shutdown()


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Endpoints

    def do_POST(self) -> None:
        """A task: answered at once."""
        simulator, body = self.asked("agencies"), self.body()
        if simulator is None:
            return
        faults = simulator.faults
        if faults.hang:
            self.server.stopping.wait(HANG_SECONDS)
            self.close_connection = True
            return
        self.server.stopping.wait(faults.late_seconds)
        if faults.garbage:
            self.say(200, b"<html>" + json.dumps(GARBAGE).encode())
        elif faults.refuse:
            self.say(422, json.dumps({"reason": "系统维护，暂不受理"}, ensure_ascii=False).encode())
        else:
            self.say(200, json.dumps(simulator.answer(body), ensure_ascii=False).encode())

    def do_GET(self) -> None:
        """The switches of one agency."""
        simulator = self.asked("faults")
        if simulator:
            self.say(200, json.dumps(dataclasses.asdict(simulator.faults)).encode())

    def do_PUT(self) -> None:
        """Turn the switches of one agency; those not named are off."""
        simulator, body = self.asked("faults"), self.body()
        if simulator is None:
            return
        known = {name: type(value) for name, value in dataclasses.asdict(Faults()).items()}
        if not all(isinstance(value, int | float) and name in known for name, value in body.items()):
            self.say(422, b'{"reason": "unknown switch"}')
            return
        simulator.faults = Faults(**{name: known[name](value) for name, value in body.items()})
        self.say(200, json.dumps(dataclasses.asdict(simulator.faults)).encode())

    def asked(self, folder: str) -> Simulator | None:
        """The simulator of the address; None after saying that there is none or that the key is wrong."""
        _empty, found, code = [*urlsplit(self.path).path.rstrip("/").split("/"), "", "", ""][:3]
        if self.headers.get("Authorization") != f"Bearer {self.server.key}":
            self.say(401, b"{}")
            return None
        simulator = self.server.running.get(code) if found == folder else None
        if simulator is None:
            self.say(404, b"{}")
        return simulator

    def body(self) -> dict[str, Any]:
        """JSON of the request; empty for anything else."""
        length = min(int(self.headers.get("Content-Length") or 0), LARGEST)
        try:
            found = json.loads(self.rfile.read(length))
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing: bodies and addresses stay out of the log."""

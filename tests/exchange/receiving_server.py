"""A subscriber for tests: a real HTTP server on this machine that keeps what it got and misbehaves when told to."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Subscriber:
    """`status` answers pages; `hang` seconds go by before an answer; `proves` answers challenges."""

    url: str = ""
    status: int = 200
    hang: float = 0.0
    proves: bool = True
    drip: bool = False
    location: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    most_at_once: int = 0
    now: int = 0

    @property
    def pages(self) -> list[dict[str, Any]]:
        return [one for one in self.got if one["type"] != "challenge"]

    def items(self, name: str) -> list[Any]:
        return [item[name] for page in self.pages for item in page["items"]]


class Handler(BaseHTTPRequestHandler):
    """Keeps the request with the server's subscriber, and answers as that one is told to."""

    server: "Server"

    def do_POST(self) -> None:
        one = self.server.subscriber
        with self.server.lock:
            one.now += 1
            one.most_at_once = max(one.most_at_once, one.now)
        try:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with self.server.lock:
                one.bodies.append(body)
                one.got.append(json.loads(body))
                one.headers.append({name.lower(): value for name, value in self.headers.items()})
                one.times.append(time.monotonic())
            self.reply(one, json.loads(body))
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            with self.server.lock:
                one.now -= 1

    def reply(self, one: Subscriber, sent: dict[str, Any]) -> None:
        time.sleep(one.hang)
        if one.drip:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for _tick in range(200):
                self.wfile.write(b"X-Slow: 1\r\n")
                self.wfile.flush()
                time.sleep(0.05)
        challenge = sent["type"] == "challenge"
        answer = json.dumps({"challenge": sent["challenge"] if one.proves else "no"} if challenge else {})
        self.send_response(200 if challenge and one.status < 500 else one.status)
        if one.location:
            self.send_header("Location", one.location)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *_: Any) -> None:
        """Quiet."""


class Server(ThreadingHTTPServer):
    """Does not wait for requests that hang."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, one: Subscriber) -> None:
        self.subscriber = one
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), Handler)


@contextmanager
def subscriber(**options: Any) -> Iterator[Subscriber]:
    """A running server; ends with the block."""
    one = Subscriber(**options)
    server = Server(one)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    one.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

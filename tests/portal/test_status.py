"""The status process: outages begin and end, survive a restart, half-written lines, and are readable while the product is down."""

import json
import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from portal import status
from portal.status import Watch, asked, serve, watch

T0 = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
WELL = dict.fromkeys(status.PARTS, "up")


class Product(BaseHTTPRequestHandler):
    """Answers like the product's readiness probe."""

    answer: dict[str, Any] = {
        "ready": True,
        "database": "ok",
        "cache": "ok",
        "decision_worker": "ok",
        "agencies": "ok",
    }
    code = 200

    def do_GET(self) -> None:
        body = json.dumps(self.answer).encode()
        self.send_response(self.code)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def product() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Product)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def address(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 -- the test's own server
        return str(answer.read().decode())


def test_what_the_probe_says_is_what_is_known(
    product: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked(address(product)) == WELL
    monkeypatch.setattr(Product, "answer", {"database": "down", "cache": "ok", "decision_worker": "late"})
    monkeypatch.setattr(Product, "code", 503)
    assert asked(address(product)) == {
        "web": "up",
        "database": "down",
        "cache": "up",
        "decision_worker": "late",
    }
    assert asked("http://127.0.0.1:9") == {"web": "down"}


def test_an_outage_begins_and_ends_once(tmp_path: Path) -> None:
    known = Watch(tmp_path)
    known.recall()
    for minute, state in enumerate(("up", "down", "down", "up", "up")):
        known.note({**WELL, "database": state}, T0 + timedelta(minutes=minute))
    assert known.closed == [("database", T0 + timedelta(minutes=1), T0 + timedelta(minutes=3))]
    assert known.open == {}
    lines = [json.loads(line) for line in known.history.read_text().splitlines()]
    assert [(one["part"], one["to"] is None) for one in lines] == [("database", True), ("database", False)]


def test_an_outage_goes_on_over_a_restart(tmp_path: Path) -> None:
    first = Watch(tmp_path)
    first.recall()
    first.note({"web": "down"}, T0)
    with first.history.open("a") as file:
        file.write('{"part": "cache", "fr')  # killed in the middle of a line
    second = Watch(tmp_path)
    second.recall()
    assert second.open == {"web": T0}
    second.note(WELL, T0 + timedelta(hours=2))
    assert second.closed == [("web", T0, T0 + timedelta(hours=2))]


def test_pages_are_written_in_both_languages_and_served_alone(tmp_path: Path) -> None:
    known = Watch(tmp_path)
    known.recall()
    known.note({**WELL, "cache": "down"}, T0)
    known.write(T0)
    server = serve(tmp_path, "127.0.0.1", 0)
    try:
        assert "尚未恢复" in read(f"{address(server)}/")
        assert "not yet restored" in read(f"{address(server)}/en.html").lower()
        assert json.loads(read(f"{address(server)}/status.json"))["parts"]["cache"] == "down"
        for path in ("/outages.jsonl", "/../outages.jsonl", "/.index.html.new"):
            with pytest.raises(urllib.error.HTTPError):
                read(address(server) + path)
    finally:
        server.shutdown()
        server.server_close()


def test_the_process_tells_that_the_product_is_gone(tmp_path: Path, product: ThreadingHTTPServer) -> None:
    stop = threading.Event()
    process = threading.Thread(target=watch, args=(address(product), "127.0.0.1", 0, 0.1, stop, tmp_path))
    process.start()
    try:
        assert eventually(tmp_path, "up")
        product.shutdown()
        product.server_close()
        assert eventually(tmp_path, "down")
    finally:
        stop.set()
        process.join()
    assert (tmp_path / "outages.jsonl").read_text().count("\n") == 1


def eventually(folder: Path, state: str) -> bool:
    for _time in range(100):
        try:
            if json.loads((folder / "status.json").read_text())["parts"]["web"] == state:
                return True
        except (OSError, ValueError):
            pass
        threading.Event().wait(0.1)
    return False


@pytest.mark.django_db
def test_the_page_of_the_product_shows_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    monkeypatch.setattr("portal.views.site.STATUS_FILE", tmp_path / "status.json")
    assert "状态程序尚未写出结果" in client.get("/status/").content.decode()
    known = Watch(tmp_path)
    known.recall()
    known.note({**WELL, "database": "down"}, T0)
    known.note(WELL, T0 + timedelta(minutes=5))
    known.write(T0 + timedelta(minutes=5))
    page = client.get("/status/").content.decode()
    assert "2026-11-24 09:00:00" in page
    assert "2026-11-24 09:05:00" in page
    (tmp_path / "status.json").write_text("{broken")
    assert client.get("/status/").status_code == 200

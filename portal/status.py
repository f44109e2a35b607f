"""Watching the platform from outside: a process of its own that asks, remembers outages, writes static pages and serves them.

It needs neither database nor cache nor the web process, so it answers when they do not. Its memory is a file of outages, one JSON
object a line, appended when a part goes down (`to` is null) and again when it is back; periods of outage are facts traders may
refer to, so lines are never changed.
"""

import json
import logging
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

FOLDER = Path(settings.VAR_DIR) / "status"
STATUS_FILE = FOLDER / "status.json"
PATIENCE, AGAIN = 3.0, 0.5
SHOWN_OUTAGES = 50
KEPT_DAYS = 90
UP, LATE, DOWN = "up", "late", "down"
PARTS: dict[str, str | Promise] = {
    "web": _("网站与接口"),
    "database": _("数据库"),
    "cache": _("缓存与任务队列"),
    "decision_worker": _("单证处理"),
    "agencies": _("部门系统连接"),
}
TONES = {UP: "good", LATE: "warn", DOWN: "bad"}
WORDS: dict[str, str | Promise] = {UP: _("正常"), LATE: _("延迟"), DOWN: _("中断")}
PAGES = {"index.html": "zh-hans", "en.html": "en"}


def parts_of(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Parts with name, state in words and colour."""
    return [
        {"name": PARTS[one], "state": WORDS[state], "tone": TONES[state]}
        for one, state in found["parts"].items()
        if one in PARTS
    ]


def asked(base_url: str) -> dict[str, str]:
    """State of every part, asked over HTTP. Where the web process does not answer, nothing is known of the others: they are left out."""
    body, reached = answer_of(f"{base_url}/readyz")
    if not reached:
        return {"web": DOWN}
    words = {"ok": UP, "down": DOWN, "late": LATE, "unknown": LATE}
    return {"web": UP, **{one: words[str(body[one])] for one in PARTS if str(body.get(one)) in words}}


def answer_of(address: str) -> tuple[dict[str, Any], bool]:
    """(JSON of an answer with any status, did anybody answer)."""
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:  # noqa: S310 -- own http address
            return json.loads(answer.read()), True
    except urllib.error.HTTPError as error:
        try:
            return json.loads(error.read()), True
        except ValueError:
            return {}, False
    except (OSError, ValueError):
        return {}, False


@dataclass
class Watch:
    """What is known: the present state of each part and the outages, kept in files under `folder`."""

    folder: Path
    parts: dict[str, str] = field(default_factory=dict)
    open: dict[str, datetime] = field(default_factory=dict)
    closed: list[tuple[str, datetime, datetime]] = field(default_factory=list)

    @property
    def history(self) -> Path:
        return self.folder / "outages.jsonl"

    def recall(self) -> None:
        """Read the outages of former runs. A line broken off by a crash is left out."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.history.is_file():
            return
        for line in self.history.read_text("utf-8").splitlines():
            try:
                entry = json.loads(line)
                part, since = entry["part"], datetime.fromisoformat(entry["from"])
                until = datetime.fromisoformat(entry["to"]) if entry["to"] else None
            except (ValueError, KeyError, TypeError):
                logger.warning("outage line left out: %.100s", line)
                continue
            if until is None:
                self.open[part] = since
            else:
                self.open.pop(part, None)
                self.closed.append((part, since, until))

    def note(self, found: Mapping[str, str], now: datetime) -> None:
        """Take in the states just asked: outages begin and end."""
        for part, state in found.items():
            if state == DOWN and part not in self.open:
                self.open[part] = now
                self.append(part, now, None)
            elif state != DOWN and part in self.open:
                since = self.open.pop(part)
                self.closed.append((part, since, now))
                self.append(part, since, now)
        self.parts = {part: found.get(part, self.parts.get(part, LATE)) for part in PARTS}

    def append(self, part: str, since: datetime, until: datetime | None) -> None:
        entry = {"part": part, "from": since.isoformat(), "to": until.isoformat() if until else None}
        with self.history.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def outages(self, now: datetime) -> list[dict[str, Any]]:
        """The newest outages of the kept days, open ones first."""
        oldest = now - timedelta(days=KEPT_DAYS)
        shown = [(part, since, None) for part, since in self.open.items()]
        ended: Sequence[tuple[str, datetime, datetime]] = [
            one for one in reversed(self.closed) if one[2] > oldest
        ]
        return [
            {"part": part, "name": PARTS.get(part, part), "from": since, "to": until}
            for part, since, until in [*shown, *ended][:SHOWN_OUTAGES]
        ]

    def write(self, now: datetime) -> None:
        """The files that are served: JSON and a page in each language. A reader never sees half a file."""
        outages = self.outages(now)
        body = {
            "checked_at": now.isoformat(),
            "parts": self.parts,
            "outages": [
                {**one, "name": str(one["name"]), "from": one["from"].isoformat(), "to": one["to"] and one["to"].isoformat()}
                for one in outages
            ],
        }  # fmt: skip
        self.put("status.json", json.dumps(body, ensure_ascii=False))
        for name, language in PAGES.items():
            with translation.override(language):
                context = {
                    "parts": parts_of(body),
                    "outages": outages,
                    "now": now,
                    "language": language,
                    "site": settings.BASE_URL,
                    "well": all(state == UP for state in self.parts.values()),
                }
                self.put(name, render_to_string("portal/site/status_page.html", context))
        self.put("status.css", (Path(settings.BASE_DIR) / "static" / "css" / "status.css").read_text("utf-8"))

    def put(self, name: str, text: str) -> None:
        unfinished = self.folder / f".{name}.new"
        unfinished.write_text(text, "utf-8")
        unfinished.rename(self.folder / name)


class Files(SimpleHTTPRequestHandler):
    """Serves the written files and nothing else."""

    def send_head(self) -> Any:
        name = self.path.split("?")[0].lstrip("/") or "index.html"
        if name not in {*PAGES, "status.json", "status.css"}:
            self.send_error(404)
            return None
        return super().send_head()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'self'")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        logger.debug(format, *args)


def serve(folder: Path, host: str, port: int) -> ThreadingHTTPServer:
    """Answer at an address of one's own, in the background."""
    server = ThreadingHTTPServer((host, port), partial(Files, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def watch(base_url: str, host: str, port: int, seconds: float, stop: Event, folder: Path = FOLDER) -> None:
    """Ask every few seconds until told to stop."""
    known = Watch(folder)
    known.recall()
    server = None
    while not stop.is_set():
        begun = time.monotonic()
        found = asked(base_url)
        if DOWN in found.values():  # one lost answer is no outage
            stop.wait(AGAIN)
            found = asked(base_url)
        now = datetime.now(UTC)
        known.note(found, now)
        known.write(now)
        server = server or serve(folder, host, port)
        stop.wait(max(seconds - (time.monotonic() - begun), 0.1))
    if server:
        server.shutdown()
        server.server_close()

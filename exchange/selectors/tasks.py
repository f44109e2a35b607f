"""Tasks of agencies as stored."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exchange.selectors.feeds import Page, read_feed


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which of its undecided tasks an agency wants; empty means any. `district` is a customs code."""

    kind: str = ""
    state: str = ""
    district: str = ""
    since: datetime | None = None


def task_page(
    *, agency_code: str, wanted: TaskFilter, kinds: Collection[str] | None, cursor: str, limit: int
) -> Page:
    """Undecided tasks of one agency, of these kinds (None = all); `payload` is still encrypted. Raises BadCursor."""
    where, values = "agency_code = %s AND state IN ('open', 'acked')", [agency_code]
    conditions: list[tuple[str, Any]] = [
        ("kind = %s", wanted.kind),
        ("state = %s", wanted.state),
        ("district = %s", wanted.district),
        ("created_at >= %s", wanted.since),
    ]
    used = [(text, value) for text, value in conditions if value]
    if kinds is not None:
        used.append(("kind = ANY(%s)", sorted(kinds)))
    return read_feed(
        "exchange_agencytask",
        "kind, subject_id, payload, state, outcome, created_at, leased_until, district, redeliveries",
        " AND ".join([where, *(text for text, _value in used)]),
        [*values, *(value for _text, value in used)],
        cursor,
        limit,
    )

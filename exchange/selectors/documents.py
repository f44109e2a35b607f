"""What agencies may know of released lists."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exchange.selectors.feeds import Page, read_feed


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Which documents an agency wants; empty means any. `kind` is the root name of a message, `district` a customs code."""

    kind: str = ""
    status: str = ""
    district: str = ""
    since: datetime | None = None


def document_page(wanted: DocumentFilter, *, cursor: str, limit: int) -> Page:
    """One page in the order the statuses became certain. Raises BadCursor."""
    conditions: list[tuple[str, Any]] = [
        ("kind = %s", wanted.kind),
        ("status = %s", wanted.status),
        ("district = %s", wanted.district),
        ("happened_at >= %s", wanted.since),
    ]
    used = [(text, value) for text, value in conditions if value]
    return read_feed(
        "exchange_shareddocument",
        "subject_id, kind, number, status, district, port, trade_mode, happened_at",
        " AND ".join(["true", *(text for text, _value in used)]),
        [value for _text, value in used],
        cursor,
        limit,
    )

"""Questions to SAFE and how its answers are read. Pure functions; SAFE polls our agency API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from exchange.agencies.contract import Contract, Part
from exchange.agencies.safe.codes import AGENCY, CLASSES, FOUND, LISTED
from exchange.enums import TaskKind


@dataclass(frozen=True, slots=True)
class Standing:
    """An enterprise at SAFE. Without `listed` the others are empty; `until` None = until a new class comes."""

    listed: bool
    safe_class: str
    since: date | None
    until: date | None
    reason: str


def payload(uscc: str) -> dict[str, Any]:
    """Payload of SAFE_CLASS."""
    return {"uscc": uscc}


def standing_of(detail: Mapping[str, Any]) -> Standing:
    """Read an answer that its contract understands. Raises ValueError for days that are none."""
    since, until = detail.get("validFrom"), detail.get("validTo")
    return Standing(
        listed=detail["listed"] == "1",
        safe_class=detail.get("class", ""),
        since=date.fromisoformat(since) if since else None,
        until=date.fromisoformat(until) if until else None,
        reason=detail.get("reason", "")[:200],
    )


CONTRACTS = (
    Contract(
        AGENCY,
        TaskKind.SAFE_CLASS,
        "Whether an enterprise is in the directory of goods-trade receipts and payments, and its class with validity.",
        asks=(Part("uscc", "text", "enterprise"),),
        answers=(
            Part("listed", "code", "in the directory"),
            Part("class", "code", "class; absent when not listed", required=False),
            Part("validFrom", "date", "first day", required=False),
            Part("validTo", "date", "last day; absent = open", required=False),
            Part("reason", "text", "why B or C", required=False),
        ),
        codes={"outcome": FOUND, "listed": LISTED, "class": CLASSES},
        question={"uscc": "91350100MA35000026"},
        answer={
            "outcome": "answered",
            "detail": {"listed": "1", "class": "A", "validFrom": "2026-01-01"},
        },
    ),
)

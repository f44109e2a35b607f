"""Questions to posts and express firms about waybills, and how their events are read. Pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exchange.agencies.contract import Contract, Part
from exchange.agencies.post.codes import AGENCY, EVENTS, FOUND
from exchange.enums import TaskKind


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """One event of a waybill; `at` is aware."""

    at: datetime
    code: str
    place: str


def payload(*, logistics_no: str, logistics_code: str) -> dict[str, Any]:
    """Payload of TRACKING: the waybill and the customs code of the firm."""
    return {"logisticsNo": logistics_no, "logisticsCode": logistics_code}


def events(detail: Mapping[str, Any]) -> list[Event]:
    """Events by time, each once, whatever order and however often they came. Raises ValueError for times that are none."""
    found = {
        Event(datetime.fromisoformat(row["at"]), row["code"], row.get("place", "")[:100])
        for row in detail.get("events", [])
    }
    if any(one.at.tzinfo is None for one in found):
        raise ValueError("time without zone")
    return sorted(found)


CONTRACTS = (
    Contract(
        AGENCY,
        TaskKind.TRACKING,
        "Where a waybill is: its events so far, in any order.",
        asks=(
            Part("logisticsNo", "text", "waybill"),
            Part("logisticsCode", "text", "customs code of the logistics enterprise"),
        ),
        answers=(
            Part(
                "events",
                "list",
                "events",
                of=(
                    Part("code", "code", "event"),
                    Part("at", "time", "ISO 8601 with zone"),
                    Part("place", "text", "office", required=False),
                ),
            ),
        ),
        codes={"outcome": FOUND, "code": EVENTS},
        question={"logisticsNo": "ZT202611280001", "logisticsCode": "3501980070"},
        answer={
            "outcome": "answered",
            "detail": {
                "events": [
                    {"code": "EMA", "at": "2026-11-26T09:10:00+08:00", "place": "福州国际邮件互换局"},
                    {"code": "EXA", "at": "2026-11-26T15:00:00+08:00", "place": "福州国际邮件互换局"},
                ]
            },
        },
        bare=frozenset({"not_found"}),
    ),
)

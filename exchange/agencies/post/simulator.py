"""A post for demonstrations and tests; speaks only HTTP.

Answers by convention of the waybill's last two digits: 71 = not found, 72 = delivery failed once, 73 = held by customs, 74 = an event
nobody knows; every other item is on its way and delivered on the fifth day.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

USUAL = ("EMA", "EXA", "EXC", "EMC", "EMD", "EDB", "EDC", "EMG", "EDG", "EMI")
CONVENTION = {"72": (*USUAL[:-1], "EMH", "EMI"), "73": (*USUAL[:6], "EME"), "74": ("EMA", "EZZ")}
PLACES = {"EMA": "福州国际邮件互换局", "EXA": "福州国际邮件互换局", "EXC": "福州国际邮件互换局"}
FIRST = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """All events of one waybill, twelve hours apart."""
    ending = str(task["payload"].get("logisticsNo", ""))[-2:]
    if ending == "71":
        return {"outcome": "not_found", "detail": {}}
    events = [
        {"code": code, "at": (FIRST + timedelta(hours=12 * n)).isoformat(), "place": PLACES.get(code, "")}
        for n, code in enumerate(CONVENTION.get(ending, USUAL))
    ]
    return {"outcome": "answered", "detail": {"events": events}}

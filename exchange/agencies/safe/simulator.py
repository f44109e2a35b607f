"""SAFE for demonstrations and tests; speaks only HTTP to the agency API.

Answers by convention of the character before the USCC's check character: 5 = class B, 6 = class C, 7 = not in the directory, 9 = a
class nobody knows; every other enterprise is in class A.
"""

from typing import Any

from exchange.agencies.simulating import today

CONVENTION = {"5": "B", "6": "C", "9": "Q"}
REASONS = {"B": "收支总量核查指标异常且未能说明", "C": "近十二个月内受过严重处罚"}


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """Standing of one enterprise; B and C hold for one year."""
    mark = str(task["payload"].get("uscc", ""))[16:17]
    if mark == "7":
        return {"outcome": "answered", "detail": {"listed": "0"}}
    year = today().year
    found = CONVENTION.get(mark, "A")
    detail = {"listed": "1", "class": found, "validFrom": f"{year}-01-01"}
    if found in REASONS:
        detail |= {"validTo": f"{year}-12-31", "reason": REASONS[found]}
    return {"outcome": "answered", "detail": detail}

"""An SMS platform for demonstrations and tests: speaks only HTTP to the agency API. Sends nothing anywhere.

Answers by convention of the last four digits: 9901 = refused, 9902 = no such number, 9903 = expired, 9904 = a code nobody knows;
every other number is reachable.
"""

from typing import Any

CONVENTION = {"9901": "REJECTD", "9902": "MK:0001", "9903": "EXPIRED", "9904": "ZZ:9999"}


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """The report on one message."""
    code = CONVENTION.get(str(task["payload"].get("phone", ""))[-4:], "DELIVRD")
    return {"outcome": "reported", "detail": {"code": code}}

"""A population base for demonstrations and tests: speaks only HTTP to the agency API.

Answers by convention of the made-up numbers: the three order digits (characters 15–17) 991 = no match, 992 = not in the base,
993 = unavailable, 994 = too many questions; every other number matches whatever name.
"""

from typing import Any

CONVENTION = {"991": "01", "992": "02", "993": "99", "994": "98"}


def code_for(number: str) -> str:
    """Result code for a made-up number."""
    return CONVENTION.get(number[14:17], "00")


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """All pairs of one task."""
    pairs = task["payload"].get("pairs", [])
    results = [{"ref": pair["ref"], "code": code_for(pair["number"])} for pair in pairs]
    return {"outcome": "answered", "detail": {"results": results}}

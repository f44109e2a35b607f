"""A customs office for demonstrations and tests: speaks only HTTP to the agency API.

Every inspection finds the goods as declared. Every declaration made by summarising is accepted; its number is office, year, 0 for
exports, and the last nine digits of the unified number.
"""

from typing import Any

EXPORT = "0"


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """The answer to one task."""
    if task["kind"] == "DECLARATION":
        return declared(task["payload"])
    return {"outcome": "conform", "detail": {"remark": "查验相符", "parcel": task["payload"].get("parcel")}}


def declared(payload: dict[str, Any]) -> dict[str, Any]:
    """A declaration with its number."""
    unified = str(payload["declSeqNo"])
    return {"outcome": "declared", "detail": {"entryId": unified[:8] + EXPORT + unified[-9:]}}

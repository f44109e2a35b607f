"""An inspecting office for demonstrations and tests: speaks only HTTP to the agency API.

Every inspection finds the goods as declared.
"""

from typing import Any


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """The result of one inspection."""
    return {"outcome": "conform", "detail": {"remark": "查验相符", "parcel": task["payload"].get("parcel")}}

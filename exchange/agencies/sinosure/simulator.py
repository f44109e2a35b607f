"""An export credit insurer for demonstrations and tests; speaks only HTTP to the agency API.

Answers by convention of the buyer's last two digits: 61 = half the limit, 62 = refused (limit and claim), 63 = first working, then
granted, 64 = a result nobody knows; every other buyer gets what is asked. Claims pay 80 % of what is overdue and 20 % of what is
unshipped.
"""

from decimal import Decimal
from typing import Any

from exchange.agencies.simulating import today

COVER, UNSHIPPED = Decimal("0.80"), Decimal("0.20")
CENT = Decimal("0.01")


def limit(payload: dict[str, Any], ending: str) -> dict[str, Any]:
    """The limit for one buyer, for a year."""
    if ending == "62":
        return {"status": "R"}
    wanted = Decimal(payload.get("amount", "0"))
    granted = (wanted / 2).quantize(CENT) if ending == "61" else wanted
    return {
        "status": {"61": "P", "64": "K9"}.get(ending, "A"),
        "limit": str(granted),
        "currency": payload.get("currency", "USD"),
        "cover": 80,
        "validTo": f"{today().year + 1}-11-27",
    }


def claim(payload: dict[str, Any], ending: str) -> dict[str, Any]:
    """What is paid for a claim."""
    if ending == "62":
        return {"status": "40", "reason": "贸易背景不真实"}
    overdue, unshipped = Decimal(payload.get("overdue", "0")), Decimal(payload.get("unshipped", "0"))
    amount = (overdue * COVER + unshipped * UNSHIPPED).quantize(CENT)
    status = "77" if ending == "64" else "30"
    return {"status": status, "amount": str(amount), "currency": payload.get("currency", "USD")}


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """What the insurer says to one task."""
    payload = task["payload"]
    ending = str(payload.get("buyer", ""))[-2:]
    if ending == "63" and task.get("outcome", "") != "working":
        return {"outcome": "working", "detail": {"status": "W"}}
    read = claim if task["kind"] == "INSURANCE_CLAIM" else limit
    return {"outcome": "answered", "detail": read(payload, ending)}

"""A tax administration for demonstrations and tests; speaks only HTTP to the agency API.

Answers by convention. Class: the character before the check character of the USCC, 1 3 4 = that class, 8 = not known, 9 = a class
nobody knows, else class 2. Invoices: the last two digits of the number, 91 = differs, 92 = missing, 93 = double, 94 = void, 95 = out
of control, 96 = a result nobody knows. Refunds: amounts ending in .91 raise a doubt first, .92 are refused; payments ending in .93
come back.
"""

from typing import Any

from exchange.agencies.simulating import today

CLASSES = {"1": "1", "3": "3", "4": "4", "9": "7"}
INVOICES = {"91": "1", "92": "2", "93": "3", "94": "4", "95": "5", "96": "Z"}


def tax_class(payload: dict[str, Any]) -> dict[str, Any]:
    """Class of an enterprise, from May to April."""
    mark = str(payload.get("uscc", ""))[16:17]
    if mark == "8":
        return {"outcome": "not_found", "detail": {}}
    day = today()
    year = day.year if day.month >= 5 else day.year - 1
    detail = {
        "class": CLASSES.get(mark, "2"),
        "validFrom": f"{year}-05-01",
        "validTo": f"{year + 1}-04-30",
        "year": year,
    }
    return {"outcome": "answered", "detail": detail}


def invoices(payload: dict[str, Any]) -> dict[str, Any]:
    """Every invoice against the data asked for."""
    results = [
        {"ref": one["ref"], "result": INVOICES.get(str(one["number"])[-2:], "0")}
        for one in payload.get("invoices", [])
    ]
    return {"outcome": "answered", "detail": {"results": results}}


def refund(payload: dict[str, Any], step: str) -> dict[str, Any]:
    """Review; a doubt is raised once, then the case is approved."""
    amount = str(payload.get("amount", "0.00"))
    if amount.endswith(".92"):
        return {"outcome": "refused", "detail": {"reason": "备案单证不齐"}}
    if amount.endswith(".91") and step != "doubt":
        return {"outcome": "doubt", "detail": {"reason": "请说明供货企业生产能力"}}
    notice = f"闽税退{payload.get('caseNo', '')}"
    return {"outcome": "approved", "detail": {"amount": amount, "noticeNo": notice}}


def payment(payload: dict[str, Any]) -> dict[str, Any]:
    """The treasury pays on the same day."""
    amount = str(payload.get("amount", "0.00"))
    if amount.endswith(".93"):
        return {"outcome": "returned", "detail": {"reason": "收款账户已销户"}}
    return {"outcome": "paid", "detail": {"amount": amount, "paidOn": today().isoformat()}}


def duty(payload: dict[str, Any]) -> dict[str, Any]:
    """Import tax is paid as asked on the day it is asked for."""
    detail = {
        "amount": str(payload.get("amount", "0.00")),
        "paidOn": today().isoformat(),
        "reference": f"SIM{payload.get('entDutyNo', '')}",
    }
    return {"outcome": "paid", "detail": detail}


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """What the administration says to one task."""
    payload = task["payload"]
    match task["kind"]:
        case "INVOICE_CHECK":
            return invoices(payload)
        case "TAX_REFUND":
            return refund(payload, task.get("outcome", ""))
        case "REFUND_PAYMENT":
            return payment(payload)
        case "DUTY":
            return duty(payload)
        case _:
            return tax_class(payload)

"""Orders to the SMS platform and how its reports are read. Pure functions; the platform polls our agency API."""

import re
from typing import Any

from exchange.agencies.sms.codes import CODES, STEPS, Report

NOT_CODE = re.compile(r"[^A-Za-z0-9:_-]")
LONGEST_CODE = 20


def payload(phone: str, text: str) -> dict[str, Any]:
    """One message: the number in clear (the task is stored encrypted) and the text."""
    return {"phone": phone, "text": text}


def step_and_error(detail: dict[str, Any]) -> tuple[str, str]:
    """(step of the delivery, error to keep). Unknown codes and garbage are unclear, with what was said, cleaned."""
    code = detail.get("code")
    said = NOT_CODE.sub("", code)[:LONGEST_CODE] if isinstance(code, str) else ""
    report = CODES.get(said, Report.UNCLEAR)
    error = "" if report is Report.DELIVERED else f"SMS.{said or 'NO_CODE'}"
    return STEPS[report], error

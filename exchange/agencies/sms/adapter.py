"""Orders to the SMS platform and how its reports are read. Pure functions; the platform polls our agency API."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from exchange.agencies.contract import Contract, Part
from exchange.agencies.sms.codes import AGENCY, CODES, MEANINGS, STEPS, Report
from exchange.enums import TaskKind

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


CONTRACTS = (
    Contract(
        AGENCY,
        TaskKind.SMS_SEND,
        "Send one short message and report what became of it.",
        asks=(Part("phone", "text", "number"), Part("text", "text", "message")),
        answers=(Part("code", "code", "state of the message"),),
        codes={"outcome": {"reported": _("已报告")}, "code": MEANINGS},
        question={"phone": "13800138000", "text": "【单一窗口】您有一条新通知。"},
        answer={"outcome": "reported", "detail": {"code": "DELIVRD"}},
        partial=True,
    ),
)

"""Message contracts with partners (measure 5): the fields of an event as data; the check, the JSON schema and the page come from them.

An event with a field that the contract does not know is not taken. What may be personal is marked so in the contract, is kept only
encrypted and as a keyed hash, and is shown on no page.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AMOUNT = r"[0-9]{1,14}(\.[0-9]{1,5})?"
"""A quantity or an amount of money: a decimal number as text, not negative."""
CURRENCY = r"[0-9]{3}"
FUTURE = timedelta(minutes=10)
"""Clocks of partners may be so much ahead of ours."""
EVENT_ID = "event_id"

FAULTS: dict[str, str | Promise] = {
    "OBJECT": _("不是一个对象"),
    "MISSING": _("缺少必填字段"),
    "UNKNOWN": _("合约中没有此字段"),
    "FORM": _("格式不符或过长"),
    "CODE": _("不在代码表内"),
    "TIME": _("不是带时区的时间，或晚于现在"),
    "CARRIER": _("不是本企业的代码"),
    "FILED": _("此代码尚未备案为合约所要求的企业类型"),
}
"""Why an event is not taken."""


@dataclass(frozen=True, slots=True)
class EventFault:
    """One fault of an event: the field ("" = the event itself) and its code of `FAULTS`."""

    field: str
    code: str


@dataclass(frozen=True, slots=True)
class EventField:
    """One field. `kind` is text, code or time; `pattern` a regular expression that the whole text fits; `personal`: never shown."""

    name: str
    label: str | Promise
    kind: str = "text"
    required: bool = True
    longest: int = 60
    codes: Mapping[str, str | Promise] = field(default_factory=dict)
    pattern: str = ""
    personal: bool = False

    def fault(self, value: Any, now: datetime) -> str:
        """Code of what is wrong with a value, "" when nothing is."""
        if not isinstance(value, str) or not 1 <= len(value) <= self.longest or not value.isprintable():
            return "FORM"
        if self.pattern and not re.fullmatch(self.pattern, value):
            return "FORM"
        if self.kind == "code" and value not in self.codes:
            return "CODE"
        return "" if self.kind != "time" or is_moment(value, now) else "TIME"

    def schema(self) -> dict[str, Any]:
        """JSON schema of the field."""
        found: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": self.longest}
        if self.kind == "code":
            found["enum"] = list(self.codes)
        if self.pattern:
            found["pattern"] = f"^{self.pattern}$"
        if self.kind == "time":
            found["format"] = "date-time"
        return found


def is_moment(text: str, now: datetime) -> bool:
    """ISO 8601 with its zone, and not later than now."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.tzinfo is not None and moment.year >= 2000 and moment <= now + FUTURE
    except (ValueError, OverflowError):
        return False


@dataclass(frozen=True)
class PartnerContract:
    """What a kind of partner sends. `code` carries the version: a change that breaks senders is a new contract.

    Every event has `event_id`, `kind` (a code) and `happened_at`. `partner`, `subject` and `owner` name the fields with the code of the
    reporting firm, with what people search an event by, and with the code of the firm whose business it is ("" = the contract has none).
    """

    code: str
    title: str | Promise
    text: str | Promise
    fields: tuple[EventField, ...]
    sample: Mapping[str, str]
    partner: str
    subject: str
    owner: str = ""

    def faults(self, event: Any) -> list[EventFault]:
        """Everything that is wrong with an event, by the order of the fields."""
        if not isinstance(event, dict):
            return [EventFault("", "OBJECT")]
        now = timezone.now()
        known = {one.name for one in self.fields}
        found = [EventFault(str(name)[:60], "UNKNOWN") for name in event if name not in known]
        for one in self.fields:
            value = event.get(one.name)
            code = ("MISSING" if one.required else "") if value is None else one.fault(value, now)
            if code:
                found.append(EventFault(one.name, code))
        return found

    def schema(self) -> dict[str, Any]:
        """JSON schema (2020-12) of one event."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": self.code,
            "type": "object",
            "additionalProperties": False,
            "required": [one.name for one in self.fields if one.required],
            "properties": {one.name: one.schema() for one in self.fields},
        }

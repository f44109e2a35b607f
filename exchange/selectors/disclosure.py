"""What an agency is shown of a record: the one place that decides between shown, masked and left out.

Nothing that the catalogue does not know ever leaves. Unconditional fields are shown to every agency; conditional ones to whoever has a
grant for the purpose on the day, L3 also to the agency that owns them; L4 without a grant is masked (rules F.3), or left out where no
mask says anything; fields that are not shared are never shown (rules P.2, P.3).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from exchange.enums import Level, Mask, Sharing
from exchange.selectors.catalogue import SharedField, shared_fields
from exchange.selectors.grants import EVERYTHING, granted_fields, renewals
from portal.personal_data import mask_address, mask_name, mask_phone, mask_resident_number

HIDDEN = "***"
PLANS = 2_000
"""Plans kept by a process: agencies × purposes × objects × a day."""


def mask_account(account: str) -> str:
    """The last four characters of a bank account."""
    return "*" * max(len(account) - 4, 4) + account[-4:] if len(account) > 8 else "*" * len(account)


MASKS: dict[Mask, Callable[[str], str]] = {
    Mask.NUMBER: mask_resident_number,
    Mask.NAME: mask_name,
    Mask.PHONE: mask_phone,
    Mask.ADDRESS: mask_address,
    Mask.ACCOUNT: mask_account,
    Mask.HIDDEN: lambda _text: HIDDEN,
    Mask.STORED: lambda text: text,
}


class Disclosure(StrEnum):
    """What becomes of a field."""

    SHOWN = "shown"
    MASKED = "masked"
    OMITTED = "omitted"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, for what, on which day."""

    agency: str
    purpose: str
    on: date


@dataclass
class Disclosed:
    """A record as it leaves, and the names of the fields that were masked or left out."""

    values: dict[str, Any]
    masked: set[str] = field(default_factory=set)
    omitted: set[str] = field(default_factory=set)


def disclosure(one: SharedField, agency: str, granted: frozenset[str]) -> Disclosure:
    """What this agency gets of a field when these fields are granted for its purpose."""
    if one.sharing == Sharing.NONE:
        return Disclosure.OMITTED
    if one.sharing == Sharing.UNCONDITIONAL or not granted.isdisjoint({one.name, EVERYTHING}):
        return Disclosure.SHOWN
    if one.level == Level.PERSONAL:
        return Disclosure.MASKED if one.mask else Disclosure.OMITTED
    return Disclosure.SHOWN if one.owner == agency else Disclosure.OMITTED


Plan = Mapping[str, tuple[Disclosure, Callable[[str], str] | None]]
_plans: dict[tuple[int, Reader, str], Plan] = {}


def plan_of(reader: Reader, object_code: str) -> Plan:
    """Field → what becomes of it, worked out once per copy of the grants."""
    key = (renewals(), reader, object_code)
    plan = _plans.get(key)
    if plan is None:
        if len(_plans) >= PLANS:
            _plans.clear()
        granted = granted_fields(reader.agency, object_code, reader.purpose, reader.on)
        plan = {
            name: (disclosure(one, reader.agency, granted), MASKS[one.mask] if one.mask else None)
            for name, one in shared_fields().get(object_code, {}).items()
        }
        _plans[key] = plan
    return plan


def disclosed(values: Mapping[str, Any], *, object_code: str, reader: Reader) -> Disclosed:
    """The record as this reader may have it. Mappings that are no field themselves hold fields of the same object."""
    found = Disclosed({})
    found.values = part(values, plan_of(reader, object_code), found)
    return found


def part(values: Mapping[str, Any], plan: Plan, found: Disclosed) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in values.items():
        known = plan.get(name)
        if known is None and isinstance(value, Mapping):
            kept[name] = part(value, plan, found)
        elif known is None and is_rows(value):
            kept[name] = [part(row, plan, found) for row in value]
        elif known is None or known[0] is Disclosure.OMITTED:
            found.omitted.add(name)
        elif known[0] is Disclosure.SHOWN:
            kept[name] = plain(value)
        else:
            found.masked.add(name)
            kept[name] = masked(value, known[1])
    return kept


def is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, Mapping) for row in value)


def masked(value: Any, mask: Callable[[str], str] | None) -> Any:
    """A masked value; nothing stays nothing."""
    if value is None or value == "" or mask is None:
        return value if mask else None
    return mask(str(value))


def plain(value: Any) -> Any:
    """As JSON writes it: numbers as text with their places, moments by ISO 8601."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value

"""Which goods need the second verdict, and what both verdicts come to (rules C.3). Pure functions."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from customs.enums import CiqState, Clearance, ParcelState
from customs.workflow import CIQ_OPEN, DETENTIONS
from portal import rules

RULE = "C.CIQ.REQUIRED"
"""Per supervision mode, the HS prefixes whose goods need the verdict; "" in the list means all goods."""


def ciq_prefixes(on: date) -> dict[str, list[str]]:
    """Mode → prefixes in force on the business date; {} before the rule begins. Modes that need nothing are left out."""
    try:
        param: Mapping[str, Any] = rules.entry(RULE, on).param
    except rules.RuleNotFound:
        return {}
    return {mode: list(prefixes) for mode, prefixes in param.items() if prefixes}


def ciq_required(mode: str, hs: str, on: date) -> bool:
    """Do goods of this code, declared in this mode on this day, need the verdict of inspection and quarantine?"""
    return any(hs.startswith(prefix) for prefix in ciq_prefixes(on).get(mode, ()))


def any_required(days: Sequence[date]) -> bool:
    """May any list of these days need it? Answers from the process copy of the register."""
    return any(ciq_prefixes(day) for day in days)


GONE = {
    ParcelState.RELEASED.value: Clearance.RELEASED,
    ParcelState.CLEARED.value: Clearance.RELEASED,
    ParcelState.REJECTED.value: Clearance.REJECTED,
}
"""Customs' word alone: nothing is released without the second verdict, so 800 and 899 have it."""
SILENT = frozenset({ParcelState.CANCELLED.value, ParcelState.SUPERSEDED.value, ParcelState.RETURNED.value})
"""The attempt is over, or the goods have gone back: neither verdict matters any more."""
TOGETHER = frozenset({CiqState.WAITING.value, CiqState.RECEIVED.value, CiqState.TO_INSPECT.value})
"""While customs opens the parcel, a verdict still owed is given at the same appointment (“一次查验”)."""


def combined(state: str, verdict: str | None) -> Clearance | None:
    """What customs' state and the second verdict (None: not required) come to; None when there is nothing to clear any more.

    Customs has done its part of 800 when the list is `awaiting_ciq`: the receipt 800 itself is sent only when both have.
    """
    if state in GONE:
        return GONE[state]
    if state in SILENT:
        return None
    if state in DETENTIONS:
        return Clearance.DETAINED
    if verdict == CiqState.NOT_PASSED or state in {ParcelState.REFUSED, ParcelState.DESTROYED}:
        return Clearance.REFUSED
    if state == ParcelState.AWAITING_CIQ:
        return Clearance.WAIT_CIQ if verdict in CIQ_OPEN else Clearance.RELEASED
    if state == ParcelState.INSPECTION:
        return Clearance.JOINT_INSPECTION if verdict in TOGETHER else Clearance.CUSTOMS_INSPECTION
    return Clearance.WAIT_CUSTOMS

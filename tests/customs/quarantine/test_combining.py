"""C.3: every row of the table of customs × inspection and quarantine."""

from datetime import date

import pytest

from customs.enums import STATUS_CODES, CiqState, Clearance, ParcelState
from customs.rules.quarantine import ciq_required, combined
from tests.customs.world import World

AWAITING = ParcelState.AWAITING_CIQ
ROWS = [
    ("800 × C: released", "released", "C", "RELEASED"),
    ("800 × not required: released", "released", None, "RELEASED"),
    ("899 × C: released", "cleared", "C", "RELEASED"),
    ("customs done × Q: the goods may not leave", AWAITING, "Q", "WAIT_CIQ"),
    ("customs done × S: the goods may not leave", AWAITING, "S", "WAIT_CIQ"),
    ("customs done × W: the goods may not leave", AWAITING, "W", "WAIT_CIQ"),
    ("customs done × F: the goods may not leave", AWAITING, "F", "WAIT_CIQ"),
    ("500 × Q: one appointment", "inspection", "Q", "JOINT_INSPECTION"),
    ("500 × S: the other agency joins", "inspection", "S", "JOINT_INSPECTION"),
    ("500 × C: customs alone", "inspection", "C", "CUSTOMS_INSPECTION"),
    ("500 × F: customs alone", "inspection", "F", "CUSTOMS_INSPECTION"),
    ("500 × not required: customs alone", "inspection", None, "CUSTOMS_INSPECTION"),
    ("399 × C: customs is waited for", "reviewed", "C", "WAIT_CUSTOMS"),
    ("400 × C: customs is waited for", "arriving", "C", "WAIT_CUSTOMS"),
    ("300 × Q: customs is waited for", "manual", "Q", "WAIT_CUSTOMS"),
    ("600 × C: customs is waited for", "suspended", "C", "WAIT_CUSTOMS"),
    *((f"100 × {v}: rejected", "rejected", v, "REJECTED") for v in (None, "W", "S", "Q", "C", "N", "F")),
    *(
        (f"{state} × N: return or destroy", state, "N", "REFUSED")
        for state in ("manual", "reviewed", "arriving", "inspection", "suspended", "refused", AWAITING)
    ),
    *(
        (f"{STATUS_CODES[ParcelState(state)]} × {v}: detained", state, v, "DETAINED")
        for state in ("detained", "detained_501", "detained_502", "detained_503")
        for v in (None, "Q", "C", "N")
    ),
    ("700: nothing to clear any more", "returned", "N", None),
    ("cancelled: nothing to clear any more", "cancelled", "S", None),
]


@pytest.mark.parametrize(
    ("state", "verdict", "shown"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_every_row_of_the_table(state: str, verdict: str | None, shown: str | None) -> None:
    assert combined(state, verdict) == (Clearance(shown) if shown else None)


def test_only_released_goods_may_leave() -> None:
    """The goods move with 800 or 899 and with nothing else, whatever the second verdict is."""
    leaving = {
        state
        for state in ParcelState.values
        for verdict in (None, *CiqState.values)
        if verdict != "C" and combined(state, verdict) == Clearance.RELEASED
    }
    assert leaving - {AWAITING} == {"released", "cleared"}


def test_what_needs_the_verdict_is_a_dated_rule(required: World) -> None:
    day = date(2026, 11, 23)
    assert ciq_required("9610", "3304990010", day)
    assert not ciq_required("9610", "1901101000", day)
    assert not ciq_required("1210", "3304990010", day)
    assert not ciq_required("9610", "3304990010", date(2016, 4, 7))

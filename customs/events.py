"""News that customs tells higher apps: past-tense names, with ids of parcels unless said otherwise."""

from customs.enums import ParcelState

PARCELS_RELEASED = "parcels_released"
PARCELS_REJECTED = "parcels_rejected"
PARCELS_HELD = "parcels_held"
"""An official has to look (status 300)."""
PARCELS_SELECTED = "parcels_selected"
"""Selected for inspection (status 500)."""
PARCELS_DETAINED = "parcels_detained"
PARCELS_REVIEWED = "parcels_reviewed"
"""Examined and accepted, not yet released (399)."""
PARCELS_EXPECTED = "parcels_expected"
"""Accepted; released when they arrive at the supervised site (400)."""
PARCELS_AWAIT_CIQ = "parcels_await_ciq"
"""Customs has finished; released when inspection and quarantine has too."""
PARCELS_REFUSED = "parcels_refused"
"""Not passed by inspection and quarantine: they go back or are destroyed."""
PARCELS_SUSPENDED = "parcels_suspended"
PARCELS_DESTROYED = "parcels_destroyed"
PARCELS_CLEARED = "parcels_cleared"
"""Formalities are closed (899): the clocks of summary and refund start."""
PARCELS_CANCELLED = "parcels_cancelled"
PARCELS_SUPERSEDED = "parcels_superseded"
"""Their senders put changed lists in their place."""
PARCELS_SENT_BACK = "parcels_sent_back"
"""All goods of the list went back (700)."""

EVENTS: dict[str, str] = {
    ParcelState.RELEASED: PARCELS_RELEASED,
    ParcelState.REJECTED: PARCELS_REJECTED,
    ParcelState.MANUAL: PARCELS_HELD,
    ParcelState.INSPECTION: PARCELS_SELECTED,
    ParcelState.DETAINED: PARCELS_DETAINED,
    ParcelState.DETAINED_CLEARANCE: PARCELS_DETAINED,
    ParcelState.DETAINED_SMUGGLING: PARCELS_DETAINED,
    ParcelState.DETAINED_LEGAL: PARCELS_DETAINED,
    ParcelState.REVIEWED: PARCELS_REVIEWED,
    ParcelState.AWAITING_ARRIVAL: PARCELS_EXPECTED,
    ParcelState.AWAITING_CIQ: PARCELS_AWAIT_CIQ,
    ParcelState.REFUSED: PARCELS_REFUSED,
    ParcelState.SUSPENDED: PARCELS_SUSPENDED,
    ParcelState.DESTROYED: PARCELS_DESTROYED,
    ParcelState.CLEARED: PARCELS_CLEARED,
    ParcelState.CANCELLED: PARCELS_CANCELLED,
    ParcelState.RETURNED: PARCELS_SENT_BACK,
    ParcelState.SUPERSEDED: PARCELS_SUPERSEDED,
}
"""What is told when a parcel reaches a state."""

BY_HAND: dict[str, str] = {
    "release": "parcels_released_by_hand",
    "pass_ciq": "parcels_released_by_hand",
    "reject": "parcels_rejected_by_hand",
    "detain": "parcels_detained_by_hand",
    "detain_clearance": "parcels_detained_by_hand",
    "detain_smuggling": "parcels_detained_by_hand",
    "detain_legal": "parcels_detained_by_hand",
}
"""What is told besides when an official or the inspecting office took the step (name of the step → event)."""

SUMMARY_DECLARED = "summary_declared"
"""Declarations made by summarising have got their number (ids of declarations)."""
SUMMARIES_LATE = "summaries_late"
"""Cleared lists were not summarised in time (ids of summary months)."""

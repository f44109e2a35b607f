"""What customs does with its own news, away from the hot path: enterprises get letters, agencies a row in their feed."""

from customs.enums import ParcelState
from customs.events import (
    BY_HAND,
    PARCELS_CLEARED,
    PARCELS_HELD,
    PARCELS_REJECTED,
    PARCELS_RELEASED,
    PARCELS_SELECTED,
    PARCELS_SENT_BACK,
)
from customs.services.payment_requests import ask_by_rule
from customs.services.sharing import share_with_agencies
from customs.services.telling import tell_decisions, tell_rejections, tell_selections
from portal.events import handles


@handles(PARCELS_REJECTED)
def rejected(parcel_ids: list[int]) -> None:
    """By the platform's checks."""
    tell_rejections(parcel_ids)


@handles(PARCELS_SELECTED)
def selected(parcel_ids: list[int]) -> None:
    """For inspection."""
    tell_selections(parcel_ids)


@handles(PARCELS_HELD)
def ask_about_held(parcel_ids: list[int]) -> None:
    """The platform is asked for the payment data where a risk rule of the register says so."""
    ask_by_rule(parcel_ids)


@handles(PARCELS_SELECTED)
def ask_about_selected(parcel_ids: list[int]) -> None:
    """As for parcels that an official has to look at."""
    ask_by_rule(parcel_ids)


@handles(BY_HAND["release"])
def released_by_hand(parcel_ids: list[int]) -> None:
    """By an official or after an inspection."""
    tell_decisions(parcel_ids, ParcelState.RELEASED)


@handles(BY_HAND["reject"])
def rejected_by_hand(parcel_ids: list[int]) -> None:
    """By an official or after an inspection."""
    tell_decisions(parcel_ids, ParcelState.REJECTED)


@handles(BY_HAND["detain"])
def detained_by_hand(parcel_ids: list[int]) -> None:
    """After an inspection."""
    tell_decisions(parcel_ids, ParcelState.DETAINED)


@handles(PARCELS_RELEASED)
def share_released(parcel_ids: list[int]) -> None:
    """However they were released."""
    share_with_agencies(parcel_ids, ParcelState.RELEASED)


@handles(PARCELS_CLEARED)
def share_cleared(parcel_ids: list[int]) -> None:
    """Formalities closed."""
    share_with_agencies(parcel_ids, ParcelState.CLEARED)


@handles(PARCELS_SENT_BACK)
def share_returned(parcel_ids: list[int]) -> None:
    """All goods went back."""
    share_with_agencies(parcel_ids, ParcelState.RETURNED)

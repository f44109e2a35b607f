"""What customs does with its own news: enterprises get letters, away from the hot path."""

from customs.enums import ParcelState
from customs.events import BY_HAND, PARCELS_REJECTED, PARCELS_SELECTED
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

"""Letters of customs: at most one per turn and enterprise; what follows on the same day is added to it until it is read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef

from customs.enums import ParcelState
from customs.models import Finding, Parcel
from customs.rules.steps import E18
from portal import letters
from portal.enums import MemberRole
from portal.selectors import organisation_names

if TYPE_CHECKING:
    from django.db.models import QuerySet

READERS = (MemberRole.ADMINISTRATOR, MemberRole.DECLARANT)
PARCELS = "/enterprise/parcels/"
BY_HAND_COUNTS = ("released", "rejected", "detained")


def tell_rejections(parcel_ids: Sequence[int]) -> int:
    """Parcels that the platform's own checks sent back; a mismatch of identity is told apart. Returns the people told.

    A rejection by hand always has a reason and is told by `tell_decisions`.
    """
    mismatch = Exists(Finding.objects.filter(parcel_id=OuterRef("pk"), rule=E18.code))
    checked = Parcel.objects.filter(pk__in=list(parcel_ids), decision_reason="")
    told = 0
    for code, parcels in (
        ("customs.identity_mismatch", checked.filter(mismatch)),
        ("customs.parcels_incomplete", checked.exclude(mismatch)),
    ):
        told += _tell(code, _by_sender(parcels), ["count"], "?state=rejected")
    return told


def tell_selections(parcel_ids: Sequence[int]) -> int:
    """Parcels selected for inspection, by a rule or by an official."""
    counts = _by_sender(Parcel.objects.filter(pk__in=list(parcel_ids)))
    return _tell("customs.parcels_selected", counts, ["count"], "?state=inspection")


def tell_decisions(parcel_ids: Sequence[int], state: ParcelState) -> int:
    """Parcels that an official or the inspecting office released, rejected or detained."""
    found = _by_sender(Parcel.objects.filter(pk__in=list(parcel_ids)))
    counts = [
        (sender, {name: count if name == state.value else 0 for name in BY_HAND_COUNTS})
        for sender, numbers in found
        for count in numbers.values()
    ]
    return _tell("customs.parcels_decided", counts, BY_HAND_COUNTS, "?sort=-decided_at")


def _by_sender(parcels: "QuerySet[Parcel]") -> list[tuple[int, dict[str, int]]]:
    grouped = parcels.order_by().values_list("sender_id").annotate(count=Count("pk"))
    return [(sender, {"count": count}) for sender, count in grouped]


def _tell(
    code: str, counts: Sequence[tuple[int, dict[str, int]]], numbers: Sequence[str], listed: str
) -> int:
    """One letter per enterprise."""
    names = organisation_names(sender for sender, _numbers in counts)
    return sum(
        letters.send(
            code,
            organisation_id=sender,
            roles=READERS,
            params={"enterprise": names.get(sender, ""), **{name: str(n) for name, n in found.items()}},
            link=PARCELS + listed,
            gather=numbers,
        )
        for sender, found in counts
    )

"""What all follow-ups share: the work of one message, finding the list.

A list belongs to who sent it: for anybody else it does not exist, so a follow-up cannot be used to ask about foreign lists.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db.models.functions import Right

from customs.models import Parcel
from customs.selectors.parcels import SERIAL_DIGITS
from customs.services.answering import Answer
from portal.selectors import organisation_codes


class FollowUp:
    """One message and what it does. Subclasses work documents of one message, in order, inside the caller's transaction."""

    code: ClassVar[str]

    def work(self, documents: Sequence[Any]) -> list[Answer]:
        """Do what the documents ask; one answer for each. Never raises for what a document says."""
        raise NotImplementedError


def own_parcels(documents: Iterable[Any]) -> dict[tuple[int, str], Parcel]:
    """Lists named by these documents that their sender declared, locked in order: (sender, list number) → parcel."""
    wanted = {(one.sender_id, one.invt_no or "") for one in documents}
    numbers = {number for _sender, number in wanted}
    found = (
        Parcel.objects.select_for_update()
        .annotate(serial=Right("invt_no", SERIAL_DIGITS))
        .filter(serial__in={number[-SERIAL_DIGITS:] for number in numbers}, invt_no__in=numbers)
        .order_by("pk")
    )
    return {
        (parcel.sender_id, parcel.invt_no): parcel
        for parcel in found
        if (parcel.sender_id, parcel.invt_no) in wanted
    }


def speaks_for(document: Any, *columns: str) -> bool:
    """Is one of these codes of the document the sender's own?"""
    codes = organisation_codes(document.sender_id)
    return any(getattr(document, column) in codes for column in columns)

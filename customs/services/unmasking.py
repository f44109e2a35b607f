"""Personal data in clear: for an official with the right, of the own office, with a reason; the act is audited first."""

from typing import TYPE_CHECKING

from django.db import transaction

from customs.models import Parcel
from customs.permissions import AGENCY, UNMASK, of_offices
from customs.selectors.documents import DocumentSet, clear_values, documents_of
from customs.services.deciding import ParcelUnknown
from portal import audit
from portal.enums import Verb
from portal.permissions import require
from portal.personal_data import stated_purpose
from portal.selectors import office_codes_of

if TYPE_CHECKING:
    from portal.models import User


@transaction.atomic
def show_personal_data(
    *, parcel_id: int, actor: "User", reason: str
) -> tuple[DocumentSet, dict[str, dict[str, str]]]:
    """The documents and, by document and column, the personal data in clear.

    Raises NotPermitted, PurposeMissing, ParcelUnknown. The enterprise that sent the list sees in its own trail who looked.
    """
    require(actor, UNMASK)
    purpose = stated_purpose(reason)
    parcel = Parcel.objects.filter(of_offices(office_codes_of(actor, AGENCY)), pk=parcel_id).first()
    if parcel is None:
        raise ParcelUnknown
    audit.record(
        Verb.PERSONAL_DATA_SHOWN,
        actor=actor,
        organisation_id=parcel.sender_id,
        subject=f"parcel:{parcel.pk}",
        detail={"reason": purpose},
    )
    documents = documents_of(parcel.pk, parcel.direction)
    return documents, clear_values(documents)

"""Who sees which parcels. Roles and posts stand in `portal.permissions`; here are the conditions on rows.

An enterprise sees a parcel when it sent the list or is named in it as platform, e-commerce, logistics or declaring enterprise;
an official sees the parcels declared at the own office or passing it (rules C.1).
"""

from collections.abc import Iterable

from django.db.models import Q

from customs.enums import ParcelState

AGENCY = "gacc"
"""Agency whose posts work on parcels: customs."""
CIQ_AGENCY = "ciq"
"""Agency that gives the second verdict: inspection and quarantine."""

SUBMIT = "message.submit"
READ = "parcel.read"
EXPORT = "parcel.export"
QUEUE = "queue.read"
TAKE = "parcel.take"
DECIDE = "parcel.decide"
UNMASK = "parcel.unmask"
WATCH = "partner.watch"
DECIDE_QUARANTINE = "quarantine.decide"
REGISTER_SECURITY = "security.register"
CONFIRM_SECURITY = "security.confirm"
POOL_DUTY = "duty.pool"
REQUEST_DUTY = "duty.request"
AT_SITE = (ParcelState.RELEASED, ParcelState.CLEARED, ParcelState.RETURNED)
"""States in which the operator of the site sees a parcel."""


def of_enterprise(organisation_id: int, codes: Iterable[str]) -> Q:
    """Parcels (or waiting lists) an enterprise may see. Every arm has an index."""
    names = sorted(codes)
    return (
        Q(sender_id=organisation_id)
        | Q(ebp_code__in=names)
        | Q(ebc_code__in=names)
        | Q(logistics_code__in=names)
        | Q(agent_code__in=names)
    )


def parcels_of_enterprise(organisation_id: int, codes: Iterable[str]) -> Q:
    """Its own parcels, and those it may let go as operator of the supervised site (rules C.1)."""
    let_go = Q(site_operator_id=organisation_id, state__in=AT_SITE)
    return of_enterprise(organisation_id, codes) | let_go


def declared_at(offices: list[str] | None) -> Q:
    """Parcels declared at these customs offices; None = all."""
    return Q() if offices is None else Q(customs_code__in=offices)


def of_offices(offices: list[str] | None) -> Q:
    """Parcels declared at these customs offices or entering or leaving there; None = all."""
    return Q() if offices is None else Q(customs_code__in=offices) | Q(port_code__in=offices)

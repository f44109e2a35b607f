"""What follows from a decision on a filing case, in the decision's own transaction: registrations, versions, certificate, letters."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from filing.documents import CERTIFICATE
from filing.enums import EnterpriseType, RegistrationState
from filing.models import EnterpriseFiling
from filing.permissions import EDIT, MEMBERS
from filing.rules.cases import licences_needed
from filing.selectors.cases import qualifications_of, registrations_of
from filing.services.registration import cancel_registration, register_enterprise
from filing.workflow import CASE
from portal import documents, letters
from portal.services.organisations import update_organisation
from portal.workflow import advance

if TYPE_CHECKING:
    from portal.models import User

ONE_DAY = timedelta(days=1)
REPLACED = "已由新版证书取代"
CANCELLED = "企业备案已注销"


def take_effect(case: EnterpriseFiling, actor: "User") -> None:
    """The approved version is in force: types registered, the version before superseded, a certificate issued."""
    today = timezone.localdate()
    update_organisation(
        case.organisation_id,
        name=case.name,
        name_en=case.name_en,
        customs_code=case.customs_code,
        dxp_id=case.dxp_id,
        district=case.office if case.base_id is None else "",
    )
    lasts = last_days(case, today)
    for kind in case.types:
        register_enterprise(
            organisation_id=case.organisation_id,
            enterprise_type=EnterpriseType(kind),
            valid_from=first_day(case.organisation_id, kind, today),
            valid_to=lasts.get(kind),
            actor=actor,
        )
    for registration in registrations_of(case.organisation_id).exclude(enterprise_type__in=case.types):
        if registration.state != RegistrationState.CANCELLED:
            cancel_registration(registration_id=registration.pk, actor=actor)
    documents.request(CERTIFICATE, case.pk)


def first_day(organisation_id: int, kind: str, today: date) -> date:
    """A type that is in force keeps its first day; a new or restored one begins today."""
    known = registrations_of(organisation_id).filter(enterprise_type=kind).first()
    if known is None or known.state != RegistrationState.ACTIVE:
        return today
    return known.valid_from


def last_days(case: EnterpriseFiling, today: date) -> dict[str, date]:
    """Type → first day on which it no longer counts: the day after its first licence to expire (rules G.2)."""
    found: dict[str, date] = {}
    needed = licences_needed(case.types, today)
    for one in qualifications_of(case.pk):
        if one.valid_to is None or one.unlimited:
            continue
        for kind in needed.get(one.licence, ()):
            ends = one.valid_to + ONE_DAY
            found[kind] = min(found.get(kind, ends), ends)
    return found


def supersede(case: EnterpriseFiling, actor: "User") -> None:
    """The version before gives way, and its certificate with it. Must run before the new one is approved."""
    base = case.base
    if base is not None:
        advance(CASE, base, "supersede", actor=actor, note=case.number)
        documents.revoke(CERTIFICATE, base.pk, REPLACED)


def end_filing(case: EnterpriseFiling, actor: "User") -> None:
    """A cancellation: every type ends, the version in force is closed, the certificate revoked."""
    for registration in registrations_of(case.organisation_id).exclude(state=RegistrationState.CANCELLED):
        cancel_registration(registration_id=registration.pk, actor=actor)
    if case.base is not None:
        advance(CASE, case.base, "close", actor=actor, note=case.number)
        documents.revoke(CERTIFICATE, case.base.pk, CANCELLED)


def tell(case: EnterpriseFiling, code: str, **params: str) -> None:
    """A letter to those who file for the enterprise."""
    letters.send(
        code,
        organisation_id=case.organisation_id,
        roles=[str(role) for role in MEMBERS[EDIT]],
        params={"reference": case.number, **params},
        link=case_address(case),
    )


def case_address(case: EnterpriseFiling) -> str:
    """The enterprise's page of the case; "" in a process that does not serve that door."""
    try:
        return reverse("filing:case", args=[case.pk])
    except NoReverseMatch:
        return ""

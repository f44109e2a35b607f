"""What is read of agency agreements."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from filing.enums import AgreementKind, AgreementState
from filing.models import AgreedCode, Agreement

if TYPE_CHECKING:
    from portal.models import Organisation

TONES = {
    AgreementState.OFFERED: "held",
    AgreementState.ACTIVE: "good",
    AgreementState.DECLINED: "warn",
    AgreementState.WITHDRAWN: "",
    AgreementState.EXPIRED: "",
    AgreementState.REVOKED: "bad",
    AgreementState.ENDED: "",
}


def acts_for(agent_code: str, client_code: str, kind: AgreementKind, on: date) -> bool:
    """Does the firm of one code act for the firm of the other on a business day?"""
    return AgreedCode.objects.filter(
        agent_code=agent_code, client_code=client_code, kind=kind, valid_from__lte=on, valid_to__gt=on
    ).exists()


def agents_of(client_codes: Collection[str], kind: AgreementKind, on: date) -> set[str]:
    """Codes of the firms that act for these codes on a business day."""
    found = AgreedCode.objects.filter(
        client_code__in=client_codes, kind=kind, valid_from__lte=on, valid_to__gt=on
    )
    return set(found.values_list("agent_code", flat=True))


def agreements_of(organisation_id: int) -> "QuerySet[Agreement]":
    """Agreements in which the enterprise is client or agent, newest first."""
    either = Q(client_id=organisation_id) | Q(agent_id=organisation_id)
    return Agreement.objects.filter(either).select_related("client", "agent").order_by("-pk")


def searched(found: "QuerySet[Agreement]", text: str, state: str) -> "QuerySet[Agreement]":
    """Narrowed by state, by the name or a code of either firm."""
    if state in AgreementState.values:
        found = found.filter(state=state)
    text = text.strip().replace("\x00", "")
    if not text:
        return found
    named = Q()
    for side in ("client", "agent"):
        named |= Q(**{f"{side}__name__icontains": text})
        named |= Q(**{f"{side}__uscc": text}) | Q(**{f"{side}__customs_code": text})
    return found.filter(named)


def agreement_of(organisation_id: int, pk: int) -> Agreement | None:
    return agreements_of(organisation_id).filter(pk=pk).first()


def partners_of(
    organisation_id: int, kind: AgreementKind, on: date
) -> "tuple[Organisation | None, Organisation | None]":
    """(who acts for the enterprise, for whom it acts) by the newest agreements of a kind in force on a day."""
    found = (
        agreements_of(organisation_id)
        .filter(kind=kind, state=AgreementState.ACTIVE, valid_from__lte=on, valid_to__gt=on)
        .order_by("-pk")
    )
    agent = found.filter(client_id=organisation_id).first()
    client = found.filter(agent_id=organisation_id).first()
    return (agent.agent if agent else None), (client.client if client else None)

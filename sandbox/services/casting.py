"""Firms of a practice tenant: made up, filed, given an API client, and replaced by new ones at a reset."""

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from filing.enums import EnterpriseType
from filing.services.registration import register_enterprise
from portal.selectors import organisation_by_code
from portal.services.machines import hand_over_client, issue_client
from portal.services.organisations import create_organisation, retire_organisation, update_organisation
from sandbox.enums import SELF, Part
from sandbox.models import Firm, Tenant
from tools.parcels import Enterprise, dxp_id

if TYPE_CHECKING:
    from portal.models import Organisation

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
STEM = "91350100"
"""Enterprises of Fuzhou (GB 32100-2015: registering authority, type, division)."""

DISTRICT = "3501"
SCOPES = "messages:write receipts:read filing:read filing:write webhooks:manage"


@dataclass(frozen=True, slots=True)
class Role:
    """What a counterpart is called, the kind of its customs code, and the type it is filed as."""

    name: str
    name_en: str
    code_stem: str
    type: EnterpriseType


ROLES = {
    Part.PLATFORM: Role("陪练电商平台", "Practice platform", "350196", EnterpriseType.PLATFORM),
    Part.SHOP: Role("陪练电商企业", "Practice shop", "350896", EnterpriseType.ECOMMERCE),
    Part.PAYMENT: Role("陪练支付企业", "Practice payment firm", "350296", EnterpriseType.PAYMENT),
    Part.CARRIER: Role("陪练物流企业", "Practice carrier", "350196", EnterpriseType.LOGISTICS),
    Part.DECLARANT: Role("陪练报关企业", "Practice declarant", "350180", EnterpriseType.AGENT),
}


def parts_of(tenant: Tenant) -> list[str]:
    """The enterprise itself, then a counterpart for every part that it does not play."""
    return [SELF, *(part for part in Part.values if part not in tenant.plays)]


def new_firm(tenant: Tenant, part: str) -> tuple[Firm, str]:
    """A firm with its API client, and the client's secret."""
    organisation = new_organisation(tenant, part)
    client, secret = issue_client(
        client_id=f"sandbox-{tenant.pk}-{part}",
        name=organisation.name,
        scopes=SCOPES,
        organisation_id=organisation.pk,
    )
    firm = Firm.objects.create(
        tenant=tenant, part=part, organisation=organisation, client=client, generation=tenant.generation
    )
    return firm, secret


def renew_firm(firm: Firm, tenant: Tenant) -> None:
    """The firm begins anew under new codes; the old one is retired, its API client goes over."""
    retired = firm.organisation_id
    firm.organisation = new_organisation(tenant, firm.part)
    firm.generation = tenant.generation
    firm.save(update_fields=["organisation", "generation"])
    hand_over_client(firm.client, firm.organisation)
    retire_organisation(retired)


def new_organisation(tenant: Tenant, part: str) -> "Organisation":
    """An enterprise with made-up codes that nobody has yet, filed for the parts it plays."""
    plays = [Part(one) for one in tenant.plays] if part == SELF else [Part(part)]
    role = ROLES[plays[0]]
    code, uscc = free_codes(role.code_stem)
    name = f"{tenant.name}（沙箱）" if part == SELF else f"{role.name}{code[-4:]}"
    found = create_organisation(
        uscc=uscc,
        name=name,
        name_en=role.name_en if part != SELF else "",
        customs_code=code,
        district=DISTRICT,
    )
    dxp = dxp_id(Enterprise(code, name))
    update_organisation(found.pk, name="", name_en="", customs_code="", dxp_id=dxp, district="")
    for one in plays:
        register_enterprise(
            organisation_id=found.pk, enterprise_type=ROLES[one].type, valid_from=timezone.localdate()
        )
    return found


def free_codes(stem: str) -> tuple[str, str]:
    """A customs code and a USCC that no enterprise of this instance has."""
    while True:
        code, number = stem + drawn(4), made_uscc(drawn(9))
        if organisation_by_code(code) is None and organisation_by_code(number) is None:
            return code, number


def drawn(length: int) -> str:
    """Characters that may stand in either code."""
    return "".join(secrets.choice(USCC_ALPHABET) for _ in range(length))


def made_uscc(body: str) -> str:
    """A USCC with the right check character."""
    stem = STEM + body
    total = sum(USCC_ALPHABET.index(one) * weight for one, weight in zip(stem, USCC_WEIGHTS, strict=True))
    return stem + USCC_ALPHABET[(31 - total % 31) % 31]


def cast_of(tenant: Tenant) -> dict[Part, Any]:
    """Who plays which part: the firm with its organisation and client."""
    firms = {firm.part: firm for firm in tenant.firms.select_related("organisation", "client")}
    return {part: firms.get(part.value, firms[SELF]) for part in Part}

"""Load the demonstration: reference data, enterprises with filings, agencies, people, API clients. Running it again is safe."""

import json
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from customs.services.tariff import load_tariff
from filing.services.registration import register_enterprise
from portal import rules
from portal.codes import load_codes, load_rules
from portal.letters import load_letter_texts
from portal.models import (
    Administrator,
    Agency,
    ApiClient,
    Membership,
    Office,
    Organisation,
    Post,
    RuleValue,
    User,
)
from portal.selectors import code_table
from portal.site import load_site
from tools.demo.accounts import (
    ADMINISTRATORS,
    AGENCIES,
    AGENCY_CLIENTS,
    AGENCY_PURPOSES,
    AGENCY_SCOPE,
    ENTERPRISE_SCOPE,
    ENTERPRISES,
    PASSWORD,
    PEOPLE,
    TOTP_SECRET,
    DemoPerson,
    uscc,
)
from tools.demo.agreements import load_agreements
from tools.demo.bonded import load_bonded
from tools.demo.cards import load_cards
from tools.demo.filings import load_filings
from tools.demo.goods import load_goods
from tools.demo.notices import load_notices
from tools.demo.partners import load_partners
from tools.demo.sharing import load_sharing
from tools.parcels import dxp_id

FILED_SINCE = date(2020, 1, 1)
CLIENTS_FILE = settings.VAR_DIR / "demo-clients.json"


def load_demo() -> None:
    """Everything the demonstration needs, in one transaction after the reference data."""
    load_codes()
    load_rules()
    load_letter_texts()
    load_site()
    load_notices()
    load_tariff()
    with transaction.atomic():
        organisations = load_enterprises()
        load_agencies()
        for person in PEOPLE:
            load_person(person, organisations)
        load_staff()
        load_clients(organisations)
        load_filings(organisations)
        load_agreements(organisations)
        load_goods(organisations, User.objects.get(username="reviewer"))
        load_partners(organisations)
        load_sharing()
        load_bonded(organisations, User.objects.get(username="reviewer"))
        load_cards()
    switch_random_inspection_off()


def load_enterprises() -> dict[str, Organisation]:
    """The filed enterprises by key."""
    found = {}
    for one in ENTERPRISES:
        organisation, _created = Organisation.objects.update_or_create(
            customs_code=one.enterprise.code,
            defaults={
                "uscc": uscc("91", one.organisation_code),
                "name": one.enterprise.name,
                "name_en": one.name_en,
                "dxp_id": dxp_id(one.enterprise),
                "district": "3501",
            },
        )
        for kind in one.types:
            register_enterprise(organisation_id=organisation.pk, enterprise_type=kind, valid_from=FILED_SINCE)
        found[one.key] = organisation
    return found


def load_agencies() -> None:
    """Agencies, and the customs offices of Fujian from the code table."""
    for code, name, name_en in AGENCIES:
        Agency.objects.update_or_create(code=code, defaults={"name": name, "name_en": name_en})
    customs = Agency.objects.get(code="gacc")
    for code, (name, _en) in code_table("customs_district").items():
        if code.startswith(("35", "37")):
            Office.objects.update_or_create(agency=customs, code=code, defaults={"name": name})


def account(username: str, full_name: str) -> User:
    """A demo account with a proven address."""
    user, created = User.objects.get_or_create(
        username=username, defaults={"last_name": full_name, "email": f"{username}@demo.invalid"}
    )
    if created:
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"primary": True, "verified": True}
    )
    return user


def enrol(user: User) -> None:
    """The second factor that officials and administrators must have."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, TOTP_SECRET)


def load_person(person: DemoPerson, organisations: dict[str, Organisation]) -> None:
    """One account with its membership, or with its post and second factor."""
    user = account(person.username, person.full_name)
    if person.where in organisations:
        Membership.objects.update_or_create(
            user=user, organisation=organisations[person.where], defaults={"role": person.role}
        )
        return
    customs = Agency.objects.get(code="gacc")
    office = Office.objects.filter(agency=customs, code=person.where).first()
    Post.objects.get_or_create(user=user, agency=customs, office=office, role=person.role)
    enrol(user)


def load_staff() -> None:
    """The three administrators of the platform."""
    for person in ADMINISTRATORS:
        user = account(person.username, person.full_name)
        Administrator.objects.get_or_create(user=user, defaults={"role": person.role})
        enrol(user)


def load_clients(organisations: dict[str, Organisation]) -> None:
    """API clients; secrets are made once, kept hashed in the database and in clear only in var/ (0600)."""
    secrets: dict[str, Any] = json.loads(CLIENTS_FILE.read_text()) if CLIENTS_FILE.exists() else {}
    owners: list[tuple[str, dict[str, Any], str]] = [
        (f"demo-{key}", {"organisation": organisation}, ENTERPRISE_SCOPE)
        for key, organisation in organisations.items()
    ]
    owners += [
        (
            client,
            {"agency": Agency.objects.get(code=code), "purpose": AGENCY_PURPOSES.get(code, "")},
            AGENCY_SCOPE,
        )
        for code, client in AGENCY_CLIENTS.items()
    ]
    for client_id, owner, scope in owners:
        existing = ApiClient.objects.filter(client_id=client_id).first()
        if existing is not None and client_id in secrets:
            continue
        client = existing or ApiClient(client_id=client_id, name=client_id, **owner)
        client.client_type = ApiClient.CLIENT_CONFIDENTIAL
        client.authorization_grant_type = ApiClient.GRANT_CLIENT_CREDENTIALS
        client.allowed_scopes = scope
        secret = get_random_string(40)
        client.client_secret = secret
        client.save()
        secrets[client_id] = {"client_id": client_id, "client_secret": secret, "scope": scope}
    CLIENTS_FILE.parent.mkdir(parents=True, exist_ok=True)
    CLIENTS_FILE.touch(mode=0o600)
    CLIENTS_FILE.write_text(json.dumps(secrets, indent=1))


def switch_random_inspection_off() -> None:
    """The demonstration must decide the same every time, so random inspection (Q.20) is off from today on: a change proposed
    by one person and approved by another, as any other.
    """
    today = timezone.localdate()
    if RuleValue.objects.filter(rule_id="Q.20").count() > 1:
        return
    chief, second = User.objects.get(username="chief"), account("chief2", "赵主管")
    Post.objects.get_or_create(user=second, agency=Agency.objects.get(code="gacc"), office=None, role="chief")
    enrol(second)
    change = rules.propose_change(
        rule_id="Q.20",
        param={"share": "0"},
        valid_from=today,
        source="演示环境",
        reason="演示须每次得到相同结果",
        actor=chief,
    )
    rules.approve_change(change_id=change.pk, actor=second)

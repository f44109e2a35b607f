"""A sandbox instance before its first tenant: reference data, agencies with the clients of their simulators, the provisioning client.

No person has an account here and no enterprise exists but those of tenants.
"""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customs.services.tariff import load_tariff
from exchange.enums import Scope
from portal.codes import load_codes, load_rules
from portal.errors import Refusal
from portal.letters import load_letter_texts
from portal.selectors import agency_id_of, api_client, has_organisations
from portal.services.machines import issue_client, new_client_secret
from portal.services.tables import keep_agency
from portal.site import load_site
from tools.demo.accounts import AGENCIES, AGENCY_CLIENTS, AGENCY_PURPOSES, AGENCY_SCOPE

PROVISIONER = ("portal", "国际贸易单一窗口", "Single window")
"""Agency that the client of the main site belongs to."""

CLIENT = "sandbox-provisioning"
PROVISIONING_FILE, SIMULATORS_FILE = "provisioning.json", "demo-clients.json"


class RealData(Refusal):
    """The database knows enterprises and was never a sandbox's."""

    code = "SANDBOX.REAL_DATA"
    message = _("数据库中已有企业，且从未用作沙箱，不能改作沙箱。")
    status = 409


def prepare(folder: Path) -> None:
    """Everything; again is safe. Credentials are made once and kept in `folder`, readable by their owner only. Raises RealData."""
    if has_organisations() and api_client(CLIENT) is None:
        raise RealData
    load_codes()
    load_rules()
    load_letter_texts()
    load_site()
    load_tariff()
    known, simulators = read(folder / PROVISIONING_FILE), read(folder / SIMULATORS_FILE)
    with transaction.atomic():
        for code, name, name_en in (PROVISIONER, *AGENCIES):
            keep_agency(code=code, name=name, name_en=name_en)
        access = credentials(CLIENT, PROVISIONER[0], Scope.PROVISION_SANDBOX, known)
        for agency, client_id in AGENCY_CLIENTS.items():
            simulators[client_id] = credentials(
                client_id, agency, AGENCY_SCOPE, simulators.get(client_id, {})
            )
    write(folder / SIMULATORS_FILE, simulators)
    write(folder / PROVISIONING_FILE, {**access, "url": settings.BASE_URL})


def credentials(client_id: str, agency: str, scopes: str, known: dict[str, Any]) -> dict[str, Any]:
    """An agency's client with the secret that is known, or with another one when none is."""
    client = api_client(client_id)
    secret = known.get("client_secret", "") if client else ""
    if client is None:
        client, secret = issue_client(
            client_id=client_id,
            name=client_id,
            scopes=scopes,
            agency_id=agency_id_of(agency),
            purpose=AGENCY_PURPOSES.get(agency, ""),
        )
    elif not secret:
        secret = new_client_secret(client)
    return {"client_id": client_id, "client_secret": secret, "scope": str(scopes)}


def read(path: Path) -> dict[str, Any]:
    """What the file holds; nothing when there is none."""
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found


def write(path: Path, content: dict[str, Any]) -> None:
    """A file for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")

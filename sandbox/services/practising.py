"""What an enterprise does with its sandbox from the main site. Every act is permitted and audited here, carried out by the sandbox.

The main site keeps nothing of the sandbox but the audit entries: what was opened stands in the sandbox instance alone.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_datetime

from filing.enums import EnterpriseType, RegistrationState
from filing.selectors.cases import registrations_of
from portal import audit
from portal.enums import Verb
from portal.permissions import require
from sandbox.enums import Part
from sandbox.permissions import MANAGE, READ
from sandbox.services.calling import Refused, access, call

if TYPE_CHECKING:
    from portal.models import Organisation, User

PARTS = {
    EnterpriseType.PLATFORM: Part.PLATFORM,
    EnterpriseType.ECOMMERCE: Part.SHOP,
    EnterpriseType.PAYMENT: Part.PAYMENT,
    EnterpriseType.LOGISTICS: Part.CARRIER,
    EnterpriseType.AGENT: Part.DECLARANT,
}
"""Types of the enterprise's filing → the parts it is likely to practise."""


@dataclass(frozen=True, slots=True)
class Practice:
    """An enterprise's sandbox as its instance describes it, and the address for the enterprise's own systems."""

    url: str
    opened_at: datetime | None
    reset_at: datetime | None
    renewed: int
    firms: list[dict[str, Any]]
    checks: list[dict[str, Any]]

    @property
    def resetting(self) -> bool:
        """Is a reset under way?"""
        return self.renewed < len(self.firms)

    @property
    def done(self) -> int:
        """Lines of the checklist that are shown."""
        return sum(check["done"] for check in self.checks)


def practice_of(user: "User", organisation: "Organisation") -> Practice | None:
    """The enterprise's sandbox; None before it is opened. Raises NotPermitted, NotConnected, Unreachable."""
    require(user, READ, organisation_id=organisation.pk)
    try:
        found = call(f"tenants/{organisation.uscc}/")
    except Refused as refusal:
        if refusal.code != "SANDBOX.UNKNOWN":
            raise
        return None
    return Practice(
        url=access()["url"],
        opened_at=parse_datetime(found["opened_at"]),
        reset_at=parse_datetime(found["reset_at"]) if found["reset_at"] else None,
        renewed=found["renewed"],
        firms=found["firms"],
        checks=found["checks"],
    )


def likely_parts(organisation_id: int) -> list[str]:
    """The parts that the enterprise is filed for; a shop that declares for itself where nothing is filed yet."""
    filed = registrations_of(organisation_id).filter(state=RegistrationState.ACTIVE)
    known = {PARTS[EnterpriseType(one.enterprise_type)] for one in filed if one.enterprise_type in PARTS}
    return sorted(known) or [Part.DECLARANT, Part.SHOP]


def open_sandbox(user: "User", organisation: "Organisation", *, plays: Sequence[str]) -> list[dict[str, Any]]:
    """Open it; the credentials of all firms, told once. Raises NotPermitted, NotConnected, Unreachable, Refused."""
    require(user, MANAGE, organisation_id=organisation.pk)
    body = {"uscc": organisation.uscc, "name": organisation.name[:150], "plays": list(plays)}
    issued: list[dict[str, Any]] = call("tenants/", body, post=True)["results"]
    note(Verb.SANDBOX_OPENED, user, organisation)
    return issued


def renew_sandbox_secrets(user: "User", organisation: "Organisation") -> list[dict[str, Any]]:
    """Other credentials of all firms, told once. Raises NotPermitted, NotConnected, Unreachable, Refused."""
    require(user, MANAGE, organisation_id=organisation.pk)
    issued: list[dict[str, Any]] = call(f"tenants/{organisation.uscc}/secrets/", post=True)["results"]
    note(Verb.SANDBOX_SECRETS_RENEWED, user, organisation)
    return issued


def reset_sandbox(user: "User", organisation: "Organisation") -> None:
    """Let it begin anew. Raises NotPermitted, NotConnected, Unreachable, Refused."""
    require(user, MANAGE, organisation_id=organisation.pk)
    call(f"tenants/{organisation.uscc}/reset/", post=True)
    note(Verb.SANDBOX_RESET, user, organisation)


def sample_archive(user: "User", organisation: "Organisation", scenario: str) -> bytes:
    """A ZIP of a scenario's messages and the order in which which client sends them.

    Raises NotPermitted, NotConnected, Unreachable, Refused.
    """
    require(user, READ, organisation_id=organisation.pk)
    found = call(f"tenants/{organisation.uscc}/samples/{scenario}/")["results"]
    lines = ["file,message_type,part,client_id"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in found:
            archive.writestr(one["name"], one["content"])
            lines.append(",".join((one["name"], one["message_type"], one["part"], one["client_id"])))
        archive.writestr("send-in-this-order.csv", "\n".join(lines) + "\n")
    return packed.getvalue()


def note(verb: Verb, user: "User", organisation: "Organisation") -> None:
    """Audit an act on the enterprise's sandbox."""
    audit.record(verb, actor=user, organisation_id=organisation.pk, subject=f"organisation:{organisation.pk}")

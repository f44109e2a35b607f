"""Practice tenants on a sandbox instance: opened, given other secrets, reset.

Promise: nothing here works on an instance that is not a sandbox. A reset leaves no trace in what the tenant sees: every firm begins
anew under fresh codes. What was sent before stays with firms that are retired, because journal, receipts and audit are never deleted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import audit
from portal.enums import Verb
from portal.errors import Refusal
from portal.services.machines import new_client_secret
from sandbox.enums import SELF
from sandbox.models import Firm, Tenant
from sandbox.services.casting import new_firm, parts_of, renew_firm

if TYPE_CHECKING:
    from portal.models import ApiClient


class NoSandbox(Refusal):
    """This instance holds real data; practice tenants live elsewhere."""

    code = "SANDBOX.NOT_HERE"
    message = _("此实例不是沙箱。")
    status = 404


class TenantUnknown(Refusal):
    """The enterprise has no sandbox yet."""

    code = "SANDBOX.UNKNOWN"
    message = _("该企业尚未开通沙箱。")
    status = 404


class TenantOpen(Refusal):
    """The enterprise has its sandbox already."""

    code = "SANDBOX.OPEN"
    message = _("该企业的沙箱已经开通。")
    status = 409


class ResetRunning(Refusal):
    """A reset is under way."""

    code = "SANDBOX.RESETTING"
    message = _("沙箱正在重置，请稍候。")
    status = 409
    retry_after = 5


@dataclass(frozen=True, slots=True)
class Issued:
    """Secret of one firm's API client, told once."""

    part: str
    client_id: str
    client_secret: str


def require_sandbox() -> None:
    """Raises NoSandbox."""
    if not settings.SANDBOX:
        raise NoSandbox


def tenant_of(uscc: str) -> Tenant:
    """Raises NoSandbox, TenantUnknown."""
    require_sandbox()
    found = Tenant.objects.filter(uscc=uscc).first()
    if found is None:
        raise TenantUnknown
    return found


def open_tenant(
    *, uscc: str, name: str, plays: Sequence[str], client: "ApiClient"
) -> tuple[Tenant, list[Issued]]:
    """A new practice tenant with its cast. Raises NoSandbox, TenantOpen; two at once: one wins."""
    require_sandbox()
    try:
        with transaction.atomic():
            tenant = Tenant.objects.create(uscc=uscc, name=name, plays=sorted(set(plays)))
            made = [new_firm(tenant, part) for part in parts_of(tenant)]
            note(Verb.SANDBOX_OPENED, tenant, client)
    except IntegrityError:
        raise TenantOpen from None
    return tenant, [Issued(firm.part, firm.client.client_id, secret) for firm, secret in made]


@transaction.atomic
def renew_secrets(*, uscc: str, client: "ApiClient") -> list[Issued]:
    """Other secrets for all firms; the old ones end at once. Raises NoSandbox, TenantUnknown."""
    tenant = tenant_of(uscc)
    note(Verb.SANDBOX_SECRETS_RENEWED, tenant, client)
    return [
        Issued(firm.part, firm.client.client_id, new_client_secret(firm.client))
        for firm in tenant.firms.select_related("client")
    ]


@transaction.atomic
def reset_tenant(*, uscc: str, client: "ApiClient") -> Tenant:
    """Ask for a reset; a worker renews the firms one by one. Raises NoSandbox, TenantUnknown, ResetRunning."""
    tenant = Tenant.objects.select_for_update().get(pk=tenant_of(uscc).pk)
    if tenant.firms.filter(generation__lt=tenant.generation).exists():
        raise ResetRunning
    tenant.generation += 1
    tenant.reset_at = timezone.now()
    tenant.save(update_fields=["generation", "reset_at"])
    note(Verb.SANDBOX_RESET, tenant, client)
    transaction.on_commit(lambda: current_app.send_task("sandbox.renew_firms", [tenant.pk]), robust=True)
    return tenant


def renew_firms(tenant_id: int) -> None:
    """Renew the firms that lag behind their tenant, each in a transaction of its own. May run twice, also at once."""
    behind = Firm.objects.filter(tenant_id=tenant_id, generation__lt=F("tenant__generation"))
    for pk in list(behind.values_list("pk", flat=True)):
        with transaction.atomic():
            firm = behind.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
            if firm is not None:
                renew_firm(firm, firm.tenant)


def sweep_resets() -> None:
    """Go on with resets whose nudge was lost or whose worker was killed."""
    behind = Firm.objects.filter(generation__lt=F("tenant__generation"))
    for tenant_id in sorted(set(behind.values_list("tenant_id", flat=True))):
        renew_firms(tenant_id)


def note(verb: Verb, tenant: Tenant, client: Any) -> None:
    """Audit an act on a tenant, for its twin."""
    twin = tenant.firms.filter(part=SELF).first()
    audit.record(
        verb,
        client=client,
        organisation_id=twin.organisation_id if twin else None,
        subject=f"sandbox.tenant:{tenant.pk}",
        detail={"generation": tenant.generation},
    )

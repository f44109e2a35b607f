"""Background work of a sandbox instance. Tasks find their work in the database and may run twice."""

from celery import shared_task

from sandbox.services import tenants


@shared_task(name="sandbox.renew_firms")
def renew_firms(tenant_id: int) -> None:
    """Renew the firms of a tenant that is being reset (nudge after commit)."""
    tenants.renew_firms(tenant_id)


@shared_task(name="sandbox.sweep_resets")
def sweep_resets() -> None:
    """Every minute: resets that were left half done."""
    tenants.sweep_resets()

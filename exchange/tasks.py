"""Background work of the exchange."""

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from exchange.services.certificates import watch_certificates
from exchange.services.grants import expire_grants
from exchange.services.idempotency import forget_old_answers
from exchange.services.leasing import sweep_leases
from exchange.services.opendata import compute_datasets
from exchange.services.outages import import_outages
from exchange.services.partners import watch_partners
from exchange.services.pushing import forget_old_pushes, push_round
from exchange.services.receipts import forget_delivered_notes
from exchange.services.retention import drop_old

ROUND = "exchange:webhook-round"
"""A round of pushes goes on: another would only take a worker's place. (Leases keep two rounds apart anyway.)"""


@shared_task(name="exchange.clean_exchange")
def clean_exchange() -> None:
    """Forget answers to idempotent requests and delivery notes that are a week old; drop what need not be kept."""
    now = timezone.now()
    forget_old_answers()
    forget_delivered_notes()
    forget_old_pushes(now)
    drop_old(now)


@shared_task(name="exchange.sweep_leases")
def sweep_task_leases() -> None:
    """Offer tasks again whose lease ran out; tell people of those that stand still."""
    sweep_leases()


@shared_task(name="exchange.push_webhooks", time_limit=120)
def push_webhooks() -> None:
    """Push what is due (nudge after commit, and the sweep)."""
    if not cache.add(ROUND, 1, timeout=60):
        return
    try:
        push_round()
    finally:
        cache.delete(ROUND)


@shared_task(name="exchange.watch_certificates")
def watch_signing_certificates() -> None:
    """Every night: letters before a signing certificate runs out."""
    watch_certificates(timezone.localdate())


@shared_task(name="exchange.watch_grants")
def watch_grants() -> None:
    """Close grants of data whose last day is over; remind of those that end soon."""
    expire_grants()


@shared_task(name="exchange.compute_open_data")
def compute_open_data() -> None:
    """The totals that the public may take away."""
    compute_datasets()


@shared_task(name="exchange.watch_partners")
def watch_partner_systems() -> None:
    """Tell firms whose system has been silent for longer than it promised."""
    watch_partners()


@shared_task(name="exchange.import_outages")
def take_over_outages() -> None:
    """What the status process measured since the last time."""
    import_outages()

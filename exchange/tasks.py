"""Background work of the exchange."""

from celery import shared_task
from django.utils import timezone

from exchange.services.idempotency import forget_old_answers
from exchange.services.leasing import sweep_leases
from exchange.services.receipts import forget_delivered_notes
from exchange.services.retention import drop_old


@shared_task(name="exchange.clean_exchange")
def clean_exchange() -> None:
    """Forget answers to idempotent requests and delivery notes that are a week old; drop what need not be kept."""
    forget_old_answers()
    forget_delivered_notes()
    drop_old(timezone.now())


@shared_task(name="exchange.sweep_leases")
def sweep_task_leases() -> None:
    """Offer tasks again whose lease ran out; tell people of those that stand still."""
    sweep_leases()

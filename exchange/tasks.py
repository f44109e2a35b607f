"""Background work of the exchange."""

from celery import shared_task

from exchange.services.idempotency import forget_old_answers
from exchange.services.receipts import forget_delivered_notes


@shared_task(name="exchange.clean_exchange")
def clean_exchange() -> None:
    """Forget answers to idempotent requests and delivery notes that are a week old."""
    forget_old_answers()
    forget_delivered_notes()

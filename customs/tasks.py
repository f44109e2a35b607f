"""Background work of customs away from the decision worker. Tasks find their work in the database and may run twice."""

from celery import shared_task
from django.utils import timezone

from customs.services import (
    drafts,
    duty,
    guarantees,
    message_tables,
    payment_requests,
    summarising,
    summary_watch,
)


@shared_task(name="customs.pool_tax_bills")
def pool_tax_bills() -> None:
    """Every night: payment documents of the bills whose days for payment have begun."""
    while duty.pool_due_bills(timezone.localdate()):
        pass


@shared_task(name="customs.refresh_guarantees")
def refresh_guarantees() -> None:
    """Every hour: guarantees that began or ended with the day."""
    guarantees.refresh_accounts()


@shared_task(name="customs.summarise")
def summarise(application_id: int) -> None:
    """Summarise the lists of one request (nudge after commit)."""
    summarising.summarise(application_id)


@shared_task(name="customs.sweep_summaries")
def sweep_summaries() -> None:
    """Every minute: requests whose nudge was lost or whose worker was killed; requests whose parts did not come."""
    summarising.sweep_summaries()


@shared_task(name="customs.watch_summaries")
def watch_summaries() -> None:
    """Every morning: reminders before the last day of a summary, late marks after it."""
    summary_watch.watch_summaries(timezone.localdate())


@shared_task(name="customs.drop_stale_drafts")
def drop_stale_drafts() -> None:
    """Every night: drafts that nobody has saved for a long time."""
    drafts.drop_stale_drafts(timezone.now())


@shared_task(name="customs.work_message_table")
def work_message_table(table_id: int) -> None:
    """Send the documents of one uploaded table (nudge after commit)."""
    message_tables.work_table(table_id)


@shared_task(name="customs.sweep_message_tables")
def sweep_message_tables() -> None:
    """Every minute: tables whose nudge was lost or whose worker was killed; files whose days are over."""
    message_tables.sweep_tables()


@shared_task(name="customs.send_payment_request")
def send_payment_request(request_id: int) -> None:
    """Ask one platform for payment data (nudge after commit)."""
    payment_requests.send_request(request_id)


@shared_task(name="customs.sweep_payment_requests")
def sweep_payment_requests() -> None:
    """Every minute: requests to be sent (again), overdue ones, data whose years are over."""
    payment_requests.sweep_requests()

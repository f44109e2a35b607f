"""Background work of filing. Tasks find their work in the database and may run twice."""

from celery import shared_task
from django.utils import timezone

from filing.services import qualification_watch


@shared_task(name="filing.watch_licences")
def watch_licences() -> None:
    """Every night: reminders before a licence runs out, suspension of its type afterwards."""
    qualification_watch.watch_licences(timezone.localdate())

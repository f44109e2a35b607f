"""Background work of filing. Tasks find their work in the database and may run twice."""

from celery import shared_task
from django.utils import timezone

from filing.services import agreements, goods_import, qualification_watch


@shared_task(name="filing.watch_licences")
def watch_licences() -> None:
    """Every night: reminders before a licence runs out, suspension of its type afterwards."""
    qualification_watch.watch_licences(timezone.localdate())


@shared_task(name="filing.work_goods_import")
def work_goods_import(import_id: int) -> None:
    """File the goods of an uploaded table."""
    goods_import.work_import(import_id)


@shared_task(name="filing.sweep_goods_imports")
def sweep_goods_imports() -> None:
    """Every minute: begin again what a killed worker left."""
    goods_import.sweep_goods_imports()


@shared_task(name="filing.watch_agreements")
def watch_agreements() -> None:
    """Every hour: offers nobody answered lapse, agreements past their last day end."""
    agreements.watch_agreements(timezone.localdate())

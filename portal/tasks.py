"""Background work of the platform. Tasks take ids, may run twice, and find their work in the database."""

from celery import shared_task

from portal import audit, events


@shared_task(name="portal.dispatch_event")
def dispatch_event(event_id: int) -> None:
    """Run the handlers of one event (nudge after commit)."""
    events.dispatch(event_id)


@shared_task(name="portal.sweep_events")
def sweep_events() -> None:
    """Deliver events whose nudge was lost."""
    events.sweep()


@shared_task(name="portal.seal_audit")
def seal_audit() -> None:
    """Chain new audit entries until none is left."""
    while audit.seal() == audit.BATCH:
        pass

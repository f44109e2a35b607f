"""Upward news: `publish()` writes in the transaction, handlers in higher apps run after commit, at least once.

An event is a past-tense name and a batch of ids. Each (event, handler) pair runs in a transaction of its own together
with the note that it has run, so a second delivery does nothing. Celery only nudges; the sweep finds what was lost.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from portal.models import Event, EventHandling

Handler = Callable[[list[int]], None]
_handlers: dict[str, dict[str, Handler]] = defaultdict(dict)


def handles(name: str) -> Callable[[Handler], Handler]:
    """Decorator: run the function for every event of this name. It gets the ids and must be idempotent."""

    def register(handler: Handler) -> Handler:
        _handlers[name][f"{handler.__module__}.{handler.__qualname__}"] = handler
        return handler

    return register


def publish(name: str, ids: Sequence[int]) -> None:
    """Tell that something has happened to `ids`; written in the current transaction, delivered after commit."""
    publish_batches({name: ids})


def publish_batches(batches: Mapping[str, Sequence[int]]) -> None:
    """`publish()` for several names at once, in one statement."""
    now = timezone.now()
    events = Event.objects.bulk_create(
        [Event(name=name, ids=list(ids), at=now) for name, ids in batches.items() if ids]
    )

    def nudge() -> None:
        from portal.tasks import dispatch_event

        for event in events:
            dispatch_event.apply_async((event.pk,), retry=False)

    if events:
        transaction.on_commit(nudge, robust=True)


def dispatch(event_id: int) -> int:
    """Run the handlers that have not run yet for this event; returns how many ran."""
    ran = 0
    event = Event.objects.get(pk=event_id)
    for label, handler in _handlers[event.name].items():
        with transaction.atomic():
            locked = Event.objects.select_for_update().get(pk=event_id)
            if EventHandling.objects.filter(event=locked, handler=label).exists():
                continue
            handler(list(locked.ids))
            EventHandling.objects.create(event=locked, handler=label)
            ran += 1
    Event.objects.filter(pk=event_id, done_at__isnull=True).update(done_at=timezone.now())
    return ran


def sweep(limit: int = 1_000) -> int:
    """Deliver events whose nudge was lost (broker down, worker killed). Returns how many events were handled."""
    pending = list(
        Event.objects.filter(done_at__isnull=True).order_by("id").values_list("id", flat=True)[:limit]
    )
    for event_id in pending:
        dispatch(event_id)
    return len(pending)

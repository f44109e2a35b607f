"""Small acts of the platform that no other mechanism owns."""

from django.utils import timezone

from portal.models import Heartbeat


def beat(name: str) -> None:
    """Sign of life of a long-running worker (shown by /readyz and the status page)."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})

"""Connections of partners with their health, and events in quarantine."""

from django.db.models import Count, Q, QuerySet

from exchange.models import PartnerConnection, QuarantinedEvent


def connections(text: str = "") -> "QuerySet[PartnerConnection]":
    """All connections with their open quarantine, silent ones first."""
    waiting = Count("quarantine", filter=Q(quarantine__cleared_at=None))
    found = PartnerConnection.objects.select_related("organisation").annotate(waiting=waiting)
    if text:
        found = found.filter(Q(organisation__name__icontains=text) | Q(organisation__uscc=text.upper()))
    return found.order_by("silent_since", "pk")


def connections_of(organisation_id: int) -> "QuerySet[PartnerConnection]":
    """Connections of one firm."""
    return connections().filter(organisation_id=organisation_id).order_by("pk")


def quarantine_of(organisation_id: int) -> "QuerySet[QuarantinedEvent]":
    """Events of one firm that were not taken and wait, newest first."""
    found = QuarantinedEvent.objects.filter(connection__organisation_id=organisation_id, cleared_at=None)
    return found.select_related("connection").order_by("-received_at", "-pk")


def state_of(one: PartnerConnection) -> str:
    """silent, new (never heard of) or alive."""
    if one.silent_since is not None:
        return "silent"
    return "new" if one.last_seen_at is None else "alive"

"""Connections of partners with their health, their events, and events in quarantine."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.models import PartnerConnection, PartnerEvent, QuarantinedEvent
from portal.selectors import Figure


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


def public_figures() -> list[Figure]:
    """How many partners' systems report as they promised, and how many are silent."""
    silent = Count("pk", filter=Q(silent_since__isnull=False))
    heard = Count("pk", filter=Q(silent_since=None, last_seen_at__isnull=False))
    found = PartnerConnection.objects.aggregate(heard=heard, silent=silent)
    return [
        Figure("partners_heard", _("正常报送的合作方系统"), found["heard"], _("个")),
        Figure("partners_silent", _("静默的合作方系统"), found["silent"], _("个")),
    ]


def state_of(one: PartnerConnection) -> str:
    """silent, new (never heard of) or alive."""
    if one.silent_since is not None:
        return "silent"
    return "new" if one.last_seen_at is None else "alive"


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What to look for; empty means any. `partner` is a name or code, `subject` a waybill, order or SKU, days are those of receipt."""

    partner: str = ""
    contract: str = ""
    kind: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None


def partner_events(wanted: EventFilter) -> "QuerySet[PartnerEvent]":
    """Events that were taken and fit, newest first, without what was reported in them."""
    found = PartnerEvent.objects.defer("body").select_related("connection__organisation").order_by("-pk")
    if wanted.partner:
        named = Q(connection__organisation__name__icontains=wanted.partner)
        found = found.filter(named | Q(partner_code=wanted.partner.upper()))
    equal = {"connection__contract": wanted.contract, "kind": wanted.kind, "subject": wanted.subject}
    found = found.filter(**{name: value for name, value in equal.items() if value})
    if wanted.since:
        found = found.filter(received_at__gte=midnight(wanted.since))
    if wanted.until:
        found = found.filter(received_at__lt=midnight(wanted.until + timedelta(days=1)))
    return found


def midnight(day: date) -> datetime:
    """When a day begins, China standard time."""
    return timezone.make_aware(datetime.combine(day, time.min))

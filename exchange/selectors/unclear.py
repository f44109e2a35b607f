"""What of agencies' answers waits for officials."""

from exchange.enums import UnclearState
from exchange.models import UnclearAnswer


def waiting_parts() -> list[tuple[str, str, str]]:
    """(agency, kind, part) of every unknown code that waits for an official."""
    waiting = UnclearAnswer.objects.filter(state=UnclearState.WAITING).exclude(value="")
    parts = waiting.order_by("agency_code", "kind", "field").values_list("agency_code", "kind", "field")
    return list(parts.distinct())

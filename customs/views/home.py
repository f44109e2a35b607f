"""The enterprise's home: how things stand, and what needs somebody."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from customs.enums import ParcelState
from customs.permissions import SUBMIT
from customs.selectors.parcels import Overview, ParcelFilter, overview, parcels_of, waiting_of
from customs.selectors.timeline import state_tone
from customs.views.access import Enterprise, for_enterprise
from customs.views.showing import PARCEL_COLUMNS, WAITING_COLUMNS, parcel_rows, waiting_rows

DAYS = 30
ATTENTION = 8
SHOWN = (
    ParcelState.RELEASED,
    ParcelState.MANUAL,
    ParcelState.INSPECTION,
    ParcelState.REJECTED,
    ParcelState.DETAINED,
)


@require_GET
@for_enterprise
def home(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """Counts of the last 30 days by state, lists that wait, what was rejected last."""
    since = timezone.localdate() - timedelta(days=DAYS)
    numbers = overview(enterprise.id, enterprise.codes, since)
    rejected = parcels_of(
        enterprise.id, enterprise.codes, ParcelFilter(state=ParcelState.REJECTED, since=since)
    )[:ATTENTION]
    context = {
        "enterprise": enterprise,
        "days": DAYS,
        "figures": figures(numbers, since.isoformat()),
        "numbers": numbers,
        "total": sum(numbers.states.values()),
        "shares": [(ParcelState(s).label, n) for s, n in sorted(numbers.states.items())],
        "rejected": parcel_rows(rejected),
        "waiting": waiting_rows(waiting_of(enterprise.id, enterprise.codes)[:ATTENTION]),
        "columns": PARCEL_COLUMNS,
        "waiting_columns": WAITING_COLUMNS,
        "may_submit": enterprise.may(SUBMIT),
    }
    return render(request, "customs/home.html", context)


def figures(numbers: Overview, since: str) -> list[dict[str, Any]]:
    """One figure per state, each leading to its list; a state without parcels stays in grey."""
    listed = reverse("customs:parcels")
    found = [
        {
            "label": state.label,
            "value": numbers.states.get(state, 0),
            "href": f"{listed}?state={state.value}&since={since}",
            "tone": state_tone(state) if numbers.states.get(state) else "",
        }
        for state in SHOWN
        if state != ParcelState.DETAINED or numbers.states.get(state)
    ]
    waiting = {
        "label": _("等待单证"),
        "value": numbers.waiting,
        "href": reverse("customs:waiting"),
        "tone": "bad" if numbers.late else ("held" if numbers.waiting else ""),
    }
    return [waiting, *found]

"""Pages of customs officials beside the queues: finding a parcel by any of its numbers."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from customs.models import Parcel
from customs.permissions import AGENCY, QUEUE
from customs.selectors.parcels import find_parcels, parcels_at
from customs.selectors.timeline import state_tone
from customs.workbench.parcels import ManualReview
from portal.console.access import asks_for_table, for_officials
from portal.workbench import Desk

SHOWN = 100


@require_GET
@for_officials
def parcels(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Parcels of the own office with an order, waybill, list, pre-entry or payment number."""
    if not desk.may(QUEUE, AGENCY):
        raise PermissionDenied
    number = request.GET.get("number", "").strip()[:60]
    found: list[Parcel] = []
    if number:
        found = list(find_parcels(parcels_at(desk.offices(AGENCY)), number).order_by("-id")[:SHOWN])
    context = {
        "number": number,
        "parcels": found,
        "rows": [(one, state_tone(one.state)) for one in found],
        "case_queue": ManualReview.code,
    }
    name = "parcels_table" if asks_for_table(request) else "parcels"
    return render(request, f"customs/console/{name}.html", context)

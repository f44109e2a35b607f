"""Pages of customs officials beside the queues: finding a parcel by any of its numbers, figures of the summary declaration."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from customs.forms import GuaranteeForm
from customs.forms.partners import EventFilterForm
from customs.models import Parcel
from customs.permissions import AGENCY, QUEUE, REGISTER_SECURITY, WATCH
from customs.selectors.parcels import find_parcels, parcels_at
from customs.selectors.summaries import month_figures, summary_due
from customs.selectors.timeline import state_tone
from customs.services.guarantees import GuaranteeFacts, register_guarantee
from customs.services.partner_export import export_events
from customs.views.partners import as_file, event_context
from customs.workbench.parcels import ManualReview
from exchange.selectors.partners import partner_events as all_events
from portal.console.access import asks_for_table, for_officials
from portal.errors import Refusal
from portal.selectors import offices
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


@require_http_methods(["GET", "POST"])
@for_officials
def new_guarantee(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Register a guarantee; a second official confirms it on the desk."""
    if not desk.may(REGISTER_SECURITY, AGENCY):
        raise PermissionDenied
    form = GuaranteeForm(request.POST or None, offices=own_offices(desk))
    refusals: list[tuple[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            made = register_guarantee(facts=GuaranteeFacts(**form.cleaned_data), actor=desk.user)
        except Refusal as refusal:
            refusals = [(f"id_{refusal.field}", refusal.sentence)]
        else:
            messages.success(request, gettext("已登记，等待另一名关员复核。"))
            return redirect("console:case", "customs.securities", made.pk)
    wrong = bool(form.errors or refusals)
    context = {"form": form, "refusals": refusals}
    return render(request, "customs/console/register_guarantee.html", context, status=422 if wrong else 200)


def own_offices(desk: Desk) -> list[tuple[str, str]]:
    """Customs offices of the official's posts, by code."""
    codes = desk.offices(AGENCY)
    found = offices(AGENCY)
    return [(one.code, f"{one.code} {one.name}") for one in found if codes is None or one.code in codes]


@require_GET
@for_officials
def partner_events(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What partners' systems have reported, of all partners."""
    if not desk.may(WATCH, AGENCY):
        raise PermissionDenied
    form = EventFilterForm(request.GET)
    context = event_context(request, form, all_events(form.wanted()), page="customs_console:parcels")
    return render(request, "customs/console/partner_events.html", context)


@require_GET
@for_officials
def partner_events_file(request: HttpRequest, desk: Desk, file_format: str) -> HttpResponseBase:
    """The events that fit, as a file."""
    if not desk.may(WATCH, AGENCY):
        raise PermissionDenied
    found = all_events(EventFilterForm(request.GET).wanted())
    return as_file(request, lambda: export_events(actor=desk.user, found=found, file_format=file_format))


MONTHS = 12


@require_GET
@for_officials
def summaries(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Cleared lists of the own offices by month: simplified, to summarise, summarised, late."""
    if not desk.may(QUEUE, AGENCY):
        raise PermissionDenied
    today = timezone.localdate()
    since = date(today.year - 1, today.month, 1)
    found = month_figures(desk.offices(AGENCY), since)[:MONTHS]
    context = {
        "months": [(one, summary_due(one.month)) for one in found],
        "bars": [(f"{one.month:%Y-%m}", one.summarised) for one in found],
    }
    return render(request, "customs/console/summaries.html", context)

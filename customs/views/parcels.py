"""Parcels of an enterprise: list, file, one parcel, lists that still wait."""

from typing import Any

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from customs.enums import Direction, DraftKind
from customs.forms import ParcelFilterForm
from customs.models import Finding, Parcel, Waiting
from customs.permissions import EXPORT, SUBMIT
from customs.rules.explanation import explained, is_risk
from customs.selectors.changes import attempts_of, histories
from customs.selectors.comparison import compared, goods
from customs.selectors.documents import documents_of
from customs.selectors.parcels import parcel_of, parcel_page, parcels_of, waiting_of
from customs.selectors.partner_reports import partners_of
from customs.selectors.requests import requests_of
from customs.selectors.summaries import summary_of_list
from customs.selectors.tax import tax_sheet
from customs.selectors.taxes import bills_of_parcel
from customs.selectors.timeline import attempt_rows, disclosures, state_tone, timeline
from customs.services.exporting import export_parcels
from customs.services.quarantine_views import both_verdicts
from customs.services.requesting import askable
from customs.views.access import Enterprise, for_enterprise
from customs.views.showing import (
    PARCEL_COLUMNS,
    WAITING_COLUMNS,
    missing_text,
    parcel_rows,
    waiting_rows,
)
from portal.console.access import asks_for_table
from portal.errors import Refusal

POSITIONS = ("before", "after")
WAITING_SHOWN = 200


@require_GET
@for_enterprise
def parcels(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """Filter, search, sort and page; the table alone when HTMX asks."""
    form = ParcelFilterForm(request.GET)
    wanted = form.wanted()
    page = parcel_page(
        parcels_of(enterprise.id, enterprise.codes, wanted),
        wanted.sort,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "enterprise": enterprise,
        "form": form,
        "fields": filter_fields(form),
        "columns": PARCEL_COLUMNS,
        "rows": parcel_rows(page.parcels),
        "previous": with_position(request.GET, "before", page.before),
        "following": with_position(request.GET, "after", page.after),
        "query": with_position(request.GET, "", "-"),
        "narrowed": any(value for name, value in request.GET.items() if name not in {"sort", *POSITIONS}),
        "may_export": enterprise.may(EXPORT),
    }
    template = "customs/parcels_table.html" if asks_for_table(request) else "customs/parcels.html"
    return render(request, template, context)


def filter_fields(form: Form) -> list[dict[str, Any]]:
    """The form's fields as the filter bar wants them."""
    kinds = {"number": "search", "since": "date", "until": "date"}
    return [
        {
            "name": bound.name,
            "label": bound.label,
            "value": bound.value() or "",
            "kind": kinds.get(bound.name, "select"),
            "choices": getattr(bound.field, "choices", ()),
        }
        for bound in form
    ]


def with_position(query: QueryDict, name: str, value: str) -> str:
    """The same query at another position; "" without one."""
    if not value:
        return ""
    found = query.copy()
    for position in POSITIONS:
        found.pop(position, None)
    if name:
        found[name] = value
    return "?" + found.urlencode()


@require_GET
@for_enterprise
def export(request: HttpRequest, enterprise: Enterprise, file_format: str) -> HttpResponseBase:
    """The parcels that fit the filter, as a file."""
    wanted = ParcelFilterForm(request.GET).wanted()
    try:
        file = export_parcels(
            actor=request.user,  # type: ignore[arg-type]
            organisation_id=enterprise.id,
            wanted=wanted,
            file_format=file_format,
        )
    except Refusal as refusal:
        return render(request, "customs/refused.html", {"refusal": refusal}, status=refusal.status)
    response = StreamingHttpResponse(file.content, content_type=file.content_type)
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response


@require_GET
@for_enterprise
def parcel(request: HttpRequest, enterprise: Enterprise, parcel_id: int) -> HttpResponse:
    """One parcel, decided or still waiting; somebody else's does not exist."""
    found = parcel_of(enterprise.id, enterprise.codes, parcel_id)
    if found is not None:
        return render(
            request, "customs/parcel.html", {"enterprise": enterprise, **decided(found, enterprise)}
        )
    waiting = waiting_of(enterprise.id, enterprise.codes).filter(pk=parcel_id).first()
    if waiting is None:
        raise Http404
    return render(
        request, "customs/parcel.html", {"enterprise": enterprise, **undecided(waiting, enterprise)}
    )


def decided(found: Parcel, enterprise: Enterprise) -> dict[str, Any]:
    """Everything about a decided parcel, masked, risk rules left out."""
    documents = documents_of(found.pk, found.direction)
    findings = list(Finding.objects.filter(parcel_id=found.pk))
    return {
        "parcel": found,
        "unmasked": False,
        "waiting": None,
        "name": found.invt_no,
        "state": {"label": found.get_state_display(), "tone": state_tone(found.state)},
        "verdicts": both_verdicts(found),
        "documents": documents,
        "lines": compared(documents),
        "goods": goods(documents),
        "findings": explained(findings, for_officials=False),
        "selected": any(is_risk(finding.rule) for finding in findings),
        "tax": tax_sheet(found, documents),
        "bills": bills_of_parcel(found.pk),
        "entries": timeline(documents, found.pk, partners_of(enterprise.codes, timezone.localdate())),
        "disclosures": disclosures(found.pk, enterprise.id),
        "requests": list(requests_of(found.pk)),
        "summarised": summary_of_list(found.pk) if found.direction == Direction.EXPORT else [],
        "histories": histories(documents),
        "attempts": attempt_rows(attempts_of(found), page="customs:parcel"),
        "askable": askable(found, enterprise.id) if enterprise.may(SUBMIT) else [],
        "may_copy": enterprise.may(SUBMIT) and f"{found.direction}{found.trade_mode}" in DraftKind.values,
    }


def undecided(waiting: Waiting, enterprise: Enterprise) -> dict[str, Any]:
    """What has arrived of a parcel that still waits."""
    documents = documents_of(waiting.inventory_id, waiting.direction)
    return {
        "parcel": None,
        "unmasked": False,
        "waiting": waiting,
        "name": waiting.order_no,
        "missing": missing_text(waiting.missing),
        "state": {"label": missing_text(waiting.missing), "tone": "held"},
        "documents": documents,
        "lines": compared(documents),
        "goods": goods(documents),
        "findings": [],
        "selected": False,
        "tax": None,
        "entries": timeline(
            documents, waiting.inventory_id, partners_of(enterprise.codes, timezone.localdate())
        ),
        "disclosures": [],
        "requests": [],
        "summarised": [],
        "histories": histories(documents),
        "attempts": [],
        "askable": [],
    }


@require_GET
@for_enterprise
def waiting_list(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """Lists whose documents are not complete, the most urgent first."""
    waiting = waiting_of(enterprise.id, enterprise.codes)[: WAITING_SHOWN + 1]
    rows = waiting_rows(waiting)
    context = {
        "enterprise": enterprise,
        "waiting_columns": WAITING_COLUMNS,
        "rows": rows[:WAITING_SHOWN],
        "more": len(rows) > WAITING_SHOWN,
        "shown": WAITING_SHOWN,
    }
    return render(request, "customs/waiting.html", context)

"""Pages of the summary declaration: what is left by month, preview and request, how far it is, declarations and their lists."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customs.enums import ApplicationState, DeclarationState
from customs.forms import SummaryForm
from customs.models import SummaryApplication
from customs.permissions import EXPORT, SUBMIT
from customs.selectors.summaries import (
    OpenMonth,
    application_of,
    application_of_message,
    applications_page,
    declaration_of,
    mapped_page,
    open_month,
    open_months,
)
from customs.selectors.timeline import information, status_tone
from customs.services.summary_answers import DeclarationUnknown, submit_again
from customs.services.summary_asking import Wish, ask_summary, preview
from customs.services.summary_export import export_summary
from customs.views.access import Enterprise, for_enterprise
from exchange.selectors.receipts import receipts_of_message
from exchange.tables import POSITIONS
from portal.console.access import asks_for_table
from portal.errors import Refusal
from portal.people import acting_for

UNFINISHED = frozenset({ApplicationState.COLLECTING, ApplicationState.WAITING, ApplicationState.WORKING})

STEPS = (_("接收"), _("锁定清单"), _("汇总"), _("海关接受申报"))
"""How far a request is."""


@require_GET
@for_enterprise
def summaries(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """Months with lists to summarise, the most urgent first, and the requests made."""
    applications, following = applications_page(enterprise.id, request.GET.get("before", ""))
    context = {
        "enterprise": enterprise,
        "months": open_months(enterprise.id, enterprise.codes),
        "applications": applications,
        "following": f"?before={following}" if following else "",
        "first": "before" not in request.GET,
        "may_submit": enterprise.may(SUBMIT),
    }
    return render(request, "customs/summaries/list.html", context)


def asked_month(request: HttpRequest, enterprise: Enterprise) -> OpenMonth:
    """The month named in the address; it does not exist when nothing of it is left, or it is somebody else's."""
    named = request.GET
    try:
        month = date.fromisoformat(f"{named.get('month', '')}-01")
    except ValueError:
        raise Http404 from None
    ebc, agent, customs = (named.get(name, "") for name in ("ebc", "agent", "customs"))
    found = open_month(enterprise.id, enterprise.codes, ebc, agent, customs, month)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@for_enterprise
def ask(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """Preview of a month's declarations; POST sends the request."""
    month = asked_month(request, enterprise)
    organisation: Any = acting_for(request)
    form = SummaryForm(request.POST if request.method == "POST" else None)
    wish = form.wish() if form.is_valid() else Wish(by_producer=False, by_name=False)
    if request.method == "POST" and not enterprise.may(SUBMIT):
        raise PermissionDenied
    if request.method == "POST" and form.is_valid() and "apply" in request.POST:
        upload = ask_summary(
            actor=request.user,  # type: ignore[arg-type]
            organisation=organisation,
            month=month,
            wish=wish,
        )
        if upload.acceptance is not None and not upload.errors:
            return redirect("customs:summary_sent", upload.acceptance.message_id)
        return ask_page(request, enterprise, month, form, wish, [upload])
    return ask_page(request, enterprise, month, form, wish, [])


def ask_page(
    request: HttpRequest,
    enterprise: Enterprise,
    month: OpenMonth,
    form: SummaryForm,
    wish: Wish,
    uploads: list[Any],
) -> HttpResponse:
    organisation: Any = acting_for(request)
    context = {
        "month": month,
        "form": form,
        "wish": wish,
        "preview": preview(organisation, month, wish),
        "uploads": uploads,
        "refusal": None,
        "may_submit": enterprise.may(SUBMIT),
    }
    wrong = bool(uploads) or bool(form.errors)
    return render(request, "customs/summaries/ask.html", context, status=422 if wrong else 200)


@require_GET
@for_enterprise
def sent(request: HttpRequest, enterprise: Enterprise, message_id: int) -> HttpResponse:
    """A request on its way to the decision worker: on to its page as soon as it is there, or why it was refused."""
    found = application_of_message(enterprise.id, message_id, POSITIONS)
    if found is not None:
        address = reverse("customs:summary", args=[found.pk])
        if asks_for_table(request):
            return HttpResponse(headers={"HX-Redirect": address})
        return redirect(address)
    lines = [line for line in receipts_of_message(message_id, enterprise.id) if line.document_id is not None]
    if not lines and not receipts_of_message(message_id, enterprise.id):
        raise Http404
    answers = [{"sentence": information(line.info)[1], "tone": status_tone(line.status)} for line in lines]
    name = "sent_part" if asks_for_table(request) else "sent"
    return render(request, f"customs/summaries/{name}.html", {"message_id": message_id, "answers": answers})


@require_GET
@for_enterprise
def summary(request: HttpRequest, enterprise: Enterprise, application_id: int) -> HttpResponse:
    """One request: how far it is, its declarations."""
    found = application_of(enterprise.id, application_id)
    if found is None:
        raise Http404
    context = {
        "application": found,
        "missing": found.msg_count - len(found.parts),
        "steps": STEPS,
        "step": step_of(found),
        "unfinished": found.state in UNFINISHED or waits_for_customs(found),
        "declarations": list(found.declarations.order_by("number")[:500]),
        "may_export": enterprise.may(EXPORT) and found.state == ApplicationState.DONE,
    }
    name = "progress" if asks_for_table(request) else "summary"
    return render(request, f"customs/summaries/{name}.html", context)


def waits_for_customs(application: SummaryApplication) -> bool:
    return application.declarations.filter(state=DeclarationState.SUMMARISED).exists()


def step_of(application: SummaryApplication) -> int:
    """Place among STEPS; one more when all is done."""
    if application.state != ApplicationState.DONE:
        return 2 if application.state == ApplicationState.WORKING else 1
    return 4 if waits_for_customs(application) else 5


@require_GET
@for_enterprise
def declaration(request: HttpRequest, enterprise: Enterprise, declaration_id: int) -> HttpResponse:
    """One declaration with its lines, and the list lines behind all or one of them."""
    found = declaration_of(enterprise.id, enterprise.codes, declaration_id)
    if found is None:
        raise Http404
    line = request.GET.get("line", "")
    gseqno = int(line) if line.isascii() and line.isdigit() and len(line) < 4 else 0
    rows, following = mapped_page(found.pk, gseqno, request.GET.get("after", ""))
    context = {
        "declaration": found,
        "lines": list(found.lines.all()),
        "rows": rows,
        "gseqno": gseqno,
        "following": f"?line={gseqno}&after={following}" if following else "",
        "own": found.sender_id == enterprise.id,
        "may_submit_again": found.state == DeclarationState.REFUSED
        and found.sender_id == enterprise.id
        and enterprise.may(SUBMIT),
    }
    return render(request, "customs/summaries/declaration.html", context)


@require_POST
@for_enterprise
def again(request: HttpRequest, enterprise: Enterprise, declaration_id: int) -> HttpResponse:
    """Put a refused declaration before customs again."""
    try:
        submit_again(
            actor=request.user,  # type: ignore[arg-type]
            organisation_id=enterprise.id,
            declaration_id=declaration_id,
        )
    except DeclarationUnknown:
        raise Http404 from None
    except Refusal as refusal:
        return render(request, "customs/refused.html", {"refusal": refusal}, status=refusal.status)
    messages.success(request, gettext("已重新申报，海关的答复会出现在本页。"))
    return redirect("customs:declaration", declaration_id)


@require_GET
@for_enterprise
def export(
    request: HttpRequest, enterprise: Enterprise, application_id: int, file_format: str
) -> HttpResponseBase:
    """Every list line of a request with its declaration, as a file."""
    try:
        file = export_summary(
            actor=request.user,  # type: ignore[arg-type]
            organisation_id=enterprise.id,
            application_id=application_id,
            file_format=file_format,
        )
    except Refusal as refusal:
        return render(request, "customs/refused.html", {"refusal": refusal}, status=refusal.status)
    response = StreamingHttpResponse(file.content, content_type=file.content_type)
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response

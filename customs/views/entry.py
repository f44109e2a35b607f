"""Entering one document by hand: the form comes from the field table of its message; works without scripts."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from customs.forms import MOST_LINES, head_form, line_formset
from customs.messages.codec import Message
from customs.models.documents import taken_in
from customs.permissions import SUBMIT
from customs.services.entering import enter_document
from customs.views.access import Enterprise, for_enterprise
from portal.errors import Refusal
from portal.people import acting_for

LINES = "lines"


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@for_enterprise
def enter(request: HttpRequest, enterprise: Enterprise, code: str) -> HttpResponse:
    """The empty form; one line more; or the answer of the intake."""
    message = next((one for one in taken_in() if one.code == code), None)
    if message is None:
        raise Http404
    if not enterprise.may(SUBMIT):
        raise PermissionDenied
    head, lines = forms_of(message, request)
    context = {"message": message, "head": head, "lines": lines, "uploads": [], "refusal": None}
    if not head.is_bound:
        return render(request, "customs/enter.html", context)
    if not head.is_valid() or (lines is not None and not lines.is_valid()):
        return render(request, "customs/enter.html", context, status=422)
    organisation = acting_for(request)
    try:
        upload = enter_document(
            actor=request.user,  # type: ignore[arg-type]
            organisation=organisation,  # type: ignore[arg-type]
            message=message,
            head=head.wire_values(),
            lines=[line.wire_values() for line in lines if line.has_changed()] if lines is not None else [],
        )
    except Refusal as refusal:
        return render(request, "customs/enter.html", {**context, "refusal": refusal}, status=refusal.status)
    status = 200 if upload.accepted else 422
    return render(request, "customs/enter.html", {**context, "uploads": [upload]}, status=status)


def forms_of(message: Message, request: HttpRequest) -> tuple[Any, Any]:
    """Head and lines: bound when the document is sent, filled but unbound when one more line is asked for."""
    form, formset = head_form(message), line_formset(message) if message.lines else None
    if request.method == "POST" and "more" not in request.POST:
        return form(request.POST), formset(request.POST, prefix=LINES) if formset else None
    given = request.POST.dict()
    if formset is None or not given:
        return form(initial=given), formset(prefix=LINES) if formset else None
    names = [f.name for f in message.line_fields]
    count = len({key.split("-")[1] for key in given if key.startswith(f"{LINES}-") and key.count("-") == 2})
    rows = [{name: given.get(f"{LINES}-{i}-{name}", "") for name in names} for i in range(count)]
    more = [*rows, {}] if message.min_lines else rows
    return form(initial=given), formset(initial=more[: message.max_lines or MOST_LINES], prefix=LINES)

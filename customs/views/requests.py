"""Pages by which an enterprise asks about its own list: cancel it, send goods back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from customs.enums import RequestKind
from customs.forms import CancelForm, ReturnForm
from customs.models import Parcel
from customs.permissions import SUBMIT
from customs.selectors.parcels import parcel_of
from customs.selectors.requests import apply_until, back_until
from customs.services.requesting import ask_cancel, ask_return, askable, left_of
from customs.services.uploading import Upload
from customs.views.access import Enterprise, for_enterprise
from portal.people import acting_for


def own_list(enterprise: Enterprise, parcel_id: int, kind: RequestKind) -> Parcel:
    """A list of this enterprise for which the request can be made; otherwise the page does not exist."""
    found = parcel_of(enterprise.id, enterprise.codes, parcel_id)
    if found is None or not enterprise.may(SUBMIT) or kind.value not in askable(found, enterprise.id):
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@for_enterprise
def cancel(request: HttpRequest, enterprise: Enterprise, parcel_id: int) -> HttpResponse:
    """Ask to cancel a list."""
    parcel = own_list(enterprise, parcel_id, RequestKind.CANCEL)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        upload = ask_cancel(
            actor=request.user,  # type: ignore[arg-type]
            organisation=acting_for(request),  # type: ignore[arg-type]
            parcel=parcel,
            reason=form.cleaned_data["reason"],
        )
        return sent(request, parcel, form, "cancel", upload)
    return page(request, parcel, form, "cancel", None)


@require_http_methods(["GET", "POST"])
@for_enterprise
def send_back(request: HttpRequest, enterprise: Enterprise, parcel_id: int) -> HttpResponse:
    """Ask to send goods of an import list back."""
    parcel = own_list(enterprise, parcel_id, RequestKind.IMPORT_RETURN)
    form = ReturnForm(request.POST or None, left=left_of(parcel))
    if request.method == "POST" and form.is_valid():
        upload = ask_return(
            actor=request.user,  # type: ignore[arg-type]
            organisation=acting_for(request),  # type: ignore[arg-type]
            parcel=parcel,
            reason=form.cleaned_data["reason"],
            quantities=form.quantities(),
        )
        return sent(request, parcel, form, "return", upload)
    return page(request, parcel, form, "return", None)


def sent(request: HttpRequest, parcel: Parcel, form: forms.Form, kind: str, upload: Upload) -> HttpResponse:
    """To the parcel, where the answer appears; or what the intake refused."""
    if upload.accepted and not upload.errors:
        messages.success(request, gettext("申请已报送，海关的答复会出现在下方的经过中。"))
        return redirect("customs:parcel", parcel.pk)
    return page(request, parcel, form, kind, upload)


def page(
    request: HttpRequest, parcel: Parcel, form: forms.Form, kind: str, upload: Upload | None
) -> HttpResponse:
    context: dict[str, Any] = {
        "parcel": parcel,
        "form": form,
        "kind": kind,
        "uploads": [upload] if upload else [],
        "refusal": None,
        "apply_until": apply_until(parcel) if kind == "return" else None,
        "back_until": back_until(parcel) if kind == "return" else None,
    }
    wrong = bool(form.errors) or upload is not None
    return render(request, "customs/ask.html", context, status=422 if wrong else 200)

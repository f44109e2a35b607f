"""Questions of officials to an enterprise: the list, one question with its answer."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from portal.desk.requests import answer
from portal.enums import RequestState
from portal.errors import Refusal
from portal.models import InformationRequest, Organisation
from portal.people import acting_for
from portal.permissions import has

PAGE = 25


class AnswerForm(forms.Form):
    """The enterprise's answer."""

    answer = forms.CharField(label=_("答复"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))
    file = forms.FileField(
        label=_("附件"), required=False, help_text=_("可选。PDF、PNG 或 JPEG，不超过 10 MB。")
    )


def enterprise_of(request: HttpRequest) -> Organisation:
    """The enterprise the person acts for. Raises PermissionDenied."""
    organisation = acting_for(request)
    if organisation is None or not has(request.user, "request.read", organisation_id=organisation.pk):  # type: ignore[arg-type]
        raise PermissionDenied
    return organisation


@require_GET
@never_cache
@login_required
def information_requests(request: HttpRequest) -> HttpResponse:
    """What officials want to know, open questions first."""
    organisation = enterprise_of(request)
    rows = InformationRequest.objects.filter(organisation=organisation)
    chosen = request.GET.get("state", "")
    if chosen in RequestState.values:
        rows = rows.filter(state=chosen)
    page = Paginator(
        rows.order_by("closed_at", "-id") if not chosen else rows.order_by("-id"), PAGE
    ).get_page(request.GET.get("page"))
    fields = [
        {
            "name": "state",
            "label": _("状态"),
            "kind": "select",
            "value": chosen,
            "choices": [("", _("全部")), *RequestState.choices],
        }
    ]
    return render(request, "portal/requests/list.html", {"page": page, "fields": fields, "chosen": chosen})


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def information_request(request: HttpRequest, request_id: int) -> HttpResponse:
    """One question; answer it."""
    organisation = enterprise_of(request)
    asked = InformationRequest.objects.filter(pk=request_id, organisation=organisation).first()
    if asked is None:
        raise Http404
    form = AnswerForm(request.POST or None, request.FILES or None)
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            send(request, asked, organisation, form.cleaned_data)
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, gettext("答复已送达，办理继续。"))
            return redirect("information_request", asked.pk)
    may_answer = has(request.user, "request.answer", organisation_id=organisation.pk)  # type: ignore[arg-type]
    context = {"asked": asked, "form": form, "refusal": refusal, "may_answer": may_answer}
    status = refusal.status if refusal else 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "portal/requests/one.html", context, status=status)


def send(
    request: HttpRequest, asked: InformationRequest, organisation: Organisation, data: dict[str, Any]
) -> None:
    answer(
        request_id=asked.pk,
        organisation=organisation,
        actor=request.user,  # type: ignore[arg-type]
        text=data["answer"],
        file=data.get("file"),
    )

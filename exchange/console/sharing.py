"""Pages of officials about grants of data: what the own agency has, asking for more, one grant with its history."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exchange.enums import GrantState
from exchange.forms import AskForm, GrantSearch, ObjectForm
from exchange.models import SharingGrant
from exchange.permissions import agencies_of
from exchange.selectors.catalogue import shared_fields, shared_objects
from exchange.selectors.grants import grant_of, grants_of
from exchange.services.grants import Wish, ask_grant, renew_grant, withdraw_grant
from exchange.workbench.grants import TONES
from exchange.workflow import GRANT
from portal.console.access import for_officials
from portal.errors import Refusal
from portal.selectors import transitions_of
from portal.workbench import Desk

PAGE = 30
COLUMNS = [
    {"label": _("数据对象")},
    {"label": _("状态"), "kind": "state"},
    {"label": _("用途")},
    {"label": _("字段数"), "kind": "number"},
    {"label": _("最高级别")},
    {"label": _("授权期限"), "kind": "nowrap"},
]


@require_safe
@for_officials
def grant_list(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Requests and grants of the official's agencies."""
    search = GrantSearch(request.GET)
    search.is_valid()
    text, state = search.cleaned_data.get("q", ""), search.cleaned_data.get("state", "")
    found = grants_of(agencies_of(desk.user, "grant.read"), text=text, state=state)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()

    def at(number: int) -> str:
        query["page"] = str(number)
        return "?" + query.urlencode()

    context = {
        "search": search,
        "narrowed": bool(text or state),
        "columns": COLUMNS,
        "rows": [row_of(one) for one in page.object_list],
        "previous": at(page.previous_page_number()) if page.has_previous() else "",
        "following": at(page.next_page_number()) if page.has_next() else "",
        "may_ask": bool(agencies_of(desk.user, "grant.ask")),
    }
    return render(request, "exchange/console/grants.html", context)


def row_of(one: SharingGrant) -> dict[str, Any]:
    return {
        "url": reverse("sharing:grant", args=[one.pk]),
        "cells": [
            shared_objects()[one.object].label,
            {"label": one.get_state_display(), "tone": TONES.get(GrantState(one.state), "")},
            one.get_purpose_display(),
            len(one.fields),
            one.get_level_display(),
            f"{one.since:%Y-%m-%d} – {one.until:%Y-%m-%d}",
        ],
    }


@require_http_methods(["GET", "POST"])
@for_officials
def ask(request: HttpRequest, desk: Desk) -> HttpResponse:
    """First the object, then its fields with purpose, basis and period."""
    own = agencies_of(desk.user, "grant.ask")
    if not own:
        messages.warning(request, _("数据共享由审核或主管岗位申请。"))
        return redirect("sharing:grants")
    code = request.POST.get("object") or request.GET.get("object", "")
    if code not in shared_objects():
        return render(request, "exchange/console/ask_object.html", {"form": ObjectForm(request.GET or None)})
    form = AskForm(request.POST or None, object_code=code, agencies=own)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                made = ask_grant(agency_code=form.agency(), wish=Wish(**form.wish()), actor=desk.user)
            except Refusal as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, _("已提交申请，数据责任部门将在 2 个工作日内核验。"))
                return redirect("sharing:grant", made.pk)
        else:
            status = 422
    context = {"form": form, "object": shared_objects()[code]}
    return render(request, "exchange/console/ask.html", context, status=status)


def own_or_404(desk: Desk, grant_id: int) -> SharingGrant:
    found = grant_of(agencies_of(desk.user, "grant.read"), grant_id)
    if found is None:
        raise Http404
    return found


@require_safe
@for_officials
def grant_page(request: HttpRequest, desk: Desk, grant_id: int) -> HttpResponse:
    """One request or grant of the own agency with its history."""
    return show(request, desk, own_or_404(desk, grant_id))


def show(
    request: HttpRequest, desk: Desk, grant: SharingGrant, refusal: Refusal | None = None
) -> HttpResponse:
    may = grant.agency.code in agencies_of(desk.user, "grant.ask")
    known = shared_fields()[grant.object]
    past = [
        {"at": one.at, "title": GRANT.transition(one.transition).label, "text": one.note}
        for one in transitions_of(GRANT.model_label, grant.pk)
    ]
    context = {
        "grant": grant,
        "object": shared_objects()[grant.object],
        "tone": TONES.get(GrantState(grant.state), ""),
        "fields": [known[name] for name in grant.fields if name in known],
        "history": [{"at": grant.asked_at, "title": _("提出申请"), "text": grant.reason}, *past],
        "withdraws": may and grant.state in GRANT.transition("withdraw").sources,
        "renews": may and grant.state in {GrantState.GRANTED, GrantState.EXPIRED},
        "errors": [("", refusal.sentence)] if refusal else [],
    }
    status = refusal.status if refusal else 200
    return render(request, "exchange/console/grant.html", context, status=status)


@require_POST
@for_officials
def step(request: HttpRequest, desk: Desk, grant_id: int) -> HttpResponse:
    """Withdraw a request, or ask for the same again."""
    grant = own_or_404(desk, grant_id)
    try:
        if request.POST.get("step") == "renew":
            made = renew_grant(grant_id=grant.pk, actor=desk.user)
            messages.success(request, _("已提交续期申请。"))
            return redirect("sharing:grant", made.pk)
        withdraw_grant(grant_id=grant.pk, actor=desk.user)
    except Refusal as refusal:
        return show(request, desk, grant, refusal)
    messages.success(request, _("已撤回申请。"))
    return redirect("sharing:grant", grant.pk)

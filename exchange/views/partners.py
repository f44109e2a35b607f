"""Pages about partners: the contracts for everybody, connections and quarantine for the firm itself."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from exchange.forms import ConnectForm
from exchange.messages.partners import FAULTS, PartnerContract
from exchange.models import PartnerConnection, QuarantinedEvent
from exchange.selectors.partners import connections_of, quarantine_of, state_of
from exchange.services.partners import connect, contract_named, contracts
from exchange.views.journal import own_organisation
from portal.errors import Refusal
from portal.permissions import has

PAGE = 30
WORDS = {"silent": (_("静默"), "bad"), "new": (_("尚未联系"), "warn"), "alive": (_("正常"), "good")}
COLUMNS = [
    {"label": _("合约")},
    {"label": _("状态"), "kind": "state"},
    {"label": _("心跳周期（分钟）"), "kind": "number"},
    {"label": _("最近联系"), "kind": "nowrap"},
    {"label": _("事件数"), "kind": "number"},
    {"label": _("隔离"), "kind": "number"},
]


@require_safe
def contract_list(request: HttpRequest) -> HttpResponse:
    """Contracts by which partners' systems report."""
    return render(request, "exchange/contracts.html", {"contracts": contracts()})


def known(code: str) -> PartnerContract:
    found = contract_named(code)
    if found is None:
        raise Http404
    return found


@require_safe
def contract_page(request: HttpRequest, code: str) -> HttpResponse:
    """One contract: fields, codes, schema, example."""
    contract = known(code)
    example = {"contract": code, "events": [dict(contract.sample)]}
    context = {"contract": contract, "example": json.dumps(example, ensure_ascii=False, indent=2)}
    return render(request, "exchange/contract.html", context)


@require_safe
def contract_schema(request: HttpRequest, code: str) -> HttpResponse:
    """JSON schema of one event."""
    return JsonResponse(known(code).schema())


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def own_partners(request: HttpRequest) -> HttpResponse:
    """Connections of the firm's systems with their health, concluding a contract, events in quarantine."""
    organisation_id = own_organisation(request)
    user: Any = request.user
    if not has(user, "partner.read", organisation_id=organisation_id):
        raise PermissionDenied
    form = ConnectForm(request.POST or None, offered=[(one.code, one.title) for one in contracts()])
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                connect(organisation_id=organisation_id, actor=user, **form.cleaned_data)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
                status = refusal.status
            else:
                messages.success(request, _("已建立连接，系统可以开始报送。"))
                return redirect("own_sharing:partners")
    page = Paginator(quarantine_of(organisation_id), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "columns": COLUMNS,
        "rows": [{"cells": cells_of(one)} for one in connections_of(organisation_id)],
        "quarantined": [quarantined(one) for one in page.object_list],
        "previous": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "following": f"?page={page.next_page_number()}" if page.has_next() else "",
        "may_connect": has(user, "partner.manage", organisation_id=organisation_id),
    }
    return render(request, "exchange/own_partners.html", context, status=status)


def cells_of(one: PartnerConnection) -> list[Any]:
    """A connection as a row: contract, health, promise, last contact, figures."""
    contract = contract_named(one.contract)
    word, tone = WORDS[state_of(one)]
    return [
        contract.title if contract else one.contract,
        {"label": word, "tone": tone},
        one.interval_minutes,
        f"{timezone.localtime(one.last_seen_at):%Y-%m-%d %H:%M}" if one.last_seen_at else "—",
        one.events,
        one.waiting,  # type: ignore[attr-defined]  # annotated by the selector
    ]


def quarantined(one: QuarantinedEvent) -> dict[str, Any]:
    """An event in quarantine with its faults in words; its content is not shown."""
    return {
        "at": one.received_at,
        "event_id": one.event_id,
        "contract": one.connection.contract,
        "faults": [(fault["field"], FAULTS.get(fault["code"], fault["code"])) for fault in one.faults],
    }

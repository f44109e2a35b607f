"""Outages: the public list with its file; the enterprise's statements, asking for one, one with its certificate."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from exchange.documents import OUTAGE_STATEMENT, local
from exchange.enums import OutageState
from exchange.forms import OutageSearch, StatementForm
from exchange.models import Outage, OutageStatement
from exchange.permissions import STATE_OUTAGE
from exchange.selectors.outages import outages, statement_of, statements_of
from exchange.services.outage_statements import ask_statement
from exchange.views.catalogue import as_csv
from exchange.views.journal import own_organisation
from exchange.workbench.outages import TONES
from portal.documents import check_url, stored_document
from portal.errors import Refusal
from portal.permissions import has

PAGE = 30
MOST = 10_000
"""Outages of one file."""
RECENT = 10
"""Confirmed outages shown beside the form."""
FILE = ("part", "began_at", "ended_at", "seconds", "state", "cause")
COLUMNS = [
    {"label": _("部分")},
    {"label": _("开始"), "kind": "nowrap"},
    {"label": _("结束"), "kind": "nowrap"},
    {"label": _("持续"), "kind": "number"},
    {"label": _("状态"), "kind": "state"},
    {"label": _("原因")},
]
OWN = [
    {"label": _("证明编号")},
    {"label": _("状态"), "kind": "state"},
    {"label": _("所涉期间")},
    {"label": _("中断次数"), "kind": "number"},
    {"label": _("出具时间"), "kind": "nowrap"},
]


def public_cause(one: Outage) -> str:
    """The cause once it is confirmed; before, it is nobody's word but one official's."""
    return one.cause if one.state == OutageState.CONFIRMED else ""


def lasted(seconds: int | None) -> str:
    """h:mm:ss."""
    return "" if seconds is None else f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def at_page(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return "?" + query.urlencode()


def turning(request: HttpRequest, page: Any) -> dict[str, str]:
    """Addresses of the pages before and after."""
    return {
        "previous": at_page(request, page.previous_page_number()) if page.has_previous() else "",
        "following": at_page(request, page.next_page_number()) if page.has_next() else "",
    }


@require_safe
def outage_list(request: HttpRequest) -> HttpResponse:
    """Every outage that was measured, newest first."""
    search = OutageSearch(request.GET)
    wanted = search.wanted()
    page = Paginator(outages(**wanted), PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "search": search,
        "narrowed": bool(wanted),
        "columns": COLUMNS,
        "rows": [{"cells": cells_of(one)} for one in page.object_list],
        "query": query.urlencode(),
        **turning(request, page),
    }
    return render(request, "exchange/outages/list.html", context)


def cells_of(one: Outage) -> list[Any]:
    """An outage as both lists show it."""
    return [
        one.get_part_display(),
        local(one.began_at),
        local(one.ended_at) or _("尚未恢复"),
        lasted(one.seconds),
        {"label": one.get_state_display(), "tone": TONES[OutageState(one.state)]},
        public_cause(one) or "—",
    ]


@require_safe
def outage_file(request: HttpRequest) -> HttpResponse:
    """The outages that fit the filter, as CSV with codes, times with their offset and seconds."""
    found = outages(**OutageSearch(request.GET).wanted())[:MOST]
    rows = (
        [
            one.part,
            one.began_at.isoformat(),
            one.ended_at.isoformat() if one.ended_at else "",
            "" if one.seconds is None else one.seconds,
            one.state,
            public_cause(one),
        ]
        for one in found
    )
    return as_csv("outages", FILE, rows)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def statements(request: HttpRequest) -> HttpResponse:
    """The enterprise's statements; a period sent here becomes one."""
    organisation_id = own_organisation(request)
    form = StatementForm(request.POST if request.method == "POST" else None)
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = ask_statement(organisation_id=organisation_id, actor=request.user, **form.cleaned_data)
            except Refusal as refused:
                refusal, status = refused, refused.status
            else:
                messages.success(request, _("证明已出具，可在线查验；PDF 正在生成。"))
                return redirect("exchange:statement", made.pk)
    page = Paginator(statements_of(organisation_id), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "errors": [(f"id_{refusal.field}" if refusal.field else "", refusal.sentence)] if refusal else [],
        "may_ask": has(request.user, STATE_OUTAGE, organisation_id=organisation_id),  # type: ignore[arg-type]
        "columns": OWN,
        "rows": [row_of(one) for one in page.object_list],
        "recent_columns": COLUMNS,
        "confirmed": [{"cells": cells_of(one)} for one in outages(state=OutageState.CONFIRMED)[:RECENT]],
        **turning(request, page),
    }
    return render(request, "exchange/outages/statements.html", context, status=status)


def row_of(one: OutageStatement) -> dict[str, Any]:
    return {
        "url": reverse("exchange:statement", args=[one.pk]),
        "cells": [
            one.number,
            standing(one),
            f"{local(one.since)} – {local(one.until)}",
            len(one.outages.all()),
            local(one.asked_at),
        ],
    }


def standing(one: OutageStatement) -> dict[str, Any]:
    """Valid or revoked, in words and colour."""
    return {"label": _("已撤销"), "tone": "bad"} if one.revoked_at else {"label": _("有效"), "tone": "good"}


@require_safe
@never_cache
@login_required
def statement(request: HttpRequest, statement_id: int) -> HttpResponse:
    """One statement of the person's enterprise, with the certificate and its check address."""
    found = statement_of(own_organisation(request), statement_id)
    if found is None:
        raise Http404
    stored = stored_document(OUTAGE_STATEMENT, found.pk)
    context = {
        "statement": found,
        "standing": standing(found),
        "columns": COLUMNS,
        "rows": [{"cells": cells_of(one)} for one in found.outages.all()],
        "document": stored,
        "check_url": check_url(stored) if stored else "",
    }
    return render(request, "exchange/outages/statement.html", context)

"""What partners' systems have reported, for the enterprise: events, and stock of its goods. What officials' pages share stands here too."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from customs.forms.partners import EventFilterForm, StockFilterForm
from customs.permissions import EXPORT
from customs.selectors.account_books import quantity_text
from customs.selectors.partner_reports import StockFilter, events_of, stock_of
from customs.services.exporting import Export
from customs.services.partner_export import export_events, export_stock, words_of
from customs.views.access import Enterprise, for_enterprise
from customs.views.account_books import paged
from customs.views.showing import moment
from portal.errors import Refusal

SEARCHED = {"subject": "search", "partner": "search", "text": "search", "since": "date", "until": "date"}
EVENT_COLUMNS: list[dict[str, Any]] = [
    {"label": _("发生时间"), "kind": "nowrap"},
    {"label": _("合作方")},
    {"label": _("合约")},
    {"label": _("环节"), "kind": "nowrap"},
    {"label": _("运单、订单或商品货号")},
    {"label": _("接收时间"), "kind": "nowrap"},
    {"label": _("事件编号")},
]
STOCK_COLUMNS: list[dict[str, Any]] = [
    {"label": _("商品货号")},
    {"label": _("批次")},
    {"label": _("仓库")},
    {"label": _("类型"), "kind": "nowrap"},
    {"label": _("入库"), "kind": "number"},
    {"label": _("出库"), "kind": "number"},
    {"label": _("结余"), "kind": "number"},
    {"label": _("差额"), "kind": "state"},
    {"label": _("发生时间"), "kind": "nowrap"},
]


@require_GET
@for_enterprise
def events(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """Own reports, and those of partners with an agreement in force."""
    form = EventFilterForm(request.GET)
    context = event_context(request, form, seen(enterprise, form), page="customs:parcels")
    context["may_export"] = enterprise.may(EXPORT)
    return render(request, "customs/partner_events.html", context)


@require_GET
@for_enterprise
def events_file(request: HttpRequest, enterprise: Enterprise, file_format: str) -> HttpResponseBase:
    """The events that fit, as a file."""
    found = seen(enterprise, EventFilterForm(request.GET))
    return as_file(
        request,
        lambda: export_events(
            actor=enterprise.user, found=found, file_format=file_format, organisation_id=enterprise.id
        ),
    )


def seen(enterprise: Enterprise, form: EventFilterForm) -> "QuerySet[Any]":
    return events_of(enterprise.id, enterprise.codes, timezone.localdate(), form.wanted())


def event_context(
    request: HttpRequest, form: EventFilterForm, found: "QuerySet[Any]", *, page: str
) -> dict[str, Any]:
    """One page of events; each leads to the parcels with its number on `page`."""
    return listed(request, form, found) | {
        "columns": EVENT_COLUMNS,
        "rows": [event_row(one, reverse(page)) for one in paged(request, found)[0].object_list],
    }


def listed(request: HttpRequest, form: Form, found: "QuerySet[Any]") -> dict[str, Any]:
    """Filter bar, neighbours of the page, and the query for the file."""
    _page, previous, following = paged(request, found)
    query = request.GET.copy()
    query.pop("page", None)
    return {
        "fields": [
            {
                "name": bound.name,
                "label": bound.label,
                "value": bound.value() or "",
                "kind": SEARCHED.get(bound.name, "select"),
                "choices": getattr(bound.field, "choices", ()),
            }
            for bound in form
        ],
        "narrowed": any(query.values()),
        "previous": previous,
        "following": following,
        "query": query.urlencode(),
    }


def event_row(one: Any, page: str) -> dict[str, Any]:
    """Cells in the order of EVENT_COLUMNS."""
    title, kind = words_of(one)
    firm = one.connection.organisation.name
    cells = [moment(one.happened_at), firm, title, kind, one.subject, moment(one.received_at), one.event_id]
    return {"url": f"{page}?{urlencode({'number': one.subject})}", "cells": cells}


@require_GET
@for_enterprise
def stock(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """Goods of the enterprise in warehouses that report, and stock of its own warehouses."""
    form = StockFilterForm(request.GET)
    found = stock_seen(enterprise, form.wanted())
    context = listed(request, form, found) | {
        "columns": STOCK_COLUMNS,
        "rows": [stock_row(one) for one in paged(request, found)[0].object_list],
        "may_export": enterprise.may(EXPORT),
    }
    return render(request, "customs/stock.html", context)


@require_GET
@for_enterprise
def stock_file(request: HttpRequest, enterprise: Enterprise, file_format: str) -> HttpResponseBase:
    """The stock that fits, as a file."""
    found = stock_seen(enterprise, StockFilterForm(request.GET).wanted())
    return as_file(
        request,
        lambda: export_stock(
            actor=enterprise.user, found=found, file_format=file_format, organisation_id=enterprise.id
        ),
    )


def stock_seen(enterprise: Enterprise, wanted: StockFilter) -> "QuerySet[Any]":
    return stock_of(enterprise.id, enterprise.codes, timezone.localdate(), wanted)


def stock_row(one: Any) -> dict[str, Any]:
    """Cells in the order of STOCK_COLUMNS; the first report of an article has nothing to differ from."""
    amounts = [quantity_text(amount) for amount in (one.qty_in, one.qty_out, one.balance)]
    difference: Any = {"label": _("首次报送"), "tone": "info"}
    if one.difference is not None:
        tone = "bad" if one.difference else "good"
        difference = {"label": quantity_text(one.difference), "tone": tone}
    cells = [one.sku, one.batch or "—", one.warehouse, one.get_kind_display(), *amounts, difference]
    return {"cells": [*cells, moment(one.happened_at)]}


def as_file(request: HttpRequest, export: Callable[[], Export]) -> HttpResponseBase:
    """What the export hands out, or the page that says why not."""
    try:
        file = export()
    except Refusal as refusal:
        return render(request, "customs/refused.html", {"refusal": refusal}, status=refusal.status)
    response = StreamingHttpResponse(file.content, content_type=file.content_type)
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response

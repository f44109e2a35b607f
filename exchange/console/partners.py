"""Page of officials: which partner systems report, and whether they are alive."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from exchange.permissions import agencies_of
from exchange.selectors.partners import connections
from exchange.views.partners import COLUMNS, PAGE, cells_of
from portal.console.access import for_officials
from portal.workbench import Desk


@require_safe
@for_officials
def partner_list(request: HttpRequest, desk: Desk) -> HttpResponse:
    """All connections, silent ones first."""
    if not agencies_of(desk.user, "partner.watch"):
        raise PermissionDenied
    text = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    page = Paginator(connections(text), PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()

    def at(number: int) -> str:
        query["page"] = str(number)
        return "?" + query.urlencode()

    context = {
        "fields": [{"name": "q", "label": _("合作方"), "value": text, "hint": _("名称或统一社会信用代码")}],
        "narrowed": bool(text),
        "columns": [{"label": _("合作方")}, *COLUMNS],
        "rows": [{"cells": [one.organisation.name, *cells_of(one)]} for one in page.object_list],
        "previous": at(page.previous_page_number()) if page.has_previous() else "",
        "following": at(page.next_page_number()) if page.has_next() else "",
    }
    return render(request, "exchange/console/partners.html", context)

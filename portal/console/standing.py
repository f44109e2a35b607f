"""The officials' page of what stands longer than allowed."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal.console.access import for_officials
from portal.enums import Owner
from portal.models import Standstill
from portal.standing import standing as standing_of
from portal.standing import standing_still
from portal.workbench import Desk, registry

STANDING_SHOWN = 50


@require_GET
@for_officials
def standing(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What stands longer than allowed at the own offices and on the platform, by owner; the longest first."""
    owner = request.GET.get("owner", "")
    found = standing_still(desk)
    totals = dict(found.order_by().values_list("owner").annotate(number=Count("pk")))
    if owner in Owner.values:
        found = found.filter(owner=owner)
    page = Paginator(found, STANDING_SHOWN).get_page(request.GET.get("page"))
    context = {
        "desk": desk,
        "pages": {
            "previous": standing_query(owner, page.previous_page_number() if page.has_previous() else 0),
            "next": standing_query(owner, page.next_page_number() if page.has_next() else 0),
        },
        "rows": [standing_row(row) for row in page],
        "totals": [(choice, totals.get(choice.value, 0)) for choice in Owner],
        "owner": owner,
    }
    return render(request, "portal/workbench/standing.html", context)


def standing_query(owner: str, number: int) -> str:
    """Query string of a page, "" for none."""
    return "?" + urlencode({"owner": owner, "page": number}) if number else ""


def standing_row(row: Standstill) -> dict[str, Any]:
    """One line: what, whose, since when, what has been told, and the case's page if there is one."""
    kind = standing_of(row.kind)
    queue = registry.queue(kind.queue) if kind and kind.queue else None
    return {
        "row": row,
        "label": kind.label if kind else row.kind,
        "told": kind.told if kind else "",
        "address": queue.address(row.object_id) if queue else "",
    }

"""“May I declare this simplified?”, and the catalogue of goods that may not."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from customs.enums import ExportConditionKind
from customs.forms import SimplifiedForm
from customs.selectors.tariff import excluded_goods
from customs.services.simplifying import Question, Verdict, may_simplify
from customs.views.access import Enterprise, for_enterprise
from customs.views.account_books import paged

EXCLUDED_COLUMNS: list[dict[str, Any]] = [
    {"label": _("商品编码（前几位）"), "kind": "nowrap"},
    {"label": _("商品")},
    {"label": _("条件"), "kind": "nowrap"},
    {"label": _("出口关税税率"), "kind": "number"},
    {"label": _("来源")},
]


@require_GET
@for_enterprise
def check(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """Ask by form; the answer names every rule that stands in the way."""
    verdict: Verdict | None = None
    if "goods" in request.GET:
        form = SimplifiedForm(request.GET)
        if form.is_valid():
            data = form.cleaned_data
            verdict = may_simplify(Question(lines=data.pop("goods"), **data))
    else:
        form = SimplifiedForm(
            initial={
                "trade_mode": "9610",
                "customs_code": "3501",
                "currency": "502",
                "day": timezone.localdate(),
            }
        )
    wrong = form.is_bound and not form.is_valid()
    context = {"form": form, "verdict": verdict}
    return render(request, "customs/simplified.html", context, status=422 if wrong else 200)


@require_GET
@for_enterprise
def excluded(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """Goods under export licence or export duty today."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    page, previous, following = paged(request, excluded_goods(timezone.localdate(), text))
    chinese = (get_language() or "").startswith("zh")
    rows = [
        {
            "cells": [
                one.prefix,
                one.name if chinese else one.name_en,
                one.get_kind_display(),
                f"{(one.rate * 100).normalize():f}%" if one.kind == ExportConditionKind.DUTY else "—",
                one.source,
            ]
        }
        for one in page.object_list
    ]
    context = {
        "fields": [{"name": "q", "label": _("商品编码或名称"), "value": text, "kind": "search"}],
        "columns": EXCLUDED_COLUMNS,
        "rows": rows,
        "previous": previous,
        "following": following,
    }
    return render(request, "customs/excluded.html", context)

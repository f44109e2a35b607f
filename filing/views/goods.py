"""Goods of an enterprise: list, one good, new, change, copy, withdraw, export; what the page asks while somebody types."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filing.enums import GoodsState
from filing.forms.goods import GoodsFilterForm, GoodsForm, initial_of
from filing.models import FiledGoods
from filing.permissions import GOODS
from filing.rules.goods import faults_of_codes
from filing.selectors.goods import (
    SORTS,
    TONES,
    hs_path,
    listed,
    one_good,
    search_hs,
    tariff_facts,
)
from filing.services.cases import Applicant
from filing.services.goods import Filer, file_good, withdraw_goods
from filing.services.goods_export import export_goods
from filing.services.goods_views import changes_of, facts_of
from filing.views.access import for_applicant
from portal.console.access import asks_for_table
from portal.errors import Refusal
from portal.permissions import has
from portal.selectors import code_set

PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS: tuple[tuple[Any, str, str], ...] = (
    (_("企业商品货号"), "sku", ""),
    (_("商品名称"), "name", ""),
    (_("状态"), "state", "state"),
    (_("商品编码"), "hs_code", "nowrap"),
    (_("商品条码"), "", "nowrap"),
    (_("版本"), "", "number"),
    (_("更新时间"), "updated_at", "nowrap"),
)


def language() -> str:
    return get_language() or "zh-hans"


def may_file(who: Applicant) -> bool:
    return has(who.user, GOODS, organisation_id=who.organisation_id)


def good_or_404(who: Applicant, goods_id: int) -> FiledGoods:
    found = one_good(who.organisation_id, goods_id)
    if found is None:
        raise Http404
    return found


@require_safe
@for_applicant
def catalogue(request: HttpRequest, who: Applicant) -> HttpResponse:
    """Search, filter, sort and page; the table alone when HTMX asks."""
    form = GoodsFilterForm(request.GET)
    form.is_valid()
    asked = {"text": form.cleaned_data.get("q", ""), "state": form.cleaned_data.get("state", "")}
    sort = request.GET.get("sort", "-updated_at")
    page = Paginator(listed(who.organisation_id, **asked, sort=sort), PAGE).get_page(request.GET.get("page"))
    context = {
        "fields": [
            {"name": "q", "label": form["q"].label, "value": asked["text"]},
            {
                "name": "state", "label": form["state"].label, "value": asked["state"], "kind": "select",
                "choices": [("", _("全部")), *GoodsState.choices[1:]],
            },
        ],
        "columns": headings(request, sort),
        "rows": [row_of(one) for one in page.object_list],
        "page": page,
        "previous": at_page(request, page.previous_page_number()) if page.has_previous() else "",
        "following": at_page(request, page.next_page_number()) if page.has_next() else "",
        "narrowed": any(asked.values()),
        "query": request.GET.urlencode(),
        "may_file": may_file(who),
    }  # fmt: skip
    return render(
        request, "filing/goods/table.html" if asks_for_table(request) else "filing/goods/list.html", context
    )


def headings(request: HttpRequest, sort: str) -> list[dict[str, Any]]:
    """Columns with the query that sorts by them."""
    found = []
    for label, name, kind in COLUMNS:
        one: dict[str, Any] = {"label": label, "kind": kind}
        if name in SORTS:
            query = request.GET.copy()
            query.pop("page", None)
            query["sort"] = f"-{name}" if sort == name else name
            direction = {name: "ascending", f"-{name}": "descending"}.get(sort, "none")
            one |= {"query": "?" + query.urlencode(), "direction": direction}
        found.append(one)
    return found


def row_of(one: FiledGoods) -> dict[str, Any]:
    return {
        "url": reverse("goods:one", args=[one.pk]),
        "cells": [
            one.sku,
            one.name,
            {"label": one.get_state_display(), "tone": TONES[GoodsState(one.state)]},
            one.hs_code,
            one.gtin or "—",
            one.version,
            f"{timezone.localtime(one.updated_at):%Y-%m-%d %H:%M}",
        ],
    }


def at_page(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return "?" + query.urlencode()


@require_safe
@for_applicant
def one(request: HttpRequest, who: Applicant, goods_id: int) -> HttpResponse:
    """Everything filed of a good, and how it came to be so."""
    goods = good_or_404(who, goods_id)
    context = {
        "goods": goods,
        "tone": TONES[GoodsState(goods.state)],
        "facts": facts_of(goods, language()),
        "tariff": tariff_facts(goods.hs_code),
        "path": hs_path(goods.hs_code[:6], language()),
        "changes": changes_of(goods, language()),
        "may_file": may_file(who),
        "withdrawable": goods.state != GoodsState.WITHDRAWN and may_file(who),
    }
    return render(request, "filing/goods/one.html", context)


@require_http_methods(["GET", "POST"])
@for_applicant
def new(request: HttpRequest, who: Applicant) -> HttpResponse:
    """File a good; `?copy=` starts from another one."""
    initial: dict[str, Any] = {"currency": "142"}
    given = request.GET.get("copy", "")
    if given.isascii() and given.isdigit() and len(given) < 19:
        initial = {**initial_of(good_or_404(who, int(given))), "sku": ""}
    return written(request, who, None, initial)


@require_http_methods(["GET", "POST"])
@for_applicant
def edit(request: HttpRequest, who: Applicant, goods_id: int) -> HttpResponse:
    """Change a good: a new version."""
    goods = good_or_404(who, goods_id)
    return written(request, who, goods, initial_of(goods))


def written(
    request: HttpRequest, who: Applicant, goods: FiledGoods | None, initial: dict[str, Any]
) -> HttpResponse:
    """Show the form, or file what it holds."""
    if not may_file(who):
        messages.warning(request, _("您的角色只能查看商品。请联系企业管理员。"))
        return redirect("goods:list")
    if request.method != "POST":
        return form_page(request, goods, GoodsForm(initial=initial))
    form = GoodsForm(request.POST)
    try:
        result = file_good(Filer(who.organisation_id, who.user), form.sent(), instead_of=goods)
    except Refusal as refusal:
        form.is_valid()
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        return form_page(request, goods, form, refusal.status)
    if result.faults:
        form.is_valid()
        form.errors.clear()
        for fault in result.faults:
            form.add_error(fault.field, fault.sentence)
        return form_page(request, goods, form, 422)
    waits = result.state == GoodsState.REVIEW
    messages.success(
        request,
        _("已提交 %s，审核通过后可用于申报。") % result.sku if waits else _("已备案 %s。") % result.sku,
    )
    return redirect("goods:one", result.goods_id)


def form_page(
    request: HttpRequest, goods: FiledGoods | None, form: GoodsForm, status: int = 200
) -> HttpResponse:
    code = str(form["hs_code"].value() or "")
    context = {"goods": goods, "form": form, **hints("hs_code", code), "gtin_fault": ""}
    return render(request, "filing/goods/edit.html", context, status=status)


def hints(field: str, value: str) -> dict[str, Any]:
    """What is known of a barcode or a code that is being typed."""
    faults = faults_of_codes(field, value, code_set)
    known = field == "hs_code" and len(value) >= 6
    return {
        "field": field,
        "value": value,
        "fault": faults[0].sentence if faults else "",
        "path": hs_path(value[:6], language()) if known else None,
        "tariff": tariff_facts(value) if known else None,
    }


@require_safe
@for_applicant
def hint(request: HttpRequest, who: Applicant) -> HttpResponse:
    """Called by the form while a barcode or a code is typed."""
    field = "gtin" if "gtin" in request.GET else "hs_code"
    return render(request, "filing/goods/hint.html", hints(field, request.GET.get(field, "")[:20].strip()))


@require_safe
@for_applicant
def search(request: HttpRequest, who: Applicant) -> HttpResponse:
    """Codes by number or words."""
    text = request.GET.get("words", "")[:60].replace("\x00", "")
    return render(
        request, "filing/goods/matches.html", {"text": text.strip(), "matches": search_hs(text, language())}
    )


@require_safe
@for_applicant
def choose(request: HttpRequest, who: Applicant) -> HttpResponse:
    """The field of the code, filled with a code that was found; the last four digits are to be completed."""
    code = request.GET.get("code", "")[:10]
    form = GoodsForm(initial={"hs_code": code})
    return render(request, "filing/goods/code.html", {"form": form, **hints("hs_code", code)})


@require_POST
@for_applicant
def withdraw(request: HttpRequest, who: Applicant, goods_id: int) -> HttpResponse:
    """Take a good out of use."""
    goods = good_or_404(who, goods_id)
    try:
        moved = withdraw_goods(Filer(who.organisation_id, who.user), [goods.pk])
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("goods:one", goods.pk)
    if moved:
        messages.success(request, _("已撤销 %s；再次提交即恢复备案。") % goods.sku)
    return redirect("goods:one", goods.pk)


@require_safe
@for_applicant
def export(request: HttpRequest, who: Applicant) -> HttpResponse:
    """The goods that fit the filter as a table that can be uploaded again."""
    form = GoodsFilterForm(request.GET)
    form.is_valid()
    try:
        content = export_goods(
            Filer(who.organisation_id, who.user),
            text=form.cleaned_data.get("q", ""),
            state=form.cleaned_data.get("state", ""),
        )
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("goods:list")
    return as_file(content, f"goods-{timezone.localdate():%Y%m%d}.xlsx")


def as_file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

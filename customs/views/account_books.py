"""Account books of an enterprise: register one, let goods enter, items, ledger."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from customs.enums import AccountBookState
from customs.forms import BookForm, EntryForm, LedgerForm
from customs.models import AccountBook, AccountEntry
from customs.permissions import EXPORT, SUBMIT
from customs.selectors.account_books import (
    LedgerFilter,
    book_of,
    books_of,
    items_of,
    ledger_of,
    list_numbers,
    quantity_text,
)
from customs.services.account_books import LINE_FIELDS, Entered, Keeper, enter_goods, open_book
from customs.services.account_tables import export_ledger, read_lines
from customs.services.account_tables import template as blank
from customs.services.exporting import TYPES
from customs.views.access import Enterprise, for_enterprise
from customs.views.showing import moment
from portal.errors import Refusal

PAGE = 50
TONES = {
    AccountBookState.WAITING: "held",
    AccountBookState.ACTIVE: "good",
    AccountBookState.SUSPENDED: "warn",
    AccountBookState.CLOSED: "",
    AccountBookState.REFUSED: "bad",
}
BOOK_COLUMNS: list[dict[str, Any]] = [
    {"label": _("账册编号")},
    {"label": _("状态"), "kind": "state"},
    {"label": _("监管方式"), "kind": "nowrap"},
    {"label": _("主管海关"), "kind": "nowrap"},
    {"label": _("料号数"), "kind": "number"},
    {"label": _("有效期"), "kind": "nowrap"},
]
ITEM_COLUMNS: list[dict[str, Any]] = [
    {"label": _("账册备案料号")},
    {"label": _("商品名称")},
    {"label": _("商品编码"), "kind": "nowrap"},
    {"label": _("计量单位"), "kind": "nowrap"},
    {"label": _("可用数量"), "kind": "number"},
    {"label": _("预占数量"), "kind": "number"},
]
LEDGER_COLUMNS: list[dict[str, Any]] = [
    {"label": _("时间"), "kind": "nowrap"},
    {"label": _("料号")},
    {"label": _("类型"), "kind": "nowrap"},
    {"label": _("凭证号或清单编号")},
    {"label": _("变动"), "kind": "number"},
    {"label": _("余量"), "kind": "number"},
    {"label": _("说明")},
]


def book_or_404(enterprise: Enterprise, book_id: int) -> AccountBook:
    found = book_of(enterprise.id, book_id)
    if found is None:
        raise Http404
    return found


def keeper(enterprise: Enterprise) -> Keeper:
    return Keeper(enterprise.id, enterprise.user)


def paged(request: HttpRequest, rows: Any) -> tuple["Page[Any]", str, str]:
    """The wanted page and the queries of its neighbours ("" = none)."""
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()

    def at(number: int) -> str:
        query["page"] = str(number)
        return "?" + query.urlencode()

    before = at(page.previous_page_number()) if page.has_previous() else ""
    return page, before, at(page.next_page_number()) if page.has_next() else ""


@require_GET
@for_enterprise
def books(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """The enterprise's books."""
    page, previous, following = paged(request, books_of(enterprise.id))
    rows = [
        {
            "url": reverse("customs:book", args=[one.pk]),
            "cells": [
                one.ems_no,
                {"label": one.get_state_display(), "tone": TONES[AccountBookState(one.state)]},
                one.get_trade_mode_display(),
                one.customs_code,
                one.goods,
                f"{one.valid_from} – {one.valid_to or ''}",
            ],
        }
        for one in page.object_list
    ]
    context = {"columns": BOOK_COLUMNS, "rows": rows, "previous": previous, "following": following}
    return render(request, "customs/books/list.html", {**context, "may": enterprise.may(SUBMIT)})


@require_http_methods(["GET", "POST"])
@for_enterprise
def open_one(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """Register a book."""
    if not enterprise.may(SUBMIT):
        raise PermissionDenied
    form = BookForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                opened = open_book(who=keeper(enterprise), **form.cleaned_data)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
                status = refusal.status
            else:
                messages.success(request, gettext("账册已登记，待主管海关确认后可以入区和申报。"))
                return redirect("customs:book", opened.pk)
    return render(request, "customs/books/open.html", {"form": form}, status=status)


@require_GET
@for_enterprise
def book(request: HttpRequest, enterprise: Enterprise, book_id: int) -> HttpResponse:
    """One book with what it holds."""
    found = book_or_404(enterprise, book_id)
    text = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    page, previous, following = paged(request, items_of(found, text))
    rows = [
        {
            "url": f"{reverse('customs:ledger', args=[found.pk])}?q={one.item_record_no}",
            "cells": [one.item_record_no, one.name, one.gcode, one.unit]
            + [quantity_text(amount) for amount in (one.balance, one.reserved)],
        }
        for one in page.object_list
    ]
    context = {
        "book": found,
        "tone": TONES[AccountBookState(found.state)],
        "fields": [{"name": "q", "label": _("料号、编码或名称"), "value": text, "kind": "search"}],
        "columns": ITEM_COLUMNS,
        "rows": rows,
        "narrowed": bool(text),
        "previous": previous,
        "following": following,
        "may_enter": enterprise.may(SUBMIT) and found.state == AccountBookState.ACTIVE,
    }
    return render(request, "customs/books/book.html", context)


@require_http_methods(["GET", "POST"])
@for_enterprise
def enter(request: HttpRequest, enterprise: Enterprise, book_id: int) -> HttpResponse:
    """Goods enter the area: a table, or one item."""
    found = book_or_404(enterprise, book_id)
    if not enterprise.may(SUBMIT):
        raise PermissionDenied
    form = EntryForm(request.POST or None, request.FILES or None)
    result, status = Entered(), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                result = entered(enterprise, found, form)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
                status = refusal.status
            else:
                if not result.faults:
                    messages.success(request, what_entered(result))
                    return redirect("customs:book", found.pk)
    context = {"book": found, "form": form, "faults": result.faults}
    return render(request, "customs/books/enter.html", context, status=status)


def entered(enterprise: Enterprise, book: AccountBook, form: EntryForm) -> Entered:
    """The table if there is one, else the item that was typed in."""
    data = form.cleaned_data
    lines = read_lines(data["file"].read()) if data["file"] else [{name: data[name] for name in LINE_FIELDS}]
    return enter_goods(who=keeper(enterprise), book_id=book.pk, document=data["document"], lines=lines)


def what_entered(result: Entered) -> str:
    sentence = ngettext("%(n)s 项商品已入区。", "%(n)s 项商品已入区。", result.entered) % {
        "n": result.entered
    }
    if result.repeated:
        sentence += gettext("其中 %(n)s 项此前已按同一凭证入区，未重复计入。") % {"n": result.repeated}
    return sentence


@require_GET
@for_enterprise
def ledger(request: HttpRequest, enterprise: Enterprise, book_id: int) -> HttpResponse:
    """Every entry with the balance it left."""
    found = book_or_404(enterprise, book_id)
    form, wanted = asked(request)
    page, previous, following = paged(request, ledger_of(found, wanted))
    rows = ledger_rows(list(page.object_list))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "book": found,
        "fields": [
            {"name": "q", "label": form["q"].label, "value": wanted.text, "kind": "search"},
            {
                "name": "kind",
                "label": form["kind"].label,
                "value": wanted.kind,
                "kind": "select",
                "choices": LedgerForm.base_fields["kind"].choices,  # type: ignore[attr-defined]
            },
        ],
        "columns": LEDGER_COLUMNS,
        "rows": rows,
        "narrowed": bool(wanted.text or wanted.kind),
        "previous": previous,
        "following": following,
        "query": query.urlencode(),
        "may_export": enterprise.may(EXPORT),
    }
    return render(request, "customs/books/ledger.html", context)


def asked(request: HttpRequest) -> tuple[LedgerForm, LedgerFilter]:
    """The filter made of what is valid."""
    form = LedgerForm(request.GET)
    form.is_valid()
    data = form.cleaned_data
    return form, LedgerFilter(data.get("q", "").strip(), data.get("kind", ""))


def ledger_rows(entries: list[AccountEntry]) -> list[dict[str, Any]]:
    numbers = list_numbers(entries)
    return [
        {
            "url": reverse("customs:parcel", args=[one.parcel_id]) if one.parcel_id else "",
            "cells": [
                moment(one.at),
                one.item.item_record_no,
                one.get_kind_display(),
                one.document or numbers.get(one.parcel_id or 0, ""),
                quantity_text(one.change),
                quantity_text(one.balance),
                one.note,
            ],
        }
        for one in entries
    ]


@require_GET
@for_enterprise
def export(request: HttpRequest, enterprise: Enterprise, book_id: int, file_format: str) -> HttpResponseBase:
    """The entries that fit the filter, as a file."""
    found = book_or_404(enterprise, book_id)
    try:
        file = export_ledger(
            actor=enterprise.user, book=found, wanted=asked(request)[1], file_format=file_format
        )
    except Refusal as refusal:
        return render(request, "customs/refused.html", {"refusal": refusal}, status=refusal.status)
    response = StreamingHttpResponse(file.content, content_type=file.content_type)
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response


@require_GET
@for_enterprise
def template(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """The table of a bill to fill in."""
    response = HttpResponse(blank(), content_type=TYPES["xlsx"])
    response["Content-Disposition"] = 'attachment; filename="account-book-template.xlsx"'
    return response

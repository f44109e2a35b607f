"""Public pages: the data catalogue and the open data."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from exchange.forms import CatalogueSearch
from exchange.models import OpenDataset
from exchange.selectors.catalogue import SharedField, catalogue, shared_objects
from exchange.services.opendata import Dataset, dataset_of, datasets
from portal.selectors import agency_names

PAGE = 50
COLUMNS = ("object", "name", "name_zh", "name_en", "level", "sharing", "owner", "basis", "retention", "open")
TONES = {"L1": "good", "L2": "info", "L3": "warn", "L4": "bad"}
SHEET = "﻿"
"""Spreadsheets read UTF-8 when the file begins with this mark."""


@require_safe
def catalogue_page(request: HttpRequest) -> HttpResponse:
    """Every field that may leave the platform: level, owner, sharing type, legal basis."""
    search = CatalogueSearch(request.GET)
    found = catalogue(search.wanted())
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    names = agency_names()
    context = {
        "search": search,
        "rows": [row_of(one, names) for one in page.object_list],
        "count": len(found),
        "query": query.urlencode(),
        "previous": at_page(query, page.previous_page_number()) if page.has_previous() else "",
        "following": at_page(query, page.next_page_number()) if page.has_next() else "",
    }
    return render(request, "exchange/catalogue.html", context)


def at_page(query: Any, number: int) -> str:
    copy = query.copy()
    copy["page"] = str(number)
    return "?" + str(copy.urlencode())


def row_of(one: SharedField, names: dict[str, str]) -> dict[str, Any]:
    """A field as the page shows it."""
    return {
        "field": one,
        "object": shared_objects()[one.object].label,
        "owner": names.get(one.owner, one.owner),
        "tone": TONES[one.level],
    }


@require_safe
def catalogue_file(request: HttpRequest) -> HttpResponse:
    """The fields that fit the filter, as CSV with codes (not words), so that machines can read them."""
    found = catalogue(CatalogueSearch(request.GET).wanted())
    rows = ([str(getattr(one, name)) for name in COLUMNS] for one in found)
    return as_csv("data-catalogue", COLUMNS, rows)


def as_csv(name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A CSV download."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows(rows)
    response = HttpResponse(SHEET + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    """What the public may take away."""
    stored = OpenDataset.objects.in_bulk([one.code for one in datasets()])
    return render(
        request,
        "exchange/open_data.html",
        {"datasets": [(one, stored.get(one.code)) for one in datasets()]},
    )


def known(code: str) -> tuple[Dataset, OpenDataset | None]:
    found = dataset_of(code)
    if found is None:
        raise Http404
    return found, OpenDataset.objects.filter(pk=code).first()


@require_safe
def dataset_page(request: HttpRequest, code: str) -> HttpResponse:
    """One dataset: what it says, its columns, its newest rows, its files."""
    dataset, stored = known(code)
    rows = stored.rows if stored else []
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    names = [one.name for one in dataset.columns]
    context = {
        "dataset": dataset,
        "stored": stored,
        "owner": agency_names().get(dataset.owner, dataset.owner),
        "columns": [{"label": one.label, "kind": "number" if one.figure else ""} for one in dataset.columns],
        "rows": [
            {"cells": ["…" if row[name] is None else row[name] for name in names]} for row in page.object_list
        ],
        "previous": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "following": f"?page={page.next_page_number()}" if page.has_next() else "",
    }
    return render(request, "exchange/dataset.html", context)


@require_safe
def dataset_file(request: HttpRequest, code: str, file_format: str) -> HttpResponse:
    """The rows as CSV or JSON; JSON carries the description with them."""
    dataset, stored = known(code)
    if stored is None or file_format not in {"csv", "json"}:
        raise Http404
    names = [one.name for one in dataset.columns]
    if file_format == "csv":
        return as_csv(code, names, ([row[name] for name in names] for row in stored.rows))
    return JsonResponse(
        {
            "code": code,
            "title_zh": dataset.title_zh,
            "title_en": dataset.title_en,
            "description_zh": dataset.text_zh,
            "description_en": dataset.text_en,
            "publisher": dataset.owner,
            "computed_at": stored.computed_at.isoformat(),
            "suppressed_rows": stored.suppressed,
            "columns": [
                {"name": one.name, "label_zh": one.name_zh, "label_en": one.name_en}
                for one in dataset.columns
            ],
            "rows": stored.rows,
        },
        json_dumps_params={"ensure_ascii": False},
    )

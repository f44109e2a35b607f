"""The console's pages: queues with counts, one queue, one case, one action. They know no app, only `portal.workbench`.

Who comes in holds a post; what is seen follows from post, office and the queue's permission. A second factor for officials is asked
by the sign-in, not here.
"""

from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from portal.console.access import asks_for_table, case_or_404, for_officials, queue_or_404
from portal.desk import countersigning, saved
from portal.desk.assigning import colleagues
from portal.desk.cases import Case
from portal.desk.countersigning import open_countersign
from portal.desk.history import history, open_tasks
from portal.desk.requests import open_request
from portal.errors import Refusal
from portal.workbench import (
    COUNTED,
    Action,
    Column,
    Desk,
    ItemResult,
    Outcome,
    Queue,
    chosen,
    primary_keys,
    registry,
    urgency,
)


@require_GET
@for_officials
def queues(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every queue of this official with its counts."""
    rows = [(queue, queue.counts(desk)) for queue in registry.queues() if queue.allowed(desk)]
    return render(request, "portal/workbench/queues.html", {"rows": rows, "desk": desk})


@require_GET
@for_officials
def queue_page(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """One queue: filter, search, sort and page in SQL; the table alone when HTMX asks."""
    queue = queue_or_404(code, desk)
    asked = {name: request.GET.get(name, "") for name in ("q", "sort", *(f.name for f in queue.filters))}
    cases = queue.cases(desk)
    for choice in queue.filters:
        cases = cases.filter(choice.condition(asked[choice.name], desk))
    if asked["q"].strip():
        cases = queue.search(cases, asked["q"].strip())
    page = BoundedPaginator(queue.sorted(cases, asked["sort"]), queue.page_size).get_page(
        request.GET.get("page")
    )
    context = {
        "queue": queue,
        "desk": desk,
        "page": page,
        "rows": [Row(queue, case) for case in page],
        "headings": headings(queue, asked),
        "actions": [action for action in queue.actions_for(desk) if action.bulk],
        "fields": filter_fields(queue, asked),
        "narrowed": any(value for name, value in asked.items() if name != "sort"),
        "pages": page_links(page, asked),
        "saved": saved.of_queue(queue, desk),
        "current": saved.current({name: value for name, value in asked.items() if name != "page"}),
    }
    template = "table" if asks_for_table(request) else "queue"
    return render(request, f"portal/workbench/{template}.html", context)


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts and pages through COUNTED rows at most; `more` says that there are others.

    A page is sorted by its keys alone; what the cases refer to is read for the cases of the page.
    """

    @property
    def cases(self) -> "QuerySet[Any]":
        return cast("QuerySet[Any]", self.object_list)

    def page(self, number: int | str) -> "Page[Any]":
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        keys = list(self.cases.values_list("pk", flat=True)[start : min(start + self.per_page, self.count)])
        found = self.cases.order_by().in_bulk(keys)
        return Page([found[key] for key in keys if key in found], number, self)

    @cached_property
    def found(self) -> int:
        return self.cases.order_by()[: COUNTED + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self.found, COUNTED)

    @property
    def more(self) -> bool:
        return self.found > COUNTED


class Row:
    """A case as a line of the table: cells in the order of the columns."""

    def __init__(self, queue: Queue, case: Any) -> None:
        self.pk = case.pk
        self.name = queue.name_of(case)
        self.url = reverse("console:case", args=[queue.code, case.pk])
        self.cells = [(column, cell_value(queue, case, column)) for column in queue.columns]
        self.urgency = urgency(queue.due(case))


def cell_value(queue: Queue, case: Any, column: Column) -> Any:
    """The value shown: a choice's label when the field has choices, a person's name, money to the cent."""
    value = queue.value_of(case, column)
    if value is None:
        return None
    if column.kind == "person":
        return value.get_full_name() or value.get_username()
    return f"{value:.2f}" if column.kind == "money" else value


def headings(queue: Queue, asked: dict[str, str]) -> list[dict[str, Any]]:
    """Column headings; sortable ones carry the query that sorts by them, the other way round the second time."""
    current = asked["sort"] or queue.default_sort
    found = []
    for column in queue.columns:
        following = f"-{column.sort}" if current == column.sort else column.sort
        direction = {column.sort: "ascending", f"-{column.sort}": "descending"}.get(current, "none")
        found.append(
            {
                "column": column,
                "direction": direction if column.sort else "",
                "query": query_string({**asked, "sort": following}) if column.sort else "",
            }
        )
    return found


def filter_fields(queue: Queue, asked: dict[str, str]) -> list[dict[str, Any]]:
    """The search and the choices as the filter bar wants them."""
    search = {"name": "q", "label": queue.search_label, "value": asked["q"], "kind": "search"}
    choices = [
        {
            "name": choice.name,
            "label": choice.label,
            "value": asked[choice.name],
            "kind": "select",
            "choices": [("", _("全部")), *choice.choices],
        }
        for choice in queue.filters
    ]
    return [search, *choices]


def query_string(values: dict[str, Any]) -> str:
    return "?" + urlencode({name: value for name, value in values.items() if value})


def page_links(page: "Page[Any]", asked: dict[str, str]) -> dict[str, str]:
    """Query strings of the neighbouring pages, "" where there is none."""
    before = page.previous_page_number() if page.has_previous() else 0
    after = page.next_page_number() if page.has_next() else 0
    return {
        "previous": query_string({**asked, "page": before}) if before else "",
        "next": query_string({**asked, "page": after}) if after else "",
    }


@require_GET
@for_officials
def case(request: HttpRequest, desk: Desk, code: str, pk: int) -> HttpResponse:
    """One case with everything an official needs to decide, and the buttons that fit."""
    queue = queue_or_404(code, desk)
    return case_page(request, queue, desk, case_or_404(queue, desk, pk))


def case_page(
    request: HttpRequest, queue: Queue, desk: Desk, found: Any, shown: dict[str, Any] | None = None
) -> HttpResponse:
    context = {
        "queue": queue,
        "desk": desk,
        "case": found,
        "case_name": queue.name_of(found),
        "due": queue.due(found),
        "urgency": urgency(queue.due(found)),
        "taken_by": queue.taken_by(found),
        "actions": [action for action in queue.actions_for(desk) if action.applies(found, desk)],
        **queue.case_context(found, desk),
        **desk_context(queue, found, desk),
        **(shown or {}),
    }
    return render(request, queue.case_template, context)


def desk_context(queue: Queue, row: Any, desk: Desk) -> dict[str, Any]:
    """What every case page shows beside the case itself; nothing for queues without a subject."""
    if not queue.subject_label:
        return {"desk_case": None}
    case_of = Case(queue, row)
    related = queue.related(row, desk)
    return {
        "desk_case": case_of,
        "waiting_request": open_request(case_of.model, case_of.id),
        "waiting_countersign": open_countersign(case_of.model, case_of.id),
        "case_history": history(case_of, queue.flow),
        "tasks": open_tasks(case_of),
        "law": queue.law(row, desk),
        "related": []
        if related is None
        else [(queue.name_of(r), queue.summary(r), queue.address(r.pk)) for r in related[:8]],
        "can_note": desk.may("case.note", queue.agency),
        "colleagues": colleagues(queue, desk, queue.permission)
        if desk.may("case.note", queue.agency)
        else [],
    }


@require_http_methods(["GET", "POST"])
@for_officials
def act(request: HttpRequest, desk: Desk, code: str, action: str) -> HttpResponse:
    """Ask, confirm, then one service call for one case or many; the answer names each case."""
    queue = queue_or_404(code, desk)
    button = queue.action(action)
    if button is None or not desk.may(button.permission, queue.agency):
        raise Http404
    asked = request.POST if request.method == "POST" else request.GET
    ids = primary_keys(asked.getlist("ids"))
    if not ids:
        messages.warning(request, gettext("请先选择要办理的事项。"))
        return redirect("console:queue", code)
    confirmed = request.method == "POST" and (not button.asks or "confirmed" in request.POST)
    form = button.form(queue, desk, request.POST if confirmed else None)
    if not confirmed or (form is not None and not form.is_valid()):
        return ask_page(request, queue, desk, button, ids, form, status=422 if confirmed else 200)
    try:
        outcome = perform(queue, desk, button, ids, form.cleaned_data if form else {})
    except Refusal as refusal:
        return ask_page(request, queue, desk, button, ids, form, refusal=refusal, status=refusal.status)
    return answer(request, queue, desk, button, outcome)


def perform(queue: Queue, desk: Desk, action: Action, ids: list[int], data: dict[str, Any]) -> Outcome:
    """Cases outside the queue are answered here, the others by the service, all in the asked order."""
    found, missing = chosen(queue, desk, ids)
    outcome = countersigning.perform(queue, desk, action, found, data) if found else Outcome([])
    by_id = {item.id: item for item in (*missing, *outcome.items)}
    return Outcome([by_id[pk] for pk in ids if pk in by_id], outcome.shown)


def ask_page(
    request: HttpRequest,
    queue: Queue,
    desk: Desk,
    action: Action,
    ids: list[int],
    form: forms.Form | None,
    *,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    """What will be done to which cases, what is asked, what cannot be undone."""
    found, missing = chosen(queue, desk, ids)
    context = {
        "queue": queue,
        "desk": desk,
        "action": action,
        "ids": ids,
        "form": form,
        "refusal": refusal,
        "cases": [(queue.name_of(one), queue.summary(one)) for one in found],
        "missing": missing,
        "back": back_to(queue, ids),
    }
    return render(request, "portal/workbench/ask.html", context, status=status)


def back_to(queue: Queue, ids: list[int]) -> str:
    if len(ids) == 1:
        return reverse("console:case", args=[queue.code, ids[0]])
    return reverse("console:queue", args=[queue.code])


def answer(request: HttpRequest, queue: Queue, desk: Desk, action: Action, outcome: Outcome) -> HttpResponse:
    """One case: its page again, with a message. Many: a page with a result for each."""
    items = list(outcome.items)
    if len(items) == 1:
        return answer_one(request, queue, desk, action, items[0], outcome.shown)
    names = {one.pk: queue.name_of(one) for one in queue.visible(desk).filter(pk__in=[i.id for i in items])}
    context = {
        "queue": queue,
        "desk": desk,
        "action": action,
        "results": [(names.get(item.id, str(item.id)), item, item.id in names) for item in items],
        "succeeded": sum(item.ok for item in items),
        "failed": sum(not item.ok for item in items),
    }
    return render(request, "portal/workbench/results.html", context)


def answer_one(
    request: HttpRequest, queue: Queue, desk: Desk, action: Action, item: ItemResult, shown: dict[str, Any]
) -> HttpResponse:
    if item.ok and shown:
        return case_page(request, queue, desk, case_or_404(queue, desk, item.id), shown)
    if item.ok:
        messages.success(request, str(item.sentence or action.done))
    else:
        messages.error(request, str(item.sentence))
    if not queue.visible(desk).filter(pk=item.id).exists():
        return redirect("console:queue", queue.code)
    return redirect("console:case", queue.code, item.id)

"""The console's pages: queues with counts, one queue, one case, one action. They know no app, only `portal.workbench`.

Who comes in holds a post; what is seen follows from post, office and the queue's permission. A second factor for officials is asked
by the sign-in, not here.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from portal.errors import Refusal
from portal.workbench import (
    Action,
    Column,
    Desk,
    ItemResult,
    Outcome,
    Queue,
    chosen,
    desk_of,
    primary_keys,
    registry,
    urgency,
)

P = ParamSpec("P")
DeskView = Callable[Concatenate[HttpRequest, Desk, P], HttpResponse]


def for_officials(view: "DeskView[P]") -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Signed in and holding a post; the view gets the desk."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        desk = desk_of(request.user)  # type: ignore[arg-type]
        if not desk.posts:
            raise PermissionDenied
        return view(request, desk, *args, **kwargs)

    return never_cache(login_required(guarded))  # type: ignore[return-value]


def asks_for_table(request: HttpRequest) -> bool:
    """HTMX wants the part that changes; going back in the browser wants the whole page."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.history_restore_request  # type: ignore[union-attr]


def queue_or_404(code: str, desk: Desk) -> Queue:
    """A queue this official may read; the others do not exist for them."""
    queue = registry.queue(code)
    if queue is None or not queue.allowed(desk):
        raise Http404
    return queue


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
    page = Paginator(queue.sorted(cases, asked["sort"]), queue.page_size).get_page(request.GET.get("page"))
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
    }
    template = "table" if asks_for_table(request) else "queue"
    return render(request, f"portal/workbench/{template}.html", context)


class Row:
    """A case as a line of the table: cells in the order of the columns."""

    def __init__(self, queue: Queue, case: Any) -> None:
        self.pk = case.pk
        self.name = queue.name_of(case)
        self.url = reverse("console:case", args=[queue.code, case.pk])
        self.cells = [(column, cell_value(case, column)) for column in queue.columns]
        self.urgency = urgency(queue.due(case))


def cell_value(case: Any, column: Column) -> Any:
    """The value shown: a choice's label when the field has choices, a person's name, money to the cent."""
    shown = getattr(case, f"get_{column.name}_display", None)
    value = shown() if shown else getattr(case, column.name)
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


def case_or_404(queue: Queue, desk: Desk, pk: int) -> Any:
    found = queue.visible(desk).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


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
        **(shown or {}),
    }
    return render(request, queue.case_template, context)


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
    form = action_form(button, request.POST if confirmed else None)
    if not confirmed or (form is not None and not form.is_valid()):
        return ask_page(request, queue, desk, button, ids, form, status=422 if confirmed else 200)
    try:
        outcome = perform(queue, desk, button, ids, form.cleaned_data if form else {})
    except Refusal as refusal:
        return ask_page(request, queue, desk, button, ids, form, refusal=refusal, status=refusal.status)
    return answer(request, queue, desk, button, outcome)


def action_form(action: Action, data: Any) -> forms.Form | None:
    return action.form_class(data) if action.form_class else None


def perform(queue: Queue, desk: Desk, action: Action, ids: list[int], data: dict[str, Any]) -> Outcome:
    """Cases outside the queue are answered here, the others by the service, all in the asked order."""
    found, missing = chosen(queue, desk, ids)
    outcome = action.perform([one.pk for one in found], desk, data) if found else Outcome([])
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


app_name = "console"
urlpatterns = [
    path("", queues, name="queues"),
    path("<str:code>/", queue_page, name="queue"),
    path("<str:code>/<int:pk>/", case, name="case"),
    path("<str:code>/do/<slug:action>/", act, name="act"),
]

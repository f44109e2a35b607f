"""What officials do beside the buttons: notes, tasks, saved filters, absences, a queue as a file. One service call each."""

import csv
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal import audit
from portal.console.access import for_officials, queue_or_404
from portal.console.pages import cell_value
from portal.desk import notes, saved
from portal.desk.absences import deputies_of, note_absence, staff_of
from portal.desk.absences import end_absence as end_absence_of
from portal.enums import Verb
from portal.errors import Refusal
from portal.models import Absence, CaseTask
from portal.workbench import Desk, Queue, registry

EXPORTED = 10_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters that a spreadsheet would run."""


def told(request: HttpRequest, act: Callable[[], Any], done: str) -> bool:
    """Do one thing and tell how it went."""
    try:
        act()
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return False
    messages.success(request, done)
    return True


@require_POST
@for_officials
def add_note(request: HttpRequest, desk: Desk, code: str, pk: int) -> HttpResponse:
    """A remark among officials."""
    queue = queue_or_404(code, desk)
    text = request.POST.get("text", "")
    told(request, lambda: notes.add_note(queue=queue, desk=desk, pk=pk, text=text), gettext("已记录备注。"))
    return redirect(queue.address(pk))


class TaskForm(forms.Form):
    """What is to be done, by whom, until when."""

    title = forms.CharField(max_length=200)
    assignee = forms.IntegerField()
    due_on = forms.DateField(required=False)


@require_POST
@for_officials
def add_task(request: HttpRequest, desk: Desk, code: str, pk: int) -> HttpResponse:
    """Something to do about a case."""
    queue = queue_or_404(code, desk)
    form = TaskForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("请填写事项并选择负责人；期限须为日期。"))
        return redirect(queue.address(pk))
    data = form.cleaned_data
    told(
        request,
        lambda: notes.add_task(
            queue=queue,
            desk=desk,
            pk=pk,
            title=data["title"],
            assignee_id=data["assignee"],
            due_on=data["due_on"],
        ),
        gettext("已登记任务。"),
    )
    return redirect(queue.address(pk))


@require_POST
@for_officials
def finish_task(request: HttpRequest, desk: Desk, code: str, pk: int, task_id: int) -> HttpResponse:
    """Tick off, or open again."""
    queue = queue_or_404(code, desk)
    told(
        request,
        lambda: notes.finish_task(queue=queue, desk=desk, pk=pk, task_id=task_id),
        gettext("已更新任务。"),
    )
    return redirect(queue.address(pk))


@require_GET
@for_officials
def my_tasks(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Open tasks of this official, the most urgent first."""
    tasks = CaseTask.objects.filter(assignee=desk.user, done_at=None).order_by("due_on", "pk")[:200]
    labels = {
        queue.subject_label: queue
        for queue in registry.queues()
        if queue.subject_label and queue.allowed(desk)
    }
    rows = [
        (task, labels[task.model].address(task.object_id) if task.model in labels else "") for task in tasks
    ]
    return render(
        request, "portal/workbench/tasks.html", {"rows": rows, "desk": desk, "today": timezone.localdate()}
    )


@require_POST
@for_officials
def save_filter(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Keep the present conditions under a name."""
    queue = queue_or_404(code, desk)
    query = request.POST.get("query", "")
    told(
        request,
        lambda: saved.save(
            queue=queue,
            desk=desk,
            name=request.POST.get("name", ""),
            query=query,
            shared="shared" in request.POST,
        ),
        gettext("已保存条件。"),
    )
    return redirect(f"{queue.address()}?{saved.cleaned(queue, query)}")


@require_POST
@for_officials
def forget_filter(request: HttpRequest, desk: Desk, code: str, filter_id: int) -> HttpResponse:
    """Delete an own saved filter."""
    queue = queue_or_404(code, desk)
    told(
        request,
        lambda: saved.forget(queue=queue, desk=desk, filter_id=filter_id),
        gettext("已删除保存的条件。"),
    )
    return redirect(queue.address())


class AbsenceForm(forms.Form):
    """Who is away, who stands in, from when to when."""

    person = forms.TypedChoiceField(label=_("缺席人"), coerce=int)
    deputy = forms.TypedChoiceField(label=_("代办人"), coerce=int)
    first_day = forms.DateField(label=_("第一天"), widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label=_("最后一天"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any, desk: Desk) -> None:
        super().__init__(data, initial={"first_day": timezone.localdate()})
        for name, people in (("person", staff_of(desk)), ("deputy", deputies_of(desk))):
            choices = [(pk, user.get_full_name() or user.get_username()) for pk, user in people.items()]
            self.fields[name].choices = choices  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@for_officials
def absences(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Who is away and who stands in; note an absence."""
    form = AbsenceForm(request.POST or None, desk)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        act = lambda: note_absence(  # noqa: E731
            desk=desk,
            person_id=data["person"],
            deputy_id=data["deputy"],
            first_day=data["first_day"],
            last_day=data["last_day"],
        )
        if told(request, act, gettext("已登记缺席。")):
            return redirect("console:absences")
    people = staff_of(desk)
    rows = Absence.objects.filter(person__in=people).select_related("person", "deputy")[:100]
    status = 422 if form.is_bound and not form.is_valid() else 200
    context = {"form": form, "rows": rows, "desk": desk, "today": timezone.localdate()}
    return render(request, "portal/workbench/absences.html", context, status=status)


@require_POST
@for_officials
def end_absence(request: HttpRequest, desk: Desk, absence_id: int) -> HttpResponse:
    """Somebody is back."""
    told(
        request,
        lambda: end_absence_of(absence_id=absence_id, desk=desk),
        gettext("已结束缺席，未办结事项已归还。"),
    )
    return redirect("console:absences")


@require_GET
@for_officials
def export(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """The queue with its present conditions as CSV, at most 10,000 lines; audited."""
    queue = queue_or_404(code, desk)
    asked = {name: request.GET.get(name, "") for name in ("q", "sort", *(f.name for f in queue.filters))}
    cases = queue.cases(desk)
    for choice in queue.filters:
        cases = cases.filter(choice.condition(asked[choice.name], desk))
    if asked["q"].strip():
        cases = queue.search(cases, asked["q"].strip())
    rows = list(queue.sorted(cases, asked["sort"])[:EXPORTED])
    audit.record(
        Verb.DATA_EXPORTED,
        actor=desk.user,
        subject=f"queue:{queue.code}",
        detail={"rows": len(rows), "conditions": {k: v for k, v in asked.items() if v and k != "q"}},
    )
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{queue.code}-{timezone.localdate()}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow([str(column.label) for column in queue.columns])
    writer.writerows([[cell(queue, row, column) for column in queue.columns] for row in rows])
    return response


def cell(queue: Queue, row: Any, column: Any) -> str:
    """A cell as text that no spreadsheet takes for a formula."""
    value = cell_value(queue, row, column)
    if value is None:
        return ""
    if column.kind in {"time", "due"}:
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) and column.kind not in {"number", "money"} else text

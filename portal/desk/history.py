"""Everything officials did with a case, in one line of time: steps, assignments, notes, questions, second signatures."""

from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.desk.cases import Case
from portal.enums import CountersignState, RequestState
from portal.models import Assignment, CaseNote, CaseTask, Countersignature, InformationRequest, TransitionLog
from portal.workflow import Workflow

SYSTEM = gettext_lazy("系统")


def name_of(user: Any) -> str:
    return (user.get_full_name() or user.get_username()) if user else str(SYSTEM)


def history(case: Case, flow: Workflow | None) -> list[dict[str, Any]]:
    """Timeline entries, oldest first: six queries whatever the case."""
    key = {"model": case.model, "object_id": case.id}
    entries = [*assignments(key), *notes(key), *questions(key), *signatures(key), *steps(case, flow)]
    return sorted(entries, key=lambda entry: entry["at"])


def assignments(key: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "at": a.at,
            "title": a.get_kind_display(),
            "text": " → ".join(filter(None, (name_of(a.actor), name_of(a.person) if a.person else "")))
            + (f"：{a.note}" if a.note else ""),
            "tone": "",
        }
        for a in Assignment.objects.filter(**key).select_related("actor", "person")
    ]


def notes(key: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "at": n.at,
            "title": _("备注 · %(name)s") % {"name": name_of(n.author)},
            "text": n.text,
            "tone": "note",
        }
        for n in CaseNote.objects.filter(**key).select_related("author")
    ]


def questions(key: dict[str, Any]) -> list[dict[str, Any]]:
    entries = []
    for r in InformationRequest.objects.filter(**key).select_related("asked_by", "answered_by"):
        asked = _("要求补充资料 · %(name)s") % {"name": name_of(r.asked_by)}
        entries.append({"at": r.asked_at, "title": asked, "text": r.question, "tone": "held"})
        if r.closed_at:
            tone = "good" if r.state == RequestState.ANSWERED else "warn"
            entries.append(
                {"at": r.closed_at, "title": r.get_state_display(), "text": r.answer, "tone": tone}
            )
    return entries


def signatures(key: dict[str, Any]) -> list[dict[str, Any]]:
    entries = []
    for c in Countersignature.objects.filter(**key).select_related("proposed_by", "decided_by"):
        proposed = _("提请双人复核 · %(name)s") % {"name": name_of(c.proposed_by)}
        entries.append(
            {"at": c.proposed_at, "title": proposed, "text": c.form.get("reason", ""), "tone": "held"}
        )
        if c.decided_at:
            good = c.state == CountersignState.CONFIRMED
            title = f"{c.get_state_display()} · {name_of(c.decided_by)}"
            entries.append(
                {"at": c.decided_at, "title": title, "text": c.remark, "tone": "good" if good else "bad"}
            )
    return entries


def steps(case: Case, flow: Workflow | None) -> list[dict[str, Any]]:
    """Changes of state with the names of the steps."""
    if flow is None:
        return []
    log = list(TransitionLog.objects.filter(model=flow.model_label, object_id=case.id))
    people = get_user_model().objects.in_bulk({entry.actor_id for entry in log if entry.actor_id})
    return [
        {
            "at": entry.at,
            "title": f"{flow.transitions[entry.transition].label} · {name_of(people.get(entry.actor_id or 0))}",
            "text": entry.note,
            "tone": "info",
        }
        for entry in log
        if entry.transition in flow.transitions
    ]


def open_tasks(case: Case) -> list[CaseTask]:
    """Tasks of a case, open ones first."""
    tasks = CaseTask.objects.filter(model=case.model, object_id=case.id).select_related("assignee", "done_by")
    return sorted(tasks, key=lambda task: (task.done_at is not None, task.pk))

"""Tasks for agencies and what they decide.

Promise: an agency sees and decides its own tasks only; reading a task's payload (personal data) is audited; a decision
takes effect once, and its second delivery gets the same answer; one bad decision in a batch does not touch the others.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from exchange.enums import TaskState
from exchange.models import AgencyTask
from exchange.selectors.feeds import Page
from exchange.selectors.tasks import task_page
from portal import audit
from portal.enums import Verb
from portal.errors import Refusal
from portal.personal_data import decrypt, encrypt

LEASE = timedelta(minutes=30)
"""After acknowledging a task an agency is expected to decide within this time (shown as the task's deadline)."""


@dataclass(frozen=True, slots=True)
class AgencyDecision:
    """One decision as handed to the handler of its kind."""

    task_id: int
    agency_code: str
    kind: str
    subject_id: int
    outcome: str
    detail: dict[str, Any] = field(default_factory=dict)


DecisionHandler = Callable[[AgencyDecision], None]
_handlers: dict[str, DecisionHandler] = {}


class TaskUnknown(Refusal):
    """No such task, or another agency's."""

    code = "TASK.UNKNOWN"
    message = _("没有此任务。")
    field = "task"
    status = 404


class AlreadyDecided(Refusal):
    """The task was decided with another outcome."""

    code = "TASK.DECIDED"
    message = _("任务已办结，结果为 %(outcome)s，与本次不同。")
    field = "outcome"
    status = 409


class KindUnknown(Refusal):
    """Nobody takes decisions of this kind."""

    code = "TASK.KIND"
    message = _("该类任务暂不受理决定。")
    field = "task"


def register_decision_handler(kind: str, handler: DecisionHandler) -> None:
    """`handler(decision)` runs in a savepoint; it raises a Refusal when the decision cannot take effect."""
    _handlers[kind] = handler


def open_task(*, agency_code: str, kind: str, subject_id: int, payload: dict[str, Any]) -> None:
    """Ask another agency something, in the current transaction. The payload is stored encrypted."""
    open_tasks(agency_code=agency_code, kind=kind, payloads=[(subject_id, payload)])


def open_tasks(*, agency_code: str, kind: str, payloads: Iterable[tuple[int, dict[str, Any]]]) -> None:
    """Many tasks (subject, payload) in one statement."""
    AgencyTask.objects.bulk_create(
        AgencyTask(
            agency_code=agency_code,
            kind=kind,
            subject_id=subject_id,
            payload=encrypt(json.dumps(payload, ensure_ascii=False)),
        )
        for subject_id, payload in payloads
    )


def read_tasks(*, agency_code: str, client: Any, kind: str, cursor: str, limit: int) -> Page:
    """One page of undecided tasks with their payload in clear. Audited when it holds any task. Raises BadCursor."""
    page = task_page(agency_code=agency_code, kind=kind, cursor=cursor, limit=limit)
    for row in page.rows:
        row["payload"] = json.loads(decrypt(row["payload"]))
    if page.rows:
        audit.record(
            Verb.TASKS_READ,
            client=client,
            subject=f"portal.agency:{agency_code}",
            detail={"first": page.rows[0]["id"], "last": page.rows[-1]["id"], "tasks": len(page.rows)},
        )
    return page


def acknowledge_tasks(*, agency_code: str, task_ids: Sequence[int]) -> list[int]:
    """Mark open tasks as fetched; returns the ids that are acknowledged or decided now, unknown ones left out."""
    own = AgencyTask.objects.filter(agency_code=agency_code, pk__in=list(task_ids))
    own.filter(state=TaskState.OPEN).update(state=TaskState.ACKNOWLEDGED, leased_until=timezone.now() + LEASE)
    return sorted(own.values_list("pk", flat=True))


def take_decisions(
    *, agency_code: str, client: Any, decisions: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Apply decisions `{task, outcome, detail}`; one result each, in order, all in one transaction."""
    with transaction.atomic():
        ids = sorted({decision["task"] for decision in decisions})
        tasks = {
            task.pk: task
            for task in AgencyTask.objects.select_for_update()
            .filter(agency_code=agency_code, pk__in=ids)
            .order_by("pk")
        }
        results = [_result(tasks.get(decision["task"]), decision) for decision in decisions]
        audit.record(
            Verb.DECISION_RECEIVED,
            client=client,
            subject=f"portal.agency:{agency_code}",
            detail={
                "tasks": ids[:100],
                "decided": sum(r["status"] == "decided" for r in results),
                "sent": len(results),
            },
        )
    return results


def _result(task: AgencyTask | None, decision: dict[str, Any]) -> dict[str, Any]:
    try:
        with transaction.atomic():
            _decide(task, decision["outcome"], decision.get("detail") or {})
    except Refusal as refusal:
        return {"task": decision["task"], "status": "refused", "error": _error(refusal)}
    return {"task": decision["task"], "status": "decided", "outcome": decision["outcome"]}


def _decide(task: AgencyTask | None, outcome: str, detail: dict[str, Any]) -> None:
    """Raises TaskUnknown, AlreadyDecided, KindUnknown or the handler's own Refusal."""
    if task is None:
        raise TaskUnknown
    digest = hashlib.sha256(orjson.dumps([outcome, detail], option=orjson.OPT_SORT_KEYS)).digest()
    if task.state == TaskState.DECIDED:
        if bytes(task.detail_digest or b"") != digest:
            raise AlreadyDecided(outcome=task.outcome)
        return
    handler = _handlers.get(task.kind)
    if handler is None:
        raise KindUnknown
    handler(AgencyDecision(task.pk, task.agency_code, task.kind, task.subject_id, outcome, detail))
    changed = {
        "state": TaskState.DECIDED,
        "outcome": outcome,
        "detail_digest": digest,
        "decided_at": timezone.now(),
    }
    AgencyTask.objects.filter(pk=task.pk).update(**changed)
    task.__dict__.update(changed)


def _error(refusal: Refusal) -> dict[str, str]:
    sentences = {}
    for name, language in (("message_zh", "zh-hans"), ("message_en", "en")):
        with translation.override(language):
            sentences[name] = refusal.sentence
    return {"path": refusal.field, "code": refusal.code, **sentences}

"""Tasks for agencies and what they decide.

Promise: an agency sees and decides its own tasks only; of a task's payload it gets what the grants of data say, and reading it is
audited; a decision takes effect once, and its second delivery gets the same answer; one bad decision in a batch does not touch the
others; an answer that nobody understands is kept for an official (`exchange.services.unclear`).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from exchange.enums import DataUse, TaskState
from exchange.models import AgencyTask
from exchange.permissions import WrongPurpose, kinds_of
from exchange.selectors.catalogue import TASK_OBJECT, shared_fields
from exchange.selectors.disclosure import Reader, disclosed
from exchange.selectors.feeds import Page
from exchange.selectors.tasks import TaskFilter, task_page
from exchange.services.unclear import (
    NotUnderstood,
    Reading,
    corrected,
    keep_whole,
    note_codes,
    read_answer,
)
from exchange.workflow import TASK
from portal import audit, workflow
from portal.enums import Verb
from portal.errors import Refusal
from portal.people import limit
from portal.personal_data import decrypt, encrypt


@dataclass(frozen=True, slots=True)
class AgencyDecision:
    """One decision as handed to the handler of its kind."""

    task_id: int
    agency_code: str
    kind: str
    subject_id: int
    outcome: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fresh:
    """A decision for its handler, the digest of what was sent, and how it was read."""

    decision: AgencyDecision
    digest: bytes
    reading: Reading


DecisionHandler = Callable[[AgencyDecision], None]
BatchHandler = Callable[[Sequence[AgencyDecision]], Mapping[int, Refusal]]
_handlers: dict[str, DecisionHandler] = {}
_batch_handlers: dict[str, BatchHandler] = {}


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


def register_batch_handler(kind: str, handler: BatchHandler) -> None:
    """`handler(decisions)` takes all decisions of the kind in a request at once and returns refusals by task id."""
    _batch_handlers[kind] = handler


def open_task(
    *, agency_code: str, kind: str, subject_id: int, payload: dict[str, Any], district: str = ""
) -> None:
    """Ask another agency something, in the current transaction. The payload is stored encrypted."""
    open_tasks(agency_code=agency_code, kind=kind, payloads=[(subject_id, payload)], district=district)


def open_tasks(
    *, agency_code: str, kind: str, payloads: Iterable[tuple[int, dict[str, Any]]], district: str = ""
) -> None:
    """Many tasks (subject, payload) of one customs district, or of none, in one statement.

    Raises LookupError for a kind that the data catalogue does not know.
    """
    if TASK_OBJECT + kind not in shared_fields():
        raise LookupError(f"{kind} is not in the data catalogue (exchange/data/shared_objects.csv)")
    AgencyTask.objects.bulk_create(
        AgencyTask(
            agency_code=agency_code,
            kind=kind,
            subject_id=subject_id,
            district=district,
            payload=encrypt(json.dumps(payload, ensure_ascii=False)),
        )
        for subject_id, payload in payloads
    )


def read_tasks(*, agency_code: str, client: Any, wanted: TaskFilter, cursor: str, limit: int) -> Page:
    """One page of undecided tasks of the kinds that the client's purpose covers; of their payload, the fields this agency is granted.

    Audited when it holds any task. Raises BadCursor, WrongPurpose.
    """
    allowed = kinds_of(client)
    if wanted.kind and allowed is not None and wanted.kind not in allowed:
        raise WrongPurpose
    page = task_page(agency_code=agency_code, wanted=wanted, kinds=allowed, cursor=cursor, limit=limit)
    reader = Reader(agency_code, DataUse.TASK, timezone.localdate())
    for row in page.rows:
        payload = json.loads(decrypt(row["payload"]))
        row["payload"] = disclosed(payload, object_code=TASK_OBJECT + row["kind"], reader=reader).values
    if page.rows:
        audit.record(
            Verb.TASKS_READ,
            client=client,
            subject=f"portal.agency:{agency_code}",
            detail={
                "first": page.rows[0]["id"],
                "last": page.rows[-1]["id"],
                "tasks": len(page.rows),
                "purpose": DataUse.TASK.value,
                "kinds": sorted({row["kind"] for row in page.rows}),
            },
        )
    return page


@transaction.atomic
def acknowledge_tasks(*, agency_code: str, task_ids: Sequence[int]) -> list[int]:
    """Lease open tasks to the agency; returns the ids that are acknowledged or decided now, unknown ones left out."""
    own = sorted(
        AgencyTask.objects.filter(agency_code=agency_code, pk__in=list(task_ids)).values_list("pk", flat=True)
    )
    moved = workflow.advance_many(TASK, "acknowledge", own)
    until = timezone.now() + timedelta(minutes=limit("P.TASK.LEASE_MINUTES"))
    AgencyTask.objects.filter(pk__in=moved).update(leased_until=until)
    return own


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
        refusals = _apply(tasks, decisions, kinds_of(client))
        results = [
            _result(tasks.get(decision["task"]), decision, refusal)
            for decision, refusal in zip(decisions, refusals, strict=True)
        ]
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


def _apply(
    tasks: Mapping[int, AgencyTask], decisions: Sequence[dict[str, Any]], kinds: frozenset[str] | None
) -> list[Refusal | None]:
    """What was refused, in the order sent. A task named twice is worked in that order, one round after the other."""
    refusals: list[Refusal | None] = [None] * len(decisions)
    waiting = list(enumerate(decisions))
    while waiting:
        turn: dict[int, tuple[int, Fresh]] = {}
        later = []
        for place, decision in waiting:
            if decision["task"] in turn:
                later.append((place, decision))
                continue
            try:
                fresh = _fresh(tasks.get(decision["task"]), decision, kinds)
            except Refusal as refusal:
                refusals[place] = refusal
                if isinstance(refusal, NotUnderstood):
                    keep_whole(tasks[decision["task"]], decision, refusal)
                continue
            if fresh:
                turn[decision["task"]] = (place, fresh)
        refused = _handle([fresh.decision for _place, fresh in turn.values()])
        for number, reason in refused.items():
            refusals[turn[number][0]] = reason
        taken = {number: one for number, (_place, one) in turn.items() if number not in refused}
        _note_interim(tasks, {number: one for number, one in taken.items() if one.reading.interim})
        _note_decided(tasks, {number: one for number, one in taken.items() if not one.reading.interim})
        for number, one in taken.items():
            note_codes(tasks[number], decisions[turn[number][0]], one.reading.doubts, one.digest)
        waiting = later
    return refusals


def _fresh(task: AgencyTask | None, decision: dict[str, Any], kinds: frozenset[str] | None) -> Fresh | None:
    """The decision to hand to its handler; None when it took effect before.

    Raises TaskUnknown, WrongPurpose, AlreadyDecided, KindUnknown, NotUnderstood.
    """
    if task is None:
        raise TaskUnknown
    if kinds is not None and task.kind not in kinds:
        raise WrongPurpose
    outcome, detail = decision["outcome"], decision.get("detail") or {}
    digest = digest_of(outcome, detail)
    if _was_noted(task, digest):
        return None
    if task.state == TaskState.DECIDED:
        if bytes(task.detail_digest or b"") != digest:
            raise AlreadyDecided(outcome=task.outcome)
        return None
    if task.kind not in _handlers and task.kind not in _batch_handlers:
        raise KindUnknown
    reading = read_answer(agency_code=task.agency_code, kind=task.kind, outcome=outcome, detail=detail)
    if reading.whole:
        raise NotUnderstood(reading.doubts[0], digest)
    read = AgencyDecision(
        task.pk, task.agency_code, task.kind, task.subject_id, reading.outcome, reading.detail
    )
    return Fresh(read, digest, reading)


def _was_noted(task: AgencyTask, digest: bytes) -> bool:
    """Was this very interim answer taken before?"""
    known = bytes(task.interim_digests or b"")
    return any(known[start : start + len(digest)] == digest for start in range(0, len(known), len(digest)))


def digest_of(outcome: str, detail: dict[str, Any]) -> bytes:
    """SHA-256 by which the second delivery of a decision is recognised."""
    return hashlib.sha256(orjson.dumps([outcome, detail], option=orjson.OPT_SORT_KEYS)).digest()


def _handle(fresh: Sequence[AgencyDecision]) -> dict[int, Refusal]:
    """Every decision to the handler of its kind, refused ones rolled back alone; refusals by task."""
    refused: dict[int, Refusal] = {}
    together: dict[str, list[AgencyDecision]] = defaultdict(list)
    for decision in fresh:
        if decision.kind in _batch_handlers:
            together[decision.kind].append(decision)
            continue
        try:
            with transaction.atomic():
                _handlers[decision.kind](decision)
        except Refusal as refusal:
            refused[decision.task_id] = refusal
    for kind, group in together.items():
        try:
            with transaction.atomic():
                refused.update(_batch_handlers[kind](group))
        except Refusal as refusal:
            refused.update({decision.task_id: refusal for decision in group})
    return refused


def _note_decided(tasks: Mapping[int, AgencyTask], decided: Mapping[int, Fresh]) -> None:
    """The tasks are done: three statements for any number of them."""
    if not decided:
        return
    _write("outcome = d.outcome, detail_digest = decode(d.digest, 'hex'), decided_at = now()", decided)
    workflow.advance_many(TASK, "decide", list(decided))
    corrected([number for number in decided if tasks[number].state == TaskState.UNKNOWN])
    for number, one in decided.items():
        tasks[number].__dict__.update(
            state=TaskState.DECIDED, outcome=one.decision.outcome, detail_digest=one.digest
        )


def _note_interim(tasks: Mapping[int, AgencyTask], noted: Mapping[int, Fresh]) -> None:
    """The agency goes on working: the tasks stay in its feed, with what it said last."""
    if not noted:
        return
    digests = "coalesce(t.interim_digests, ''::bytea) || decode(d.digest, 'hex')"
    _write(f"outcome = d.outcome, interim_digests = {digests}", noted)
    doubtful = [number for number in noted if tasks[number].state == TaskState.UNKNOWN]
    if doubtful:
        workflow.advance_many(TASK, "understand", doubtful)
        corrected(doubtful)
    for number, one in noted.items():
        task = tasks[number]
        known = bytes(task.interim_digests or b"") + one.digest
        state = TaskState.ACKNOWLEDGED if number in doubtful else task.state
        task.__dict__.update(state=state, outcome=one.decision.outcome, interim_digests=known)


def _write(assignments: str, answers: Mapping[int, Fresh]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE exchange_agencytask t SET {assignments}"  # noqa: S608 -- constants of this file
            " FROM unnest(%s::bigint[], %s::varchar[], %s::text[]) AS d(id, outcome, digest) WHERE t.id = d.id",
            [
                list(answers),
                [one.decision.outcome for one in answers.values()],
                [one.digest.hex() for one in answers.values()],
            ],
        )


def _result(task: AgencyTask | None, decision: dict[str, Any], refusal: Refusal | None) -> dict[str, Any]:
    """decided; noted (interim, the task goes on); unclear (kept for an official); refused."""
    shown = {"task": decision["task"], "outcome": decision["outcome"]}
    if isinstance(refusal, NotUnderstood):
        return {**shown, "status": "unclear", "error": _error(refusal)}
    if refusal is not None:
        return {"task": decision["task"], "status": "refused", "error": _error(refusal)}
    digest = digest_of(decision["outcome"], decision.get("detail") or {})
    return {**shown, "status": "noted" if task and _was_noted(task, digest) else "decided"}


def _error(refusal: Refusal) -> dict[str, str]:
    sentences = {}
    for name, language in (("message_zh", "zh-hans"), ("message_en", "en")):
        with translation.override(language):
            sentences[name] = refusal.sentence
    return {"path": refusal.field, "code": refusal.code, **sentences}

"""Answers nobody understands: kept as they came, shown to people, mapped to a known code or asked again.

Promise: an answer with an unknown code is neither lost nor guessed. A whole answer that is unclear moves nothing; of an answer of many
rows (`Contract.partial`) what is known takes effect. What an official says a code means holds for every later answer.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from exchange.agencies.contract import OUTCOME, Doubt, replaced
from exchange.agencies.contracts import contract_of
from exchange.enums import TaskState, UnclearState
from exchange.models import AgencyTask, CodeMeaning, UnclearAnswer
from exchange.workflow import TASK, UNCLEAR
from portal import workflow
from portal.errors import Refusal
from portal.personal_data import encrypt

MOST_DOUBTS = 20
"""Different unknown codes read in one answer."""


class NotUnderstood(Refusal):
    """The answer holds a code or a form that nobody knows: it is kept, and an official looks at it."""

    code = "TASK.UNCLEAR"
    message = _("答复中的 %(field)s=%(value)s 无法识别，已转人工处理。")
    field = "detail"

    def __init__(self, doubt: Doubt, digest: bytes) -> None:
        super().__init__(field=doubt.field, value=doubt.value or "?")
        self.params["field"] = doubt.field
        self.doubt = doubt
        self.digest = digest


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer as it is handed on: unknown codes with a meaning replaced, the doubts that are left, and whether it ends the task."""

    outcome: str
    detail: dict[str, Any]
    doubts: Sequence[Doubt] = ()
    whole: bool = False
    """The doubts concern the answer as a whole: nothing of it may take effect."""
    interim: bool = False


def read_answer(*, agency_code: str, kind: str, outcome: str, detail: dict[str, Any]) -> Reading:
    """What the answer says by its contract. Queries only when something is unknown."""
    contract = contract_of(agency_code, kind)
    if contract is None:
        return Reading(outcome, detail)
    answer: dict[str, Any] = {OUTCOME: outcome, "detail": detail}
    doubts = contract.doubts(outcome, detail)
    for _round in range(MOST_DOUBTS if doubts else 0):
        known = _meanings(agency_code, kind, doubts)
        if not known:
            break
        for doubt, meaning in known.items():
            answer = replaced(answer, doubt, meaning)
        doubts = contract.doubts(answer[OUTCOME], answer["detail"])
    whole = any(not contract.partial or doubt.field == OUTCOME or not doubt.value for doubt in doubts)
    return Reading(answer[OUTCOME], answer["detail"], doubts, whole, answer[OUTCOME] in contract.interim)


def _meanings(agency_code: str, kind: str, doubts: Sequence[Doubt]) -> dict[Doubt, str]:
    wanted = {(doubt.field, doubt.value): doubt for doubt in doubts if doubt.value}
    found = CodeMeaning.objects.filter(
        agency_code=agency_code, kind=kind, value__in=[value for _field, value in wanted]
    ).values_list("field", "value", "known")
    return {wanted[name, value]: known for name, value, known in found if (name, value) in wanted}


def keep_whole(task: AgencyTask, decision: dict[str, Any], reason: NotUnderstood) -> None:
    """The task waits for an official. A newer unclear answer of the same task replaces the older one."""
    if task.state != TaskState.UNKNOWN:
        workflow.advance_many(TASK, "doubt", [task.pk])
        task.__dict__.update(state=TaskState.UNKNOWN)
    UnclearAnswer.objects.bulk_create(
        [_row(task, decision, reason.doubt, reason.digest)], ignore_conflicts=True
    )
    UnclearAnswer.objects.filter(task_id=task.pk, state=UnclearState.WAITING, applied=False).exclude(
        digest=reason.digest
    ).update(
        field=reason.doubt.field,
        value=reason.doubt.value,
        content=_content(decision),
        digest=reason.digest,
        times=F("times") + 1,
    )


def note_codes(task: AgencyTask, decision: dict[str, Any], doubts: Sequence[Doubt], digest: bytes) -> None:
    """The answer took effect but for these codes: one case per code, counted."""
    for doubt in doubts:
        waiting = UnclearAnswer.objects.filter(
            agency_code=task.agency_code,
            kind=task.kind,
            field=doubt.field,
            value=doubt.value,
            state=UnclearState.WAITING,
            applied=True,
        )
        if not waiting.update(times=F("times") + 1):
            row = _row(task, decision, doubt, digest)
            row.applied = True
            UnclearAnswer.objects.bulk_create([row], ignore_conflicts=True)


def corrected(task_ids: Sequence[int]) -> None:
    """The agency has answered these tasks once more, and well."""
    waiting = UnclearAnswer.objects.filter(
        task_id__in=list(task_ids), state=UnclearState.WAITING, applied=False
    )
    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    if ids:
        workflow.advance_many(UNCLEAR, "correct", ids)


def _row(task: AgencyTask, decision: dict[str, Any], doubt: Doubt, digest: bytes) -> UnclearAnswer:
    return UnclearAnswer(
        task_id=task.pk,
        agency_code=task.agency_code,
        kind=task.kind,
        subject_id=task.subject_id,
        field=doubt.field[:32],
        value=doubt.value,
        content=_content(decision),
        digest=digest,
    )


def _content(decision: dict[str, Any]) -> str:
    said = {OUTCOME: decision[OUTCOME], "detail": decision.get("detail") or {}}
    return encrypt(json.dumps(said, ensure_ascii=False))

"""What officials do with answers nobody understands: say what a code means, ask again, put aside."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from exchange.agencies.contract import OUTCOME
from exchange.agencies.contracts import contract_of
from exchange.enums import UnclearState
from exchange.models import CodeMeaning, UnclearAnswer
from exchange.permissions import CLEAR
from exchange.services.agency import take_decisions
from exchange.workflow import TASK, UNCLEAR
from portal import audit, workflow
from portal.enums import Verb
from portal.errors import Refusal
from portal.permissions import require
from portal.personal_data import decrypt

if TYPE_CHECKING:
    from portal.models import User


class NotMappable(Refusal):
    """The chosen code is not one of the part's table, or the part has no code at all."""

    code = "UNCLEAR.CODE"
    message = _("请选择该字段代码表中的代码；缺项或格式不对的答复只能重新询问。")
    field = "known"


class AnswerGone(Refusal):
    """Somebody else has dealt with it, or the agency has corrected it."""

    code = "UNCLEAR.SETTLED"
    message = _("该答复已处理。")
    status = 409


class TookEffect(Refusal):
    """The rest of the answer took effect: there is nothing to ask again."""

    code = "UNCLEAR.APPLIED"
    message = _("该答复的其余部分已生效，不能重新询问；请认定代码或搁置。")
    status = 409


class NeedsAnswer(Refusal):
    """A task waits for this answer."""

    code = "UNCLEAR.NEEDED"
    message = _("任务仍在等待答复，不能搁置；请认定代码或重新询问。")
    status = 409


class StillRefused(Refusal):
    """With the code understood, the answer was refused by whoever acts on it."""

    code = "UNCLEAR.REFUSED"
    message = _("代码已认定，但答复仍不能生效：%(reason)s")
    status = 409


@dataclass(frozen=True, slots=True)
class Cleared:
    """What became of one answer; `refusal` None = done."""

    unclear_id: int
    refusal: Refusal | None = None


Step = Callable[[UnclearAnswer], None]


def map_code(*, ids: Sequence[int], known: str, actor: "User") -> list[Cleared]:
    """Say that the code means the same as `known`, now and for every later answer; the answers take effect.

    Raises NotPermitted. Per answer: AnswerGone, NotMappable, StillRefused.
    """
    require(actor, CLEAR)

    def step(one: UnclearAnswer) -> None:
        contract = contract_of(one.agency_code, one.kind)
        if not one.value or contract is None or known not in contract.codes.get(one.field, {}):
            raise NotMappable
        CodeMeaning.objects.update_or_create(
            agency_code=one.agency_code,
            kind=one.kind,
            field=one.field,
            value=one.value,
            defaults={"known": known, "decided_by": actor},
        )
        _move(one, "map", Verb.AGENCY_CODE_MAPPED, actor, known=known)
        if not one.applied:
            _decide_again(one)

    return _each(ids, step)


def ask_again(*, ids: Sequence[int], actor: "User") -> list[Cleared]:
    """The tasks stand at the end of the agency's feed again. Raises NotPermitted. Per answer: AnswerGone, TookEffect."""
    require(actor, CLEAR)

    def step(one: UnclearAnswer) -> None:
        if one.applied:
            raise TookEffect
        _move(one, "ask", Verb.AGENCY_ASKED_AGAIN, actor)
        workflow.advance_many(TASK, "ask_again", [one.task_id], actor=actor)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE exchange_agencytask SET xid = pg_current_xact_id(), leased_until = NULL, try_at = NULL,"
                " attempts = 0 WHERE id = %s",
                [one.task_id],
            )

    return _each(ids, step)


def put_aside(*, ids: Sequence[int], actor: "User") -> list[Cleared]:
    """Nothing is to be done about the code. Raises NotPermitted. Per answer: AnswerGone, NeedsAnswer."""
    require(actor, CLEAR)

    def step(one: UnclearAnswer) -> None:
        if not one.applied:
            raise NeedsAnswer
        _move(one, "put_aside", Verb.AGENCY_ANSWER_ASIDE, actor)

    return _each(ids, step)


@transaction.atomic
def _each(ids: Sequence[int], step: Step) -> list[Cleared]:
    """Every waiting answer by itself: what is refused for one is rolled back for that one."""
    found = UnclearAnswer.objects.select_for_update().order_by("pk").in_bulk(list(ids))
    results = []
    for number in ids:
        one = found.get(number)
        try:
            with transaction.atomic():
                if one is None or one.state != UnclearState.WAITING:
                    raise AnswerGone
                step(one)
        except Refusal as refusal:
            results.append(Cleared(number, refusal))
        else:
            results.append(Cleared(number))
    return results


def _move(one: UnclearAnswer, step: str, verb: Verb, actor: "User", **more: str) -> None:
    audit.record(
        verb,
        actor=actor,
        subject=f"portal.agency:{one.agency_code}",
        detail={"task": one.task_id, "kind": one.kind, "field": one.field, "value": one.value, **more},
    )
    workflow.advance_many(UNCLEAR, step, [one.pk], actor=actor)


def _decide_again(one: UnclearAnswer) -> None:
    """The kept answer once more, as if the agency had sent it now. Raises StillRefused."""
    said = json.loads(decrypt(one.content))
    decision = {"task": one.task_id, OUTCOME: said[OUTCOME], "detail": said["detail"]}
    result = take_decisions(agency_code=one.agency_code, client=None, decisions=[decision])[0]
    if result["status"] == "refused":
        raise StillRefused(reason=result["error"]["message_zh"])

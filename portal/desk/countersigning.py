"""Four eyes: an act of weight is proposed by one official and carried out when another one confirms it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import audit, letters
from portal.desk.assigning import colleagues, hand
from portal.desk.cases import Case, CaseUnknown, may
from portal.desk.requests import open_request
from portal.enums import AssignmentKind, CountersignState, Verb
from portal.errors import Refusal
from portal.models import Countersignature
from portal.permissions import NotPermitted
from portal.workbench import Action, Desk, ItemResult, Outcome, Queue, registry
from portal.workflow import Transition, advance_many, workflow

PROPOSED = frozenset({CountersignState.PROPOSED.value})
COUNTERSIGN = workflow(
    "portal.Countersignature",
    "state",
    CountersignState.values,
    [
        Transition("confirm", PROPOSED, CountersignState.CONFIRMED, _("复核同意")),
        Transition("refuse", PROPOSED, CountersignState.REFUSED, _("复核不同意")),
    ],
)
WAITS = _("已提请双人复核，由另一位有权人员确认后生效。")


class OwnProposal(Refusal):
    """The proposer may not confirm."""

    code = "COUNTERSIGN.FOUR_EYES"
    message = _("提出人不能复核自己的决定，请由另一人复核。")
    status = 403


class CountersignClosed(Refusal):
    """Somebody was first."""

    code = "COUNTERSIGN.CLOSED"
    message = _("此项复核已经处理过。")
    status = 409


class WaitsForCountersign(Refusal):
    """The case waits for a second person; nothing else is done with it meanwhile."""

    code = "COUNTERSIGN.OPEN"
    message = _("此事项正在等待双人复核。")
    status = 409


class WaitsForAnswer(Refusal):
    """The enterprise has been asked; withdraw the question first."""

    code = "REQUEST.OPEN"
    message = _("已要求企业补充资料，尚未答复；如无须等待，请先撤回要求。")
    status = 409


def perform(
    queue: Queue, desk: Desk, action: Action, cases: Sequence[Any], data: Mapping[str, Any]
) -> Outcome:
    """Carry an action out on visible cases: at once, or as a proposal where the action needs a second person.

    An action that decides is refused while the enterprise is being asked or a proposal is open. One transaction.
    """
    if not (action.decides and queue.subject_label):
        return action.perform([case.pk for case in cases], desk, dict(data))
    held: dict[int, ItemResult] = {}
    free: list[int] = []
    with transaction.atomic():
        for row in cases:
            case = Case(queue, row)
            refusal = obstacle(case)
            if refusal is not None:
                held[row.pk] = ItemResult(row.pk, ok=False, sentence=refusal.sentence, code=refusal.code)
            elif action.applies(row, desk) and action.needs_countersign(row):
                propose(case, desk, action, data)
                held[row.pk] = ItemResult(row.pk, ok=True, sentence=WAITS)
            else:
                free.append(row.pk)
        outcome = action.perform(free, desk, dict(data)) if free else Outcome([])
    done = {item.id: item for item in outcome.items} | held
    return Outcome([done[row.pk] for row in cases if row.pk in done], outcome.shown)


def obstacle(case: Case) -> Refusal | None:
    """Why nobody may decide this case now."""
    if open_countersign(case.model, case.id):
        return WaitsForCountersign()
    if open_request(case.model, case.id):
        return WaitsForAnswer()
    return None


def open_countersign(model: str, object_id: int) -> Countersignature | None:
    """The proposal a case waits for, if any."""
    return (
        Countersignature.objects.filter(model=model, object_id=object_id, state=CountersignState.PROPOSED)
        .select_related("proposed_by")
        .first()
    )


def propose(case: Case, desk: Desk, action: Action, data: Mapping[str, Any]) -> Countersignature:
    """Keep what is to be done; those who may confirm are told; the case is free for them."""
    proposal = Countersignature.objects.create(
        model=case.model,
        object_id=case.id,
        queue=case.queue.code,
        action=action.code,
        agency=case.queue.agency,
        name=case.name[:100],
        form={name: str(value) for name, value in data.items() if value not in (None, "")},
        proposed_by=desk.user,
        proposed_at=timezone.now(),
    )
    if case.queue.taken_field and case.queue.taken_by(case.row) is not None:
        hand([case], None, actor=desk.user, kind=AssignmentKind.RELEASED)
    audit.record(
        Verb.COUNTERSIGN_PROPOSED,
        actor=desk.user,
        organisation_id=case.organisation_id,
        subject=case.subject,
        detail={"action": action.code},
    )
    others = colleagues(case.queue, desk, action.permission).exclude(pk=desk.user.pk)
    letters.send(
        "desk.countersign_wanted",
        users=others.values_list("pk", flat=True),
        params={"case": case.name, "action": action.label},
        link=countersign_address(case.queue.agency),
    )
    return proposal


def countersign_address(agency: str) -> str:
    """The queue in which this agency's second signatures wait; "" when it has none."""
    from portal.desk.queues import CountersignQueue

    found = (q for q in registry.queues() if isinstance(q, CountersignQueue) and q.agency == agency)
    return next((queue.address() for queue in found), "")


@transaction.atomic
def decide(*, proposal_id: int, desk: Desk, agree: bool, remark: str = "") -> ItemResult:
    """The second person confirms (the act is carried out now, in this person's name) or refuses (nothing moves).

    Raises NotPermitted, OwnProposal, CaseUnknown, CountersignClosed.
    """
    proposal = Countersignature.objects.select_for_update().filter(pk=proposal_id).first()
    queue = registry.queue(proposal.queue) if proposal else None
    action = queue.action(proposal.action) if queue and proposal else None
    if proposal is None or queue is None or action is None:
        raise CaseUnknown
    may(desk, queue, "case.countersign")
    if not desk.may(action.permission, queue.agency):
        raise NotPermitted
    if proposal.proposed_by_id == desk.user.pk:
        raise OwnProposal
    row = queue.visible(desk).filter(pk=proposal.object_id).first()
    if row is None:
        raise CaseUnknown
    Countersignature.objects.filter(pk=proposal.pk).update(
        decided_by=desk.user, decided_at=timezone.now(), remark=remark.strip()[:500]
    )
    if not advance_many(COUNTERSIGN, "confirm" if agree else "refuse", [proposal.pk], actor=desk.user):
        raise CountersignClosed
    result = ItemResult(proposal.pk, ok=True)
    if agree:
        item = next(iter(action.perform([row.pk], desk, dict(proposal.form)).items))
        result = ItemResult(proposal.pk, ok=item.ok, sentence=item.sentence, code=item.code)
    if result.ok:
        tell(proposal, Case(queue, row), desk, action, agree=agree)
    else:
        transaction.set_rollback(True)
    return result


def tell(proposal: Countersignature, case: Case, desk: Desk, action: Action, *, agree: bool) -> None:
    audit.record(
        Verb.COUNTERSIGNED,
        actor=desk.user,
        organisation_id=case.organisation_id,
        subject=case.subject,
        detail={"action": action.code, "agree": agree, "proposed_by": proposal.proposed_by_id},
    )
    letters.send(
        "desk.countersigned" if agree else "desk.countersign_refused",
        users=[proposal.proposed_by_id],
        params={"case": case.name, "action": action.label},
        link=case.queue.address(case.id),
    )

"""Asking the enterprise: the clock of the case stands still until it answers, the question is withdrawn or its time is over."""

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import attachments, audit, events, letters, rules
from portal.desk.cases import Case, CaseClosed, locked_case, may, waiting
from portal.desk.notes import TextMissing
from portal.enums import MemberRole, RequestState, Verb
from portal.errors import Refusal
from portal.models import InformationRequest, Organisation, User
from portal.permissions import require
from portal.workbench import Desk, Queue, registry
from portal.workflow import Transition, advance_many, workflow
from portal.working_days import add_working_days, add_working_seconds, working_seconds_between

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

OPEN = frozenset({RequestState.OPEN.value})
REQUEST = workflow(
    "portal.InformationRequest",
    "state",
    RequestState.values,
    [
        Transition("answer", OPEN, RequestState.ANSWERED, _("答复")),
        Transition("withdraw", OPEN, RequestState.WITHDRAWN, _("撤回")),
        Transition("expire", OPEN, RequestState.EXPIRED, _("逾期")),
    ],
)


class AskedAlready(Refusal):
    """One open question at a time."""

    code = "REQUEST.OPEN"
    message = _("已有一项补充资料要求等待企业答复。")
    status = 409


class NobodyToAsk(Refusal):
    """The case belongs to no enterprise of the platform."""

    code = "REQUEST.NOBODY"
    message = _("此事项没有可以询问的企业。")


class RequestUnknown(Refusal):
    """No such question to this enterprise."""

    code = "REQUEST.UNKNOWN"
    message = _("没有此项补充资料要求。")
    status = 404


class RequestClosed(Refusal):
    """Answered, withdrawn or expired before."""

    code = "REQUEST.CLOSED"
    message = _("此项要求已经结束：%(state)s。")
    status = 409


@transaction.atomic
def ask(*, queue: Queue, desk: Desk, pk: int, question: str) -> InformationRequest:
    """Ask the enterprise of a waiting case; its clock stops.

    Raises NotPermitted, CaseUnknown, CaseClosed, TextMissing, NobodyToAsk, AskedAlready.
    """
    may(desk, queue, "case.ask")
    case = locked_case(queue, desk, pk)
    question = question.strip()[:2000]
    if not question:
        raise TextMissing(field="question")
    if not waiting(queue, desk, pk):
        raise CaseClosed
    if case.organisation_id is None:
        raise NobodyToAsk
    if open_request(case.model, case.id):
        raise AskedAlready
    now = timezone.now()
    days = int(rules.value("C.DESK.ANSWER_DAYS", timezone.localdate()))
    request = InformationRequest.objects.create(
        model=case.model,
        object_id=case.id,
        queue=queue.code,
        name=case.name[:100],
        organisation_id=case.organisation_id,
        question=question,
        asked_by=desk.user,
        asked_at=now,
        answer_until=add_working_days(now, days),
        clock_left=stop_clock(case),
    )
    note_request(Verb.INFORMATION_REQUESTED, case, desk.user, request)
    letters.send(
        "desk.information_requested",
        organisation_id=case.organisation_id,
        roles=[MemberRole.ADMINISTRATOR, MemberRole.DECLARANT],
        params={"case": case.name, "deadline": f"{timezone.localtime(request.answer_until):%Y-%m-%d %H:%M}"},
        link=f"/enterprise/requests/{request.pk}/",
    )
    events.publish("desk.information_requested", [request.pk])
    return request


def stop_clock(case: Case) -> int | None:
    """Seconds of office hours that were left; the due moment goes until the clock runs again. None when there was no limit."""
    due = case.queue.due(case.row)
    if due is None:
        return None
    type(case.row).objects.filter(pk=case.id).update(**{case.queue.due_field: None})
    return working_seconds_between(timezone.now(), due)


def start_clock(request: InformationRequest) -> None:
    """The limit goes on with what was left, unless the case has been decided meanwhile."""
    queue = registry.queue(request.queue)
    if queue is None or request.clock_left is None:
        return
    due = add_working_seconds(timezone.now(), request.clock_left)
    model = apps.get_model(request.model)
    rows: Any = model._default_manager.filter(pk=request.object_id)
    rows.filter(queue.still_waits()).update(**{queue.due_field: due})


def open_request(model: str, object_id: int) -> InformationRequest | None:
    """The question a case waits for, if any."""
    return InformationRequest.objects.filter(
        model=model, object_id=object_id, state=RequestState.OPEN
    ).first()


@transaction.atomic
def answer(
    *,
    request_id: int,
    organisation: Organisation,
    actor: User,
    text: str,
    file: "UploadedFile[Any] | None" = None,
) -> InformationRequest:
    """The enterprise answers; the clock runs again and the official is told.

    Raises NotPermitted, RequestUnknown, RequestClosed, TextMissing, and what attaching raises.
    """
    require(actor, "request.answer", organisation_id=organisation.pk)
    request = (
        InformationRequest.objects.select_for_update()
        .filter(pk=request_id, organisation=organisation)
        .first()
    )
    if request is None:
        raise RequestUnknown
    text = text.strip()[:4000]
    if not text:
        raise TextMissing(field="answer")
    attachment = (
        attachments.store(file, organisation_id=organisation.pk, purpose="desk.answer", actor=actor)
        if file
        else None
    )
    close(request, "answer", actor)
    InformationRequest.objects.filter(pk=request.pk).update(
        answer=text, answered_by=actor, attachment=attachment
    )
    audit.record(
        Verb.INFORMATION_ANSWERED,
        actor=actor,
        organisation_id=organisation.pk,
        subject=f"request:{request.pk}",
    )
    queue = registry.queue(request.queue)
    letters.send(
        "desk.information_answered",
        users=[request.asked_by_id],
        params={"case": request.name},
        link=queue.address(request.object_id) if queue else "",
    )
    events.publish("desk.information_answered", [request.pk])
    return request


@transaction.atomic
def withdraw(*, queue: Queue, desk: Desk, pk: int) -> None:
    """Take the open question of a case back. Raises NotPermitted, CaseUnknown, RequestUnknown."""
    may(desk, queue, "case.ask")
    case = locked_case(queue, desk, pk)
    request = open_request(case.model, case.id)
    if request is None:
        raise RequestUnknown
    close(request, "withdraw", desk.user)
    note_request(Verb.INFORMATION_REQUESTED, case, desk.user, request, withdrawn=True)


def close(request: InformationRequest, step: str, actor: User | None) -> None:
    """End a question and let the clock run. Raises RequestClosed when somebody was first."""
    open_one = InformationRequest.objects.filter(pk=request.pk, state=RequestState.OPEN)
    if not open_one.update(closed_at=timezone.now()):
        raise RequestClosed(state=InformationRequest.objects.get(pk=request.pk).get_state_display())
    advance_many(REQUEST, step, [request.pk], actor=actor)
    start_clock(request)


def expire_requests(limit: int = 500) -> int:
    """End the questions whose time is over; the officials who asked are told. Returns how many."""
    ended = 0
    due = InformationRequest.objects.filter(state=RequestState.OPEN, answer_until__lt=timezone.now())
    for request in due.order_by("answer_until")[:limit]:
        with transaction.atomic():
            try:
                close(request, "expire", None)
            except RequestClosed:
                continue
            queue = registry.queue(request.queue)
            letters.send(
                "desk.information_expired",
                users=[request.asked_by_id],
                params={"case": request.name},
                link=queue.address(request.object_id) if queue else "",
            )
            ended += 1
    return ended


def note_request(
    verb: Verb, case: Case, actor: User, request: InformationRequest, *, withdrawn: bool = False
) -> None:
    audit.record(
        verb,
        actor=actor,
        organisation_id=case.organisation_id,
        subject=case.subject,
        detail={"request": request.pk, "withdrawn": withdrawn},
    )

"""Requests about lists: opened by a message, decided by an official or at once, finished when the goods are back.

One transaction holds permission, state change, annual limit, receipts and audit. A cancelled list gives its limit back and owes no tax; of
returned goods their share (rules D.9, 海关总署公告2020年第45号).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customs.enums import EntryKind, LimitState, ParcelState, RequestKind, RequestState
from customs.events import EVENTS
from customs.models import ClearedList, Parcel, ParcelRequest, ReturnedLine
from customs.models.requests import OPEN
from customs.selectors.requests import back_until, bonded_quantities, ordered_quantity
from customs.services.answering import answer, told
from customs.services.appointing import end_waiting
from customs.services.billing import reduce_bill, void_bill
from customs.services.deciding import (
    REASON_LENGTH,
    DecidedBefore,
    ParcelUnknown,
    ReasonMissing,
    TakenByAnother,
    limit_from_now,
    send_receipts,
)
from customs.services.limits import restore_limit, settle_limits
from customs.services.stock import give_back, settle_stock
from customs.workflow import PARCEL, REQUEST
from exchange.agencies.gacc.adapter import AGENCY
from portal import audit, events, workflow
from portal.desk.assigning import note_taking
from portal.enums import Verb
from portal.permissions import require
from portal.selectors import office_codes_of, user_name

if TYPE_CHECKING:
    from portal.models import User

RESULTS = {
    ("finish", RequestKind.CANCEL): ("399", "2300", "撤单审核通过"),
    ("approve", RequestKind.IMPORT_RETURN): (
        "399",
        "2300",
        "退货申请审核通过，请在期限内将货物运抵原监管场所",
    ),
    ("approve", RequestKind.EXPORT_RETURN): ("120", "1800", "退货申请已受理，请在货物运抵后办理理货"),
    ("finish", RequestKind.IMPORT_RETURN): ("800", "2600", "退货货物已运抵，退货办结"),
    ("finish", RequestKind.EXPORT_RETURN): ("800", "2600", "退货货物已运抵，退货办结"),
}
"""(status, code, sentence) of what is told, by step and kind."""
REFUSED, LAPSED = "1300", "退货货物未在期限内运抵原监管场所，申请失效"


def has_open_request(parcel_id: int) -> bool:
    return ParcelRequest.objects.filter(parcel_id=parcel_id, state__in=OPEN).exists()


def open_request(
    document: Any, kind: RequestKind, parcel: Parcel, state: RequestState, due_at: datetime | None = None
) -> ParcelRequest:
    """The request of this document; one that waits gets the time limit of C.DECIDE_DAYS."""
    waits = state == RequestState.WAITING
    request = ParcelRequest.objects.create(
        id=document.pk,
        kind=kind,
        message_type=document.message.code,
        parcel=parcel,
        direction=parcel.direction,
        sender_id=document.sender_id,
        customs_code=parcel.customs_code,
        invt_no=parcel.invt_no,
        reason=document.reason,
        state=state,
        received_at=document.received_at,
        due_at=limit_from_now("C.DECIDE_DAYS") if waits else due_at,
        decided_at=None if waits else timezone.now(),
    )
    audit.record(
        Verb.REQUEST_OPENED,
        organisation_id=document.sender_id,
        subject=f"parcel:{parcel.pk}",
        detail={"kind": kind.value, "state": state.value},
    )
    return request


def cancel_parcel(parcel: Parcel, *, actor: "User | None", reason: str) -> None:
    """The list is void: its limit is free again, its tax is not owed."""
    if parcel.limit_state == LimitState.RESERVED:
        settle_limits([parcel], LimitState.FREED)
    else:
        restore_limit(parcel, parcel.dutiable or Decimal(0))
    void_bill(parcel, reason)
    settle_stock([parcel], EntryKind.FREE)
    give_back(parcel, bonded_quantities(parcel))
    move(parcel, "cancel", actor, reason)
    note(Verb.PARCEL_CANCELLED, parcel, actor, reason)


def move(parcel: Parcel, step: str, actor: "User | None", reason: str) -> None:
    """A list that ends holds no limit and waits for nobody."""
    workflow.advance_many(PARCEL, step, [parcel.pk], actor=actor, note=reason[:REASON_LENGTH])
    Parcel.objects.filter(pk=parcel.pk).update(due_at=None, taken_by=None)
    end_waiting([parcel.pk])
    Parcel.objects.filter(pk=parcel.pk).exclude(limit_state=LimitState.NONE).update(
        limit_state=LimitState.FREED
    )
    events.publish_batches({EVENTS[PARCEL.transition(step).target]: [parcel.pk]})


def note(verb: Verb, parcel: Parcel, actor: "User | None", reason: str) -> None:
    audit.record(
        verb,
        actor=actor,
        organisation_id=parcel.sender_id,
        subject=f"parcel:{parcel.pk}",
        detail={"reason": reason[:REASON_LENGTH]} if reason else {},
    )


def goods_back(request: ParcelRequest, *, actor: "User | None", reason: str = "") -> None:
    """Finish an approved return: limit and tax of the returned goods restored; when nothing is left, the list is returned (700)."""
    parcel = Parcel.objects.select_for_update().get(pk=request.parcel_id)
    advance(request, "finish", actor, reason)
    lines = ReturnedLine.objects.filter(request=request)
    restore_limit(parcel, lines.aggregate(total=Sum("dutiable"))["total"] or Decimal(0))
    give_back(parcel, bonded_quantities(parcel, {line.gnum: line.qty for line in lines}))
    note(Verb.PARCEL_SENT_BACK, parcel, actor, reason)
    done = ReturnedLine.objects.filter(request__parcel=parcel, request__state=RequestState.DONE)
    returned = done.aggregate(total=Sum("qty"))["total"] or Decimal(0)
    if returned < ordered_quantity(parcel):
        reduce_bill(parcel, request.pk, request.reason)
    else:
        void_bill(parcel, request.reason)
        move(parcel, "return", actor, reason)
        ClearedList.objects.filter(pk=parcel.pk).update(returned=True)
        send_receipts("return", [parcel], reason)


def advance(request: ParcelRequest, step: str, actor: "User | None", reason: str) -> None:
    """State, time and the receipt of the request's own message."""
    workflow.advance_many(REQUEST, step, [request.pk], actor=actor, note=reason)
    ParcelRequest.objects.filter(pk=request.pk).update(
        decided_at=timezone.now(),
        decision_reason=reason,
        taken_by=None,
        due_at=request.due_at if step in {"approve", "hand_over"} else None,
    )
    if step == "hand_over":
        status, code, sentence = REQUEST.transition(step).receipt, "2505", reason
    elif step == "refuse":
        status, code, sentence = "100", REFUSED, reason
    elif step == "lapse":
        status, code, sentence = "100", REFUSED, LAPSED
    else:
        status, code, sentence = RESULTS[(step, RequestKind(request.kind))]
    answer(request.message_type, [told(request, status, code, sentence)])


@dataclass(frozen=True, slots=True)
class RequestResult:
    """What became of one request of a bulk action."""

    request_id: int
    ok: bool
    code: str = ""
    message: str = ""


def sorted_out(
    actor: "User", ids: Sequence[int], states: frozenset[str]
) -> tuple[list[ParcelRequest], list[RequestResult]]:
    """(requests of the official's offices that can be worked, results of the others), locked in order."""
    offices = office_codes_of(actor, AGENCY)
    rows = ParcelRequest.objects.select_for_update().filter(pk__in=list(ids)).order_by("pk")
    if offices is not None:
        rows = rows.filter(customs_code__in=offices)
    found = {one.pk: one for one in rows}
    good, refused = [], []
    for pk in dict.fromkeys(ids):
        one = found.get(pk)
        refusal: Any = None
        if one is None:
            refusal = ParcelUnknown()
        elif one.state not in states:
            refusal = DecidedBefore(name=_("他人"), state=RequestState(one.state).label)
        elif one.taken_by_id not in {None, actor.pk}:
            refusal = TakenByAnother(name=user_name(one.taken_by_id))
        if refusal is None and one is not None:
            good.append(one)
        else:
            refused.append(RequestResult(pk, False, refusal.code, refusal.sentence))
    return good, refused


@transaction.atomic
def take_requests(*, ids: Sequence[int], actor: "User", taken: bool = True) -> list[RequestResult]:
    """Take requests from the queue, or give them back. Raises NotPermitted."""
    require(actor, "parcel.take")
    good, refused = sorted_out(actor, ids, frozenset({RequestState.WAITING.value}))
    ParcelRequest.objects.filter(pk__in=[one.pk for one in good]).update(taken_by=actor if taken else None)
    note_taking(REQUEST.model_label, [one.pk for one in good], actor, taken=taken)
    for one in good:
        audit.record(
            Verb.REQUEST_TAKEN,
            actor=actor,
            organisation_id=one.sender_id,
            subject=f"parcel:{one.parcel_id}",
            detail={"taken": taken},
        )
    return [*refused, *(RequestResult(one.pk, True) for one in good)]


@transaction.atomic
def decide_requests(*, ids: Sequence[int], step: str, actor: "User", reason: str = "") -> list[RequestResult]:
    """Grant (`finish` of a cancellation, `approve` of a return), confirm that goods are back (`finish` of a return),
    `hand_over` the return of exports to another department, or `refuse`.

    Raises NotPermitted, ReasonMissing.
    """
    require(actor, "parcel.decide")
    reason = reason.strip()[:REASON_LENGTH]
    if step in {"refuse", "hand_over"} and not reason:
        raise ReasonMissing
    good, refused = sorted_out(actor, ids, REQUEST.transition(step).sources)
    return [*refused, *(decide(one, step, actor, reason) for one in good)]


def decide(request: ParcelRequest, step: str, actor: "User", reason: str) -> RequestResult:
    """One locked request. A list that moved on meanwhile cannot be cancelled any more."""
    cancels = request.kind == RequestKind.CANCEL
    granted = RequestState.WAITING if cancels else RequestState.APPROVED
    fits = {
        "approve": not cancels,
        "finish": request.state == granted,
        "hand_over": request.kind == RequestKind.EXPORT_RETURN,
    }
    if not fits.get(step, True):
        return RequestResult(
            request.pk, False, "WORKFLOW.ILLEGAL", str(workflow.IllegalTransition().sentence)
        )
    parcel = Parcel.objects.select_for_update().get(pk=request.parcel_id)
    if cancels and step == "finish" and parcel.state not in PARCEL.transition("cancel").sources:
        state = ParcelState(parcel.state).label
        return RequestResult(
            request.pk, False, DecidedBefore.code, str(DecidedBefore(name="—", state=state).sentence)
        )
    audit.record(
        Verb.REQUEST_DECIDED,
        actor=actor,
        organisation_id=request.sender_id,
        subject=f"parcel:{request.parcel_id}",
        detail={"step": step, "reason": reason},
    )
    if step == "finish" and not cancels:
        goods_back(request, actor=actor, reason=reason)
    else:
        if step == "approve":
            request.due_at = back_until(parcel)
        elif step == "hand_over":
            request.due_at = limit_from_now(REQUEST.transition(step).deadline)
        advance(request, step, actor, reason)
        if cancels and step == "finish":
            cancel_parcel(parcel, actor=actor, reason=reason or request.reason)
    return RequestResult(request.pk, True)


@transaction.atomic
def lapse_requests(limit: int = 500) -> int:
    """Approved returns whose goods did not come back in time; returns how many."""
    overdue = list(
        ParcelRequest.objects.select_for_update(skip_locked=True)
        .filter(state=RequestState.APPROVED, due_at__lt=timezone.now())
        .order_by("due_at")[:limit]
    )
    for one in overdue:
        advance(one, "lapse", None, "")
    return len(overdue)

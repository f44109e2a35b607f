"""Requests about declared lists that wait for an official, and returns whose goods are on their way back."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs.enums import RequestKind, RequestState
from customs.forms import NoteForm, ReasonForm
from customs.models import ParcelRequest
from customs.models.requests import TO_DECIDE
from customs.permissions import AGENCY, DECIDE, QUEUE, TAKE, declared_at
from customs.selectors.requests import apply_until, movements_of
from customs.selectors.timeline import person, state_tone
from customs.services.requests import RequestResult, decide_requests, take_requests
from customs.workflow import REQUEST
from portal.workbench import Action, Column, Desk, Filter, ItemResult, LawEntry, Outcome, Queue, registry

BASES = {
    RequestKind.CANCEL: (_("撤销清单"), "海关总署公告2018年第194号；CEB报文规范202205版 7.8"),
    RequestKind.IMPORT_RETURN: (
        _("进口退货：放行之日起 30 日内申请，45 日内运抵"),
        "海关总署公告2020年第45号",
    ),
    RequestKind.EXPORT_RETURN: (_("出口退货：放行之日起 1 年内"), "海关总署公告2020年第44号"),
}


def outcome_of(results: Sequence[RequestResult], done: str | Promise) -> Outcome:
    """The service's answers as the desk shows them."""
    return Outcome([ItemResult(r.request_id, r.ok, done if r.ok else r.message, r.code) for r in results])


class TakeRequest(Action):
    """Nobody else decides them meanwhile."""

    code = "take"
    label = _("领取")
    done = _("已领取。")
    permission = TAKE
    tone = "primary"

    def applies(self, case: ParcelRequest, desk: Desk) -> bool:
        return case.state == RequestState.WAITING and case.taken_by_id is None

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome_of(take_requests(ids=ids, actor=desk.user), self.done)


class GiveBackRequest(Action):
    """Give taken requests back to the queue."""

    code = "give-back"
    label = _("退回队列")
    done = _("已退回队列。")
    permission = TAKE

    def applies(self, case: ParcelRequest, desk: Desk) -> bool:
        return case.state == RequestState.WAITING and case.taken_by_id == desk.user.pk

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome_of(take_requests(ids=ids, actor=desk.user, taken=False), self.done)


class DecideRequest(Action):
    """One step of a request."""

    permission = DECIDE
    decides = True
    step: ClassVar[str]
    kinds: ClassVar[frozenset[str]] = frozenset(RequestKind.values)
    states: ClassVar[frozenset[str]] = frozenset({RequestState.WAITING.value})

    def applies(self, case: ParcelRequest, desk: Desk) -> bool:
        free = case.taken_by_id in {None, desk.user.pk}
        return free and case.state in self.states and case.kind in self.kinds

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        results = decide_requests(ids=ids, step=self.step, actor=desk.user, reason=data.get("reason", ""))
        return outcome_of(results, self.done)


class GrantCancellation(DecideRequest):
    """The list is void."""

    code = "cancel"
    step = "finish"
    label = _("同意撤销")
    done = _("已撤销清单，回执已发出。")
    tone = "primary"
    kinds = frozenset({RequestKind.CANCEL.value})
    confirm = _("清单将被撤销，恢复个人年度额度，不再征税，并立即向企业发送回执 399。此操作不能撤销。")
    form_class = NoteForm


class ApproveReturn(DecideRequest):
    """The goods may come back; nothing is restored before they are here."""

    code = step = "approve"
    label = _("同意退货")
    done = _("已同意退货，回执已发出。")
    tone = "primary"
    kinds = frozenset({RequestKind.IMPORT_RETURN.value, RequestKind.EXPORT_RETURN.value})
    states = frozenset(TO_DECIDE)
    confirm = _("企业须在期限内将货物运抵监管场所；货物运抵后恢复额度、不予征税。此操作不能撤销。")
    form_class = NoteForm


class GoodsBack(DecideRequest):
    """An official saw the goods at the supervised place."""

    code = "goods-back"
    step = "finish"
    label = _("确认货物已运抵")
    done = _("退货已办结，回执已发出。")
    tone = "primary"
    kinds = ApproveReturn.kinds
    states = frozenset({RequestState.APPROVED.value})
    confirm = _("确认后恢复相应的个人年度额度，所退商品不予征税，并立即向企业发送回执 800。此操作不能撤销。")
    form_class = NoteForm


class HandOver(DecideRequest):
    """Another department of customs decides; the request stays on this queue until the answer is known."""

    code = "hand-over"
    step = "hand_over"
    label = _("移交其他部门")
    done = _("已移交，回执已发出。")
    kinds = frozenset({RequestKind.EXPORT_RETURN.value})
    confirm = _("申请将移交其他部门办理，并立即向企业发送回执 505 及理由。")
    form_class = ReasonForm


class RefuseRequest(DecideRequest):
    """Nothing changes; the reason is part of the receipt."""

    states = frozenset(TO_DECIDE)
    code = step = "refuse"
    label = _("不同意")
    done = _("已答复企业，回执已发出。")
    tone = "danger"
    confirm = _("清单保持不变，并立即向企业发送回执 100 及理由。此操作不能撤销。")
    form_class = ReasonForm


class RequestQueue(Queue):
    """What both queues share."""

    agency = AGENCY
    permission = QUEUE
    subject_label = "customs.ParcelRequest"
    audit_name = "list_request"
    take_permission = TAKE
    flow = REQUEST
    search_label = _("清单号")
    case_template = "customs/console/request.html"
    default_sort = "due_at"
    due_field = "due_at"
    taken_field = "taken_by"
    columns = (
        Column("invt_no", _("清单编号"), "link", sort="invt_no"),
        Column("kind", _("申请类型"), sort="kind"),
        Column("reason", _("申请理由")),
        Column("received_at", _("接收时间"), "time", sort="received_at"),
        Column("due_at", _("期限"), "due", sort="due_at"),
        Column("taken_by", _("经办人"), "person"),
    )
    filters = (Filter("kind", _("申请类型"), RequestKind.choices, lookup="kind"),)
    actions = (
        TakeRequest(),
        GiveBackRequest(),
        GrantCancellation(),
        ApproveReturn(),
        GoodsBack(),
        HandOver(),
        RefuseRequest(),
    )
    waits_in: ClassVar[Sequence[str]]

    def visible(self, desk: Desk) -> "QuerySet[ParcelRequest]":
        here = declared_at(desk.offices(self.agency))
        return ParcelRequest.objects.filter(here).select_related("taken_by", "parcel")

    def cases(self, desk: Desk) -> "QuerySet[ParcelRequest]":
        return self.visible(desk).filter(state__in=self.waits_in)

    def search(self, cases: "QuerySet[ParcelRequest]", text: str) -> "QuerySet[ParcelRequest]":
        return cases.filter(invt_no=text.upper())

    def organisation_of(self, case: ParcelRequest) -> int | None:
        return case.sender_id

    def still_waits(self) -> Q:
        return Q(state__in=self.waits_in)

    def related(self, case: ParcelRequest, desk: Desk) -> "QuerySet[ParcelRequest]":
        return self.visible(desk).filter(sender_id=case.sender_id).exclude(pk=case.pk).order_by("-pk")

    def law(self, case: ParcelRequest, desk: Desk) -> list[LawEntry]:
        title, basis = BASES[RequestKind(case.kind)]
        return [LawEntry(case.kind, title, "", basis)]

    def name_of(self, case: ParcelRequest) -> str:
        return case.invt_no

    def summary(self, case: ParcelRequest) -> str:
        taken = person(case.taken_by) if case.taken_by else ""
        return " · ".join(part for part in (case.get_kind_display(), case.get_state_display(), taken) if part)

    def case_context(self, case: ParcelRequest, desk: Desk) -> dict[str, Any]:
        parcel = case.parcel
        returns = case.kind != RequestKind.CANCEL
        return {
            "asked": case,
            "tone": case.tone,
            "parcel": parcel,
            "parcel_tone": state_tone(parcel.state),
            "lines": list(case.lines.all()),
            "apply_until": apply_until(parcel) if returns else None,
            "movements": movements_of(parcel.pk),
            "taken_name": person(case.taken_by) if case.taken_by else "",
        }


@registry.register
class RequestsToReview(RequestQueue):
    """Cancellations of released lists, and returns where a rule wants an official."""

    code = "customs.requests"
    title = _("清单申请审核")
    description = _("企业对已申报清单的撤销、退货申请。放行后的撤销须由关员审核。")
    empty = _("没有等待审核的清单申请。")
    waits_in = TO_DECIDE


@registry.register
class ReturnsOnTheirWay(RequestQueue):
    """Approved returns: finished by the site's report or here, void after the last day."""

    code = "customs.returning"
    title = _("退货待运抵")
    description = _("已同意的退货，等待货物运抵监管场所；逾期自动失效。")
    empty = _("没有等待运抵的退货。")
    taken_field: ClassVar[str] = ""
    waits_in = (RequestState.APPROVED.value,)

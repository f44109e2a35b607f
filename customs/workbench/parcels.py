"""Customs' queues and buttons on the officials' desk."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs.enums import Direction, ParcelState
from customs.forms import NoteForm, PurposeForm, ReasonForm
from customs.models import Finding, Parcel
from customs.permissions import AGENCY, DECIDE, QUEUE, TAKE, UNMASK, declared_at
from customs.rules.explanation import explained
from customs.selectors.changes import attempts_of, histories
from customs.selectors.comparison import compared, goods
from customs.selectors.documents import documents_of
from customs.selectors.parcels import numbered, parcels_at
from customs.selectors.partner_reports import payment_notes
from customs.selectors.payment_data import reported_of
from customs.selectors.requests import requests_of
from customs.selectors.tax import tax_sheet
from customs.selectors.taxes import bills_of_parcel
from customs.selectors.timeline import attempt_rows, person, state_tone, timeline
from customs.selectors.twins import twin_of
from customs.services.deciding import ItemResult as Decided
from customs.services.deciding import decide_parcels, return_parcels, take_parcels
from customs.services.payment_requests import ask_payment_data
from customs.services.quarantine_views import both_verdicts
from customs.services.unmasking import show_personal_data
from customs.workflow import OPEN, PARCEL
from portal import rules
from portal.desk.queues import CountersignQueue
from portal.rules import confidences
from portal.workbench import Action, Column, Desk, Filter, ItemResult, LawEntry, Outcome, Queue, registry


def outcome_of(results: list[Decided], done: str | Promise) -> Outcome:
    """The service's answers as the desk shows them."""
    return Outcome([ItemResult(r.parcel_id, r.ok, done if r.ok else r.message, r.code) for r in results])


class Take(Action):
    """Take parcels: nobody else decides them meanwhile."""

    code = "take"
    label = _("领取")
    done = _("已领取。")
    permission = TAKE
    tone = "primary"

    def applies(self, case: Parcel, desk: Desk) -> bool:
        return case.state in OPEN and case.taken_by_id is None

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome_of(take_parcels(parcel_ids=ids, actor=desk.user), self.done)


class GiveBack(Action):
    """Give taken parcels back to the queue."""

    code = "give-back"
    label = _("退回队列")
    done = _("已退回队列。")
    permission = TAKE

    def applies(self, case: Parcel, desk: Desk) -> bool:
        return case.state in OPEN and case.taken_by_id == desk.user.pk

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome_of(return_parcels(parcel_ids=ids, actor=desk.user), self.done)


class Decide(Action):
    """One of the decisions of the parcel's workflow."""

    permission = DECIDE
    decides = True
    step: ClassVar[str]

    def applies(self, case: Parcel, desk: Desk) -> bool:
        free = case.taken_by_id in {None, desk.user.pk}
        return free and case.state in PARCEL.transition(self.step).sources

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        results = decide_parcels(
            parcel_ids=ids, outcome=self.step, actor=desk.user, reason=data.get("reason", "")
        )
        return outcome_of(results, self.done)


class Release(Decide):
    """Status 800: the goods may move."""

    code = step = "release"
    label = _("予以放行")
    done = _("已放行，回执已发出。")
    tone = "primary"
    confirm = _("放行后货物可以提离，年度额度转为已用，并立即向企业发送回执 800。此操作不能撤销。")
    form_class = NoteForm

    def needs_countersign(self, case: Parcel) -> bool:
        """Above C.DESK.COUNTERSIGN_AMOUNT a second person confirms."""
        amount = rules.value("C.DESK.COUNTERSIGN_AMOUNT", timezone.localdate())
        return case.dutiable is not None and case.dutiable > amount


class Inspect(Decide):
    """Status 500: the parcel is opened."""

    code = step = "inspect"
    label = _("转查验")
    done = _("已布控查验，回执已发出。")
    confirm = _("包裹将转入查验，并立即向企业发送回执 500，同时向查验部门下达任务。此操作不能撤销。")
    form_class = NoteForm


class Reject(Decide):
    """Status 100; the reason is part of the receipt."""

    code = step = "reject"
    label = _("予以退单")
    done = _("已退单，回执已发出。")
    tone = "danger"
    confirm = _("退单后释放预占额度，并立即向企业发送回执 100 及理由。此操作不能撤销。")
    form_class = ReasonForm


class Review(Decide):
    """Status 399: examined and accepted; the goods stay until they are released."""

    code = step = "review"
    label = _("审结")
    done = _("已审结，回执已发出。")
    confirm = _("清单审结但暂不放行，并立即向企业发送回执 399。")
    form_class = NoteForm


class AwaitArrival(Decide):
    """Status 400: released by the report of arrival (507, 711)."""

    code = "await-arrival"
    step = "await_arrival"
    label = _("审结待运抵")
    done = _("已审结，货物运抵后自动放行，回执已发出。")
    confirm = _("货物运抵监管场所的报告到达后自动放行；现在向企业发送回执 400。")
    form_class = NoteForm


class Suspend(Decide):
    """Status 600: nothing happens until somebody resumes."""

    code = step = "suspend"
    label = _("挂起")
    done = _("已挂起，回执已发出。")
    confirm = _("清单暂停办理，并立即向企业发送回执 600 及理由。")
    form_class = ReasonForm


class ShowPersonalData(Action):
    """Names, numbers, phones and addresses in clear, for this one answer."""

    code = "unmask"
    label = _("显示明文")
    permission = UNMASK
    confirm = _("仅在办理本包裹确有必要时查看。查看人、时间和事由将记入审计，企业可以查询。")
    form_class = PurposeForm
    bulk = False

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        documents, clear = show_personal_data(parcel_id=ids[0], actor=desk.user, reason=data["reason"])
        return Outcome([ItemResult(ids[0], ok=True)], {"lines": compared(documents, clear), "unmasked": True})


class AskPaymentData(Action):
    """Ask the platform for the original payment data (公告 2018 年第 165 号、第 179 号)."""

    code = "ask-payment-data"
    label = _("请求支付原始数据")
    done = _("已向电商平台请求，数据报送后显示在本页。")
    permission = DECIDE
    confirm = _("将实时请求电商平台报送该订单的支付原始数据；请求和理由记入审计。")
    form_class = PurposeForm

    def applies(self, case: Parcel, desk: Desk) -> bool:
        return case.direction == Direction.IMPORT

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        results = ask_payment_data(parcel_ids=ids, actor=desk.user, reason=data.get("reason", ""))
        return outcome_of(results, self.done)


class ParcelQueue(Queue):
    """What all queues of parcels share."""

    agency = AGENCY
    permission = QUEUE
    default_sort = "due_at"
    due_field = "due_at"
    taken_field = "taken_by"
    search_label = _("清单号、订单号、运单号")
    case_template = "customs/console/parcel.html"
    subject_label = "customs.Parcel"
    audit_name = "parcel"
    take_permission = TAKE
    flow = PARCEL
    columns: ClassVar[Sequence[Column]] = (
        Column("invt_no", _("清单编号"), "link"),
        Column("direction", _("方向"), sort="direction"),
        Column("order_no", _("订单号")),
        Column("risk_score", _("风险分"), "number", sort="risk_score"),
        Column("dutiable", _("完税价格"), "money", sort="dutiable"),
        Column("received_at", _("接收时间"), "time", sort="received_at"),
        Column("due_at", _("办理期限"), "due", sort="due_at"),
        Column("taken_by", _("经办人"), "person"),
    )

    def visible(self, desk: Desk) -> "QuerySet[Parcel]":
        return parcels_at(desk.offices(self.agency))

    def organisation_of(self, case: Parcel) -> int | None:
        return case.sender_id

    def still_waits(self) -> Q:
        return Q(state__in=OPEN)

    def related(self, case: Parcel, desk: Desk) -> "QuerySet[Parcel]":
        return self.visible(desk).filter(sender_id=case.sender_id).exclude(pk=case.pk).order_by("-pk")

    def law(self, case: Parcel, desk: Desk) -> list[LawEntry]:
        return law_of(case)

    def search(self, cases: "QuerySet[Parcel]", text: str) -> "QuerySet[Parcel]":
        return numbered(cases, text)

    def name_of(self, case: Parcel) -> str:
        return case.invt_no

    def summary(self, case: Parcel) -> str:
        return in_one_line(case)

    def case_context(self, case: Parcel, desk: Desk) -> dict[str, Any]:
        return about_parcel(case, self.code)


def in_one_line(case: Parcel) -> str:
    """What tells parcels apart."""
    taken = person(case.taken_by) if case.taken_by else ""
    return " · ".join(
        part for part in (case.order_no, case.logistics_no, case.get_state_display(), taken) if part
    )


def about_parcel(case: Parcel, queue: str) -> dict[str, Any]:
    """What an official sees of a parcel; other attempts of it are opened in the same queue."""
    documents = documents_of(case.pk, case.direction)
    findings = explained(Finding.objects.filter(parcel_id=case.pk), for_officials=True)
    return {
        "parcel": case,
        "state_tone": state_tone(case.state),
        "verdicts": both_verdicts(case),
        "unmasked": False,
        "documents": documents,
        "lines": compared(documents),
        "goods": goods(documents),
        "findings": findings,
        "tax": tax_sheet(case, documents),
        "bills": bills_of_parcel(case.pk),
        "twin": twin_of(case, documents),
        "payment_notes": payment_notes(documents),
        "payment_data": reported_of(case),
        "entries": timeline(documents, case.pk),
        "requests": list(requests_of(case.pk)),
        "histories": histories(documents),
        "attempts": attempt_rows(attempts_of(case), page="console:case", queue=queue),
        "taken_name": person(case.taken_by) if case.taken_by else "",
    }


def law_of(case: Parcel) -> list[LawEntry]:
    """The rules behind the findings of a parcel, with the confidence of their parameters in the register."""
    findings = explained(Finding.objects.filter(parcel_id=case.pk), for_officials=True)
    sure = confidences({finding.code for finding in findings}, case.declared_on)
    return [
        LawEntry(one.code, one.title, one.sentence, one.basis, sure.get(one.code, ""))
        for one in findings
        if one.basis
    ]


def taken_filter() -> Filter:
    return Filter(
        "taken",
        _("领取情况"),
        (("mine", _("我领取的")), ("free", _("未领取")), ("taken", _("已领取"))),
        conditions={
            "mine": lambda desk: Q(taken_by=desk.user),
            "free": lambda desk: Q(taken_by=None),
            "taken": lambda desk: Q(taken_by__isnull=False),
        },
    )


def not_here(desk: Desk) -> Q:
    """Declared at another office than those of this official."""
    offices = desk.offices(AGENCY)
    return ~Q(port_code=F("customs_code")) & (Q() if offices is None else ~Q(customs_code__in=offices))


ELSEWHERE = Filter(
    "place",
    _("申报与放行地"),
    (
        ("one", _("同一海关申报、放行")),
        ("two", _("异地申报（申报地与口岸不同）")),
        ("elsewhere", _("在其他海关申报，经本关进出境")),
    ),
    conditions={
        "one": lambda desk: Q(port_code=F("customs_code")),
        "two": lambda desk: ~Q(port_code=F("customs_code")),
        "elsewhere": not_here,
    },
)
DIRECTION = Filter("direction", _("方向"), Direction.choices, lookup="direction")


@registry.register
class ManualReview(ParcelQueue):
    """Status 300: an official decides."""

    code = "customs.manual"
    title = _("人工审核")
    description = _("系统未能自动决定的包裹：请核对单证、比对结果和税款后放行、布控查验、审结、挂起或退单。")
    empty = _("没有等待人工审核的包裹。")
    actions = (
        Take(),
        GiveBack(),
        Release(),
        Inspect(),
        Review(),
        AwaitArrival(),
        Suspend(),
        Reject(),
        AskPaymentData(),
        ShowPersonalData(),
    )
    filters = (DIRECTION, ELSEWHERE, taken_filter())

    def cases(self, desk: Desk) -> "QuerySet[Parcel]":
        here = declared_at(desk.offices(self.agency))
        return self.visible(desk).filter(here, state=ParcelState.MANUAL)


@registry.register
class Inspection(ParcelQueue):
    """Status 500: the inspecting office opens the parcel and answers by its own system; here it is only read."""

    code = "customs.inspection"
    title = _("查验")
    description = _("正在查验的包裹。结果由查验部门回传，此处只读。")
    empty = _("没有正在查验的包裹。")
    actions = (AskPaymentData(), ShowPersonalData())
    filters = (DIRECTION, ELSEWHERE)

    def cases(self, desk: Desk) -> "QuerySet[Parcel]":
        return self.visible(desk).filter(state=ParcelState.INSPECTION)


@registry.register
class DeclaredElsewhere(ParcelQueue):
    """Declared at another office, passing this one (rules C.1): its decision binds here; the goods leave when it says 800."""

    code = "customs.elsewhere"
    title = _("异地申报、本关放行")
    description = _("在其他海关申报、经本关进出境的包裹。申报地海关的决定在本关同样有效，此处只读。")
    empty = _("没有在其他海关申报、经本关进出境的包裹。")
    actions = (ShowPersonalData(),)
    default_sort = "-id"
    due_field: ClassVar[str] = ""
    taken_field: ClassVar[str] = ""
    columns = (
        Column("invt_no", _("清单编号"), "link"),
        Column("state", _("状态")),
        Column("customs_code", _("申报海关")),
        Column("port_code", _("口岸海关")),
        Column("loct_no", _("监管场所")),
        Column("direction", _("方向")),
        Column("order_no", _("订单号")),
        Column("received_at", _("接收时间"), "time"),
        Column("decided_at", _("决定时间"), "time"),
    )
    filters = (DIRECTION, Filter("state", _("状态"), ParcelState.choices, lookup="state"))

    def cases(self, desk: Desk) -> "QuerySet[Parcel]":
        offices = desk.offices(self.agency)
        here = Q() if offices is None else Q(port_code__in=offices)
        return self.visible(desk).filter(here, not_here(desk))


@registry.register
class Countersigning(CountersignQueue):
    """Customs' decisions that need a second official."""

    code = "customs.countersign"
    agency = AGENCY

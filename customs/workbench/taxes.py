"""Security and unpaid tax at the official's office: guarantees to confirm, bills not yet summed, payment documents not yet paid."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customs.enums import DutyPaymentState, GuaranteeKind, GuaranteeState, TaxBillState
from customs.forms import NoteForm, ReasonForm
from customs.models import DutyPayment, Guarantee, TaxBill
from customs.permissions import AGENCY, CONFIRM_SECURITY, QUEUE, declared_at
from customs.selectors.taxes import account_of, bills_of_parcel, numbered
from customs.selectors.timeline import person
from customs.services.guarantees import decide_guarantee
from customs.workflow import DUTY_PAYMENT, GUARANTEE, TAX_BILL
from portal.errors import Refusal
from portal.workbench import Action, Column, Desk, Filter, ItemResult, LawEntry, Outcome, Queue, registry

LAW = (
    LawEntry("D.8", _("税款担保与汇总缴纳"), "", _("海关总署公告2016年第26号；2018年第194号")),
    LawEntry("D.LATE_SURCHARGE", _("逾期缴纳按日加收万分之五滞纳金"), "", _("关税法 第四十三条")),
)


class DecideGuarantee(Action):
    """One step of a guarantee."""

    permission = CONFIRM_SECURITY
    step: ClassVar[str]

    def applies(self, case: Guarantee, desk: Desk) -> bool:
        own = self.step != "end" and case.proposed_by_id == desk.user.pk
        return not own and case.state in GUARANTEE.transition(self.step).sources

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        results = []
        for pk in ids:
            try:
                decide_guarantee(
                    guarantee_id=pk, step=self.step, actor=desk.user, reason=data.get("reason", "")
                )
                results.append(ItemResult(pk, True, self.done))
            except Refusal as refusal:
                results.append(ItemResult(pk, False, refusal.sentence, refusal.code))
        return Outcome(results)


class ConfirmGuarantee(DecideGuarantee):
    """The second official agrees: the account counts it from now on."""

    code = step = "confirm"
    label = _("复核同意")
    done = _("担保已生效。")
    tone = "primary"
    confirm = _("担保将计入企业的担保额度；自首份担保起，超过额度的清单不再放行。")
    form_class = NoteForm


class RefuseGuarantee(DecideGuarantee):
    """Nothing counts."""

    code = step = "refuse"
    label = _("复核不同意")
    done = _("已退回登记人。")
    tone = "danger"
    form_class = ReasonForm


class EndGuarantee(DecideGuarantee):
    """It covers nothing new; what is owed stays owed."""

    code = step = "end"
    label = _("解除担保")
    done = _("担保已解除。")
    tone = "danger"
    confirm = _("担保不再计入额度，已有未缴税款不受影响。此操作不能撤销。")
    form_class = ReasonForm


@registry.register
class Securities(Queue):
    """Guarantees that wait for the second official, and those in force."""

    code = "customs.securities"
    title = _("税款担保")
    description = _("企业为跨境零售进口税款提供的担保：一人登记，另一人复核。")
    empty = _("没有税款担保。")
    agency = AGENCY
    permission = QUEUE
    subject_label = "customs.Guarantee"
    audit_name = "guarantee"
    flow = GUARANTEE
    search_label = _("保函或凭证编号")
    case_template = "customs/console/guarantee.html"
    default_sort = "-id"
    columns = (
        Column("reference", _("保函或凭证编号"), "link"),
        Column("organisation", _("企业")),
        Column("kind", _("担保方式"), sort="kind"),
        Column("amount", _("金额（元）"), "money", sort="amount"),
        Column("state", _("状态")),
        Column("proposed_at", _("登记时间"), "time", sort="proposed_at"),
    )
    filters = (
        Filter("kind", _("担保方式"), GuaranteeKind.choices, lookup="kind"),
        Filter(
            "state",
            _("状态"),
            [(s.value, s.label) for s in (GuaranteeState.PROPOSED, GuaranteeState.ACTIVE)],
            lookup="state",
        ),
    )
    actions = (ConfirmGuarantee(), RefuseGuarantee(), EndGuarantee())

    def visible(self, desk: Desk) -> "QuerySet[Guarantee]":
        here = declared_at(desk.offices(self.agency))
        return Guarantee.objects.filter(here).select_related("organisation", "proposed_by", "decided_by")

    def cases(self, desk: Desk) -> "QuerySet[Guarantee]":
        return self.visible(desk).filter(state__in=[GuaranteeState.PROPOSED, GuaranteeState.ACTIVE])

    def search(self, cases: "QuerySet[Guarantee]", text: str) -> "QuerySet[Guarantee]":
        return cases.filter(reference=text)

    def still_waits(self) -> Q:
        return Q(state=GuaranteeState.PROPOSED)

    def organisation_of(self, case: Guarantee) -> int | None:
        return case.organisation_id

    def law(self, case: Guarantee, desk: Desk) -> list[LawEntry]:
        return list(LAW)

    def summary(self, case: Guarantee) -> str:
        return f"{case.organisation.name} · {case.amount} · {case.get_state_display()}"

    def case_context(self, case: Guarantee, desk: Desk) -> dict[str, Any]:
        return {
            "guarantee": case,
            "account": account_of(case.organisation_id),
            "proposed_name": person(case.proposed_by),
            "decided_name": person(case.decided_by) if case.decided_by else "",
            "register_url": reverse("customs_console:register_guarantee"),
        }


OVERDUE = Filter(
    "late",
    _("期限"),
    (("late", _("已逾期")),),
    conditions={"late": lambda desk: Q(due_to__lt=timezone.localdate())},
)
LATE_PAYMENT = Filter(
    "late",
    _("期限"),
    (("late", _("已逾期")),),
    conditions={"late": lambda desk: Q(due_on__lt=timezone.localdate())},
)


@registry.register
class UnsummedBills(Queue):
    """Bills at the office that stand in no payment document; after their last day they are overdue."""

    code = "customs.taxbills"
    title = _("未汇总税单")
    description = _("本关区已放行清单的电子税单，期满后每夜自动汇总到缴款书。退货申请未办结的税单不汇总。")
    empty = _("没有未汇总的税单。")
    agency = AGENCY
    permission = QUEUE
    subject_label = "customs.TaxBill"
    audit_name = "parcel"
    flow = TAX_BILL
    search_label = _("税单号、清单号或订单号")
    case_template = "customs/console/tax_bill.html"
    default_sort = "due_to"
    columns = (
        Column("tax_no", _("税单编号"), "link"),
        Column("assure_code", _("担保企业")),
        Column("total", _("税款（元）"), "money"),
        Column("released_on", _("放行日"), sort="released_on"),
        Column("due_to", _("缴纳止"), sort="due_to"),
    )
    filters = (OVERDUE,)

    def visible(self, desk: Desk) -> "QuerySet[TaxBill]":
        here = declared_at(desk.offices(self.agency))
        return TaxBill.objects.filter(here).select_related("parcel", "payment")

    def cases(self, desk: Desk) -> "QuerySet[TaxBill]":
        return self.visible(desk).filter(state=TaxBillState.GENERATED)

    def search(self, cases: "QuerySet[TaxBill]", text: str) -> "QuerySet[TaxBill]":
        return cases.filter(numbered(text))

    def organisation_of(self, case: TaxBill) -> int | None:
        return case.guarantor_id

    def law(self, case: TaxBill, desk: Desk) -> list[LawEntry]:
        return list(LAW)

    def summary(self, case: TaxBill) -> str:
        return f"{case.assure_code} · {case.total} · {case.get_state_display()}"

    def case_context(self, case: TaxBill, desk: Desk) -> dict[str, Any]:
        return {"bill": case, "parcel": case.parcel, "bills": bills_of_parcel(case.parcel_id)}


@registry.register
class UnpaidDuty(Queue):
    """Payment documents of the office for which the treasury has no money yet."""

    code = "customs.duty"
    title = _("待缴缴款书")
    description = _("已填发、国库尚未入库的缴款书。入库回执由税务部门回传；逾期的加收滞纳金。")
    empty = _("没有待缴的缴款书。")
    agency = AGENCY
    permission = QUEUE
    subject_label = "customs.DutyPayment"
    audit_name = "duty_payment"
    flow = DUTY_PAYMENT
    search_label = _("缴款书编号")
    case_template = "customs/console/payment.html"
    default_sort = "due_on"
    columns = (
        Column("number", _("缴款书编号"), "link"),
        Column("assure_code", _("担保企业")),
        Column("bills", _("税单数"), "number", sort="bills"),
        Column("total", _("税款（元）"), "money"),
        Column("issued_on", _("填发日期"), sort="issued_on"),
        Column("due_on", _("缴款期限"), sort="due_on"),
    )
    filters = (LATE_PAYMENT,)

    def visible(self, desk: Desk) -> "QuerySet[DutyPayment]":
        return DutyPayment.objects.filter(declared_at(desk.offices(self.agency)))

    def cases(self, desk: Desk) -> "QuerySet[DutyPayment]":
        return self.visible(desk).filter(state=DutyPaymentState.ISSUED)

    def search(self, cases: "QuerySet[DutyPayment]", text: str) -> "QuerySet[DutyPayment]":
        return cases.filter(number=text.upper())

    def organisation_of(self, case: DutyPayment) -> int | None:
        return case.guarantor_id

    def law(self, case: DutyPayment, desk: Desk) -> list[LawEntry]:
        return list(LAW)

    def summary(self, case: DutyPayment) -> str:
        return f"{case.assure_code} · {case.total} · {case.get_state_display()}"

    def case_context(self, case: DutyPayment, desk: Desk) -> dict[str, Any]:
        return {"payment": case, "taxed": list(case.taxed.order_by("id")[:100])}

"""Enterprise filing cases that wait for review, and every filing to read."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from filing.documents import CERTIFICATE
from filing.enums import CaseKind, CaseState, Licence
from filing.forms.cases import ApprovalForm, PurposeForm, RefusalForm, RemarksForm
from filing.models import EnterpriseFiling
from filing.permissions import AGENCY, DECIDE, QUEUE, TAKE, UNMASK
from filing.rules.cases import CONTENT, label_of, licences_needed
from filing.selectors.cases import (
    TONES,
    as_facts,
    licence_text,
    numbered,
    office_name,
    qualifications_of,
    registrations_of,
    remarks_of,
    type_names,
)
from filing.services.case_decisions import (
    CaseResult,
    approve_cases,
    give_back_cases,
    refuse_case,
    return_case,
    show_secrets,
    take_cases,
)
from filing.services.case_views import changes
from filing.services.cases import SCAN, faults
from filing.workflow import CASE
from portal import rules
from portal.attachments import readers_of
from portal.documents import stored_document
from portal.permissions import has
from portal.workbench import Action, Column, Desk, Filter, ItemResult, LawEntry, Outcome, Queue, registry

readers_of(SCAN, lambda user, _attachment: has(user, QUEUE))


def outcome_of(results: Sequence[CaseResult], done: str | Promise) -> Outcome:
    """The service's answers as the desk shows them."""
    return Outcome([ItemResult(r.case_id, r.ok, done if r.ok else r.message, r.code) for r in results])


class CaseAction(Action):
    """What all buttons of filing cases share: they are shown to the deciding office while the case waits."""

    def applies(self, case: EnterpriseFiling, desk: Desk) -> bool:
        here = desk.offices(AGENCY)
        waits = case.state == CaseState.SUBMITTED and (here is None or case.office in here)
        return waits and case.taken_by_id in {None, desk.user.pk}


class Take(CaseAction):
    """Take cases: nobody else decides them meanwhile."""

    code = "take"
    label = _("领取")
    done = _("已领取。")
    permission = TAKE
    tone = "primary"

    def applies(self, case: EnterpriseFiling, desk: Desk) -> bool:
        return super().applies(case, desk) and case.taken_by_id is None

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome_of(take_cases(case_ids=ids, actor=desk.user), self.done)


class GiveBack(CaseAction):
    """Give taken cases back to the queue."""

    code = "give-back"
    label = _("退回队列")
    done = _("已退回队列。")
    permission = TAKE

    def applies(self, case: EnterpriseFiling, desk: Desk) -> bool:
        return super().applies(case, desk) and case.taken_by_id == desk.user.pk

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome_of(give_back_cases(case_ids=ids, actor=desk.user), self.done)


class Approve(CaseAction):
    """The version is in force at once: registrations, certificate, letter."""

    code = "approve"
    label = _("准予备案")
    done = _("已办结，证书正在生成，已通知企业。")
    permission = DECIDE
    decides = True
    tone = "primary"
    confirm = _(
        "批准后立即生效：企业类型按资质有效期登记，签发证书并通知企业；注销申请则终止全部类型并撤销证书。此操作不能撤销。"
    )
    form_class = ApprovalForm

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        results = approve_cases(case_ids=ids, actor=desk.user, reason=data.get("reason", ""))
        return outcome_of(results, self.done)


class ReturnForCorrection(CaseAction):
    """Remarks at the fields; the enterprise corrects and submits again."""

    code = "return"
    label = _("退回企业补正")
    done = _("已退回企业补正，已通知企业。")
    permission = DECIDE
    decides = True
    confirm = _("企业将在相应字段看到意见，更正后重新提交；补正期间不计入审核时限。")
    form_class = RemarksForm
    bulk = False

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        remarks = [
            (data.get(f"field_{n}", ""), data.get(f"remark_{n}", "")) for n in range(1, len(data) // 2 + 1)
        ]
        return_case(case_id=ids[0], actor=desk.user, remarks=remarks)
        return Outcome([ItemResult(ids[0], ok=True, sentence=self.done)])


class Refuse(CaseAction):
    """A decision against the enterprise, with reason and legal basis."""

    code = "refuse"
    label = _("不予备案（决定）")
    done = _("已作出不予备案决定，已通知企业。")
    permission = DECIDE
    decides = True
    tone = "danger"
    confirm = _("不予备案须说明理由和法律依据，并告知企业复议权利。此操作不能撤销。")
    form_class = RefusalForm
    bulk = False

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        refuse_case(case_id=ids[0], actor=desk.user, reason=data["reason"], basis=data["basis"])
        return Outcome([ItemResult(ids[0], ok=True, sentence=self.done)])


class ShowNumbers(Action):
    """Personal numbers in clear, for this one answer."""

    code = "unmask"
    label = _("显示明文")
    permission = UNMASK
    confirm = _("仅在办理本申请确有必要时查看。查看人、时间和事由将记入审计，企业可以查询。")
    form_class = PurposeForm
    bulk = False

    def applies(self, case: EnterpriseFiling, desk: Desk) -> bool:
        here = desk.offices(AGENCY)
        return here is None or case.office in here

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        clear = show_secrets(case_id=ids[0], actor=desk.user, reason=data["reason"])
        shown = [(label_of(column.removesuffix("_mask")), value) for column, value in clear.items() if value]
        return Outcome([ItemResult(ids[0], ok=True)], {"clear": shown})


class CaseQueue(Queue):
    """What both queues of filing cases share. Every office reads every case (rules G.1: filed once, shared)."""

    agency = AGENCY
    permission = QUEUE
    subject_label = "filing.EnterpriseFiling"
    audit_name = "filing"
    take_permission = TAKE
    flow = CASE
    search_label = _("备案编号、企业代码、企业名称")
    case_template = "filing/console/case.html"
    due_field = "due_at"
    taken_field = "taken_by"

    def visible(self, desk: Desk) -> "QuerySet[EnterpriseFiling]":
        """Everything but drafts, which are the enterprise's own."""
        return EnterpriseFiling.objects.exclude(state=CaseState.DRAFT).select_related("taken_by", "base")

    def search(self, cases: "QuerySet[EnterpriseFiling]", text: str) -> "QuerySet[EnterpriseFiling]":
        return numbered(cases, text)

    def organisation_of(self, case: EnterpriseFiling) -> int | None:
        return case.organisation_id

    def still_waits(self) -> Q:
        return Q(state=CaseState.SUBMITTED)

    def related(self, case: EnterpriseFiling, desk: Desk) -> "QuerySet[EnterpriseFiling]":
        return (
            self.visible(desk)
            .filter(organisation_id=case.organisation_id)
            .exclude(pk=case.pk)
            .order_by("-pk")
        )

    def law(self, case: EnterpriseFiling, desk: Desk) -> list[LawEntry]:
        """The rules behind what the checks found, and the licences the types need, as of the submission."""
        on = timezone.localtime(case.submitted_at).date() if case.submitted_at else timezone.localdate()
        needed = rules.entry("G.LICENCES", on)
        names = "；".join(
            f"{Licence(licence).label}：{type_names(kinds)}"
            for licence, kinds in licences_needed(case.types, on).items()
        )
        sure = needed.get_confidence_display()
        found = [
            LawEntry(fault.rule, label_of(fault.field) if fault.field else "", fault.sentence, fault.basis)
            for fault in (faults(case) if case.state == CaseState.SUBMITTED else ())
            if fault.basis
        ]
        return [
            LawEntry("G.LICENCES", needed.title, names or _("所选类型不需要提交资质"), needed.source, sure),
            *found,
        ]

    def name_of(self, case: EnterpriseFiling) -> str:
        return case.number

    def due(self, case: EnterpriseFiling) -> Any:
        """The time limit runs while the case is with the office."""
        return case.due_at if case.state == CaseState.SUBMITTED else None

    def summary(self, case: EnterpriseFiling) -> str:
        return " · ".join(
            (case.name, case.get_kind_display(), type_names(case.types), case.get_state_display())
        )

    def case_context(self, case: EnterpriseFiling, desk: Desk) -> dict[str, Any]:
        found = faults(case) if case.state == CaseState.SUBMITTED else []
        columns = ("reason",) if case.kind == CaseKind.CANCELLATION else CONTENT
        return {
            "filing": case,
            "tone": TONES[CaseState(case.state)],
            "clear": [],
            "office": office_name(case.office),
            "findings": [(fault, label_of(fault.field) if fault.field else "") for fault in found],
            "differences": changes(case),
            "facts": as_facts(case, columns),
            "licences": [
                (one.get_licence_display(), licence_text(one), one.scan) for one in qualifications_of(case.pk)
            ],
            "remarks": [
                (label_of(one.field) if one.field else _("整份申请"), one)
                for one in remarks_of(case.pk, only_open=False)
            ],
            "registrations": list(registrations_of(case.organisation_id)),
            "certificate": stored_document(CERTIFICATE, case.pk),
        }


KIND = Filter("kind", _("业务类型"), CaseKind.choices, lookup="kind")


@registry.register
class FilingReview(CaseQueue):
    """Cases submitted to the own office."""

    code = "filing.cases"
    title = _("企业备案审核")
    description = _("企业提交的备案、变更、补充和注销申请。核对资质后准予备案、退回补正或不予备案。")
    empty = _("没有等待审核的备案申请。")
    default_sort = "due_at"
    columns = (
        Column("number", _("备案编号"), "link"),
        Column("name", _("企业名称"), sort="name"),
        Column("kind", _("业务类型"), sort="kind"),
        Column("type_names", _("企业类型")),
        Column("submitted_at", _("提交时间"), "time", sort="submitted_at"),
        Column("due_at", _("办理期限"), "due", sort="due_at"),
        Column("taken_by", _("经办人"), "person"),
    )
    actions = (Take(), GiveBack(), Approve(), ReturnForCorrection(), Refuse(), ShowNumbers())
    filters = (
        KIND,
        Filter(
            "taken",
            _("领取情况"),
            (("mine", _("我领取的")), ("free", _("未领取")), ("taken", _("已领取"))),
            conditions={
                "mine": lambda desk: Q(taken_by=desk.user),
                "free": lambda desk: Q(taken_by=None),
                "taken": lambda desk: Q(taken_by__isnull=False),
            },
        ),
    )

    def cases(self, desk: Desk) -> "QuerySet[EnterpriseFiling]":
        here = desk.offices(AGENCY)
        rows = self.visible(desk).filter(state=CaseState.SUBMITTED)
        return rows if here is None else rows.filter(office__in=here)


@registry.register
class FilingsInForce(CaseQueue):
    """Every filing in force, of all offices: one filing, read by all."""

    code = "filing.shared"
    title = _("企业备案查阅")
    description = _("全省生效的企业备案。各海关均可查阅；外地企业办理补充备案，不重复备案。")
    empty = _("还没有生效的企业备案。")
    default_sort = "-decided_at"
    due_field: ClassVar[str] = ""
    subject_label: ClassVar[str] = ""
    columns = (
        Column("number", _("备案编号"), "link"),
        Column("name", _("企业名称"), sort="name"),
        Column("uscc", _("统一社会信用代码"), sort="uscc"),
        Column("type_names", _("企业类型")),
        Column("office", _("主管海关"), sort="office"),
        Column("decided_at", _("决定时间"), "time", sort="decided_at"),
    )
    actions = (ShowNumbers(),)
    taken_field: ClassVar[str] = ""

    def cases(self, desk: Desk) -> "QuerySet[EnterpriseFiling]":
        return self.visible(desk).filter(state=CaseState.APPROVED)

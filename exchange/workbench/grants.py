"""Requests for data on the desk of the agency that owns it (rules P.2: checked in two working days, answered in five or ten)."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from exchange.enums import DataUse, GrantState, Level
from exchange.forms import GrantReasonForm, GrantRemarkForm
from exchange.models import SharingGrant
from exchange.models.sharing import OPEN
from exchange.selectors.catalogue import shared_fields, shared_objects
from exchange.selectors.grants import owned_grants
from exchange.services.grants import GrantResult, answer_grants, check_grants, revoke_grants, take_grants
from exchange.workflow import GRANT
from portal.desk.actions import Assign, Escalate
from portal.workbench import Action, Column, Desk, Filter, ItemResult, LawEntry, Outcome, Queue, registry

TONES = {
    GrantState.ASKED: "held",
    GrantState.CHECKED: "info",
    GrantState.GRANTED: "good",
    GrantState.REFUSED: "bad",
    GrantState.REVOKED: "bad",
}
"""Colour of a state; the others are past."""


def outcome_of(results: Sequence[GrantResult], done: str | Promise) -> Outcome:
    """The service's answers as the desk shows them."""
    return Outcome([ItemResult(r.grant_id, r.ok, done if r.ok else r.message, r.code) for r in results])


class TakeGrant(Action):
    """Nobody else works on them meanwhile."""

    code = "take"
    label = _("领取")
    done = _("已领取。")
    permission = "grant.check"

    def applies(self, case: SharingGrant, desk: Desk) -> bool:
        return case.state in OPEN and case.taken_by_id is None

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome_of(take_grants(ids=ids, actor=desk.user), self.done)


class GiveBackGrant(Action):
    """Give taken requests back to the queue."""

    code = "give-back"
    label = _("退回队列")
    done = _("已退回队列。")
    permission = "grant.check"

    def applies(self, case: SharingGrant, desk: Desk) -> bool:
        return case.state in OPEN and case.taken_by_id == desk.user.pk

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome_of(take_grants(ids=ids, actor=desk.user, taken=False), self.done)


class CheckGrant(Action):
    """DataUse, basis and fields fit together; the clock of the answer starts."""

    code = "check"
    label = _("通过核验")
    done = _("已通过核验，开始计算答复期限。")
    permission = "grant.check"
    tone = "primary"

    def applies(self, case: SharingGrant, desk: Desk) -> bool:
        return case.state == GrantState.ASKED and case.taken_by_id in {None, desk.user.pk}

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome_of(check_grants(ids=ids, actor=desk.user), self.done)


class GiveGrant(Action):
    """The agency gets the fields from the first day on."""

    code = "grant"
    label = _("同意共享")
    done = _("已同意，接口即按授权提供。")
    permission = "grant.decide"
    tone = "primary"
    confirm = _(
        "该部门将在授权期限内，为所申请的用途读取所列字段的明文，每次读取留痕。L4 数据须由核验人以外的另一人同意。"
    )
    form_class = GrantRemarkForm
    decides = True

    def applies(self, case: SharingGrant, desk: Desk) -> bool:
        free = case.taken_by_id in {None, desk.user.pk}
        own = case.level == Level.PERSONAL and case.checked_by_id == desk.user.pk
        return free and not own and case.state == GrantState.CHECKED

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        results = answer_grants(ids=ids, step="grant", actor=desk.user, reason=data.get("reason", ""))
        return outcome_of(results, self.done)


class RefuseGrant(Action):
    """The agency is told the reasons."""

    code = "refuse"
    label = _("不同意")
    done = _("已答复申请部门及理由。")
    permission = "grant.decide"
    tone = "danger"
    confirm = _("申请部门将收到不同意的理由。此操作不能撤销。")
    form_class = GrantReasonForm
    decides = True

    def applies(self, case: SharingGrant, desk: Desk) -> bool:
        return case.state in OPEN and case.taken_by_id in {None, desk.user.pk}

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome_of(
            answer_grants(ids=ids, step="refuse", actor=desk.user, reason=data["reason"]), self.done
        )


class RevokeGrant(Action):
    """The owner takes a grant back."""

    code = "revoke"
    label = _("撤销授权")
    done = _("已撤销，接口立即停止提供。")
    permission = "grant.decide"
    tone = "danger"
    confirm = _("授权立即失效，该部门不能再读取所列字段的明文。此操作不能撤销。")
    form_class = GrantReasonForm
    decides = True

    def applies(self, case: SharingGrant, desk: Desk) -> bool:
        return case.state == GrantState.GRANTED

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome_of(revoke_grants(ids=ids, actor=desk.user, reason=data["reason"]), self.done)


class GrantQueue(Queue):
    """Requests for the data of one agency; the agencies that own data each have one."""

    title = _("数据共享申请")
    description = _(
        "其他部门申请共享本部门的数据：2 个工作日内核验，再在 5 个（首次共享 10 个）工作日内答复；不同意须说明理由。"
    )
    empty = _("没有等待办理的数据共享申请。")
    permission = "grant.read"
    take_permission = "grant.check"
    subject_label = "exchange.SharingGrant"
    audit_name = "exchange.grant"
    flow = GRANT
    search_label = _("数据对象、用途说明")
    case_template = "exchange/console/grant_case.html"
    default_sort = "due_at"
    due_field = "due_at"
    taken_field = "taken_by"
    columns = (
        Column("object_label", _("数据对象"), "link"),
        Column("agency", _("申请部门")),
        Column("purpose", _("用途"), sort="purpose"),
        Column("level", _("最高级别"), sort="level"),
        Column("state", _("状态"), sort="state"),
        Column("asked_at", _("申请时间"), "time", sort="asked_at"),
        Column("due_at", _("期限"), "due", sort="due_at"),
        Column("taken_by", _("经办人"), "person"),
    )
    filters = (
        Filter("level", _("最高级别"), Level.choices, lookup="level"),
        Filter("purpose", _("用途"), DataUse.choices, lookup="purpose"),
    )
    actions = (TakeGrant(), GiveBackGrant(), CheckGrant(), GiveGrant(), RefuseGrant(), RevokeGrant())

    @cached_property
    def buttons(self) -> Sequence[Action]:
        """No question to an enterprise: the case is one between agencies."""
        return (*self.actions, Escalate(self), Assign(self))

    def visible(self, desk: Desk) -> "QuerySet[SharingGrant]":
        return owned_grants(self.agency) if self.allowed(desk) else SharingGrant.objects.none()

    def cases(self, desk: Desk) -> "QuerySet[SharingGrant]":
        return self.visible(desk).filter(state__in=OPEN)

    def search(self, cases: "QuerySet[SharingGrant]", text: str) -> "QuerySet[SharingGrant]":
        named = [one.code for one in shared_objects().values() if text in one.name_zh or text in one.code]
        return cases.filter(Q(object__in=named) | Q(reason__icontains=text) | Q(agency__name__icontains=text))

    def value_of(self, case: SharingGrant, column: Column) -> Any:
        return self.name_of(case) if column.name == "object_label" else super().value_of(case, column)

    def still_waits(self) -> Q:
        return Q(state__in=OPEN)

    def related(self, case: SharingGrant, desk: Desk) -> "QuerySet[SharingGrant]":
        return self.visible(desk).filter(object=case.object).exclude(pk=case.pk).order_by("-pk")

    def law(self, case: SharingGrant, desk: Desk) -> list[LawEntry]:
        """The bases of the fields that are asked for, each once."""
        known = shared_fields().get(case.object, {})
        bases = dict.fromkeys((known[name].level, known[name].basis) for name in case.fields if name in known)
        return [LawEntry(level, level.label, "", basis) for level, basis in bases]

    def name_of(self, case: SharingGrant) -> str:
        found = shared_objects().get(case.object)
        return found.label if found else case.object

    def summary(self, case: SharingGrant) -> str:
        return " · ".join((case.agency.name, case.get_purpose_display(), case.get_state_display()))

    def case_context(self, case: SharingGrant, desk: Desk) -> dict[str, Any]:
        known = shared_fields().get(case.object, {})
        return {
            "grant": case,
            "tone": TONES.get(GrantState(case.state), ""),
            "fields": [known[name] for name in case.fields if name in known],
            "needs_second": case.level == Level.PERSONAL and case.state in OPEN,
        }


@registry.register
class CustomsGrants(GrantQueue):
    """Requests for documents, parcels, filings."""

    code: ClassVar[str] = "exchange.grants-gacc"
    agency: ClassVar[str] = "gacc"


@registry.register
class PoliceGrants(GrantQueue):
    """Requests for answers of the population base."""

    code: ClassVar[str] = "exchange.grants-police_fujian"
    agency: ClassVar[str] = "police_fujian"


@registry.register
class RegistryGrants(GrantQueue):
    """Requests for entries of the business registry."""

    code: ClassVar[str] = "exchange.grants-registry_fujian"
    agency: ClassVar[str] = "registry_fujian"


@registry.register
class TaxGrants(GrantQueue):
    """Requests for what the tax administration is asked."""

    code: ClassVar[str] = "exchange.grants-tax"
    agency: ClassVar[str] = "tax"

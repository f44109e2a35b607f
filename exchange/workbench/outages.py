"""Outages on the desk of the agency that runs the exchange: one official writes the cause, another confirms it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from exchange.documents import local
from exchange.enums import OutageState
from exchange.forms import CauseForm, SendBackForm
from exchange.models import Outage
from exchange.permissions import CONFIRM_OUTAGE, EXPLAIN_OUTAGE, WATCH
from exchange.services.outages import (
    AGENCY,
    OutageResult,
    confirm_outages,
    explain_outages,
    reopen_outages,
    send_back_outages,
)
from exchange.workflow import OUTAGE
from portal.selectors import transitions_of
from portal.status import PARTS
from portal.workbench import Action, Column, Desk, Filter, Outcome, Queue, outcome_of, registry

TONES = {OutageState.MEASURED: "warn", OutageState.EXPLAINED: "info", OutageState.CONFIRMED: "good"}


def outcome(results: Sequence[OutageResult], done: str | Promise) -> Outcome:
    """The service's answers as the desk shows them."""
    return outcome_of(((one.outage_id, one.refusal) for one in results), done)


class ExplainOutage(Action):
    """One cause for the chosen outages: parts that fail together fail for one reason."""

    code = "explain"
    label = _("填写原因")
    done = _("已填写，待另一人复核。")
    permission = EXPLAIN_OUTAGE
    tone = "primary"
    form_class = CauseForm

    def applies(self, case: Outage, desk: Desk) -> bool:
        return case.ended_at is not None and case.state != OutageState.CONFIRMED

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome(explain_outages(ids=ids, cause=data["cause"], actor=desk.user), self.done)


class ConfirmOutage(Action):
    """The second pair of eyes."""

    code = "confirm"
    label = _("复核确认")
    done = _("已确认，企业可以取得系统中断证明。")
    permission = CONFIRM_OUTAGE
    tone = "primary"
    confirm = _("确认后原因即公开，企业可以据此取得系统中断证明；符合规则的期限将顺延。")

    def applies(self, case: Outage, desk: Desk) -> bool:
        return case.state == OutageState.EXPLAINED and case.explained_by_id != desk.user.pk

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome(confirm_outages(ids=ids, actor=desk.user), self.done)


class SendBackOutage(Action):
    """The cause is not good enough."""

    code = "send-back"
    label = _("退回修改")
    done = _("已退回修改。")
    permission = CONFIRM_OUTAGE
    form_class = SendBackForm

    def applies(self, case: Outage, desk: Desk) -> bool:
        return case.state == OutageState.EXPLAINED

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome(send_back_outages(ids=ids, reason=data["reason"], actor=desk.user), self.done)


class ReopenOutage(Action):
    """The confirmation was wrong."""

    code = "reopen"
    label = _("撤销确认")
    done = _("已撤销确认，相关证明已撤销。")
    permission = CONFIRM_OUTAGE
    tone = "danger"
    confirm = _("以此为依据的系统中断证明将同时撤销，此前的顺延不再适用。")
    form_class = SendBackForm

    def applies(self, case: Outage, desk: Desk) -> bool:
        return case.state == OutageState.CONFIRMED

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome(reopen_outages(ids=ids, reason=data["reason"], actor=desk.user), self.done)


class OutageQueue(Queue):
    """What both queues show alike."""

    agency = AGENCY
    permission = WATCH
    flow = OUTAGE
    search_label = _("原因")
    case_template = "exchange/console/outage_case.html"
    filters = (Filter("part", _("部分"), list(PARTS.items()), lookup="part"),)

    def visible(self, desk: Desk) -> "QuerySet[Outage]":
        return Outage.objects.all() if self.allowed(desk) else Outage.objects.none()

    def search(self, cases: "QuerySet[Outage]", text: str) -> "QuerySet[Outage]":
        return cases.filter(cause__icontains=text)

    def name_of(self, case: Outage) -> str:
        return f"{case.get_part_display()} {local(case.began_at)}"

    def case_context(self, case: Outage, desk: Desk) -> dict[str, Any]:
        past = [
            {"at": one.at, "title": OUTAGE.transition(one.transition).label, "text": one.note}
            for one in transitions_of(OUTAGE.model_label, case.pk)
        ]
        return {
            "outage": case,
            "tone": TONES[OutageState(case.state)],
            "history": past,
            "statements": case.statements.filter(revoked_at=None).count(),
        }


@registry.register
class OpenOutages(OutageQueue):
    """Outages without a confirmed cause."""

    code = "exchange.outages"
    title = _("平台中断")
    description = _(
        "状态程序测得的中断。恢复后一个工作日内填写原因，由另一人复核；复核后企业可以取得系统中断证明。"
    )
    columns = (
        Column("part", _("部分"), "link", sort="part"),
        Column("began_at", _("开始"), "time", sort="began_at"),
        Column("ended_at", _("结束"), "time", sort="ended_at"),
        Column("state", _("状态"), sort="state"),
        Column("cause", _("原因")),
        Column("due_at", _("期限"), "due", sort="due_at"),
    )
    actions = (ExplainOutage(), ConfirmOutage(), SendBackOutage())
    default_sort = "due_at"
    due_field = "due_at"
    empty = _("没有待说明的中断。")

    def cases(self, desk: Desk) -> "QuerySet[Outage]":
        return self.visible(desk).exclude(state=OutageState.CONFIRMED)

    def still_waits(self) -> Q:
        return ~Q(state=OutageState.CONFIRMED)


@registry.register
class ConfirmedOutages(OutageQueue):
    """Outages that can be certified."""

    code = "exchange.outages_confirmed"
    title = _("已确认的平台中断")
    description = _("原因已公开、可以出具证明的中断。确认有误的，撤销确认，相关证明随之撤销。")
    columns = (
        Column("part", _("部分"), "link", sort="part"),
        Column("began_at", _("开始"), "time", sort="began_at"),
        Column("ended_at", _("结束"), "time", sort="ended_at"),
        Column("cause", _("原因")),
        Column("confirmed_at", _("复核时间"), "time", sort="confirmed_at"),
    )
    actions = (ReopenOutage(),)
    default_sort = "-began_at"
    empty = _("还没有确认过的中断。")

    def cases(self, desk: Desk) -> "QuerySet[Outage]":
        return self.visible(desk).filter(state=OutageState.CONFIRMED)

    def still_waits(self) -> Q:
        return Q(state=OutageState.CONFIRMED)

"""Answers of agencies that nobody understands, on the officials' desk."""

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from exchange.agencies.contract import OUTCOME
from exchange.agencies.contracts import contract_of
from exchange.agencies.showing import answer_parts
from exchange.enums import TaskKind, UnclearState
from exchange.forms import KnownCodeForm
from exchange.models import UnclearAnswer
from exchange.permissions import CLEAR, WATCH
from exchange.selectors.unclear import waiting_parts
from exchange.services.clearing import Cleared, ask_again, map_code, put_aside
from portal.personal_data import decrypt
from portal.selectors import agency_choices
from portal.workbench import Action, Column, Desk, Filter, Outcome, Queue, outcome_of, registry

AGENCY = "gacc"
"""Customs runs the platform's exchange."""


def outcome(results: Sequence[Cleared], done: str | Promise) -> Outcome:
    """The service's answers as the desk shows them."""
    return outcome_of(((one.unclear_id, one.refusal) for one in results), done)


class MapCode(Action):
    """The unknown code means the same as a known one."""

    code = "map"
    label = _("认定代码")
    done = _("已认定，答复已按此生效。")
    permission = CLEAR
    tone = "primary"
    confirm = _("该部门今后发来的同一代码都按此理解。请先与部门核实。")
    form_class = KnownCodeForm

    def applies(self, case: UnclearAnswer, desk: Desk) -> bool:
        return case.state == UnclearState.WAITING and bool(case.value)

    def form(self, queue: Queue, desk: Desk, data: Any) -> forms.Form | None:
        """Codes of every part that waits: the service holds each case to its own part's table."""
        return KnownCodeForm(data, codes=known_codes())

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome(map_code(ids=ids, known=data["known"], actor=desk.user), self.done)


class AskAgain(Action):
    """The agency gets the task once more."""

    code = "ask-again"
    label = _("重新询问")
    done = _("已重新下发给部门。")
    permission = CLEAR
    confirm = _("任务将重新下发给该部门，原答复保留备查。")

    def applies(self, case: UnclearAnswer, desk: Desk) -> bool:
        return case.state == UnclearState.WAITING and not case.applied

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome(ask_again(ids=ids, actor=desk.user), self.done)


class PutAside(Action):
    """Nothing is to be done about a code in an answer that took effect."""

    code = "put-aside"
    label = _("搁置")
    done = _("已搁置。")
    permission = CLEAR
    confirm = _("同一代码再次出现时会重新列出。")

    def applies(self, case: UnclearAnswer, desk: Desk) -> bool:
        return case.state == UnclearState.WAITING and case.applied

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome(put_aside(ids=ids, actor=desk.user), self.done)


def known_codes() -> list[tuple[str, list[tuple[str, str]]]]:
    """Tables of the parts that waiting answers are unclear in, each as (name, code and meaning)."""
    found = []
    for agency, kind, name in waiting_parts():
        contract = contract_of(agency, kind)
        table = contract.codes.get(name, {}) if contract else {}
        title = f"{agency} · {dict(TaskKind.choices).get(kind, kind)} · {name}"
        found.append((title, [(code, f"{code} {meaning}") for code, meaning in table.items()]))
    return found


@registry.register
class UnclearQueue(Queue):
    """Answers nobody understands."""

    code = "exchange.unclear"
    title = _("无法理解的部门答复")
    description = _("部门发来的代码不在约定的代码表内，或答复缺项。原答复保留，任务不会被误办。")
    agency = AGENCY
    permission = WATCH
    columns = (
        Column("agency_code", _("部门"), sort="agency_code"),
        Column("kind", _("任务类型"), sort="kind"),
        Column("field", _("字段")),
        Column("value", _("代码")),
        Column("times", _("次数"), kind="number", sort="times"),
        Column("created_at", _("收到时间"), kind="time", sort="created_at"),
    )
    filters = (Filter("kind", _("任务类型"), TaskKind.choices, lookup="kind"),)
    actions = (MapCode(), AskAgain(), PutAside())
    default_sort = "created_at"
    search_label = _("任务编号或代码")
    empty = _("所有部门的答复都能理解。")
    case_template = "exchange/console_unclear.html"

    def visible(self, desk: Desk) -> "QuerySet[UnclearAnswer]":
        return UnclearAnswer.objects.all()

    def cases(self, desk: Desk) -> "QuerySet[UnclearAnswer]":
        return UnclearAnswer.objects.filter(state=UnclearState.WAITING)

    def search(self, cases: "QuerySet[UnclearAnswer]", text: str) -> "QuerySet[UnclearAnswer]":
        fits = Q(value=text)
        if text.isascii() and text.isdigit() and len(text) < 19:
            fits |= Q(task_id=int(text))
        return cases.filter(fits)

    def value_of(self, case: UnclearAnswer, column: Column) -> Any:
        match column.name:
            case "agency_code":
                return dict(agency_choices()).get(case.agency_code, case.agency_code)
            case "kind":
                return dict(TaskKind.choices).get(case.kind, case.kind)
            case "value":
                return case.value or _("缺项或格式不对")
        return super().value_of(case, column)

    def name_of(self, case: UnclearAnswer) -> str:
        return f"{case.task_id} · {case.field}={case.value or '?'}"

    def case_context(self, case: UnclearAnswer, desk: Desk) -> dict[str, Any]:
        """The answer part by part, without what it says of people; the table its code should come from."""
        contract = contract_of(case.agency_code, case.kind)
        said = json.loads(decrypt(case.content))
        return {
            "agency": dict(agency_choices()).get(case.agency_code, case.agency_code),
            "kind": dict(TaskKind.choices).get(case.kind, case.kind),
            "parts": answer_parts(contract, said[OUTCOME], said["detail"]) if contract else [],
            "codes": contract.codes.get(case.field, {}) if contract else {},
            "state_tone": {"waiting": "warn", "aside": ""}.get(case.state, "good"),
        }

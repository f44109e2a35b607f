"""Buttons that every queue can have: assign, escalate, ask the enterprise, take the question back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.desk.assigning import assign, colleagues
from portal.desk.cases import label_of
from portal.desk.requests import ask, open_request, withdraw
from portal.enums import PostRole
from portal.workbench import Action, Desk, ItemResult, Outcome, Queue


class PersonForm(forms.Form):
    """Who gets the cases, and why."""

    person = forms.TypedChoiceField(label=_("交给"), coerce=int)
    note = forms.CharField(
        label=_("说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, data: Any, people: list[tuple[int, str]]) -> None:
        super().__init__(data)
        self.fields["person"].choices = people  # type: ignore[attr-defined]


class QuestionForm(forms.Form):
    """What the enterprise must send or explain."""

    question = forms.CharField(
        label=_("需要补充的资料"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("企业可以看到。请写明需要什么、为什么需要。"),
    )


class DeskAction(Action):
    """An action that knows the queue it stands in."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue


def people(queue: Queue, desk: Desk, roles: list[str]) -> list[tuple[int, str]]:
    """Choices of colleagues who can work on the queue's cases."""
    found = colleagues(queue, desk, queue.take_permission, roles).exclude(pk=desk.user.pk)
    return [(user.pk, user.get_full_name() or user.get_username()) for user in found]


class Assign(DeskAction):
    """The chief gives cases to somebody."""

    code = "assign"
    label = _("分派")
    done = _("已分派。")
    permission = "case.assign"
    form_class = PersonForm

    def form(self, queue: Queue, desk: Desk, data: Any) -> forms.Form:
        return PersonForm(data, people(queue, desk, []))

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return Outcome(
            assign(queue=self.queue, desk=desk, ids=ids, person_id=data["person"], note=data.get("note", ""))
        )


class Escalate(DeskAction):
    """An official hands a case up to a chief."""

    code = "escalate"
    label = _("上报主管")
    done = _("已上报主管。")
    permission = "case.escalate"
    form_class = PersonForm

    def applies(self, case: Any, desk: Desk) -> bool:
        holder = self.queue.taken_by(case)
        return (holder is None or holder.pk == desk.user.pk) and self.queue.cases(desk).filter(
            pk=case.pk
        ).exists()

    def form(self, queue: Queue, desk: Desk, data: Any) -> forms.Form:
        return PersonForm(data, people(queue, desk, [PostRole.CHIEF]))

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        note = data.get("note", "")
        return Outcome(
            assign(queue=self.queue, desk=desk, ids=ids, person_id=data["person"], note=note, escalate=True)
        )


class Ask(DeskAction):
    """Ask the enterprise; the clock stands still until it answers."""

    code = "ask"
    label = _("要求补充资料")
    done = _("已发送给企业，办理期限暂停计算。")
    permission = "case.ask"
    confirm = _("企业将收到通知。等待答复期间办理期限暂停；企业答复、您撤回要求或答复逾期后继续计算。")
    form_class = QuestionForm
    bulk = False

    def applies(self, case: Any, desk: Desk) -> bool:
        waits = self.queue.cases(desk).filter(pk=case.pk).exists()
        return waits and open_request(label_of(self.queue), case.pk) is None

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        ask(queue=self.queue, desk=desk, pk=ids[0], question=data["question"])
        return Outcome([ItemResult(ids[0], ok=True)])


class WithdrawQuestion(DeskAction):
    """The answer is not needed any more."""

    code = "withdraw-question"
    label = _("撤回补充要求")
    done = _("已撤回，办理期限继续计算。")
    permission = "case.ask"
    confirm = _("企业将不再需要答复，办理期限继续计算。")
    bulk = False

    def applies(self, case: Any, desk: Desk) -> bool:
        return open_request(label_of(self.queue), case.pk) is not None

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        withdraw(queue=self.queue, desk=desk, pk=ids[0])
        return Outcome([ItemResult(ids[0], ok=True)])


def desk_actions(queue: Queue) -> tuple[Action, ...]:
    """The buttons every queue of cases has after its own."""
    return (Ask(queue), WithdrawQuestion(queue), Escalate(queue), Assign(queue))

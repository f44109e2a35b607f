"""The queue of second signatures; an agency that has any registers a subclass in its workbench."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.desk.countersigning import decide
from portal.enums import CountersignState
from portal.models import Countersignature
from portal.workbench import Action, Column, Desk, ItemResult, Outcome, Queue, registry

if TYPE_CHECKING:
    from django.db.models import QuerySet


class RemarkForm(forms.Form):
    """Why the second person agrees or not."""

    remark = forms.CharField(
        label=_("复核意见"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class Decide(Action):
    """Confirm or refuse, one proposal at a time."""

    permission = "case.countersign"
    form_class = RemarkForm
    agree: bool

    def applies(self, case: Countersignature, desk: Desk) -> bool:
        return case.state == CountersignState.PROPOSED and case.proposed_by_id != desk.user.pk

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        remark = data.get("remark", "")
        items: list[ItemResult] = [
            decide(proposal_id=pk, desk=desk, agree=self.agree, remark=remark) for pk in ids
        ]
        return Outcome(items)


class Confirm(Decide):
    """The act is carried out now."""

    code = "confirm"
    label = _("同意并执行")
    done = _("已复核，决定已生效。")
    tone = "primary"
    confirm = _("同意后该决定立即以您的名义执行，不能撤销。")
    bulk = False
    agree = True


class Refuse(Decide):
    """Nothing moves; the case waits again."""

    code = "refuse"
    label = _("不同意")
    done = _("已退回提出人，事项未作任何变动。")
    confirm = _("提出的决定不执行，事项回到原队列。")
    bulk = False
    agree = False


class CountersignQueue(Queue):
    """Acts of this agency that wait for a second person."""

    title = _("双人复核")
    description = _("另一位同事提出、需要您确认才能生效的决定。提出人不能复核自己的决定。")
    permission = "case.countersign"
    default_sort = "proposed_at"
    empty = _("没有等待复核的决定。")
    case_template = "portal/workbench/countersign.html"
    actions = (Confirm(), Refuse())
    columns = (
        Column("name", _("事项"), "link"),
        Column("action_label", _("拟作决定")),
        Column("proposed_by", _("提出人"), "person"),
        Column("proposed_at", _("提出时间"), "time", sort="proposed_at"),
    )

    def visible(self, desk: Desk) -> "QuerySet[Countersignature]":
        """Proposals about cases this official may open."""
        seen = Q(pk__in=[])
        labels: set[str] = set()
        for queue in registry.queues():
            if queue.agency == self.agency and queue.subject_label and queue.subject_label not in labels:
                labels.add(queue.subject_label)
                seen |= Q(model=queue.subject_label, object_id__in=queue.visible(desk).values("pk"))
        return Countersignature.objects.filter(seen, agency=self.agency).select_related("proposed_by")

    def cases(self, desk: Desk) -> "QuerySet[Countersignature]":
        return self.visible(desk).filter(state=CountersignState.PROPOSED)

    def search(self, cases: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        return cases.filter(name__icontains=text)

    def value_of(self, case: Any, column: Column) -> Any:
        return action_label(case) if column.name == "action_label" else super().value_of(case, column)

    def name_of(self, case: Countersignature) -> str:
        return case.name

    def summary(self, case: Countersignature) -> str:
        return str(action_label(case))

    def case_context(self, case: Countersignature, desk: Desk) -> dict[str, Any]:
        queue = registry.queue(case.queue)
        return {
            "proposal": case,
            "proposed": action_label(case),
            "reason": case.form.get("reason", ""),
            "subject_url": queue.address(case.object_id) if queue else "",
            "own": case.proposed_by_id == desk.user.pk,
        }


def action_label(proposal: Countersignature) -> str:
    """What is to be done, in words."""
    queue = registry.queue(proposal.queue)
    action = queue.action(proposal.action) if queue else None
    return str(action.label) if action else proposal.action

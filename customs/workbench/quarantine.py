"""The second verdict at the desk of inspection and quarantine, and the goods that it keeps out at the desk of customs (rules C.3)."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from customs.enums import CiqState, Direction, ParcelState
from customs.forms import NoteForm, ReasonForm
from customs.models import CiqVerdict, Parcel
from customs.permissions import CIQ_AGENCY, DECIDE_QUARANTINE, QUEUE
from customs.selectors.parcels import numbered
from customs.services.quarantine import decide_quarantine
from customs.workbench.holding import (
    Destroy,
    DetainForClearance,
    DetainForLegal,
    DetainForSmuggling,
    HeldQueue,
    SendBack,
)
from customs.workbench.parcels import (
    GiveBack,
    ShowPersonalData,
    Take,
    about_parcel,
    in_one_line,
    law_of,
    outcome_of,
)
from customs.workflow import CIQ, CIQ_OPEN, OPEN
from portal.workbench import Action, Column, Desk, Filter, LawEntry, Outcome, Queue, registry

UNFINISHED = OPEN | {ParcelState.AWAITING_ARRIVAL.value, ParcelState.AWAITING_CIQ.value}


class Verdict(Action):
    """One letter of the second verdict."""

    permission = DECIDE_QUARANTINE
    decides = True
    step: ClassVar[str]

    def applies(self, case: CiqVerdict, desk: Desk) -> bool:
        return case.parcel.state in UNFINISHED and case.state in CIQ.transition(self.step).sources

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        results = decide_quarantine(
            parcel_ids=ids, step=self.step, actor=desk.user, reason=data.get("reason", "")
        )
        return outcome_of(results, self.done)


class Pass(Verdict):
    """C: released, if customs has finished too."""

    code = step = "pass"
    label = _("检验检疫放行")
    done = _("已作出放行结论。")
    tone = "primary"
    confirm = _("海关已审结的清单将立即放行，并向企业发送回执 800。此操作不能撤销。")
    form_class = NoteForm


class NotPass(Verdict):
    """N: the goods go back or are destroyed."""

    code = step = "refuse"
    label = _("检验检疫不合格")
    done = _("已作出不合格结论，回执已发出。")
    tone = "danger"
    confirm = _("货物不得放行，由海关责令退运或销毁，并立即向企业发送回执 600 及理由。此操作不能撤销。")
    form_class = ReasonForm


class InspectToo(Verdict):
    """Q: the parcel is opened, by both agencies at one appointment."""

    code = step = "inspect"
    label = _("需检验检疫")
    done = _("已布控，关检按同一预约查验。")
    confirm = _("包裹转入联合查验：海关与检验检疫按同一预约开拆，并立即向企业发送回执 500。")
    form_class = NoteForm


@registry.register
class Quarantine(Queue):
    """Lists of the own office whose second verdict is owed. A case is the verdict; its number is that of the parcel."""

    code = "customs.quarantine"
    title = _("检验检疫结论")
    description = _(
        "须检验检疫的清单：作出放行、不合格或需检验检疫的结论。海关与检验检疫均放行后，只发一次放行回执。"
    )
    empty = _("没有等待检验检疫结论的清单。")
    agency = CIQ_AGENCY
    permission = QUEUE
    default_sort = "due_at"
    due_field = "due_at"
    search_label = _("清单号、订单号、运单号")
    case_template = "customs/console/parcel.html"
    audit_name = "parcel"
    subject_label = "customs.CiqVerdict"
    take_permission = DECIDE_QUARANTINE
    flow = CIQ
    columns = (
        Column("invt_no", _("清单编号"), "link"),
        Column("verdict", _("检验检疫")),
        Column("state", _("海关状态")),
        Column("direction", _("方向"), sort="parcel__direction"),
        Column("logistics_no", _("运单号")),
        Column("appointment_on", _("查验日期"), sort="appointment_on"),
        Column("appointment_site", _("查验场所")),
        Column("opened_at", _("受理时间"), "time", sort="opened_at"),
        Column("due_at", _("办理期限"), "due", sort="due_at"),
    )
    filters = (
        Filter("direction", _("方向"), Direction.choices, lookup="parcel__direction"),
        Filter(
            "verdict",
            _("检验检疫"),
            [(one.value, one.label) for one in CiqState if one.value in CIQ_OPEN],
            lookup="state",
        ),
    )
    actions = (Pass(), InspectToo(), NotPass())

    def visible(self, desk: Desk) -> "QuerySet[Any]":
        """Verdicts on lists declared at the own offices, given ones too."""
        offices = desk.offices(CIQ_AGENCY)
        found = CiqVerdict.objects.select_related("parcel")
        return found if offices is None else found.filter(customs_code__in=offices)

    def cases(self, desk: Desk) -> "QuerySet[Any]":
        return self.visible(desk).filter(self.still_waits())

    def still_waits(self) -> Q:
        return Q(state__in=CIQ_OPEN, parcel__state__in=UNFINISHED)

    def search(self, cases: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        return cases.filter(parcel__in=numbered(Parcel.objects.all(), text))

    def value_of(self, case: CiqVerdict, column: Column) -> Any:
        if column.name == "verdict":
            return case.get_state_display()
        own = column.name in {"appointment_on", "appointment_site", "opened_at", "due_at"}
        return super().value_of(case if own else case.parcel, column)

    def name_of(self, case: CiqVerdict) -> str:
        return case.parcel.invt_no

    def summary(self, case: CiqVerdict) -> str:
        return f"{in_one_line(case.parcel)} · {case.get_state_display()}"

    def organisation_of(self, case: CiqVerdict) -> int | None:
        return case.sender_id

    def related(self, case: CiqVerdict, desk: Desk) -> "QuerySet[Any]":
        return self.visible(desk).filter(sender_id=case.sender_id).exclude(pk=case.pk)

    def law(self, case: CiqVerdict, desk: Desk) -> list[LawEntry]:
        return law_of(case.parcel)

    def case_context(self, case: CiqVerdict, desk: Desk) -> dict[str, Any]:
        return about_parcel(case.parcel, self.code)


@registry.register
class Refused(HeldQueue):
    """Not passed by inspection and quarantine: customs has the goods sent back or destroyed."""

    code = "customs.refused"
    title = _("检验检疫不合格")
    description = _("检验检疫不合格的货物：责令退运、销毁，或扣留移送有关部门。")
    empty = _("没有检验检疫不合格的货物。")
    states = frozenset({ParcelState.REFUSED.value})
    actions = (
        Take(),
        GiveBack(),
        SendBack(),
        Destroy(),
        DetainForClearance(),
        DetainForSmuggling(),
        DetainForLegal(),
        ShowPersonalData(),
    )

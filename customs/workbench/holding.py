"""What customs holds: accepted lists before their release, suspended ones, detained goods; and the buttons that lead there and out."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from customs.enums import ParcelState
from customs.forms import NoteForm, ReasonForm
from customs.models import Parcel
from customs.permissions import declared_at
from customs.workbench.parcels import (
    DIRECTION,
    AwaitArrival,
    Decide,
    GiveBack,
    Inspect,
    ParcelQueue,
    Reject,
    Release,
    ShowPersonalData,
    Suspend,
    Take,
)
from customs.workflow import DETENTIONS
from portal.workbench import Desk, registry


class Resume(Decide):
    """Back to the review by people (300)."""

    code = step = "resume"
    label = _("恢复审核")
    done = _("已恢复人工审核，回执已发出。")
    tone = "primary"
    confirm = _("清单回到人工审核队列，并立即向企业发送回执 300。")
    form_class = NoteForm


class Detain(Decide):
    """One of the kinds of detention; the reason is on record."""

    tone = "danger"
    done = _("已移送，回执已发出。")
    confirm = _("货物继续扣留并移送相应部门，同时向企业发送回执。此操作将写入审计。")
    form_class = ReasonForm


class DetainForClearance(Detain):
    """Status 501."""

    code = "detain-clearance"
    step = "detain_clearance"
    label = _("扣留移送通关")


class DetainForSmuggling(Detain):
    """Status 502."""

    code = "detain-smuggling"
    step = "detain_smuggling"
    label = _("扣留移送缉私")


class DetainForLegal(Detain):
    """Status 503."""

    code = "detain-legal"
    step = "detain_legal"
    label = _("扣留移送法规")


class SendBack(Decide):
    """Status 700: the goods go out of the country."""

    code = "send-back"
    step = "send_back"
    label = _("责令退运")
    done = _("已责令退运，回执已发出。")
    tone = "danger"
    confirm = _("货物退运出境，释放预占额度，并立即向企业发送回执 700 及理由。此操作不能撤销。")
    form_class = ReasonForm


class Destroy(Decide):
    """The goods are destroyed; there is no official status for it."""

    code = step = "destroy"
    label = _("销毁")
    done = _("已登记销毁。")
    tone = "danger"
    confirm = _("登记货物已销毁并释放预占额度。此操作不能撤销。")
    form_class = ReasonForm


class HeldQueue(ParcelQueue):
    """Lists of the own office in some states."""

    filters = (DIRECTION,)
    states: frozenset[str] = frozenset()

    def cases(self, desk: Desk) -> "QuerySet[Parcel]":
        here = declared_at(desk.offices(self.agency))
        return self.visible(desk).filter(here, state__in=self.states)


@registry.register
class Reviewed(HeldQueue):
    """Status 399 and 400: accepted, the goods have not moved."""

    code = "customs.reviewed"
    title = _("审结待放行")
    description = _("已审结的清单：等待放行，或等待货物运抵监管场所后自动放行。")
    empty = _("没有审结待放行的清单。")
    states = frozenset({ParcelState.REVIEWED.value, ParcelState.AWAITING_ARRIVAL.value})
    actions = (
        Take(),
        GiveBack(),
        Release(),
        AwaitArrival(),
        Inspect(),
        Suspend(),
        Resume(),
        Reject(),
        ShowPersonalData(),
    )


@registry.register
class Suspended(HeldQueue):
    """Status 600."""

    code = "customs.suspended"
    title = _("挂起")
    description = _("暂停办理的清单：恢复审核或退单。")
    empty = _("没有挂起的清单。")
    states = frozenset({ParcelState.SUSPENDED.value})
    actions = (Take(), GiveBack(), Resume(), Reject(), ShowPersonalData())


@registry.register
class Detained(HeldQueue):
    """Status 501, 502, 503, 599: who is responsible, and what becomes of the goods."""

    code = "customs.detained"
    title = _("扣留")
    description = _("扣留的货物：移送有关部门、放行、退单、责令退运或销毁。")
    empty = _("没有扣留的货物。")
    states = DETENTIONS
    actions = (
        Take(),
        GiveBack(),
        Release(),
        DetainForClearance(),
        DetainForSmuggling(),
        DetainForLegal(),
        SendBack(),
        Destroy(),
        Reject(),
        ShowPersonalData(),
    )

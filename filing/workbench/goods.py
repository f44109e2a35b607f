"""Goods of a CIQ category that wait for a look before they count as filed (rules G.5)."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from filing.enums import CiqCategory, GoodsState
from filing.forms.goods import ReturnGoodsForm
from filing.models import FiledGoods
from filing.permissions import AGENCY, DECIDE, QUEUE, TAKE
from filing.selectors.goods import TONES, search_goods, tariff_facts
from filing.services.goods import GoodsResult, decide_goods, take_goods
from filing.services.goods_views import changes_of, facts_of
from filing.workflow import GOODS
from portal.workbench import Action, Column, Desk, Filter, ItemResult, Outcome, Queue, registry


def outcome_of(results: Sequence[GoodsResult], done: str | Promise) -> Outcome:
    """The service's answers as the desk shows them."""
    return Outcome([ItemResult(r.goods_id, r.ok, done if r.ok else r.message, r.code) for r in results])


class GoodsAction(Action):
    """Buttons of goods are shown while a good waits and nobody else has taken it."""

    def applies(self, case: FiledGoods, desk: Desk) -> bool:
        return case.state == GoodsState.REVIEW and case.taken_by_id in {None, desk.user.pk}


class TakeGoods(GoodsAction):
    """Nobody else decides them meanwhile."""

    code = "take"
    label = _("领取")
    done = _("已领取。")
    permission = TAKE
    tone = "primary"

    def applies(self, case: FiledGoods, desk: Desk) -> bool:
        return super().applies(case, desk) and case.taken_by_id is None

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome_of(take_goods(ids=ids, actor=desk.user), self.done)


class GiveBackGoods(GoodsAction):
    """Give taken goods back to the queue."""

    code = "give-back"
    label = _("退回队列")
    done = _("已退回队列。")
    permission = TAKE

    def applies(self, case: FiledGoods, desk: Desk) -> bool:
        return super().applies(case, desk) and case.taken_by_id == desk.user.pk

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome_of(take_goods(ids=ids, actor=desk.user, taken=False), self.done)


class ApproveGoods(GoodsAction):
    """The good counts as filed from now on."""

    code = "approve"
    label = _("准予备案")
    done = _("已准予备案，已通知企业。")
    permission = DECIDE
    decides = True
    tone = "primary"
    confirm = _("批准后商品立即可用于申报，并通知企业。")

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return outcome_of(decide_goods(ids=ids, step="approve", actor=desk.user), self.done)


class ReturnGoods(GoodsAction):
    """The enterprise corrects the good and files it again."""

    code = "return"
    label = _("退回修改")
    done = _("已退回企业修改，已通知企业。")
    permission = DECIDE
    decides = True
    confirm = _("企业将看到意见，修改后重新提交。")
    form_class = ReturnGoodsForm

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        results = decide_goods(ids=ids, step="return", actor=desk.user, reason=data["reason"])
        return outcome_of(results, self.done)


@registry.register
class GoodsReview(Queue):
    """Goods of enterprises in the own district."""

    code = "filing.goods"
    title = _("商品备案审核")
    description = _("食品、化妆品等须检验检疫关注的商品，审核后方可用于申报；其他商品备案即时生效。")
    empty = _("没有等待审核的商品。")
    agency = AGENCY
    permission = QUEUE
    subject_label = "filing.FiledGoods"
    audit_name = "goods"
    take_permission = TAKE
    flow = GOODS
    search_label = _("货号、条码、商品编码、名称")
    case_template = "filing/console/goods.html"
    due_field = "due_at"
    taken_field = "taken_by"
    default_sort = "due_at"
    columns = (
        Column("sku", _("企业商品货号"), "link"),
        Column("name", _("商品名称"), sort="name"),
        Column("organisation", _("企业")),
        Column("hs_code", _("商品编码"), sort="hs_code"),
        Column("get_ciq_category_display", _("检验检疫类别"), sort="ciq_category"),
        Column("submitted_at", _("提交时间"), "time", sort="submitted_at"),
        Column("due_at", _("办理期限"), "due", sort="due_at"),
        Column("taken_by", _("经办人"), "person"),
    )
    actions = (TakeGoods(), GiveBackGoods(), ApproveGoods(), ReturnGoods())
    filters = (
        Filter("category", _("检验检疫类别"), CiqCategory.choices, lookup="ciq_category"),
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

    def visible(self, desk: Desk) -> "QuerySet[FiledGoods]":
        """Goods of the own district, whatever their state."""
        here = desk.offices(AGENCY)
        rows = FiledGoods.objects.select_related("organisation", "taken_by")
        return rows if here is None else rows.filter(organisation__district__in=here)

    def cases(self, desk: Desk) -> "QuerySet[FiledGoods]":
        here = desk.offices(AGENCY)
        rows = FiledGoods.objects.filter(state=GoodsState.REVIEW).select_related("organisation", "taken_by")
        return rows if here is None else rows.filter(office__in=here)

    def search(self, cases: "QuerySet[FiledGoods]", text: str) -> "QuerySet[FiledGoods]":
        return search_goods(cases, text)

    def organisation_of(self, case: FiledGoods) -> int | None:
        return case.organisation_id

    def still_waits(self) -> Q:
        return Q(state=GoodsState.REVIEW)

    def related(self, case: FiledGoods, desk: Desk) -> "QuerySet[FiledGoods]":
        others = self.cases(desk).filter(organisation_id=case.organisation_id).exclude(pk=case.pk)
        return others.order_by("-pk")

    def name_of(self, case: FiledGoods) -> str:
        return case.sku

    def due(self, case: FiledGoods) -> Any:
        """The time limit runs while the good is with the office."""
        return case.due_at if case.state == GoodsState.REVIEW else None

    def summary(self, case: FiledGoods) -> str:
        return " · ".join((case.name, case.hs_code, str(case.get_state_display())))

    def case_context(self, case: FiledGoods, desk: Desk) -> dict[str, Any]:
        return {
            "goods": case,
            "tone": TONES[GoodsState(case.state)],
            "facts": facts_of(case, get_language() or "zh-hans"),
            "tariff": tariff_facts(case.hs_code),
            "changes": changes_of(case, get_language() or "zh-hans"),
        }

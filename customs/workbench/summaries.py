"""Declarations made by summarising, for the offices that take them and those through which the goods left (rules C.1). Nothing is
decided here: customs' own system accepts or refuses them."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from customs.enums import DeclarationState
from customs.models import SummaryDeclaration
from customs.permissions import AGENCY, QUEUE, of_offices
from customs.selectors.summaries import mapped_page
from portal.workbench import Column, Desk, Filter, LawEntry, Queue, registry


@registry.register
class SummaryDeclarations(Queue):
    """All of them, the newest first."""

    code = "customs.summaries"
    title = _("汇总报关单")
    description = _("由已结关的汇总申报清单归并形成的报关单，及其清单商品。")
    empty = _("没有汇总报关单。")
    agency = AGENCY
    permission = QUEUE
    search_label = _("报关单编号、汇总统一编号或汇总申请编号")
    default_sort = "-id"
    case_template = "customs/console/declaration.html"
    columns = (
        Column("decl_seq_no", _("汇总统一编号"), "link"),
        Column("entry_id", _("报关单编号")),
        Column("ebc_name", _("收发货人")),
        Column("country", _("运抵国（地区）")),
        Column("port_code", _("出境关别")),
        Column("lists", _("清单数"), "number"),
        Column("summarised_at", _("汇总时间"), "time", sort="id"),
        Column("state", _("状态"), "state"),
    )
    filters = (Filter("state", _("状态"), DeclarationState.choices, lookup="state"),)

    def visible(self, desk: Desk) -> "QuerySet[SummaryDeclaration]":
        return SummaryDeclaration.objects.filter(of_offices(desk.offices(self.agency))).select_related(
            "application"
        )

    def cases(self, desk: Desk) -> "QuerySet[SummaryDeclaration]":
        return self.visible(desk)

    def search(self, cases: "QuerySet[SummaryDeclaration]", text: str) -> "QuerySet[SummaryDeclaration]":
        return cases.filter(Q(entry_id=text) | Q(decl_seq_no=text) | Q(sum_no=text))

    def organisation_of(self, case: SummaryDeclaration) -> int | None:
        return case.sender_id

    def law(self, case: SummaryDeclaration, desk: Desk) -> list[LawEntry]:
        return [LawEntry("B.SUMMARY", _("清单核放、汇总申报"), "", "海关总署公告2018年第194号")]

    def name_of(self, case: SummaryDeclaration) -> str:
        return str(case)

    def summary(self, case: SummaryDeclaration) -> str:
        return f"{case.ebc_name} · {case.get_state_display()}"

    def case_context(self, case: SummaryDeclaration, desk: Desk) -> dict[str, Any]:
        rows, more = mapped_page(case.pk, 0, "")
        return {"declaration": case, "lines": list(case.lines.all()), "rows": rows, "more": bool(more)}

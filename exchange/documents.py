"""Documents the exchange issues: the statement of outage."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.models import Outage, OutageStatement
from portal.documents import Document, Facts, Shown, registered
from portal.status import PARTS

OUTAGE_STATEMENT = "exchange.outage_statement"
MOMENT = "%Y-%m-%d %H:%M:%S"


def local(moment: Any) -> str:
    """A moment in business time, to the second; “” for none."""
    return timezone.localtime(moment).strftime(MOMENT) if moment else ""


def told(one: Outage) -> str:
    """An outage as the check page keeps it: part, from, to."""
    return f"{one.part} {local(one.began_at)} – {local(one.ended_at)}"


@registered
class OutageStatementDocument(Document):
    """Says in which periods parts of the platform did not answer, for one enterprise and one period; its subject never changes."""

    code = OUTAGE_STATEMENT
    title = _("系统中断证明")
    template = "exchange/documents/outage_statement.html"

    def context(self, subject_id: int) -> dict[str, Any]:
        statement = OutageStatement.objects.select_related("organisation").get(pk=subject_id)
        return {"statement": statement, "outages": list(statement.outages.order_by("began_at", "pk"))}

    def file_name(self, subject_id: int) -> str:
        return f"{OutageStatement.objects.get(pk=subject_id).number}.pdf"

    def facts(self, subject_id: int) -> dict[str, str]:
        statement = OutageStatement.objects.select_related("organisation").get(pk=subject_id)
        found = {
            "number": statement.number,
            "name": statement.organisation.name,
            "period": f"{local(statement.since)} – {local(statement.until)}",
        }
        outages = statement.outages.order_by("began_at", "pk")
        return found | {f"outage-{number}": told(one) for number, one in enumerate(outages, 1)}

    def shown(self, facts: Facts) -> Shown:
        rows = [
            (_("证明编号"), facts["number"]),
            (_("企业名称"), facts["name"]),
            (_("所涉期间"), facts["period"]),
        ]
        for name, value in facts.items():
            if name.startswith("outage-"):
                part, _space, period = value.partition(" ")
                rows.append((_("已确认的中断"), f"{PARTS.get(part, part)} {period}"))
        return rows

    def valid_to(self, subject_id: int) -> date | None:
        return None

    def organisation_id(self, subject_id: int) -> int | None:
        return OutageStatement.objects.get(pk=subject_id).organisation_id

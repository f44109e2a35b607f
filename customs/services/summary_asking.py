"""Asking for a summary from a page: a preview of what would become of a month's lists, and the official request (CEB701)."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from customs.matching.summary import Draft, declarations, group_of, groups_of
from customs.messages import registry
from customs.models import ClearedList
from customs.models.documents import HEADS
from customs.selectors.summaries import OpenMonth, left_to_summarise, month_after, summary_modes
from customs.services.entering import enter_document
from customs.services.uploading import Upload
from portal import rules

if TYPE_CHECKING:
    from portal.models import Organisation, User

SHOWN = 100
"""Declarations shown in a preview."""
OF_MONTH = """c.application_id IS NULL AND c.statistics_flag = 'B' AND NOT c.returned AND c.trade_mode = ANY(%(modes)s) AND c.ebc_code = %(ebc)s
    AND c.agent_code = %(agent)s AND c.customs_code = %(customs)s AND c.cleared_month = %(month)s
    AND (c.sender_id = %(organisation)s OR c.ebc_code = ANY(%(codes)s))"""


@dataclass(frozen=True, slots=True)
class Wish:
    """How a month is to be summarised, and who lodges the declarations."""

    by_producer: bool
    by_name: bool
    broker_code: str = ""
    broker_name: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """The declarations a month would become; `more` says that there are others."""

    drafts: list[Draft]
    more: bool


def preview(organisation: "Organisation", month: OpenMonth, wish: Wish) -> Preview:
    """The same grouping as the summary, nothing stored."""
    values: dict[str, Any] = {
        "by_producer": wish.by_producer,
        "by_name": wish.by_name,
        "modes": summary_modes(timezone.localdate()),
        "ebc": month.ebc_code,
        "agent": month.agent_code,
        "customs": month.customs_code,
        "month": month.month,
        "organisation": organisation.pk,
        "codes": sorted(organisation.codes),
    }
    most = int(rules.value("B.SUMMARY.MAX_LINES", timezone.localdate()))
    with connection.cursor() as cursor:
        cursor.execute(groups_of(OF_MONTH), values)
        drafts = list(islice(declarations(map(group_of, iter(cursor.fetchone, None)), most), SHOWN + 1))
    return Preview(drafts[:SHOWN], len(drafts) > SHOWN)


def agent_name(month: OpenMonth) -> str:
    """Name of the declaring enterprise as its lists say it."""
    first = ClearedList.objects.filter(
        left_to_summarise(), ebc_code=month.ebc_code, agent_code=month.agent_code, cleared_month=month.month
    ).first()
    return str(HEADS["CEB603Message"].objects.get(pk=first.pk).agent_name) if first else month.agent_code


def ask_summary(*, actor: "User", organisation: "Organisation", month: OpenMonth, wish: Wish) -> Upload:
    """Send CEB701 for the lists of a consignor cleared in a month. Raises NotPermitted."""
    last = month_after(month.month) - timedelta(days=1)
    name = agent_name(month)
    head = {
        "customsCode": month.customs_code,
        "copNo": timezone.localtime().strftime("H%y%m%d%H%M%S%f")[:20],
        "agentCode": month.agent_code,
        "agentName": name,
        "ebcCode": month.ebc_code,
        "ebcName": month.ebc_name,
        "declAgentCode": wish.broker_code or month.agent_code,
        "declAgentName": wish.broker_name or name,
        "startTime": f"{month.month:%Y%m%d}000000",
        "endTime": f"{last:%Y%m%d}235959",
        "summaryFlag": "2" if wish.by_producer else "1",
        "itemNameFlag": "1" if wish.by_name else "0",
        "msgCount": "1",
        "msgSeqNo": "1",
    }
    return enter_document(
        actor=actor, organisation=organisation, message=registry()["CEB701Message"], head=head
    )

"""Requests to summarise cleared lists into declarations: CEB701 汇总申请单 (rules B.2).

A long request comes in parts, numbered 1 … msgCount; it is worked when all have come. The work is a background task's: a hundred thousand
lists must not keep parcels waiting.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from customs.enums import ApplicationState
from customs.models import SummaryApplication
from customs.models.documents import LINES
from customs.services.answering import Answer, told
from customs.services.deciding import limit_from_now
from customs.services.followups.base import FollowUp, speaks_for
from customs.services.summarising import nudge
from customs.workflow import APPLICATION
from portal import audit, workflow
from portal.enums import Verb

CHECK, EXISTS, TAKEN = "-800001", "-800003", "3"
YES = "1"
SAME = (
    "sender_id",
    "customs_code",
    "ebc_code",
    "ebc_name",
    "agent_name",
    "decl_agent_code",
    "decl_agent_name",
    "start_time",
    "end_time",
    "msg_count",
)
"""What all parts of a request must say alike."""


class SummaryRequest(FollowUp):
    """CEB701 汇总申请单."""

    code = "CEB701Message"

    def work(self, documents: Sequence[Any]) -> list[Answer]:
        return [self.one(document) for document in documents]

    def one(self, document: Any) -> Answer:
        """Note one part; the last one to come starts the work."""
        if wrong := self.wrong(document):
            return told(document, CHECK, CHECK, wrong)
        application = application_of(document)
        if application.state != ApplicationState.COLLECTING:
            return told(document, EXISTS, EXISTS, "该汇总申请已受理或已退单，请更换企业唯一编号重新申请")
        if different := [name for name in SAME if getattr(application, name) != getattr(document, name)]:
            return told(document, CHECK, CHECK, f"与已收到的分段报文不一致：{'、'.join(different)}")
        application.parts.append(document.pk)
        SummaryApplication.objects.filter(pk=application.pk).update(parts=application.parts)
        missing = application.msg_count - len(application.parts)
        if missing:
            return told(document, TAKEN, "1800", f"已收到分段报文，尚缺 {missing} 段")
        workflow.advance(APPLICATION, application, "complete")
        audit.record(
            Verb.SUMMARY_ASKED,
            organisation_id=document.sender_id,
            subject=f"summary:{application.pk}",
            detail={"parts": len(application.parts)},
        )
        transaction.on_commit(lambda: nudge(application.pk), robust=True)
        return told(document, TAKEN, "1800", "已受理，正在汇总")

    def wrong(self, document: Any) -> str:
        """What is wrong with this part alone, "" when nothing is."""
        if not speaks_for(document, "agent_code", "ebc_code"):
            return "申报单位、收发货人都不是报文传输企业"
        if document.msg_seq_no > document.msg_count:
            return "报文序号 msgSeqNo 大于报文总数 msgCount"
        if (document.start_time is None) != (document.end_time is None):
            return "汇总开始时间与汇总结束时间须同时填写"
        if document.start_time is not None:
            return "汇总结束时间早于汇总开始时间" if document.end_time < document.start_time else ""
        named = LINES[self.code].objects.filter(head_id=document.pk).exists()
        return "" if named else "未填写汇总时间段，也没有清单编号"


def application_of(document: Any) -> SummaryApplication:
    """The request this part belongs to, begun when it is the first, locked."""
    created: SummaryApplication
    created, _new = SummaryApplication.objects.select_for_update().get_or_create(
        agent_code=document.agent_code,
        cop_no=document.cop_no,
        defaults={
            **{name: getattr(document, name) for name in SAME},
            "document_id": document.pk,
            "parts": [],
            "loct_no": document.loct_no or "",
            "by_producer": document.summary_flag == "2",
            "by_name": document.item_name_flag == YES,
            "state": ApplicationState.COLLECTING,
            "received_at": document.received_at,
            "due_at": limit_from_now("B.SUMMARY.PARTS_DAYS"),
        },
    )
    return created

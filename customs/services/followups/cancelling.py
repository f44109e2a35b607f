"""Requests to cancel a list: CEB623 (import) and CEB605 (export).

A list that no official has taken up yet is cancelled at once; one that is released waits for an official, because the goods may have
moved (codes -623001 … -623013 of the interface specification 202205, chapter 7).
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from customs.enums import ParcelState, RequestKind, RequestState
from customs.messages import registry
from customs.models import Parcel
from customs.selectors.requests import sent_back
from customs.services.answering import Answer, told
from customs.services.followups.base import FollowUp, own_parcels
from customs.services.requests import cancel_parcel, has_open_request, open_request
from customs.workflow import PARCEL

UNKNOWN, DIFFERS, STATE, ASKED = "-623003", "-623001", "-623005", "-623009"
GRANTED, STORED, SENT = "399", "120", "3"


class Cancel(FollowUp):
    """One request for one list."""

    same: ClassVar[dict[str, str]] = {"agent_code": "agentCode", "ebc_code": "ebcCode"}
    """Columns that must say what the list says → their official names."""
    taken_up: ClassVar[str]
    """Status of a request that waits for an official."""

    def work(self, documents: Sequence[Any]) -> list[Answer]:
        parcels = own_parcels(documents)
        return [
            self.one(document, parcels.get((document.sender_id, document.invt_no))) for document in documents
        ]

    def one(self, document: Any, parcel: Parcel | None) -> Answer:
        if parcel is None or parcel.direction != registry()[self.code].direction:
            return told(document, UNKNOWN, UNKNOWN, "清单不存在，或不是由本企业申报")
        different = self.different(document, parcel)
        if different:
            return told(document, DIFFERS, DIFFERS, f"与原清单不一致：{'、'.join(different)}")
        if has_open_request(parcel.pk):
            return told(document, ASKED, ASKED, "该清单已有未办结的申请，不能重复申请")
        if sent_back(parcel.pk):
            return told(document, STATE, STATE, "该清单已有商品退货，不能撤销")
        if parcel.state == ParcelState.MANUAL and parcel.taken_by_id is None:
            open_request(document, RequestKind.CANCEL, parcel, RequestState.DONE)
            cancel_parcel(parcel, actor=None, reason=document.reason)
            parcel.refresh_from_db()
            return told(document, GRANTED, "2300", "撤单审核通过")
        if parcel.state in PARCEL.transition("cancel").sources:
            open_request(document, RequestKind.CANCEL, parcel, RequestState.WAITING)
            return told(document, self.taken_up, "1800", "撤销申请已受理，待海关审核")
        return told(document, STATE, STATE, f"清单当前状态（{parcel.get_state_display()}）不允许撤销")

    def different(self, document: Any, parcel: Parcel) -> list[str]:
        """Official names of what differs from the list."""
        return [
            name for column, name in self.same.items() if getattr(document, column) != getattr(parcel, column)
        ]


class ImportCancel(Cancel):
    """CEB623 撤销申请单."""

    code = "CEB623Message"
    taken_up = STORED
    same: ClassVar[dict[str, str]] = Cancel.same | {
        "order_no": "orderNo",
        "ebp_code": "ebpCode",
        "logistics_code": "logisticsCode",
        "logistics_no": "logisticsNo",
        "buyer_id_hash": "buyerIdNumber",
    }


class ExportCancel(Cancel):
    """CEB605 撤销申请单."""

    code = "CEB605Message"
    taken_up = SENT

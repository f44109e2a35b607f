"""Reports of carriers and sites: waybill status (CEB513), warehousing (CEB711), arrival (CEB507), departure (CEB509), and the list that
splits a bill of lading into waybills (CEB607).

A report counts as a whole: when one of its waybills is unknown or not in a fitting state, it is refused with the numbers and nothing
moves. Departure closes the formalities of its lists (899): the clocks of summary and refund start there (rules C.2, B.3).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone

from customs.enums import ENDED, Direction, MovementKind, ParcelState, RequestKind, RequestState
from customs.events import PARCELS_CLEARED
from customs.models import Movement, Parcel, ParcelRequest
from customs.models.documents import LINES, POSITIONS
from customs.services.answering import Answer, named, told
from customs.services.clearing import note_cleared
from customs.services.deciding import carry_out, send_receipts
from customs.services.followups.base import FollowUp, speaks_for
from customs.services.guarantees import not_covered
from customs.services.requests import goods_back
from customs.workflow import PARCEL
from portal import audit, events, workflow
from portal.enums import Verb

CHECK = "-800001"


class Report(FollowUp):
    """One report about parcels named by carrier and waybill."""

    kind: ClassVar[MovementKind]
    direction: ClassVar[Direction]
    own: ClassVar[tuple[str, ...]] = ("logistics_code",)
    """Columns of which one must be a code of the sender."""
    refused: ClassVar[str] = CHECK
    accepted: ClassVar[tuple[str, str, str]] = ("399", "2300", "审核通过")
    states: ClassVar[frozenset[str]] = frozenset(ParcelState.values) - ENDED

    def work(self, documents: Sequence[Any]) -> list[Answer]:
        return [self.one(document) for document in documents]

    def one(self, document: Any) -> Answer:
        if not speaks_for(document, *self.own):
            return told(document, self.refused, self.refused, "报告单位不是报文传输企业")
        numbers = self.numbers(document)
        found = (
            Parcel.objects.select_for_update()
            .filter(
                logistics_no__in=numbers, logistics_code=document.logistics_code, direction=self.direction
            )
            .order_by("pk")
        )
        parcels = {parcel.logistics_no: parcel for parcel in found}
        if unknown := [number for number in numbers if number not in parcels]:
            return told(document, self.refused, self.refused, f"没有与运单对应的清单：{named(unknown)}")
        if wrong := [number for number in numbers if parcels[number].state not in self.states]:
            return told(document, self.refused, self.refused, f"清单状态不符：{named(wrong)}")
        note_movements(
            self.kind, document, [one.pk for one in parcels.values()], self.place(document), self.at(document)
        )
        self.follow(document, list(parcels.values()))
        return told(document, *self.accepted)

    def numbers(self, document: Any) -> list[str]:
        """Waybills of the report, each once."""
        rows = LINES[self.code].objects.filter(head_id=document.pk).values_list("logistics_no", flat=True)
        return sorted(set(rows))

    def at(self, document: Any) -> datetime:
        """When it happened: what the report says, else when it was sent."""
        moment: datetime = document.app_time
        return moment

    def place(self, document: Any) -> str:
        return ""

    def follow(self, document: Any, parcels: list[Parcel]) -> None:
        """What else the report does."""


class DeliveryReport(Report):
    """CEB513 运单状态: the buyer signed for the parcel."""

    code = "CEB513Message"
    kind = MovementKind.DELIVERED
    direction = Direction.IMPORT
    refused = "-505011"
    accepted = ("120", "1800", "逻辑校验通过")
    states = frozenset({ParcelState.RELEASED.value, ParcelState.CLEARED.value})

    def numbers(self, document: Any) -> list[str]:
        return [document.logistics_no]

    def at(self, document: Any) -> datetime:
        moment: datetime = document.logistics_time or document.app_time
        return moment


class WarehousingReport(Report):
    """CEB711 入库明细单: the goods are at the supervised site; goods that go back finish their return."""

    code = "CEB711Message"
    kind = MovementKind.WAREHOUSED
    direction = Direction.IMPORT
    own = ("operator_code", "logistics_code")

    def place(self, document: Any) -> str:
        return str(document.operator_name)

    def follow(self, document: Any, parcels: list[Parcel]) -> None:
        returning = ParcelRequest.objects.select_for_update(of=("self",)).filter(
            parcel_id__in=[one.pk for one in parcels],
            kind=RequestKind.IMPORT_RETURN,
            state=RequestState.APPROVED,
            due_at__gt=document.received_at,
        )
        for request in returning.order_by("pk"):
            goods_back(request, actor=None)
        let_arrive(parcels)


class ArrivalReport(Report):
    """CEB507 运抵单: export goods are at the supervised site."""

    code = "CEB507Message"
    kind = MovementKind.ARRIVED
    direction = Direction.EXPORT
    own = ("operator_code", "logistics_code")

    def place(self, document: Any) -> str:
        return str(document.operator_name)

    def follow(self, document: Any, parcels: list[Parcel]) -> None:
        let_arrive(parcels)


class SplitList(Report):
    """CEB607 清单总分单: which waybills travel under one bill of lading."""

    code = "CEB607Message"
    kind = MovementKind.MANIFEST
    direction = Direction.EXPORT
    own = ("agent_code", "logistics_code")
    accepted = ("120", "1800", "逻辑校验通过")

    def place(self, document: Any) -> str:
        return str(document.bill_no)


class DepartureReport(Report):
    """CEB509 离境单: the goods left; their lists are closed."""

    code = "CEB509Message"
    kind = MovementKind.DEPARTED
    direction = Direction.EXPORT
    states = frozenset({ParcelState.RELEASED.value})

    def at(self, document: Any) -> datetime:
        moment: datetime = document.leave_time
        return moment

    def place(self, document: Any) -> str:
        return str(document.bill_no or "")

    def follow(self, document: Any, parcels: list[Parcel]) -> None:
        ids = [one.pk for one in parcels]
        workflow.advance_many(PARCEL, "clear", ids)
        note_cleared(ids)
        send_receipts("clear", parcels, "")
        events.publish_batches({PARCELS_CLEARED: ids})
        audit.record(
            Verb.PARCELS_CLEARED,
            organisation_id=document.sender_id,
            subject=f"exchange.message:{document.pk // POSITIONS}",
            detail={"parcels": len(ids)},
        )


def let_arrive(parcels: Iterable[Parcel]) -> None:
    """Lists that were accepted and waited for their goods (400) are released (800) when these are at the site.

    A list whose tax nobody secures any more goes back to an official.
    """
    expected = [one for one in parcels if one.state == ParcelState.AWAITING_ARRIVAL]
    short = not_covered(expected) if expected else {}
    carry_out("arrive", [one for one in expected if one.pk not in short], actor=None, reason="")
    carry_out("resume", [one for one in expected if one.pk in short], actor=None, reason="")


def note_movements(
    kind: MovementKind, document: Any, parcel_ids: Iterable[int], place: str, at: datetime | None = None
) -> None:
    """Write where parcels were, and who said so; said again it changes nothing."""
    ids = list(parcel_ids)
    Movement.objects.bulk_create(
        [
            Movement(
                parcel_id=pk, kind=kind, document_id=document.pk, at=at or timezone.now(), place=place[:120]
            )
            for pk in ids
        ],
        ignore_conflicts=True,
    )
    audit.record(
        Verb.MOVEMENTS_REPORTED,
        organisation_id=document.sender_id,
        subject=f"exchange.message:{document.pk // POSITIONS}",
        detail={"kind": kind.value, "parcels": len(ids)},
    )

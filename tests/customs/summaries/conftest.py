"""Lists that departed and are cleared, and requests to summarise them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pytest

from customs.models import ClearedList, SummaryApplication
from customs.services.following import work_follow_ups
from customs.services.summarising import summarise
from exchange.models import Receipt
from exchange.services import receive_message
from tests.customs.world import World, prepared, world
from tools.parcels import AGENT, SHANGHAI, Enterprise, Goods, summary_request
from tools.parcels import Parcel as Documents

__all__ = ["prepared", "world"]

SEA = "2"
US, DE = "502", "304"
SHIRT = Goods("6109100021", "纯棉T恤", "男式|M码", "011", "011", US, Decimal("8.00"))
BAG = Goods("4202129000", "帆布包", "帆布", "001", "001", US, Decimal("25.00"))


@dataclass
class Summaries:
    """Clears lists and asks for summaries of them."""

    world: World

    def draw(self, *goods: tuple[Goods, int], **changes: str) -> Documents:
        """An export list of the summary kind by sea; `changes` overwrite its head, `country` its lines too."""
        parcel = self.world.make.export_parcel(goods=list(goods) or [(SHIRT, 1)])
        parcel.inventory |= {"trafMode": SEA, **changes}
        for line in parcel.inventory_lines:
            line["country"] = parcel.inventory["country"]
        return parcel

    def clear(self, *parcels: Documents, at: datetime | None = None) -> list[str]:
        """Decide them, let them depart, and return their numbers; `at` is the moment of clearance."""
        decided = self.world.decide(*parcels)
        assert {one.state for one in decided} == {"released"}
        assert [status for status, _info in self.world.follow("CEB509Message", *parcels)] == ["399"]
        if at is not None:
            month = at.astimezone(SHANGHAI).date().replace(day=1)
            ClearedList.objects.filter(pk__in=[one.pk for one in decided]).update(
                cleared_at=at, cleared_month=month
            )
        return [one.invt_no for one in decided]

    def send(self, numbers: Sequence[str] = (), sender: Enterprise = AGENT, **changes: str) -> None:
        """Post a CEB701 and work it as the decision worker does."""
        who = next(one for code, one in self.world.senders.items() if sender.code in one.codes)
        receive_message(
            sender=who, body=summary_request(numbers, self.world.make, changes=changes, sender=sender)
        )
        work_follow_ups()

    def ask(
        self, numbers: Sequence[str] = (), sender: Enterprise = AGENT, **changes: str
    ) -> list[tuple[str, str]]:
        """Send and summarise; (status, info) of the last answer to each part."""
        self.send(numbers, sender, **changes)
        application = SummaryApplication.objects.order_by("-id").first()
        assert application is not None
        summarise(application.pk)
        return self.answers()

    def answers(self) -> list[tuple[str, str]]:
        """The CEB702 answers of the newest request after those of the port and of the intake."""
        application = SummaryApplication.objects.order_by("-id").first()
        assert application is not None
        found = Receipt.objects.filter(
            message_type="CEB702Message", document_id__in=application.parts, status__in=["399", "100"]
        )
        return [(one.status, one.info) for one in found.order_by("id")]


@pytest.fixture
def summaries(world: World) -> Summaries:
    return Summaries(world)


Ask = Callable[..., list[tuple[str, str]]]

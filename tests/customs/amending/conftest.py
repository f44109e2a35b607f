"""The world of the pipeline's tests, and documents sent again as changes or deletions."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from customs.messages import registry
from exchange.models import Receipt
from exchange.services import receive_message
from tests.customs.world import MOMENT, World, forget_arriving, live_world, prepared, world
from tools.parcels import SENDERS, message_xml
from tools.parcels import Parcel as Documents
from tools.parcels.writing import document_xml

__all__ = ["live_world", "prepared", "world"]

CHANGE, DELETE = "2", "3"
Amend = Callable[..., list[tuple[str, str]]]


def amendment(
    world: World, code: str, *parcels: Documents, app_type: str, minutes: int = 60, **changes: str
) -> bytes:
    """One message that changes (2) or deletes (3) this document of each parcel, sent so many minutes after it."""
    stamp = (MOMENT + timedelta(minutes=minutes)).strftime("%Y%m%d%H%M%S")
    documents = []
    for parcel in parcels:
        head, lines = parcel.documents()[code]
        values = {**head, "guid": world.make.guid(), "appType": app_type, "appTime": stamp, **changes}
        documents.append(document_xml(registry()[code], values, lines))
    return message_xml(code, documents, world.make.guid(), SENDERS[code])


def send(world: World, code: str, body: bytes) -> list[tuple[str, str]]:
    """Take the message in: (status, info) of each document's answer."""
    forget_arriving()
    accepted = receive_message(sender=world.senders[code], body=body)
    found = Receipt.objects.filter(message_id=accepted.message_id).order_by("id")
    return [(one.status, one.info) for one in found]


@pytest.fixture
def amend(world: World) -> Amend:
    def act(
        code: str, *parcels: Documents, app_type: str = CHANGE, minutes: int = 60, **changes: str
    ) -> list[tuple[str, str]]:
        return send(
            world, code, amendment(world, code, *parcels, app_type=app_type, minutes=minutes, **changes)
        )

    return act


@pytest.fixture
def manual(world: World) -> Documents:
    """A list that waits for an official: the buyer is eleven years old."""
    documents = world.make.import_parcel(buyer=world.make.person(born=2015))
    world.decide(documents)
    return documents


@pytest.fixture
def rejected(world: World) -> Documents:
    """A list that was sent back: its waybill says another freight."""
    documents = world.make.import_parcel()
    documents.inventory["buyerName"] = "另一人"
    (parcel,) = world.decide(documents)
    assert parcel.state == "rejected"
    return documents

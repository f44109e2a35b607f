"""Changed and deleted orders, payments and waybills (311, 411, 511; 303, 403, 505): free until a declared list uses them."""

import pytest
from django.utils import timezone

from customs.messages import registry
from customs.messages.codec import Message
from customs.models import DocumentVersion, ImportOrder, ImportOrderLine, Parcel, Waiting
from customs.models.documents import HEADS
from customs.selectors.documents import documents_of
from customs.services.receipts import write_receipts
from exchange.messages import ReceiptLine
from exchange.models import Receipt
from portal.models import AuditEntry
from tests.customs.amending.conftest import DELETE, Amend
from tests.customs.world import World
from tools.parcels import Parcel as Documents

UNKNOWN = {
    "311": "-301009",
    "411": "-401006",
    "511": "-504014",
    "303": "-301009",
    "403": "-401006",
    "505": "-504014",
}
USED = {
    "311": "-301011",
    "411": "-401008",
    "511": "-504016",
    "303": "-301011",
    "403": "-401008",
    "505": "-504016",
}
OLD = {
    "311": "-301014",
    "411": "-401012",
    "511": "-505016",
    "303": "-301014",
    "403": "-401012",
    "505": "-505016",
}


def drawn(world: World, code: str) -> Documents:
    return world.make.import_parcel() if code in {"311", "411", "511"} else world.make.export_parcel()


def message(code: str) -> Message:
    return registry()[f"CEB{code}Message"]


@pytest.mark.parametrize("code", UNKNOWN)
def test_without_a_document_there_is_nothing_to_change(world: World, amend: Amend, code: str) -> None:
    parcel = drawn(world, code)
    for app_type in ("2", "3"):
        assert amend(message(code).code, parcel, app_type=app_type)[0][0] == UNKNOWN[code]
    assert not HEADS[message(code).code].objects.exists()
    assert not DocumentVersion.objects.exists()


@pytest.mark.parametrize("code", USED)
def test_what_a_declared_list_uses_stands(world: World, amend: Amend, code: str) -> None:
    parcel = drawn(world, code)
    world.decide(parcel)
    before = list(HEADS[message(code).code].objects.values())
    for app_type in ("2", "3"):
        assert amend(message(code).code, parcel, app_type=app_type)[0][0] == USED[code]
    assert list(HEADS[message(code).code].objects.values()) == before
    assert not DocumentVersion.objects.exists()


@pytest.mark.parametrize("code", OLD)
def test_before_a_list_uses_it_a_document_is_changed_and_deleted(
    world: World, amend: Amend, code: str
) -> None:
    parcel = drawn(world, code)
    world.send(parcel, only=message(code).code)
    heads = HEADS[message(code).code].objects
    old = heads.get()
    assert amend(message(code).code, parcel, minutes=-600)[0][0] == OLD[code]
    assert heads.get().pk == old.pk
    assert amend(message(code).code, parcel, note="新备注")[0][0] == "2"
    new = heads.get()
    assert (new.note, new.pk > old.pk) == ("新备注", True)
    assert amend(message(code).code, parcel, app_type=DELETE, minutes=90)[0][0] == "2"
    assert not heads.exists()
    ends = list(DocumentVersion.objects.values_list("id", "end"))
    assert ends == [(old.pk, "changed"), (new.pk, "deleted")]
    assert AuditEntry.objects.filter(verb="documents_changed").count() == 2
    world.send(parcel, only=message(code).code)
    assert heads.count() == 1


def test_a_changed_order_completes_a_list_that_waits(world: World, amend: Amend) -> None:
    """The list waits for its payment; meanwhile the order is changed: the list is decided on the new order."""
    parcel = world.make.import_parcel()
    parcel.without = {"CEB411Message"}
    world.send(parcel)
    world.work()
    assert amend("CEB311Message", parcel, note="新备注")[0][0] == "2"
    world.work()
    assert world.waiting(parcel).missing == ["payment"]
    parcel.without = {"CEB311Message", "CEB511Message", "CEB621Message"}
    world.send(parcel)
    world.work()
    order = ImportOrder.objects.get()
    assert (order.note, world.parcel(parcel).order_id, world.parcel(parcel).state) == (
        "新备注",
        order.pk,
        "released",
    )
    assert set(ImportOrderLine.objects.values_list("head_id", flat=True)) == {order.pk}


def test_a_deleted_order_is_missing_again(world: World, amend: Amend) -> None:
    parcel = world.make.import_parcel()
    parcel.without = {"CEB411Message"}
    world.send(parcel)
    world.work()
    assert amend("CEB311Message", parcel, app_type=DELETE)[0][0] == "2"
    world.work()
    assert world.waiting(parcel).missing == ["order", "payment"]


def test_after_a_rejection_the_order_is_corrected_and_the_list_sent_again(world: World, amend: Amend) -> None:
    parcel = world.make.import_parcel()
    name, parcel.order["buyerName"] = parcel.order["buyerName"], "写错了"
    (old,) = world.decide(parcel)
    assert old.state == "rejected"
    parcel.order["buyerName"] = name
    assert amend("CEB311Message", parcel)[0][0] == "2"
    world.work()
    assert Parcel.objects.count() == 1
    assert amend("CEB621Message", parcel, app_type="1")[0][0] == "2"
    world.work()
    new = Parcel.objects.latest("id")
    assert (new.state, new.order_id == ImportOrder.objects.get().pk) == ("released", True)
    first = documents_of(old.pk, "I")
    assert (first["order"].row.pk, first["order"].row.buyer_name) == (old.order_id, "写错了")
    assert [line.gnum for line in first["order"].lines] == [
        line.gnum for line in documents_of(new.pk, "I")["order"].lines
    ]
    assert first["inventory"].row.pk == old.pk


def test_receipts_of_a_replaced_document_are_written_as_before(world: World, amend: Amend) -> None:
    """The port's answer to the first message still lists the document that was changed since."""
    parcels = [world.make.import_parcel() for _ in range(3)]
    world.send(*parcels, only="CEB311Message")
    row = Receipt.objects.get()
    line = ReceiptLine(row.pk, row.message_id, None, row.message_type, row.status, row.info, timezone.now())
    before = write_receipts(registry()["CEB311Message"], [line])[row.pk]
    assert amend("CEB311Message", parcels[1])[0][0] == "2"
    assert write_receipts(registry()["CEB311Message"], [line])[row.pk] == before
    assert not Waiting.objects.exists()

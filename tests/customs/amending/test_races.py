"""Amendments against the decision worker, against an official, and against each other, on connections of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from customs.enums import Direction
from customs.models import DocumentVersion, ImportInventory, ImportOrder, Parcel, Waiting
from customs.pipeline.turn import TurnResult, run_turn
from customs.services.deciding import take_parcels
from customs.services.working import HOOKS, decide_batch, prepare_connection
from exchange.models import Receipt
from exchange.services import receive_message
from tests.customs.amending.conftest import amendment
from tests.customs.pipeline.test_deciding import official
from tests.customs.world import World
from tools.parcels import Parcel as Documents

pytestmark = pytest.mark.django_db(transaction=True)
LIST, ORDER = "CEB621Message", "CEB311Message"


def own(act: Callable[[], Any]) -> Any:
    """Run on a connection of this thread."""
    with closing(connection):
        return act()


def statuses(world: World, code: str, body: bytes) -> list[str]:
    accepted = receive_message(sender=world.senders[code], body=body)
    return list(Receipt.objects.filter(message_id=accepted.message_id).values_list("status", flat=True))


def held(world: World) -> Documents:
    documents = world.make.import_parcel(buyer=world.make.person(born=2015))
    world.decide(documents)
    return documents


def test_a_change_waits_for_the_turn_that_decides(live_world: World) -> None:
    """The turn decides and releases; the change that arrived meanwhile finds a list that is used."""
    drawn = live_world.make.import_parcel()
    live_world.send(drawn)
    live_world.know_buyers()
    body = amendment(live_world, ORDER, drawn, app_type="2", note="新备注")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            run_turn(TurnResult(Direction.IMPORT), HOOKS, 64)
            change = pool.submit(own, lambda: statuses(live_world, ORDER, body))
            with pytest.raises(TimeoutError):
                change.result(timeout=0.5)
        assert change.result(timeout=10) == ["-301011"]
    parcel = live_world.parcel(drawn)
    assert (parcel.state, parcel.order_id) == ("released", ImportOrder.objects.get().pk)
    assert not DocumentVersion.objects.exists()


def test_a_turn_waits_for_the_change_and_decides_on_the_new_document(live_world: World) -> None:
    drawn = live_world.make.import_parcel()
    live_world.send(drawn)
    live_world.know_buyers()
    body = amendment(live_world, ORDER, drawn, app_type="2", note="新备注")

    def turn() -> int:
        prepare_connection()
        return decide_batch(Direction.IMPORT).parcels

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert statuses(live_world, ORDER, body) == ["2"]
            decided = pool.submit(own, turn)
            with pytest.raises(TimeoutError):
                decided.result(timeout=0.5)
        assert decided.result(timeout=10) == 1
    assert live_world.parcel(drawn).order_id == ImportOrder.objects.get(note="新备注").pk


def test_the_same_change_ten_times_at_once_ends_one_version(live_world: World) -> None:
    drawn = held(live_world)
    old = live_world.parcel(drawn)
    bodies = [amendment(live_world, LIST, drawn, app_type="2") for _ in range(10)]
    with ThreadPoolExecutor(5) as pool:
        told = list(pool.map(lambda body: own(lambda: statuses(live_world, LIST, body)), bodies))
    assert sorted(told) == [["-800005"]] * 9 + [["2"]]
    assert DocumentVersion.objects.count() == 1
    assert ImportInventory.objects.count() == 1
    assert live_world.used(old.buyer_id_hash) == (0, 0)
    live_world.work()
    new = live_world.parcel_of(drawn, "manual")
    assert live_world.used(old.buyer_id_hash) == (new.dutiable, Decimal(0))


def test_an_official_and_a_change_of_one_list(live_world: World) -> None:
    """Who comes first has it: a list that was taken stands, a list that was changed cannot be taken."""
    drawn = held(live_world)
    parcel, who = live_world.parcel(drawn), official("林审单")
    body = amendment(live_world, LIST, drawn, app_type="2")
    with ThreadPoolExecutor(2) as pool:
        change = pool.submit(own, lambda: statuses(live_world, LIST, body))
        taking = pool.submit(own, lambda: take_parcels(parcel_ids=[parcel.pk], actor=who))
        (status,), (taken,) = change.result(timeout=10), taking.result(timeout=10)
    parcel.refresh_from_db()
    assert (status, taken.ok, parcel.state) in {
        ("-621012", True, "manual"),
        ("2", False, "superseded"),
    }
    assert DocumentVersion.objects.count() == (1 if status == "2" else 0)


def test_a_deletion_and_the_document_a_list_waits_for(live_world: World) -> None:
    """The payment arrives while the list is deleted: decided or deleted, never both, and nothing waits any more."""
    drawn = live_world.make.import_parcel()
    drawn.without = {"CEB411Message"}
    live_world.send(drawn)
    live_world.work()
    body = amendment(live_world, LIST, drawn, app_type="3")
    drawn.without = {ORDER, "CEB511Message", LIST}
    live_world.send(drawn)

    def turn() -> int:
        prepare_connection()
        return decide_batch(Direction.IMPORT).parcels

    with ThreadPoolExecutor(2) as pool:
        deleted = pool.submit(own, lambda: statuses(live_world, LIST, body))
        decided = pool.submit(own, turn)
        (status,), parcels = deleted.result(timeout=10), decided.result(timeout=10)
    assert (status, parcels) in {("2", 0), ("-621012", 1)}
    assert (Parcel.objects.count(), ImportInventory.objects.count()) == (parcels, parcels)
    assert not Waiting.objects.exists()

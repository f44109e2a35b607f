"""Changed and deleted lists (621, 603; interface specification ch. 3–5, rules C.2): what may be, what is refused, what is freed."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customs.models import (
    DocumentVersion,
    ImportInventory,
    ImportInventoryLine,
    Parcel,
    Queue,
    Use,
    Waiting,
)
from customs.services.deciding import decide_parcels, take_parcels
from exchange.models import Receipt
from exchange.services import receive_message
from portal.models import AuditEntry, Event, TransitionLog
from tests.customs.amending.conftest import DELETE, Amend, amendment, send
from tests.customs.pipeline.test_deciding import official
from tests.customs.world import World
from tools.parcels import PLATFORM, SENDERS
from tools.parcels import Parcel as Documents

LIST = "CEB621Message"


def states(documents: Documents) -> list[str]:
    """States of all attempts of a list, oldest first."""
    return list(
        Parcel.objects.filter(order_no=documents.order_no).order_by("pk").values_list("state", flat=True)
    )


def test_a_held_list_is_replaced_and_decided_anew(world: World, manual: Documents, amend: Amend) -> None:
    old = world.parcel(manual)
    used = Use.objects.count()
    (answer,) = amend(LIST, manual, note="更正备注")
    assert (answer[0], answer[1][:6]) == ("2", "变更申报成功")
    assert states(manual) == ["superseded"]
    assert world.used(old.buyer_id_hash) == (0, 0)
    world.work()
    new = Parcel.objects.exclude(pk=old.pk).get(order_no=manual.order_no)
    assert (states(manual), new.limit_state, new.order_id) == (
        ["superseded", "manual"],
        "reserved",
        old.order_id,
    )
    assert world.used(old.buyer_id_hash) == (new.dutiable, 0)
    assert new.invt_no != old.invt_no
    version = DocumentVersion.objects.get()
    assert (version.pk, version.ended_by, version.end, version.key) == (
        old.pk,
        new.pk,
        "changed",
        f"{old.ebp_code}|{old.order_no}",
    )
    assert len(version.lines) == ImportInventoryLine.objects.filter(head_id=new.pk).count()
    assert not ImportInventoryLine.objects.filter(head_id=old.pk).exists()
    assert ImportInventory.objects.get(pk=new.pk).note == "更正备注"
    assert Use.objects.count() == used
    assert set(Use.objects.values_list("parcels", flat=True)) == {1}
    assert TransitionLog.objects.filter(object_id=old.pk, transition="supersede").count() == 1
    assert AuditEntry.objects.filter(subject=f"parcel:{old.pk}", verb="parcel_superseded").count() == 1
    assert Event.objects.filter(name="parcels_superseded").count() == 1


@pytest.mark.parametrize("app_type", ["1", "2"])
def test_a_rejected_list_is_corrected_and_sent_again(
    world: World, rejected: Documents, amend: Amend, app_type: str
) -> None:
    old = world.parcel(rejected)
    rejected.inventory["buyerName"] = rejected.order["buyerName"]
    assert [status for status, _info in amend(LIST, rejected, app_type=app_type)] == ["2"]
    world.work()
    assert states(rejected) == ["rejected", "released"]
    new = Parcel.objects.get(order_no=rejected.order_no, state="released")
    assert world.used(new.buyer_id_hash) == (0, new.dutiable)
    assert Parcel.objects.get(pk=old.pk).decided_at == old.decided_at
    assert DocumentVersion.objects.get().pk == old.pk


def test_a_cancelled_list_may_be_declared_anew(world: World, manual: Documents, amend: Amend) -> None:
    world.follow("CEB623Message", manual)
    assert states(manual) == ["cancelled"]
    assert amend(LIST, manual, app_type="1")[0][0] == "2"
    world.work()
    assert states(manual) == ["cancelled", "manual"]
    assert world.used(world.parcel_of(manual, "manual").buyer_id_hash)[0] > 0


def test_a_waiting_list_is_replaced_where_it_waits(world: World, amend: Amend) -> None:
    drawn = world.make.import_parcel()
    drawn.without = {"CEB411Message"}
    world.send(drawn)
    world.work()
    old = world.waiting(drawn)
    assert amend(LIST, drawn, note="更正备注")[0][0] == "2"
    assert not Waiting.objects.exists()
    world.work()
    new = world.waiting(drawn)
    assert (new.inventory_id > old.inventory_id, new.missing) == (True, ["payment"])
    drawn.without = {"CEB311Message", "CEB511Message", "CEB621Message"}
    world.send(drawn)
    world.work()
    assert states(drawn) == ["released"]


def test_a_waiting_list_is_deleted(world: World, amend: Amend) -> None:
    drawn = world.make.import_parcel()
    drawn.without = {"CEB411Message"}
    world.send(drawn)
    world.work()
    assert amend(LIST, drawn, app_type=DELETE)[0][1][:6] == "删除申报成功"
    assert not Waiting.objects.exists()
    assert not ImportInventory.objects.exists()
    assert DocumentVersion.objects.get().end == "deleted"
    drawn.without = {"CEB311Message", "CEB511Message", "CEB621Message"}
    world.send(drawn)
    world.work()
    assert states(drawn) == []
    drawn.without = {"CEB311Message", "CEB411Message", "CEB511Message"}
    world.send(drawn)
    world.work()
    assert states(drawn) == ["released"]


def test_a_list_deleted_before_its_turn_is_never_decided(world: World, amend: Amend) -> None:
    drawn = world.make.import_parcel()
    world.send(drawn)
    assert amend(LIST, drawn, app_type=DELETE)[0][0] == "2"
    world.work()
    assert states(drawn) == []


def test_deleting_a_held_list_cancels_it_and_frees_the_limit_once(
    world: World, manual: Documents, amend: Amend
) -> None:
    old = world.parcel(manual)
    assert amend(LIST, manual, app_type=DELETE)[0][0] == "2"
    after = Parcel.objects.get(pk=old.pk)
    assert (after.state, after.limit_state, after.due_at) == ("cancelled", "freed", None)
    assert world.used(old.buyer_id_hash) == (0, 0)
    assert not Use.objects.exists()
    assert amend(LIST, manual, app_type=DELETE, minutes=90)[0][0] == "-621006"
    assert world.used(old.buyer_id_hash) == (0, 0)


def moved(world: World) -> tuple[Any, ...]:
    """Everything an amendment could have moved."""
    return (
        sorted(Parcel.objects.values_list("pk", "state", "limit_state")),
        sorted(ImportInventory.objects.values_list("pk", "app_time")),
        DocumentVersion.objects.count(),
        Queue.objects.count(),
        TransitionLog.objects.filter(transition__in=["supersede", "cancel"]).count(),
    )


@pytest.mark.parametrize("app_type", ["2", "3"])
def test_a_released_list_is_not_touched(world: World, amend: Amend, app_type: str) -> None:
    drawn = world.make.import_parcel()
    world.decide(drawn)
    before = moved(world)
    assert amend(LIST, drawn, app_type=app_type) == [
        ("-621012", "[Code:-621012;Desc:清单当前状态不允许变更或删除]")
    ]
    assert moved(world) == before


def test_a_new_list_with_the_key_of_a_standing_one_exists_already(world: World, amend: Amend) -> None:
    drawn = world.make.import_parcel()
    world.decide(drawn)
    before = moved(world)
    assert amend(LIST, drawn, app_type="1")[0][0] == "-621004"
    assert moved(world) == before


def test_a_list_an_official_took_is_not_touched(world: World, manual: Documents, amend: Amend) -> None:
    take_parcels(parcel_ids=[world.parcel(manual).pk], actor=official("林审单"))
    before = moved(world)
    assert amend(LIST, manual)[0][0] == "-621012"
    assert moved(world) == before


def test_old_data_is_not_worked(world: World, manual: Documents, amend: Amend) -> None:
    before = moved(world)
    assert amend(LIST, manual, minutes=-600)[0][0] == "-800005"
    assert moved(world) == before


def test_an_unknown_list_is_named_so(world: World, manual: Documents, amend: Amend) -> None:
    other = world.make.import_parcel()
    before = moved(world)
    assert amend(LIST, other)[0][0] == "-621006"
    assert moved(world) == before


def test_a_foreign_list_does_not_exist(world: World, manual: Documents) -> None:
    """Another enterprise cannot change a list, nor learn that it is known."""
    before = moved(world)
    body = amendment(world, LIST, manual, app_type="2")
    body = body.replace(
        SENDERS[LIST].code.encode() + b"</ceb:copCode>", PLATFORM.code.encode() + b"</ceb:copCode>"
    )
    told = receive_message(sender=world.senders["CEB311Message"], body=body)
    assert [one.status for one in Receipt.objects.filter(message_id=told.message_id)] == ["-621006"]
    assert moved(world) == before


def test_the_same_amendment_twice_is_worked_once(world: World, manual: Documents) -> None:
    """The same bytes get the first receipt; the same change under another guid is old data."""
    body = amendment(world, LIST, manual, app_type="2")
    assert send(world, LIST, body)[0][0] == "2"
    assert send(world, LIST, body)[0][0] == "2"
    again = amendment(world, LIST, manual, app_type="2")
    assert send(world, LIST, again)[0][0] == "-800005"
    assert DocumentVersion.objects.count() == 1
    world.work()
    assert states(manual) == ["superseded", "manual"]


def test_a_rejection_by_hand_and_a_correction(world: World, manual: Documents, amend: Amend) -> None:
    old = world.parcel(manual)
    decide_parcels(parcel_ids=[old.pk], outcome="reject", actor=official("林审单"), reason="单证不清")
    assert world.used(old.buyer_id_hash) == (0, 0)
    assert amend(LIST, manual)[0][0] == "2"
    assert world.used(old.buyer_id_hash) == (0, 0)
    world.work()
    assert states(manual) == ["rejected", "manual"]
    assert set(Use.objects.values_list("parcels", flat=True)) == {1}


def test_the_number_of_statements_does_not_depend_on_the_number_of_documents(world: World) -> None:
    counts = set()
    for number in (2, 30):
        drawn = [world.make.import_parcel() for _ in range(number)]
        for one in drawn:
            one.without = {"CEB411Message"}
        world.send(*drawn)
        world.work()
        body = amendment(world, LIST, *drawn, app_type="2")
        with CaptureQueriesContext(connection) as captured:
            assert {status for status, _info in send(world, LIST, body)} == {"2"}
        counts.add(len(captured))
    assert len(counts) == 1

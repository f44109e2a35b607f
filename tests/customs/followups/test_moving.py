"""Reports of carriers and sites (CEB513, 711, 507, 509, 607): what they note, what they close, what is refused as a whole."""

from collections.abc import Callable

import pytest

from customs.models import Movement, Parcel
from customs.services.following import HELD, hold, work_follow_ups, work_message
from customs.services.working import release_held
from exchange.models import Message, Receipt
from exchange.services import receive_message
from portal.models import Event
from tests.customs.followups.conftest import state_of
from tests.customs.world import World
from tools.parcels import AGENT, PLATFORM, follow_up
from tools.parcels import Parcel as Documents

Released = Callable[..., Documents]
FINE = [("399", "[Code:2300;Desc:审核通过]")]
STORED = [("120", "[Code:1800;Desc:逻辑校验通过]")]


def test_departure_closes_its_lists(world: World, released: Released) -> None:
    """Clearance (899) comes after departure, not after release (rules B.3, C.2)."""
    drawn = [released("E") for _ in range(3)]
    assert world.follow("CEB507Message", *drawn) == FINE
    assert world.follow("CEB607Message", *drawn) == STORED
    assert {state_of(world, one) for one in drawn} == {"released"}
    before = {one.order_no: world.parcel(one).decided_at for one in drawn}
    assert world.follow("CEB509Message", *drawn) == FINE
    assert {state_of(world, one) for one in drawn} == {"cleared"}
    assert {one.order_no: world.parcel(one).decided_at for one in drawn} == before
    for one in drawn:
        parcel = world.parcel(one)
        last = Receipt.objects.filter(document_id=parcel.pk).latest("id")
        assert (last.message_type, last.status, last.info) == ("CEB604Message", "899", "结关")
        kinds = Movement.objects.filter(parcel_id=parcel.pk).order_by("id").values_list("kind", flat=True)
        assert list(kinds) == ["arrived", "manifest", "departed"]
    (event,) = Event.objects.filter(name="parcels_cleared")
    assert sorted(event.ids) == sorted(world.parcel(one).pk for one in drawn)


def test_one_wrong_waybill_refuses_the_whole_report(world: World, released: Released) -> None:
    good, cleared = released("E"), released("E")
    world.follow("CEB509Message", cleared)
    (answer,) = world.follow("CEB509Message", good, cleared)
    number = cleared.waybill["logisticsNo"]
    assert answer == ("-800001", f"[Code:-800001;Desc:清单状态不符：{number}]")
    assert state_of(world, good) == "released"
    unknown = world.make.export_parcel()
    (told,) = world.follow("CEB507Message", good, sender=None, line_changes={"logisticsNo": "NOBODY-KNOWS"})
    assert told == ("-800001", "[Code:-800001;Desc:没有与运单对应的清单：NOBODY-KNOWS]")
    assert unknown.order_no != good.order_no
    assert not Movement.objects.filter(parcel_id=world.parcel(good).pk).exists()


def test_only_the_carrier_and_the_site_report(world: World, released: Released) -> None:
    drawn = released("E")
    (answer,) = world.follow("CEB509Message", drawn, sender=PLATFORM)
    assert answer == ("-800001", "[Code:-800001;Desc:报告单位不是报文传输企业]")
    (other,) = world.follow(
        "CEB507Message",
        drawn,
        sender=AGENT,
        changes={"operatorCode": AGENT.code, "logisticsCode": AGENT.code},
    )
    assert other[0] == "-800001"
    assert (state_of(world, drawn), Movement.objects.count()) == ("released", 0)


def test_the_buyer_signed(world: World, released: Released) -> None:
    drawn = released()
    assert world.follow("CEB513Message", drawn) == STORED
    (moved,) = Movement.objects.all()
    assert (moved.parcel_id, moved.kind) == (world.parcel(drawn).pk, "delivered")
    assert world.follow("CEB513Message", world_parcel_waiting(world))[0][0] == "-505011"


def world_parcel_waiting(world: World) -> Documents:
    """A list that is not released."""
    drawn = world.make.import_parcel(buyer=world.make.person(born=2015))
    world.decide(drawn)
    return drawn


@pytest.mark.parametrize("code", ["CEB711Message", "CEB513Message"])
def test_a_repeated_report_is_told_of(world: World, released: Released, code: str) -> None:
    """The same bytes give the first receipt again; the same key in another message is refused by the intake; nothing is noted twice."""
    drawn = released()
    changes = {"copNo": "SAME"}
    world.follow(code, drawn, changes=changes)
    world.follow(code, drawn, changes=changes)
    assert Movement.objects.filter(parcel_id=world.parcel(drawn).pk).count() == 1


def test_a_message_that_fails_is_held_and_the_next_is_worked(
    world: World, released: Released, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = released("E")
    sender = world.senders["CEB505Message"]
    number = world.parcel(drawn).invt_no
    receive_message(sender=sender, body=follow_up("CEB507Message", [(drawn, number)], world.make))
    message = Message.objects.latest("id")
    hold(message.pk, "CEB507Message")
    assert work_follow_ups() == 0
    assert not Movement.objects.exists()
    assert world.follow("CEB607Message", drawn) == STORED
    assert release_held() == 1
    assert work_follow_ups() == 1
    assert Movement.objects.filter(kind="arrived").count() == 1
    assert HELD == "!"


def test_work_is_done_once(world: World, released: Released) -> None:
    """A killed worker leaves the message in the queue; worked again after its commit it is gone."""
    drawn = released("E")
    number = world.parcel(drawn).invt_no
    receive_message(
        sender=world.senders["CEB505Message"], body=follow_up("CEB509Message", [(drawn, number)], world.make)
    )
    message = Message.objects.latest("id")
    work_message(message.pk, "CEB509Message")
    assert work_follow_ups() == 0
    assert Parcel.objects.get(order_no=drawn.order_no).state == "cleared"
    assert Receipt.objects.filter(message_id=message.pk, status="399").count() == 1

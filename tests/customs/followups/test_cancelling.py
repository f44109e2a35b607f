"""Cancellations (CEB623, CEB605): what is granted at once, what waits for an official, what is refused, what the limit does."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from customs.models import Parcel, ParcelRequest
from customs.services.deciding import take_parcels
from customs.services.requests import decide_requests, take_requests
from exchange.models import Receipt
from portal.models import AuditEntry, Event, User
from portal.permissions import NotPermitted
from portal.working_days import add_working_days
from tests.customs.followups.conftest import state_of
from tests.customs.pipeline.test_deciding import official
from tests.customs.world import World
from tools.parcels import AGENT, PLATFORM
from tools.parcels import Parcel as Documents

Released = Callable[..., Documents]


@pytest.fixture
def manual(world: World) -> Documents:
    """A list that waits for an official: the buyer is eleven years old."""
    documents = world.make.import_parcel(buyer=world.make.person(born=2015))
    world.decide(documents)
    return documents


def test_a_list_nobody_took_up_is_cancelled_at_once_and_frees_its_limit(
    world: World, manual: Documents
) -> None:
    parcel = world.parcel(manual)
    assert world.used(parcel.buyer_id_hash) == (parcel.dutiable, 0)
    assert world.follow("CEB623Message", manual) == [("399", "[Code:2300;Desc:撤单审核通过]")]
    after = world.parcel(manual)
    assert (after.state, after.limit_state, after.due_at) == ("cancelled", "freed", None)
    assert world.used(parcel.buyer_id_hash) == (0, 0)
    request = ParcelRequest.objects.get()
    assert (request.state, request.kind, request.reason) == ("done", "cancel", "买家取消订单")
    assert AuditEntry.objects.filter(subject=f"parcel:{parcel.pk}", verb="parcel_cancelled").count() == 1
    assert Event.objects.filter(name="parcels_cancelled").count() == 1


def test_a_released_list_waits_for_an_official(world: World, released: Released, reviewer: User) -> None:
    drawn = released()
    parcel = world.parcel(drawn)
    assert world.follow("CEB623Message", drawn) == [("120", "[Code:1800;Desc:撤销申请已受理，待海关审核]")]
    assert state_of(world, drawn) == "released"
    request = ParcelRequest.objects.get()
    assert request.due_at == add_working_days(request.due_at and timezone.localtime(), 1)
    (result,) = decide_requests(ids=[request.pk], step="finish", actor=reviewer)
    assert result.ok
    assert state_of(world, drawn) == "cancelled"
    assert world.used(parcel.buyer_id_hash) == (0, 0)
    answer = Receipt.objects.filter(document_id=request.pk).latest("id")
    assert (answer.message_type, answer.status, answer.info) == (
        "CEB624Message",
        "399",
        "[Code:2300;Desc:撤单审核通过]",
    )


def test_a_refusal_needs_a_reason_and_moves_nothing(world: World, released: Released, reviewer: User) -> None:
    drawn = released()
    parcel = world.parcel(drawn)
    world.follow("CEB623Message", drawn)
    request = ParcelRequest.objects.get()
    before = world.used(parcel.buyer_id_hash)
    (result,) = decide_requests(ids=[request.pk], step="refuse", actor=reviewer, reason="货物已提离")
    assert result.ok
    request.refresh_from_db()
    assert (request.state, request.decision_reason, request.due_at) == ("refused", "货物已提离", None)
    assert (state_of(world, drawn), world.used(parcel.buyer_id_hash)) == ("released", before)
    answer = Receipt.objects.filter(document_id=request.pk).latest("id")
    assert (answer.status, answer.info) == ("100", "[Code:1300;Desc:货物已提离]")
    (late,) = decide_requests(ids=[request.pk], step="finish", actor=reviewer)
    assert (late.ok, late.code) == (False, "PARCEL.DECIDED")
    assert state_of(world, drawn) == "released"


def test_export_lists_are_cancelled_the_same_way(world: World, released: Released, reviewer: User) -> None:
    drawn = released("E")
    assert world.follow("CEB605Message", drawn) == [("3", "[Code:1800;Desc:撤销申请已受理，待海关审核]")]
    assert decide_requests(ids=[ParcelRequest.objects.get().pk], step="finish", actor=reviewer)[0].ok
    assert state_of(world, drawn) == "cancelled"


DIFFERENT = [
    ({"orderNo": "ANOTHER"}, "orderNo"),
    ({"logisticsNo": "ANOTHER"}, "logisticsNo"),
    ({"ebcCode": "3508W6000Z"}, "ebcCode"),
    ({"buyerIdNumber": "350102199003070119", "buyerName": "林样例"}, "buyerIdNumber"),
]


@pytest.mark.parametrize(("changes", "name"), DIFFERENT, ids=[name for _changes, name in DIFFERENT])
def test_what_differs_from_the_list_is_named(
    world: World, manual: Documents, changes: dict[str, str], name: str
) -> None:
    (answer,) = world.follow("CEB623Message", manual, changes=changes)
    assert answer == ("-623001", f"[Code:-623001;Desc:与原清单不一致：{name}]")
    nothing_moved(world, manual, "manual")


def test_a_foreign_list_does_not_exist(world: World, manual: Documents) -> None:
    """Another enterprise learns nothing, not even that the number is known."""
    (answer,) = world.follow("CEB623Message", manual, sender=PLATFORM, changes={"agentCode": PLATFORM.code})
    unknown = ("-623003", "[Code:-623003;Desc:清单不存在，或不是由本企业申报]")
    assert answer == unknown
    assert world.follow("CEB623Message", manual, changes={"invtNo": "350120261I00000009"}) == [unknown]
    assert world.follow("CEB605Message", manual) == [unknown]
    nothing_moved(world, manual, "manual")


def test_a_second_request_is_told_of_the_first(world: World, released: Released) -> None:
    drawn = released()
    world.follow("CEB623Message", drawn)
    (second,) = world.follow("CEB623Message", drawn)
    assert second[0] == "-623009"
    assert ParcelRequest.objects.count() == 1


@pytest.mark.parametrize("state", ["inspection", "rejected", "detained", "returned", "cleared", "cancelled"])
def test_other_states_do_not_allow_it(world: World, manual: Documents, state: str) -> None:
    Parcel.objects.filter(order_no=manual.order_no).update(state=state)
    (answer,) = world.follow("CEB623Message", manual)
    assert answer[0] == "-623005"
    nothing_moved(world, manual, state)


def test_a_list_an_official_works_on_waits(world: World, manual: Documents, reviewer: User) -> None:
    take_parcels(parcel_ids=[world.parcel(manual).pk], actor=reviewer)
    assert world.follow("CEB623Message", manual)[0][0] == "120"
    nothing_moved(world, manual, "manual")


def test_rights_offices_and_colleagues(world: World, released: Released, reviewer: User) -> None:
    drawn = released()
    world.follow("CEB623Message", drawn)
    ids = [ParcelRequest.objects.get().pk]
    with pytest.raises(NotPermitted):
        decide_requests(ids=ids, step="finish", actor=official("吴经办", role="clerk"))
    (foreign,) = decide_requests(ids=ids, step="finish", actor=official("别处", office="3502"))
    assert foreign.code == "PARCEL.UNKNOWN"
    assert take_requests(ids=ids, actor=official("李复核"))[0].ok
    (taken,) = decide_requests(ids=ids, step="finish", actor=reviewer)
    assert (taken.code, "李复核" in taken.message) == ("PARCEL.TAKEN", True)
    assert state_of(world, drawn) == "released"


def test_the_receipt_is_a_valid_official_message(world: World, manual: Documents) -> None:
    from customs.messages import registry
    from customs.services.receipts import write_receipts
    from exchange.messages import ReceiptLine

    world.follow("CEB623Message", manual)
    row: Any = Receipt.objects.filter(message_type="CEB624Message").latest("id")
    line = ReceiptLine(
        id=row.pk,
        message_id=row.message_id,
        document_id=row.document_id,
        message_type=row.message_type,
        status=row.status,
        info=row.info,
        returned_at=row.returned_at,
    )
    from lxml import etree

    written = write_receipts(registry()["CEB623Message"], [line])[row.pk]
    root = etree.fromstring(written)
    assert registry()["CEB624Message"].schema.validate(root)
    names = {element.tag.split("}")[1]: element.text for element in root.iter()}
    assert (names["invtNo"], names["agentCode"]) == (world.parcel(manual).invt_no, AGENT.code)
    assert len(names["preNo"] or "") == 18


def nothing_moved(world: World, documents: Documents, state: str) -> None:
    parcel = world.parcel(documents)
    assert parcel.state == state
    assert parcel.limit_state == "reserved"
    assert world.used(parcel.buyer_id_hash) == (parcel.dutiable, 0)

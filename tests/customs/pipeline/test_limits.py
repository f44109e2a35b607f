"""Limits D.3: single and annual, reserved, confirmed, freed; 200 parcels of one buyer at once never pass the limit."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from customs.enums import Direction
from customs.models import BuyerYear, IdentityResult, ImportInventory, Parcel
from customs.services.working import decide_batch
from exchange.services import receive_message
from filing.models import RegisteredCode
from portal.personal_data import identity_hash
from tests.customs.world import World
from tools.parcels import SHANGHAI, Generator, Goods, Person, messages
from tools.parcels import Parcel as Documents


def article(price: str) -> Goods:
    return Goods("1901101000", "奶粉", "罐", "142", "035", "609", Decimal(price))


def parcels_of(world: World, buyer: Person, *prices: str) -> list[Documents]:
    return [world.make.import_parcel(buyer=buyer, goods=[(article(price), 1)]) for price in prices]


@pytest.fixture(autouse=True)
def no_risk(request: pytest.FixtureRequest) -> None:
    """Split and repeated orders would go to review; here only limits decide."""
    name = "live_world" if "live_world" in request.fixturenames else "world"
    request.getfixturevalue(name).change_rule("Q.MANUAL_SCORE", value=1000)
    request.getfixturevalue(name).change_rule("Q.INSPECT_SCORE", value=1000)
    request.getfixturevalue(name).change_rule("Q.DUPLICATE", near_hours=None)


def test_e_17_single_exactly_5000_is_reduced(world: World) -> None:
    (documents,) = parcels_of(world, world.make.person(), "5000.00")
    (parcel,) = world.decide(documents)
    assert (parcel.regime, str(parcel.vat), parcel.state) == ("reduced", "455.00", "released")


def test_e_17_single_several_items_above_5000(world: World) -> None:
    """E.17.SINGLE: two bags of 3,000 in one order are not for this channel (D.6)."""
    documents = world.make.import_parcel(goods=[(article("3000.00"), 2)])
    (parcel,) = world.decide(documents)
    assert (parcel.state, parcel.regime, parcel.vat, parcel.limit_state) == ("rejected", "general", None, "")
    assert world.findings(documents) == {"E.17.SINGLE": ("R", "6000.00000", "5000.00")}
    assert world.receipts(documents)[-1][1:] == ("100", "[Code:-621005;Desc:超过单次购买限值]")
    assert not BuyerYear.objects.exists()


def test_one_item_above_5000_pays_in_full_and_uses_the_limit(world: World) -> None:
    """D.6: used 10,000, bag 8,000 → used 18,000."""
    buyer = world.make.person()
    first = parcels_of(world, buyer, "5000.00", "5000.00")
    world.decide(*first)
    (bag,) = parcels_of(world, buyer, "8000.00")
    (parcel,) = world.decide(bag)
    assert (parcel.regime, str(parcel.duty), str(parcel.vat)) == ("full", "1200.00", "1196.00")
    assert world.used(parcel.buyer_id_hash) == (0, 18000)


def test_e_17_year_bag_beyond_what_is_left(world: World) -> None:
    """E.17.YEAR: used 19,000, bag 8,000 → 27,000 > 26,000."""
    buyer = world.make.person()
    world.decide(*parcels_of(world, buyer, "5000.00", "5000.00", "5000.00", "4000.00"))
    (bag,) = parcels_of(world, buyer, "8000.00")
    (parcel,) = world.decide(bag)
    assert parcel.state == "rejected"
    assert world.findings(bag)["E.17.YEAR"] == ("R", "27000.00000", "26000.00")
    assert world.receipts(bag)[-1][2] == "[Code:1313;Desc:超过个人年度购买限值]"
    assert world.used(parcel.buyer_id_hash) == (0, 19000)


def test_exactly_26000_is_inside(world: World) -> None:
    buyer = world.make.person()
    documents = parcels_of(world, buyer, *["5000.00"] * 5, "1000.00")
    assert {p.state for p in world.decide(*documents)} == {"released"}
    (cent,) = parcels_of(world, buyer, "0.01")
    assert world.decide(cent)[0].state == "rejected"


def test_one_batch_over_the_limit_is_worked_in_order_of_time(world: World) -> None:
    """What does not fit uses nothing, so a smaller parcel behind it still fits."""
    buyer = world.make.person()
    documents = parcels_of(world, buyer, *["5000.00"] * 5, "4000.00", "900.00", "200.00", "100.00")
    states = [p.state for p in world.decide(*documents, per_message=1)]
    assert states == ["released"] * 5 + ["rejected", "released", "rejected", "released"]
    assert world.used(world.parcel(documents[0]).buyer_id_hash) == (0, 26000)


def test_order_of_time_is_that_of_arrival_not_of_ids(world: World) -> None:
    buyer = world.make.person()
    documents = parcels_of(world, buyer, *["5000.00"] * 6)
    world.send(*documents, per_message=1)
    last_first = {d.order_no: timezone.now() - timedelta(minutes=n) for n, d in enumerate(documents)}
    for order_no, moment in last_first.items():
        ImportInventory.objects.filter(order_no=order_no).update(received_at=moment)
    world.work()
    assert [world.parcel(d).state for d in documents] == ["rejected"] + ["released"] * 5


def test_limit_of_another_buyer_and_another_year_is_another_limit(world: World) -> None:
    buyer, other = world.make.person(), world.make.person()
    RegisteredCode.objects.update(valid_from=datetime(2015, 1, 1, tzinfo=SHANGHAI).date())
    world.decide(*parcels_of(world, buyer, *["5000.00"] * 5))
    assert world.decide(*parcels_of(world, other, "5000.00"))[0].state == "released"
    world.make = Generator(9, prefix="NEXT", moment=datetime(2027, 1, 1, 10, tzinfo=SHANGHAI))
    (parcel,) = world.decide(*parcels_of(world, buyer, "5000.00"))
    assert (parcel.state, parcel.limit_year) == ("released", 2027)
    assert world.used(parcel.buyer_id_hash, 2027) == (0, 5000)


def test_limits_before_2019_are_2000_and_20000_and_know_no_exception(world: World) -> None:
    RegisteredCode.objects.update(valid_from=datetime(2015, 1, 1, tzinfo=SHANGHAI).date())
    world.make = Generator(9, prefix="OLD", moment=datetime(2018, 12, 31, 10, tzinfo=SHANGHAI))
    inside, over = parcels_of(world, world.make.person(), "2000.00", "2000.01")
    assert [p.state for p in world.decide(inside, over)] == ["released", "rejected"]
    assert world.findings(over) == {"E.17.SINGLE": ("R", "2000.01000", "2000.00")}
    assert BuyerYear.objects.get().ceiling == 20000


def test_counted_amount_is_the_dutiable_price_not_the_paid_amount(world: World) -> None:
    """D.3: goods + freight; tax and coupons do not count."""
    documents = world.make.import_parcel(goods=[(article("100.00"), 1)], freight="12.00", discount="50.00")
    (parcel,) = world.decide(documents)
    assert world.used(parcel.buyer_id_hash) == (0, 112)


def test_parcel_in_review_reserves(world: World) -> None:
    world.change_rule("C.AUTO_RELEASE", value=False)
    (parcel,) = world.decide(*parcels_of(world, world.make.person(), "300.00"))
    assert parcel.limit_state == "reserved"
    assert world.used(parcel.buyer_id_hash) == (300, 0)


def test_reserved_amounts_count_against_the_limit(world: World) -> None:
    world.change_rule("C.AUTO_RELEASE", value=False)
    buyer = world.make.person()
    states = [p.state for p in world.decide(*parcels_of(world, buyer, *["5000.00"] * 6))]
    assert states == ["manual"] * 5 + ["rejected"]


def test_database_itself_refuses_more_than_the_limit(world: World) -> None:
    (parcel,) = world.decide(*parcels_of(world, world.make.person(), "300.00"))
    with pytest.raises(IntegrityError, match="customs_buyeryear_within_limit"), transaction.atomic():
        BuyerYear.objects.filter(buyer_id_hash=parcel.buyer_id_hash).update(confirmed=Decimal("26000.01"))


def send_all(world: World, parts: Sequence[tuple[str, bytes]]) -> None:
    """What one sender's thread does."""
    try:
        for code, body in parts:
            receive_message(sender=world.senders[code], body=body)
    finally:
        connection.close()


def test_200_parallel_parcels_of_one_buyer_never_pass_the_limit(live_world: World) -> None:
    """8 senders at once while the worker decides: 26,000 ÷ 200 = 130 parcels fit, exactly."""
    buyer = live_world.make.person()
    documents = parcels_of(live_world, buyer, *["200.00"] * 200)
    bodies = list(messages(documents, live_world.make, per_message=1))
    now = timezone.now()
    IdentityResult.objects.create(
        identity_hash=identity_hash(buyer.number, buyer.name),
        outcome="MATCH",
        source="test",
        checked_at=now,
        expires_at=now + timedelta(days=1),
    )
    with ThreadPoolExecutor(8) as pool:
        senders = [pool.submit(send_all, live_world, bodies[n::8]) for n in range(8)]
        while not all(sender.done() for sender in senders):
            decide_batch(Direction.IMPORT, limit=16)
        for sender in senders:
            sender.result()
    while decide_batch(Direction.IMPORT).messages:
        pass
    assert Parcel.objects.filter(state="released").count() == 130
    assert Parcel.objects.filter(state="rejected").count() == 70
    row = BuyerYear.objects.get()
    assert (row.reserved, row.confirmed) == (0, 26000)

"""Returns: CEB625 (imports, rules D.9), CEB213 and CEB215 (exports, B.3): time, quantity, limit, tax, the last piece."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from customs.models import Parcel, ParcelRequest, ReturnedLine, TaxLine
from customs.selectors.requests import back_until
from customs.services.requests import decide_requests, lapse_requests
from exchange.models import Outage, Receipt
from exchange.selectors.outages import forget_outages
from portal.models import Event, User
from tests.customs.followups.conftest import state_of
from tests.customs.pipeline.test_deciding import official
from tests.customs.world import World
from tools.parcels import IMPORT_GOODS
from tools.parcels import Parcel as Documents

Released = Callable[..., Documents]
MILK, CREAM = IMPORT_GOODS[0], IMPORT_GOODS[1]
GRANTED = ("399", "[Code:2300;Desc:退货申请审核通过，请在期限内将货物运抵原监管场所]")


@pytest.fixture
def three(released: Released) -> Documents:
    """Three tins of milk powder at 168.00 and a cream at 229.00."""
    return released(goods=[(MILK, 3), (CREAM, 1)])


def age(documents: Documents, days: int) -> None:
    """Released so many days ago."""
    then = timezone.now() - timedelta(days=days)
    Parcel.objects.filter(order_no=documents.order_no).update(decided_at=then)


def test_a_whole_return_restores_the_limit_when_the_goods_are_back(world: World, three: Documents) -> None:
    parcel = world.parcel(three)
    assert world.used(parcel.buyer_id_hash) == (0, Decimal("733.00"))
    assert world.follow("CEB625Message", three) == [GRANTED]
    request = ParcelRequest.objects.get()
    assert (request.state, request.due_at) == ("approved", back_until(parcel))
    assert (state_of(world, three), world.used(parcel.buyer_id_hash)[1]) == ("released", Decimal("733.00"))
    assert world.follow("CEB711Message", three) == [("399", "[Code:2300;Desc:审核通过]")]
    assert state_of(world, three) == "returned"
    assert world.used(parcel.buyer_id_hash) == (0, 0)
    answers = Receipt.objects.filter(document_id=request.pk).order_by("id").values_list("status", flat=True)
    assert list(answers) == ["399", "800"]
    assert Receipt.objects.filter(document_id=parcel.pk).latest("id").status == "700"
    assert Event.objects.filter(name="parcels_sent_back").count() == 1


def test_pieces_add_up_to_the_whole(world: World, three: Documents) -> None:
    """One tin, then the other two: prices and tax of the pieces are those of the line to the cent."""
    parcel = world.parcel(three)
    world.follow("CEB625Message", three, quantities={1: "1"})
    world.follow("CEB711Message", three)
    assert (state_of(world, three), world.used(parcel.buyer_id_hash)[1]) == ("released", Decimal("565.00"))
    world.follow("CEB625Message", three, quantities={1: "2"})
    world.follow("CEB711Message", three)
    line = TaxLine.objects.get(parcel_id=parcel.pk, gnum=1)
    pieces = ReturnedLine.objects.filter(gnum=1)
    assert sum(one.dutiable for one in pieces) == line.dutiable == Decimal("504.00")
    assert sum(one.tax for one in pieces) == line.duty + line.vat + line.consumption_tax
    assert (state_of(world, three), world.used(parcel.buyer_id_hash)[1]) == ("released", Decimal("229.00"))


def test_not_more_goes_back_than_came(world: World, three: Documents) -> None:
    (answer,) = world.follow("CEB625Message", three, quantities={1: "4"})
    assert answer == ("-625001", "[Code:-625001;Desc:第 1 项商品退货数量 4 超过可退数量 3]")
    world.follow("CEB625Message", three, quantities={1: "2"})
    world.follow("CEB711Message", three)
    (again,) = world.follow("CEB625Message", three, quantities={1: "2"})
    assert again == ("-625001", "[Code:-625001;Desc:第 1 项商品退货数量 2 超过可退数量 1]")
    assert ReturnedLine.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"gnum": "9"}, "-625209"),
        ({"gcode": "3304990010"}, "-625010"),
        ({"gname": "别的商品"}, "-625010"),
        ({"unit": "011"}, "-625010"),
        ({"qty": "0"}, "-625001"),
    ],
)
def test_every_line_says_what_the_list_says(
    world: World, released: Released, changes: dict[str, str], code: str
) -> None:
    drawn = released(goods=[(MILK, 2)])
    (answer,) = world.follow("CEB625Message", drawn, line_changes=changes)
    assert answer[0] == code
    assert not ParcelRequest.objects.exists()
    assert state_of(world, drawn) == "released"


@pytest.mark.parametrize(("days", "status"), [(30, "399"), (31, "-625001")])
def test_thirty_days_to_apply(world: World, three: Documents, days: int, status: str) -> None:
    """D.RETURN.APPLY_DAYS, 海关总署公告2020年第45号."""
    age(three, days)
    assert world.follow("CEB625Message", three)[0][0] == status


def test_an_outage_on_the_last_day_gives_another(world: World, three: Documents, reviewer: User) -> None:
    """X.OUTAGE.EXTENDS: applied a day late, because the platform was confirmed to be out for an hour on the thirtieth day."""
    age(three, 31)
    noon = timezone.localtime().replace(hour=12, minute=0) - timedelta(days=1)
    outage = Outage.objects.create(
        part="web",
        began_at=noon,
        ended_at=noon + timedelta(minutes=60),
        state="confirmed",
        cause="机房供电检修",
        explained_by=official("林值班"),
        confirmed_by=reviewer,
    )
    forget_outages()
    assert world.follow("CEB625Message", three) == [GRANTED]
    outage.delete()
    forget_outages()


def test_forty_five_days_to_be_back(world: World, three: Documents) -> None:
    """D.RETURN.ARRIVE_DAYS: the end of the 45th day; afterwards the request is void and the goods stay bought."""
    world.follow("CEB625Message", three)
    request = ParcelRequest.objects.get()
    released_on = timezone.localtime(world.parcel(three).decided_at).date()
    assert timezone.localtime(request.due_at).date() == released_on + timedelta(days=46)
    assert lapse_requests() == 0
    ParcelRequest.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    used = world.used(world.parcel(three).buyer_id_hash)
    world.follow("CEB711Message", three)
    assert (ParcelRequest.objects.get().state, world.used(world.parcel(three).buyer_id_hash)) == (
        "approved",
        used,
    )
    assert lapse_requests() == 1
    assert ParcelRequest.objects.get().state == "lapsed"
    assert Receipt.objects.filter(document_id=request.pk).latest("id").status == "100"
    assert world.follow("CEB625Message", three) == [GRANTED]


def test_an_official_looks_first_where_the_rule_says_so(
    world: World, three: Documents, reviewer: User
) -> None:
    world.change_rule("D.RETURN.REVIEW", value=True)
    assert world.follow("CEB625Message", three) == [("120", "[Code:1800;Desc:退货申请已受理，待海关审核]")]
    request = ParcelRequest.objects.get()
    (wrong,) = decide_requests(ids=[request.pk], step="finish", actor=reviewer)
    assert (wrong.ok, ParcelRequest.objects.get().state) == (False, "waiting")
    assert decide_requests(ids=[request.pk], step="approve", actor=reviewer)[0].ok
    request.refresh_from_db()
    assert (request.state, request.due_at) == ("approved", back_until(world.parcel(three)))
    assert decide_requests(ids=[request.pk], step="finish", actor=reviewer)[0].ok
    assert state_of(world, three) == "returned"


def test_one_year_for_exports_and_the_tally_finishes(world: World, released: Released) -> None:
    """B.RETURN.EXPORT_DAYS, 海关总署公告2020年第44号."""
    drawn = released("E")
    age(drawn, 366)
    assert world.follow("CEB213Message", drawn)[0][0] == "-625001"
    age(drawn, 364)
    assert world.follow("CEB213Message", drawn) == [
        ("120", "[Code:1800;Desc:退货申请已受理，请在货物运抵后办理理货]")
    ]
    assert world.follow("CEB215Message", drawn) == [("399", "[Code:2300;Desc:理货审核通过]")]
    assert state_of(world, drawn) == "returned"
    (again,) = world.follow("CEB215Message", drawn)
    assert again[0] == "-625001"


@pytest.mark.parametrize("state", ["manual", "inspection", "rejected", "detained", "returned", "cancelled"])
def test_only_released_and_cleared_goods_go_back(world: World, three: Documents, state: str) -> None:
    Parcel.objects.filter(order_no=three.order_no).update(state=state)
    assert world.follow("CEB625Message", three)[0][0] == "-625001"
    assert not ParcelRequest.objects.exists()


def test_a_list_with_returned_goods_cannot_be_cancelled(world: World, three: Documents) -> None:
    world.follow("CEB625Message", three, quantities={1: "1"})
    world.follow("CEB711Message", three)
    used = world.used(world.parcel(three).buyer_id_hash)
    assert world.follow("CEB623Message", three)[0][0] == "-623005"
    assert (state_of(world, three), world.used(world.parcel(three).buyer_id_hash)) == ("released", used)

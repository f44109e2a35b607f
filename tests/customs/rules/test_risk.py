"""Risk rules Q: points, thresholds, hard rules, and scores that decide."""

from datetime import timedelta
from decimal import Decimal

import pytest

from customs.models import RegisterDay
from customs.rules import catalogue
from customs.rules.base import RiskRule
from filing.models import RegisteredCode
from tests.customs.world import MOMENT, World
from tools.parcels import ALERT_GOODS, EXPORT_GOODS, IMPORT_GOODS, Goods, Person
from tools.parcels import Parcel as Documents

PHONE = "13700137000"


@pytest.fixture(autouse=True)
def repeats_pass(world: World) -> None:
    """Several parcels of one purchase would be stopped as duplicates; here only risk rules decide."""
    world.change_rule("Q.DUPLICATE", near_hours=None)


def same_phone(world: World, buyers: int) -> list[Documents]:
    """One parcel each of so many buyers with one phone; addresses differ."""
    people = [world.make.person() for _ in range(buyers)]
    return [
        world.make.import_parcel(
            buyer=Person(p.name, p.number, PHONE, p.address), goods=[(IMPORT_GOODS[3], 1)]
        )
        for p in people
    ]


def article(price: str) -> Goods:
    return Goods("1901101000", "奶粉", "罐", "142", "035", "609", Decimal(price))


def test_q_01_five_buyers_with_one_phone(world: World) -> None:
    """Q.01: 25 points are not enough for review."""
    first = same_phone(world, 4)
    world.decide(*first)
    assert world.findings(first[3]) == {}
    (fifth,) = same_phone(world, 1)
    (parcel,) = world.decide(fifth)
    assert world.findings(fifth) == {"Q.01": ("W", "5", "")}
    assert (parcel.risk_score, parcel.state) == (25, "released")


def test_q_01_counts_inside_one_batch(world: World) -> None:
    together = same_phone(world, 5)
    world.decide(*together)
    assert [set(world.findings(d)) for d in together] == [{"Q.01"}] * 5


def test_q_02_twenty_parcels_to_one_address(world: World) -> None:
    """Q.02"""
    buyer = world.make.person()
    many = [world.make.import_parcel(buyer=buyer, goods=[(article("10.00"), 1)]) for _ in range(19)]
    world.decide(*many)
    assert "Q.02" not in world.findings(many[-1])
    last = world.make.import_parcel(buyer=buyer, goods=[(article("10.00"), 1)])
    (parcel,) = world.decide(last)
    assert world.findings(last) == {"Q.02": ("W", "20", "")}
    assert parcel.risk_score == 20


def test_q_03_split_order(world: World) -> None:
    """Q.03: two orders of 3,000 on a day are legal for the formula and cost 30 points."""
    buyer = world.make.person()
    first, second = (world.make.import_parcel(buyer=buyer, goods=[(article("3000.00"), 1)]) for _ in range(2))
    world.decide(first)
    assert world.findings(first) == {}
    (parcel,) = world.decide(second)
    assert world.findings(second) == {"Q.03": ("W", "2 / 6000.00000", "")}
    assert (parcel.risk_score, parcel.state) == (30, "released")


def test_q_03_two_orders_below_the_limit_are_no_split(world: World) -> None:
    buyer = world.make.person()
    both = [world.make.import_parcel(buyer=buyer, goods=[(article("2500.00"), 1)]) for _ in range(2)]
    world.decide(*both)
    assert world.findings(both[1]) == {}


def test_q_04_annual_limit_used_up_fast(world: World) -> None:
    """Q.04: 90 % of 26,000 within 60 days."""
    buyer = world.make.person()
    parcels = [world.make.import_parcel(buyer=buyer, goods=[(article("4680.00"), 1)]) for _ in range(5)]
    world.decide(*parcels, per_message=1)
    assert "Q.04" not in world.findings(parcels[3])
    assert world.findings(parcels[4])["Q.04"] == ("W", "23400.00000", "")


def test_scores_of_split_address_and_limit_add_up_to_review(world: World) -> None:
    """30 + 15 = 45 ≥ 40: manual; ≥ 70 would be inspection."""
    buyer = world.make.person()
    parcels = [world.make.import_parcel(buyer=buyer, goods=[(article("4680.00"), 1)]) for _ in range(5)]
    world.decide(*parcels, per_message=1)
    last = world.parcel(parcels[4])
    assert (last.risk_score, last.state) == (45, "manual")


def test_score_of_seventy_is_inspection(world: World) -> None:
    world.change_rule("Q.03", points=70)
    buyer = world.make.person()
    parcels = [world.make.import_parcel(buyer=buyer, goods=[(article("3000.00"), 1)]) for _ in range(2)]
    assert [p.state for p in world.decide(*parcels, per_message=1)][1] == "inspection"


@pytest.mark.parametrize(
    ("born", "state"), [(2011, "manual"), (2009, "released"), (1936, "released"), (1934, "manual")]
)
def test_q_13_age_of_the_buyer(world: World, born: int, state: str) -> None:
    """Q.13: younger than 16, older than 90."""
    documents = world.make.import_parcel(buyer=world.make.person(born=born))
    (parcel,) = world.decide(documents)
    assert parcel.state == state
    assert set(world.findings(documents)) == ({"Q.13"} if state == "manual" else set())


def test_q_14_goods_on_the_alert_list(world: World) -> None:
    """Q.14"""
    documents = world.make.import_parcel(goods=[(IMPORT_GOODS[0], 1), (ALERT_GOODS, 1)])
    (parcel,) = world.decide(documents)
    assert parcel.state == "inspection"
    assert world.findings(documents) == {"Q.14": ("I", "1901 9616", "")}


def test_q_14_x_export_goods_on_the_alert_list(world: World) -> None:
    """Q.14.X"""
    world.change_rule("Q.14", hs4=["6109"])
    documents = world.make.export_parcel(goods=[(EXPORT_GOODS[0], 1)])
    (parcel,) = world.decide(documents)
    assert (parcel.state, world.findings(documents)) == ("inspection", {"Q.14.X": ("I", "6109", "")})


def file_recently(code: str, days: int) -> None:
    since = MOMENT.date() - timedelta(days=days)
    RegisteredCode.objects.filter(code=code, enterprise_type="ebc").update(valid_from=since)


@pytest.mark.parametrize(("days", "points"), [(29, 20), (30, 0)])
def test_q_16_enterprise_filed_less_than_thirty_days_ago(world: World, days: int, points: int) -> None:
    """Q.16"""
    file_recently("3508W6000A", days)
    documents = world.make.import_parcel()
    (parcel,) = world.decide(documents)
    assert parcel.risk_score == points
    assert set(world.findings(documents)) == ({"Q.16"} if points else set())


def test_q_16_x_new_exporter(world: World) -> None:
    """Q.16.X"""
    file_recently("350596000E", 5)
    documents = world.make.export_parcel()
    (parcel,) = world.decide(documents)
    assert (parcel.risk_score, set(world.findings(documents))) == (20, {"Q.16.X"})


def test_q_20_random_selection_draws_its_share_and_is_repeatable(world: World) -> None:
    """Q.20, Q.20.X: drawn by a keyed hash of the list's id."""
    world.change_rule("Q.20", share="1")
    imported, exported = world.make.import_parcel(), world.make.export_parcel()
    world.decide(imported, exported)
    assert set(world.findings(imported)) == {"Q.20"}
    assert set(world.findings(exported)) == {"Q.20.X"}
    assert {world.parcel(d).state for d in (imported, exported)} == {"inspection"}


def test_q_20_share_of_the_draw(world: World) -> None:
    world.change_rule("Q.20", share="0.25")
    parcels = world.decide(*[world.make.import_parcel() for _ in range(200)])
    drawn = sum(p.state == "inspection" for p in parcels)
    assert 25 <= drawn <= 75


def test_parameters_come_from_the_register_of_the_day(world: World) -> None:
    world.change_rule("Q.01", threshold=2)
    parcels = same_phone(world, 2)
    world.decide(*parcels)
    assert set(world.findings(parcels[0])) == {"Q.01"}
    assert RegisterDay.objects.get().risk["Q.01"]["threshold"] == 2


def test_risk_rules_name_no_field_to_the_enterprise() -> None:
    assert {rule.field for rule in catalogue().values() if issubclass(rule, RiskRule)} == {""}

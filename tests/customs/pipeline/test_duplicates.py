"""Q.DUP: the same purchase under new numbers is stopped before it is taxed twice; nearly the same goes to an official; honest repeats pass."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from benchmarks.duplicates import counted, drawn, quality, rules_of, table
from customs.models import Finding, Fingerprint, Parcel, TaxBill
from customs.selectors.documents import documents_of
from customs.selectors.twins import twin_of
from tests.conftest import sign_in
from tests.customs.amending.conftest import amendment, send
from tests.customs.pipeline.test_deciding import official
from tests.customs.world import World
from tools.parcels import IMPORT_GOODS, Person
from tools.parcels import Parcel as Documents

MILK, CREAM = IMPORT_GOODS[0], IMPORT_GOODS[1]


@pytest.fixture
def buyer(world: World) -> Person:
    return world.make.person()


def later(world: World, **span: float) -> None:
    """The next documents are drawn so much later."""
    world.make.moment = world.make.moment + timedelta(**span)


def bought(world: World, buyer: Person, price: str = "168.00", count: int = 1) -> Documents:
    return world.make.import_parcel(buyer=buyer, goods=[(replace(MILK, price=Decimal(price)), count)])


def states(world: World, *documents: Documents) -> list[tuple[str, set[str]]]:
    """State and rules of each list, decided one after the other."""
    found = []
    for one in documents:
        (parcel,) = world.decide(one)
        found.append((parcel.state, {rule for rule in world.findings(one) if rule.startswith("Q.DUP")}))
    return found


STOPPED = ("rejected", {"Q.DUP"})
HELD = ("manual", {"Q.DUP.NEAR"})
PASSED: tuple[str, set[str]] = ("released", set())


def test_q_dup_the_same_purchase_under_another_number_is_rejected(world: World, buyer: Person) -> None:
    first, second = bought(world, buyer), bought(world, buyer)
    assert states(world, first, second) == [PASSED, STOPPED]
    parcel = world.parcel(second)
    assert parcel.twin_id == world.parcel(first).pk
    assert (parcel.vat, parcel.limit_state) == (None, "")
    assert world.used(parcel.buyer_id_hash) == (0, 168)
    assert TaxBill.objects.count() == 1
    assert world.receipts(second)[-1][1:] == ("100", "[Code:1300;Desc:与已受理清单内容重复]")
    left, right = world.findings(second)["Q.DUP"][1:]
    assert left == second.order_no
    assert right == f"{first.order_no[:4]}****{first.order_no[-2:]}"


def test_in_one_batch_the_first_stands(world: World, buyer: Person) -> None:
    documents = [bought(world, buyer) for _ in range(3)]
    assert [p.state for p in world.decide(*documents)] == ["released", "rejected", "rejected"]
    assert world.used(world.parcel(documents[0]).buyer_id_hash) == (0, 168)


def test_other_spelling_is_the_same_purchase(world: World, buyer: Person) -> None:
    """Names, address and phone are normalised as rules E.4 say."""
    first, second = bought(world, buyer), bought(world, buyer)
    for lines, name in ((second.order_lines, "itemName"), (second.inventory_lines, "gname")):
        lines[0][name] = f" {lines[0][name][:2]} {lines[0][name][2:]}"
    for head in (second.order, second.waybill, second.inventory):
        head["consigneeAddress"] = f"{head['consigneeAddress'][:6]} {head['consigneeAddress'][6:]}."
    assert states(world, first, second) == [PASSED, STOPPED]


def test_lines_in_another_order_are_the_same_purchase(world: World, buyer: Person) -> None:
    first = world.make.import_parcel(buyer=buyer, goods=[(MILK, 1), (CREAM, 2)])
    second = world.make.import_parcel(buyer=buyer, goods=[(CREAM, 2), (MILK, 1)])
    assert states(world, first, second) == [PASSED, STOPPED]


@pytest.mark.parametrize("minutes", [31, 60 * 23])
def test_q_dup_near_the_same_later_on_the_day_is_for_an_official(
    world: World, buyer: Person, minutes: int
) -> None:
    first = bought(world, buyer)
    later(world, minutes=minutes)
    second = bought(world, buyer)
    assert states(world, first, second) == [PASSED, HELD]
    assert world.parcel(second).vat is not None


def test_q_dup_near_a_slightly_other_price_is_for_an_official(world: World, buyer: Person) -> None:
    first, second = bought(world, buyer), bought(world, buyer, "169.50")
    assert states(world, first, second) == [PASSED, HELD]


@pytest.mark.parametrize(
    "change",
    ["other goods", "other quantity", "other buyer", "a day later", "price far off"],
)
def test_honest_purchases_pass(world: World, buyer: Person, change: str) -> None:
    first = bought(world, buyer)
    if change == "a day later":
        later(world, hours=25)
    second = {
        "other goods": lambda: world.make.import_parcel(buyer=buyer, goods=[(CREAM, 1)]),
        "other quantity": lambda: bought(world, buyer, count=2),
        "other buyer": lambda: bought(world, world.make.person()),
        "a day later": lambda: bought(world, buyer),
        "price far off": lambda: bought(world, buyer, "200.00"),
    }[change]()
    assert [found for _state, found in states(world, first, second)] == [set(), set()]


def test_a_rejected_list_is_no_twin(world: World, buyer: Person) -> None:
    first = bought(world, buyer)
    first.waybill["packNo"] = "2"
    second = bought(world, buyer)
    assert [found for _state, found in states(world, first, second)] == [set(), set()]
    assert world.parcel(second).state == "released"


def test_the_same_list_again_is_no_duplicate_of_itself(world: World, buyer: Person) -> None:
    first = bought(world, buyer)
    world.identity_known = False
    world.send(first)
    world.work()
    world.know_buyers()
    world.let_the_deadline_pass()
    assert (world.parcel(first).state, Fingerprint.objects.count()) == ("released", 1)


def test_the_register_can_switch_it_off(world: World, buyer: Person) -> None:
    world.change_rule("Q.DUPLICATE", near_hours=None)
    assert [state for state, _found in states(world, bought(world, buyer), bought(world, buyer))] == [
        "released",
        "released",
    ]


def test_precision_and_recall_on_drawn_pairs(world: World) -> None:
    """A fixed seed of `benchmarks.duplicates`: no honest repeat is rejected, nearly all duplicates are stopped."""
    pairs = drawn(7, 8)
    world.change_rule("Q.INSPECT_SCORE", value=1000)
    world.send(*[one.first for one in pairs])
    world.work()
    world.send(*[one.second for one in pairs])
    world.work()
    rows = counted(pairs, rules_of([one.second.order_no for one in pairs]))
    found = quality(rows)
    assert (found.reject_precision, found.precision >= 0.95, found.recall >= 0.95) == (1.0, True, True), (
        table(rows)
    )
    assert found.reject_recall >= 0.25


def test_a_rejected_duplicate_declared_again_is_for_an_official(world: World, buyer: Person) -> None:
    """An honest second purchase is not locked out."""
    first, second = bought(world, buyer), bought(world, buyer)
    assert states(world, first, second) == [PASSED, STOPPED]
    ((status, _info),) = send(world, "CEB621Message", amendment(world, "CEB621Message", second, app_type="1"))
    assert status == "2"
    world.work()
    again = Parcel.objects.filter(order_no=second.order_no).latest("pk")
    found = list(Finding.objects.filter(parcel_id=again.pk).values_list("rule", flat=True))
    assert (again.state, found) == ("manual", ["Q.DUP.NEAR"])


def test_the_official_sees_both_lists_side_by_side(world: World, buyer: Person) -> None:
    first, second = bought(world, buyer), bought(world, buyer, "169.50")
    assert states(world, first, second) == [PASSED, HELD]
    parcel = world.parcel(second)
    twin = twin_of(parcel, documents_of(parcel.pk, "I"))
    assert twin is not None
    assert twin.parcel == world.parcel(first)
    differing = {str(line.label): (line.own, line.other) for line in twin.lines if line.differs}
    assert differing["完税价格"] == ("169.50", "168.00")
    assert differing["订单号"] == (second.order_no, first.order_no)
    shown = "".join(line.own + line.other for line in twin.lines)
    assert buyer.phone not in shown
    assert buyer.name not in shown
    client = sign_in(Client(), official("王审核"))
    page = client.get(f"/console/customs.manual/{parcel.pk}/").content.decode()
    assert twin.parcel.invt_no in page
    assert "疑似重复征税" in page

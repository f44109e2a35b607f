"""Bonded lists draw the account book in the decision turn: E.21.BOOK, E.21.ITEM, E.21.BALANCE, reserve, confirm, give back."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from customs.enums import Direction
from customs.models import AccountBook, AccountEntry, AccountItem, Parcel
from customs.services.deciding import decide_parcels
from customs.services.working import decide_batch
from tests.customs.pipeline.test_deciding import official
from tests.customs.pipeline.test_guards import TURN_STATEMENTS, own_statements
from tests.customs.world import World
from tools.parcels import IMPORT_GOODS
from tools.parcels import Parcel as Documents

CREAM, SOAP = IMPORT_GOODS[1], IMPORT_GOODS[2]
STOCK_STATEMENTS = 2
"""What a batch with bonded lists costs more than one without: look at the books, draw them."""


def bonded(world: World, *chosen: tuple[Any, int], **more: Any) -> Documents:
    return world.make.import_parcel(trade_mode="1210", goods=list(chosen or [(CREAM, 2)]), **more)


def item(goods: Any = CREAM) -> AccountItem:
    return AccountItem.objects.get(book__ems_no="T3501W1210001", item_record_no=f"R{goods.code}")


def hold(goods: Any, balance: int) -> None:
    AccountItem.objects.filter(pk=item(goods).pk).update(balance=balance)


def held(goods: Any = CREAM) -> tuple[int, int]:
    """(balance, reserved)"""
    found = item(goods)
    return int(found.balance), int(found.reserved)


def entries(goods: Any = CREAM) -> list[tuple[str, int, int, int | None]]:
    """(kind, change, balance after, parcel) of every entry, oldest first."""
    rows = AccountEntry.objects.filter(item=item(goods)).order_by("id")
    return [(one.kind, int(one.change), int(one.balance), one.parcel_id) for one in rows]


def findings(world: World, documents: Documents) -> dict[str, tuple[str, str, str]]:
    found = world.findings(documents).items()
    return {code: values for code, values in found if code != "E.19" and not code.startswith("Q.")}


def test_a_released_list_draws_its_goods(world: World) -> None:
    hold(CREAM, 10)
    (parcel,) = world.decide(bonded(world, (CREAM, 2)))
    assert parcel.state == "released"
    assert held() == (8, 0)
    assert entries() == [("out", -2, 8, parcel.pk)]


def test_a_direct_purchase_draws_nothing(world: World) -> None:
    world.decide(world.make.import_parcel(goods=[(CREAM, 2)]))
    assert not AccountEntry.objects.exists()


def test_e_21_balance_the_book_holds_too_little(world: World) -> None:
    """E.21.BALANCE: all lines or none; neither goods nor limit move."""
    hold(CREAM, 1)
    documents = bonded(world, (SOAP, 1), (CREAM, 2))
    (parcel,) = world.decide(documents)
    assert parcel.state == "rejected"
    assert findings(world, documents) == {"E.21.BALANCE": ("R", f"R{CREAM.code} 2", "1")}
    assert (held(CREAM), held(SOAP)) == ((1, 0), (1_000_000, 0))
    assert not AccountEntry.objects.exists()
    assert parcel.limit_state == ""
    assert world.receipts(documents)[-1] == ("CEB622Message", "100", "[Code:1800;Desc:账册余量不足]")


def test_e_21_balance_earlier_lists_come_first_and_smaller_ones_may_still_fit(world: World) -> None:
    """Five pieces: 3 fit, 4 do not, 2 do."""
    hold(CREAM, 5)
    lists = [bonded(world, (CREAM, quantity)) for quantity in (3, 4, 2)]
    decided = world.decide(*lists)
    assert [one.state for one in decided] == ["released", "rejected", "released"]
    assert findings(world, lists[1]) == {"E.21.BALANCE": ("R", f"R{CREAM.code} 4", "2")}
    assert entries() == [("out", -3, 2, decided[0].pk), ("out", -2, 0, decided[2].pk)]
    assert held() == (0, 0)


def test_what_is_rejected_for_another_reason_draws_nothing(world: World) -> None:
    hold(CREAM, 2)
    wrong, right = bonded(world, (CREAM, 2)), bonded(world, (CREAM, 2))
    wrong.payment["amountPaid"] = "1.00"
    first, second = world.decide(wrong, right)
    assert (first.state, second.state) == ("rejected", "released")
    assert held() == (0, 0)


def test_what_is_over_the_years_limit_leaves_the_goods_to_the_next(world: World) -> None:
    """Limit and book are judged as if the lists came one by one, also within one turn."""
    world.change_rule("Q.DUPLICATE", near_hours=None)
    buyer = world.make.person()
    full = [bonded(world, (CREAM, 21), buyer=buyer) for _ in range(6)]
    hold(CREAM, 126)
    last = bonded(world, (CREAM, 21))
    decided = world.decide(*full, last)
    assert [one.state == "rejected" for one in decided] == [False] * 5 + [True, False]
    assert findings(world, full[5]).keys() == {"E.17.YEAR"}
    assert held()[0] == 0


def test_what_finds_no_goods_leaves_the_limit_to_the_next(world: World) -> None:
    world.change_rule("Q.DUPLICATE", near_hours=None)
    buyer = world.make.person()
    hold(SOAP, 0)
    lacking = bonded(world, (SOAP, 60), buyer=buyer)
    full = [bonded(world, (CREAM, 21), buyer=buyer) for _ in range(5)]
    decided = world.decide(lacking, *full)
    assert [one.state == "rejected" for one in decided] == [True] + [False] * 5
    reserved, confirmed = world.used(decided[1].buyer_id_hash)
    assert reserved + confirmed == Decimal("24045.00")


@pytest.mark.parametrize(
    "change",
    [
        {"state": "suspended"},
        {"state": "waiting"},
        {"customs_code": "3502"},
        {"trade_mode": "1239"},
        {"valid_to": "2026-11-23"},
        {"valid_from": "2026-11-24"},
        {"codes": ["350896000X"]},
    ],
)
def test_e_21_book_must_be_in_force(world: World, change: dict[str, Any]) -> None:
    """E.21.BOOK: state, office, mode, day and area enterprise."""
    AccountBook.objects.filter(ems_no="T3501W1210001").update(**change)
    documents = bonded(world)
    world.decide(documents)
    assert findings(world, documents) == {"E.21.BOOK": ("R", "T3501W1210001 350196LG01", "1210 3501")}


@pytest.mark.parametrize("change", [{"item_record_no": "OTHER"}, {"gcode": "3304990099"}, {"unit": "011"}])
def test_e_21_item_must_be_in_the_book(world: World, change: dict[str, str]) -> None:
    """E.21.ITEM: number, code and unit are those of the book."""
    AccountItem.objects.filter(pk=item().pk).update(**change)
    documents = bonded(world)
    world.decide(documents)
    assert findings(world, documents) == {"E.21.ITEM": ("R", f"R{CREAM.code}", "T3501W1210001")}


def waits(world: World) -> tuple[Documents, Parcel]:
    """A bonded list that an official must decide."""
    documents = bonded(world, (CREAM, 2))
    documents.waybill["consigneeAddress"] = documents.order["consigneeAddress"].replace("室", "座")
    (parcel,) = world.decide(documents)
    assert parcel.state == "manual"
    return documents, parcel


@pytest.mark.parametrize(
    ("outcome", "after", "entry"), [("release", (8, 0), ("out", 0, 8)), ("reject", (10, 0), ("free", 2, 10))]
)
def test_a_list_that_waits_reserves_and_the_official_settles(
    world: World, outcome: str, after: tuple[int, int], entry: tuple[str, int, int]
) -> None:
    hold(CREAM, 10)
    _documents, parcel = waits(world)
    assert held() == (8, 2)
    decide_parcels(parcel_ids=[parcel.pk], outcome=outcome, actor=official("林审单"), reason="核实")
    assert held() == after
    assert entries() == [("reserve", -2, 8, parcel.pk), (*entry, parcel.pk)]
    decide_parcels(parcel_ids=[parcel.pk], outcome=outcome, actor=official("陈审单"), reason="再次")
    assert len(entries()) == 2


def test_a_cancelled_list_frees_what_it_reserved(world: World) -> None:
    hold(CREAM, 10)
    documents, parcel = waits(world)
    assert world.follow("CEB623Message", documents)[0][0] == "399"
    assert held() == (10, 0)
    assert entries()[1:] == [("free", 2, 10, parcel.pk)]


def test_returned_goods_are_in_the_book_again(world: World) -> None:
    """When they are back in the area, not before."""
    hold(CREAM, 10)
    documents = bonded(world, (CREAM, 2))
    (parcel,) = world.decide(documents)
    assert world.follow("CEB625Message", documents)[0][0] == "399"
    assert held() == (8, 0)
    world.follow("CEB711Message", documents)
    assert held() == (10, 0)
    assert entries() == [("out", -2, 8, parcel.pk), ("back", 2, 10, parcel.pk)]


def test_the_database_keeps_the_ledger(world: World) -> None:
    """Entries are append-only; neither balance nor reserved goes below zero."""
    world.decide(bonded(world))
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountEntry.objects.update(change=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountEntry.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountItem.objects.update(balance=-1)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountItem.objects.update(reserved=-1)


@pytest.mark.parametrize("parcels", [3, 60])
def test_bonded_lists_cost_two_statements_more_whatever_their_number(world: World, parcels: int) -> None:
    world.decide(bonded(world))
    documents = [bonded(world, (SOAP, 1)) for _ in range(parcels)]
    for one in documents[::3]:
        one.waybill["freight"] = "1.00"
    world.send(*documents)
    world.know_buyers()
    with CaptureQueriesContext(connection) as captured:
        assert decide_batch(Direction.IMPORT).parcels == parcels
    sent = own_statements(captured)
    asked_once_a_second = sum("portal_registerversion" in sql for sql in sent)
    begin_and_commit = 2
    assert len(sent) - asked_once_a_second + begin_and_commit <= TURN_STATEMENTS + STOCK_STATEMENTS
    assert len(sent) == len(set(sent))
    assert int(item(SOAP).balance) == 1_000_000 - parcels

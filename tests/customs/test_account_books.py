"""Account books: registered, confirmed, filled, adjusted; by service, page, table and API."""

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from openpyxl import Workbook, load_workbook

from customs.models import AccountBook, AccountEntry, AccountItem
from customs.services.account_books import (
    BelowZero,
    BookClosed,
    BookExists,
    BookUnknown,
    Keeper,
    ModeNotHere,
    NotStorage,
    ReasonNeeded,
    adjust_item,
    decide_books,
    enter_goods,
    open_book,
)
from filing.enums import EnterpriseType
from filing.services.registration import register_enterprise
from portal.models import AuditEntry, Organisation
from portal.permissions import NotPermitted
from tests.customs.pages.conftest import official, staff  # noqa: F401 -- fixtures
from tests.customs.pipeline.test_deciding import official as officer
from tests.customs.world import World, prepared, world  # noqa: F401 -- fixtures
from tests.filing.test_case_api import fresh_process_memory, machine  # noqa: F401 -- a fixture
from tools.parcels import AGENT, LOGISTICS

LINE = {"item_record_no": "L-1", "gcode": "3304990010", "name": "保湿面霜", "unit": "142", "qty": "100"}
OTHER = {**LINE, "item_record_no": "L-2", "qty": "2.5"}


def organisation(code: str = LOGISTICS.code) -> Organisation:
    return Organisation.objects.get(customs_code=code)


def keeper(code: str = LOGISTICS.code) -> Keeper:
    """A machine of the enterprise: its scope was checked at the door."""
    client: Any = object()
    return Keeper(organisation(code).pk, client=client)


@pytest.fixture
def book(world: World) -> AccountBook:  # noqa: F811
    """A book in force, empty."""
    register_enterprise(
        organisation_id=organisation().pk, enterprise_type=EnterpriseType.STORAGE, valid_from=date(2020, 1, 1)
    )
    opened = opening(ems_no="T3501W000009")
    decide_books(ids=[opened.pk], step="confirm", actor=officer("账册员"))
    opened.refresh_from_db()
    return opened


def opening(**changes: Any) -> AccountBook:
    facts = {
        "who": keeper(),
        "ems_no": "T3501W000010",
        "customs_code": "3501",
        "trade_mode": "1210",
        "valid_from": date(2026, 1, 1),
    }
    return open_book(**{**facts, **changes})


def enter(
    book: AccountBook, *lines: dict[str, str], document: str = "QD-1", who: Keeper | None = None
) -> Any:
    return enter_goods(who=who or keeper(), book_id=book.pk, document=document, lines=lines or [LINE])


def balances() -> dict[str, Decimal]:
    return dict(
        AccountItem.objects.filter(book__ems_no="T3501W000009").values_list("item_record_no", "balance")
    )


def test_a_book_is_opened_by_a_filed_storage_enterprise_and_confirmed_by_its_office(
    book: AccountBook,
) -> None:
    assert (book.state, book.codes) == ("active", sorted(organisation().codes))
    verbs = (
        AuditEntry.objects.filter(subject=f"account_book:{book.pk}")
        .order_by("id")
        .values_list("verb", flat=True)
    )
    assert list(verbs) == ["account_book_opened", "account_book_decided"]
    with pytest.raises(BookExists):
        opening(ems_no=book.ems_no)
    with pytest.raises(NotStorage):
        opening(who=keeper(AGENT.code))
    with pytest.raises(NotPermitted):
        opening(who=Keeper(organisation().pk))


def test_a_1239_no_book_of_1239_in_fuzhou_none_of_1210_in_sanming(book: AccountBook) -> None:
    with pytest.raises(ModeNotHere):
        opening(trade_mode="1239")
    with pytest.raises(ModeNotHere):
        opening(customs_code="3504")
    assert opening(trade_mode="1239", customs_code="3701").state == "waiting"


def test_officials_of_another_office_do_not_decide(book: AccountBook) -> None:
    waiting = opening()
    assert decide_books(ids=[waiting.pk], step="confirm", actor=officer("外关", office="3502")) == []
    with pytest.raises(ReasonNeeded):
        decide_books(ids=[waiting.pk], step="refuse", actor=officer("本关"))
    with pytest.raises(BookClosed):
        enter(waiting)
    assert AccountBook.objects.get(pk=waiting.pk).state == "waiting"


def test_a_bill_enters_once(book: AccountBook) -> None:
    assert (enter(book, LINE, OTHER).entered, balances()) == (2, {"L-1": 100, "L-2": Decimal("2.5")})
    again = enter(book, LINE, OTHER)
    assert (again.entered, again.repeated) == (0, 2)
    assert enter(book, document="QD-2").entered == 1
    assert balances() == {"L-1": 200, "L-2": Decimal("2.5")}
    ledger = AccountEntry.objects.filter(item__item_record_no="L-1").order_by("id")
    assert [(one.kind, one.change, one.balance, one.document) for one in ledger] == [
        ("in", 100, 100, "QD-1"),
        ("in", 100, 200, "QD-2"),
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"item_record_no": ""}, "BOOK.LINE.LENGTH"),
        ({"gcode": "33049900"}, "BOOK.LINE.GCODE"),
        ({"unit": "999"}, "BOOK.LINE.UNIT"),
        ({"qty": "0"}, "BOOK.LINE.QTY"),
        ({"qty": "1.000001"}, "BOOK.LINE.QTY"),
        ({"qty": "NaN"}, "BOOK.LINE.QTY"),
        ({"qty": "9E99"}, "BOOK.LINE.QTY"),
        ({"item_record_no": "L-0", "unit": "011"}, "BOOK.LINE.DIFFERS"),
        ({"item_record_no": "L-2"}, "BOOK.LINE.REPEATED"),
    ],
)
def test_one_wrong_line_and_nothing_enters(book: AccountBook, change: dict[str, str], code: str) -> None:
    enter(book, {**LINE, "item_record_no": "L-0"}, document="QD-0")
    result = enter(book, OTHER, {**LINE, **change})
    assert [(one.line, one.code) for one in result.faults] == [(2, code)]
    assert balances() == {"L-0": 100}


def test_the_same_document_with_another_quantity_is_refused(book: AccountBook) -> None:
    enter(book)
    assert [one.code for one in enter(book, {**LINE, "qty": "90"}).faults] == ["BOOK.LINE.ENTERED"]
    assert balances() == {"L-1": 100}


def test_another_enterprise_finds_no_book(book: AccountBook) -> None:
    with pytest.raises(BookUnknown):
        enter(book, who=keeper(AGENT.code))


def test_an_official_adjusts_never_below_zero(book: AccountBook) -> None:
    enter(book)
    actor = officer("盘点员")
    adjust_item(book_id=book.pk, item_record_no="L-1", change=Decimal(-3), reason="盘亏", actor=actor)
    assert balances() == {"L-1": 97}
    with pytest.raises(BelowZero):
        adjust_item(book_id=book.pk, item_record_no="L-1", change=Decimal(-98), reason="盘亏", actor=actor)
    assert balances() == {"L-1": 97}
    last = AccountEntry.objects.latest("id")
    assert (last.kind, last.change, last.balance, last.note, last.actor_id) == (
        "adjust",
        -3,
        97,
        "盘亏",
        actor.pk,
    )


def table(*rows: list[Any]) -> io.BytesIO:
    workbook = Workbook()
    sheet: Any = workbook.active
    for row in (["账册备案料号", "商品编码", "商品名称", "计量单位", "数量"], *rows):
        sheet.append(row)
    file = io.BytesIO()
    workbook.save(file)
    file.seek(0)
    file.name = "goods.xlsx"
    return file


def test_pages_let_goods_enter_by_form_and_by_table(
    book: AccountBook,
    staff: Callable[..., Client],  # noqa: F811
) -> None:
    client, path = staff("logistics"), f"/enterprise/books/{book.pk}/"
    assert client.post(f"{path}enter/", {"document": "QD-1", **LINE}).status_code == 302
    rows = [["L-3", "3304990010", "面霜", "142", 7], ["L-4", 3304990010, "面霜", "142", "8"]]
    assert client.post(f"{path}enter/", {"document": "QD-2", "file": table(*rows)}).status_code == 302
    assert balances() == {"L-1": 100, "L-3": 7, "L-4": 8}
    wrong = client.post(f"{path}enter/", {"document": "QD-3", "file": table(["L-5", "1", "面霜", "142", 7])})
    assert wrong.status_code == 422
    assert "BOOK.LINE.GCODE" in wrong.content.decode()
    hostile = io.BytesIO(b"PK\x03\x04nonsense")
    hostile.name = "x.xlsx"
    assert client.post(f"{path}enter/", {"document": "QD-4", "file": hostile}).status_code >= 400
    assert [row["cells"][0] for row in client.get(path, {"q": "L-3"}).context["rows"]] == ["L-3"]
    ledger = client.get(f"{path}ledger/", {"q": "QD-2"}).context["rows"]
    assert [row["cells"][1:6] for row in ledger] == [
        ["L-4", "入区", "QD-2", "8", "8"],
        ["L-3", "入区", "QD-2", "7", "7"],
    ]
    exported = b"".join(client.get(f"{path}ledger/file/xlsx/", {"kind": "in"}).streaming_content)  # type: ignore[attr-defined]
    sheet: Any = load_workbook(io.BytesIO(exported)).worksheets[0]
    assert [row[2] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["L-4", "L-3", "L-1"]


def test_pages_of_books_are_for_their_enterprise_and_its_declarants(
    book: AccountBook,
    staff: Callable[..., Client],  # noqa: F811
) -> None:
    stranger, viewer = staff("agent"), staff("logistics", "viewer")
    for path in ("", "enter/", "ledger/", "ledger/file/csv/"):
        assert stranger.get(f"/enterprise/books/{book.pk}/{path}").status_code == 404
    assert viewer.get(f"/enterprise/books/{book.pk}/enter/").status_code == 403
    assert viewer.get("/enterprise/books/open/").status_code == 403
    assert viewer.get("/enterprise/books/").status_code == 200


def test_the_desk_confirms_and_adjusts(
    book: AccountBook,
    official: Callable[..., Client],  # noqa: F811
) -> None:
    enter(book)
    waiting = opening()
    desk = official("王账册")
    assert waiting.ems_no in desk.get("/console/customs.books/").content.decode()
    done = desk.post("/console/customs.books/do/confirm/", {"ids": waiting.pk, "confirmed": "1"})
    assert done.status_code in {200, 302}
    page = desk.get(f"/console/customs.books_in_use/{book.pk}/").content.decode()
    assert "L-1" in page
    desk.post(
        "/console/customs.books_in_use/do/adjust/",
        {"ids": book.pk, "confirmed": "1", "item_record_no": "L-1", "change": "-1", "reason": "盘亏"},
    )
    assert (AccountBook.objects.get(pk=waiting.pk).state, balances()) == ("active", {"L-1": 99})


def test_the_api_reads_books_and_lets_goods_enter(book: AccountBook) -> None:
    own = machine(organisation(), "receipts:read messages:write")
    path = f"account-books/{book.ems_no}/"
    answer = own.send(f"{path}entries/", {"document": "QD-1", "lines": [LINE, OTHER]})
    assert (answer.status_code, answer.json()) == (200, {"entered": 2, "repeated": 0, "faults": []})
    wrong = own.send(f"{path}entries/", {"document": "QD-2", "lines": [{**LINE, "qty": "-1"}]})
    assert (wrong.status_code, wrong.json()["faults"][0]["code"]) == (422, "BOOK.LINE.QTY")
    items = own.get(f"{path}items/").json()
    assert [(one["item_record_no"], one["balance"]) for one in items["results"]] == [
        ("L-1", "100.00000"),
        ("L-2", "2.50000"),
    ]
    listed = own.get("account-books/").json()["results"]
    assert {"ems_no": book.ems_no, "items": 2}.items() <= next(
        one for one in listed if one["ems_no"] == book.ems_no
    ).items()
    stranger = machine(organisation(AGENT.code), "receipts:read messages:write")
    assert stranger.get(f"{path}items/").status_code == 404
    assert stranger.send(f"{path}entries/", {"document": "QD-9", "lines": [LINE]}).status_code == 404
    assert balances() == {"L-1": 100, "L-2": Decimal("2.5")}


def test_the_api_answers_whether_a_list_may_be_simplified(world: World) -> None:  # noqa: F811
    own = machine(organisation(AGENT.code), "receipts:read")
    question = {
        "trade_mode": "9610",
        "customs_code": "3501",
        "day": "2026-11-23",
        "currency": "502",
        "lines": [{"gcode": "6109", "total_price": "50.00"}],
    }
    answer = own.send("simplified-check/", question).json()
    assert answer == {"allowed": True, "value_cny": "355.00", "reasons": []}
    refused = own.send("simplified-check/", {**question, "refund": True, "trade_mode": "9710"}).json()
    assert [one["rule"] for one in refused["reasons"]] == ["B.B.3", "B.A.1.REFUND"]
    assert refused["reasons"][0]["message_en"].startswith("The code of a simplified list has too few digits")
    assert own.send("simplified-check/", {**question, "lines": [{"gcode": "x"}]}).status_code == 400


def test_the_page_answers_whether_a_list_may_be_simplified(
    world: World,  # noqa: F811
    staff: Callable[..., Client],  # noqa: F811
) -> None:
    client = staff("agent")
    asked = {"trade_mode": "9610", "customs_code": "3504", "day": "2026-11-23", "currency": "502"}
    page = client.get("/enterprise/simplified/", {**asked, "goods": "6109 704.23"}).content.decode()
    assert "B.A.2" in page
    assert "B.A.3.ZONE" in page
    assert client.get("/enterprise/simplified/", {**asked, "goods": "6109"}).status_code == 422
    rows = client.get("/enterprise/simplified/excluded/", {"q": "8711202000"}).context["rows"]
    assert [row["cells"][0] for row in rows] == ["8711"]

"""Bad input: each gets its status, code and sentence; nothing half written; never a 500."""

import io
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from exchange.messages import MessageRefused, message_type, register
from exchange.models import Receipt
from exchange.services.receiving import read_message
from tests.exchange.building import envelope, order, orders, xml
from tests.exchange.conftest import Machine
from tests.exchange.test_receiving import JOURNAL_ONLY, NOTHING

pytestmark = pytest.mark.django_db(transaction=True)
Rows = Callable[[], dict[str, int]]
GOOD = orders("A-1").decode()
BOMB = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
)


def deep(levels: int, message: str = GOOD) -> bytes:
    inside = "<x>" * levels + "</x>" * levels
    extension = f"<ceb:ExtendMessage><ceb:name>a</ceb:name><ceb:version>1</ceb:version><ceb:Message>{inside}</ceb:Message></ceb:ExtendMessage>"
    return message.replace("</ceb:CEB311Message>", extension + "</ceb:CEB311Message>").encode()


UNREADABLE = {
    "not xml": b"hello",
    "json": b'{"a": 1}',
    "truncated": GOOD[: len(GOOD) // 2].encode(),
    "bytes of gbk declared utf-8": GOOD.encode("gb18030"),
    "utf-16": GOOD.replace("UTF-8", "UTF-16").encode("utf-16"),
    "unknown encoding": GOOD.replace("UTF-8", "utf-9").encode(),
    "utf-7": GOOD.replace("UTF-8", "UTF-7").encode(),
    "dtd": GOOD.replace("?>", "?><!DOCTYPE x SYSTEM 'file:///etc/passwd'>", 1).encode(),
    "dtd behind padding": GOOD.replace(
        "?>", "?>" + " " * 5000 + "<!DOCTYPE x [<!ENTITY a 'b'>]>", 1
    ).encode(),
    "entity bomb": GOOD.replace("?>", "?>" + BOMB + "]>", 1).replace("样例", "&j;").encode(),
    "external entity": GOOD.replace("?>", "?><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>", 1)
    .replace("样例", "&a;")
    .encode(),
    "undefined entity": GOOD.replace("样例", "&a;").encode(),
    "10,000 deep": deep(10_000),
    "33 deep": deep(40),
    "control character": GOOD.replace("样例", "样\x01例").encode(),
    "control character as reference": GOOD.replace("样例", "&#1;").encode(),
    "null byte": GOOD.replace("样例", "样\x00例").encode(),
    "two roots": GOOD.encode() + b"<x/>",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_body_is_400_and_journalled(platform: Machine, rows: Rows, name: str) -> None:
    answer = platform.post(UNREADABLE[name])
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "0001"), problem
    assert problem["detail_zh"]
    assert problem["detail_en"]
    assert "passwd" not in answer.content.decode()
    assert "root:" not in answer.content.decode()
    assert rows() == JOURNAL_ONLY
    assert Receipt.objects.get().message_type == "CEB900Message"


def with_value(**values: str) -> bytes:
    return xml("CEB311Message", [order("A-1", **values)])


def checked(digits: str) -> str:
    """Seventeen digits with the check character of GB 11643."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


REFUSED = {
    "not a number": (with_value(goodsValue="NaN"), "CEB.SCHEMA.NUMBER"),
    "infinite": (with_value(goodsValue="INF"), "CEB.SCHEMA.NUMBER"),
    "1e400": (with_value(goodsValue="1e400"), "CEB.SCHEMA.NUMBER"),
    "negative": (with_value(goodsValue="-1"), "CEB.SCHEMA.NUMBER"),
    "too many digits": (with_value(goodsValue="1" * 40), "CEB.SCHEMA.NUMBER"),
    "currency": (with_value(currency="999"), "CEB.CODE.CURRENCY"),
    "country": (with_value(lines=[{"country": "999"}]), "CEB.CODE.COUNTRY"),
    "unit": (with_value(lines=[{"unit": "999"}]), "CEB.CODE.UNIT"),
    "check digit": (with_value(buyerIdNumber="110105194912310021"), "CEB.ID.CHECK"),
    "born tomorrow": (with_value(buyerIdNumber=checked("11010520991231002")), "CEB.ID.FUTURE"),
    "no such birthday": (with_value(buyerIdNumber=checked("11010519490231002")), "CEB.ID.DATE"),
    "fifteen digits": (with_value(buyerIdNumber="110105491231002"), "CEB.ID.LENGTH"),
    "30 February": (with_value(appTime="20260230101530"), "CEB.MOMENT"),
    "25 o'clock": (with_value(appTime="20260228251530"), "CEB.SCHEMA.PATTERN"),
    "same line number twice": (with_value(lines=[{"gnum": "1"}, {"gnum": "1"}]), "CEB.LINE.REPEATED"),
    "line numbers equal as numbers": (with_value(lines=[{"gnum": "1"}, {"gnum": "01"}]), "CEB.LINE.REPEATED"),
    "too long": (with_value(orderNo="9" * 61), "CEB.SCHEMA.LENGTH"),
    "required but empty": (with_value(consignee=""), "CEB.SCHEMA.EMPTY"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_wrong_content_is_422_with_path_and_code(platform: Machine, rows: Rows, name: str) -> None:
    body, code = REFUSED[name]
    answer = platform.post(body)
    problem = answer.json()
    assert answer.status_code == 422, problem
    assert problem["code"] == "0002"
    assert code in {e["code"] for e in problem["errors"]}, problem["errors"]
    assert all(e["path"].startswith("/CEB311Message/") for e in problem["errors"])
    assert rows() == JOURNAL_ONLY


def test_resident_number_is_not_repeated_in_the_answer(platform: Machine) -> None:
    answer = platform.post(with_value(buyerIdNumber="110105194912310021"))
    assert "110105194912310021" not in answer.content.decode()


def test_unknown_type_is_422_0999(platform: Machine, rows: Rows) -> None:
    answer = platform.post(b'<CEB999Message xmlns="http://www.chinaport.gov.cn/ceb" guid="x" version="1.0"/>')
    assert (answer.status_code, answer.json()["code"]) == (422, "0999")
    assert rows() == JOURNAL_ONLY


def test_receipt_sent_by_an_enterprise_is_not_taken(platform: Machine) -> None:
    answer = platform.post(b'<CEB312Message xmlns="http://www.chinaport.gov.cn/ceb" guid="x" version="1.0"/>')
    assert (answer.status_code, answer.json()["code"]) == (422, "0999")


@pytest.mark.parametrize(
    "inner",
    [b"", b"hello", b"<!DOCTYPE x><x/>", envelope(GOOD.encode())],
    ids=["empty", "text", "dtd", "envelope"],
)
def test_envelope_with_bad_content_is_refused(platform: Machine, rows: Rows, inner: bytes) -> None:
    answer = platform.post(envelope(inner))
    assert answer.status_code in {400, 422}
    assert rows() == JOURNAL_ONLY


def test_envelope_with_bad_base64_is_400(platform: Machine) -> None:
    body = envelope(b"x").replace(b"<Data>", b"<Data>***")
    assert platform.post(body).status_code == 400


class Counting(io.RawIOBase):
    """A body of any length that counts what is read."""

    def __init__(self, size: int) -> None:
        self.left, self.taken = size, 0

    def read(self, wanted: int = -1) -> bytes:
        assert wanted > 0, "the whole body was asked for"
        part = min(wanted, self.left)
        self.left -= part
        self.taken += part
        return b"x" * part


@pytest.mark.parametrize("path", ["messages/", "agency/decisions/"])
def test_announced_100_mb_is_413_without_reading(
    platform: Machine, gacc: Machine, rows: Rows, path: str
) -> None:
    machine = platform if path == "messages/" else gacc
    body = Counting(100 * 1024 * 1024)
    answer = raw_post(machine, path, body, content_length=str(body.left))
    assert (answer.status_code, answer.json()["code"]) == (413, "BODY.SIZE")
    assert body.taken == 0
    assert rows() == NOTHING


def test_streamed_100_mb_is_413_after_the_bound(platform: Machine, rows: Rows) -> None:
    body = Counting(100 * 1024 * 1024)
    answer = raw_post(platform, "messages/", body, content_length="")
    assert answer.status_code == 413
    assert body.taken == 16 * 1024 * 1024 + 1
    assert rows() == NOTHING


def test_empty_body_is_400_and_journalled(platform: Machine, rows: Rows) -> None:
    answer = raw_post(platform, "messages/", Counting(0), content_length="0")
    assert (answer.status_code, answer.json()["code"]) == (400, "0001")
    assert rows() == JOURNAL_ONLY


def test_body_shorter_than_announced_is_400(platform: Machine, rows: Rows) -> None:
    answer = raw_post(platform, "messages/", Counting(10), content_length="1000")
    assert (answer.status_code, answer.json()["code"]) == (400, "BODY.INCOMPLETE")
    assert rows() == NOTHING


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "９", "9" * 5000])
def test_nonsense_length_is_413(platform: Machine, length: str) -> None:
    assert raw_post(platform, "messages/", Counting(10), content_length=length).status_code == 413


def raw_post(machine: Machine, path: str, body: Any, content_length: str) -> Any:
    return machine.http.generic(
        "POST",
        f"/api/v1/{path}",
        headers=machine.headers(),
        **{
            "wsgi.input": body,
            "CONTENT_LENGTH": content_length,
            "CONTENT_TYPE": "application/xml" if path == "messages/" else "application/json",
            "wsgi.input_terminated": True,
        },
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b'{"decisions": NaN}',
        b'{"decisions": [{"task": 1e400, "outcome": "MATCH"}]}',
        b'{"decisions": [{"task": 99999999999999999999999999, "outcome": "MATCH"}]}',
        b'{"decisions": [{"task": true, "outcome": "match"}]}',
        b'{"decisions": {}}',
        b'{"decisions": []}',
        b"[" * 10_000 + b"]" * 10_000,
        b'{"decisions": [{"task": 1, "outcome": "MATCH", "detail": '
        + b'{"a":' * 300
        + b"1"
        + b"}" * 300
        + b"}]}",
        b'{"decisions": [{"task": 1, "outcome": "MATCH", "detail": "\\ud800"}]}',
        "中".encode("gbk"),
    ],
)
def test_bad_json_is_400(police: Machine, body: bytes) -> None:
    answer = police.send("agency/decisions/", body)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"]


def test_value_that_the_database_refuses_is_422_and_nothing_else_is_kept(
    platform: Machine, rows: Rows
) -> None:
    """The last line of defence, should a check ever miss something."""
    before = message_type("CEB311Message")
    assert before is not None

    def overflow(cursor: Any, arrival: Any, reading: Any) -> None:
        before.store(cursor, arrival, reading)
        cursor.execute("SELECT 'x'::char(1)::int")

    register([replace(before, store=overflow)])
    try:
        answer = platform.post(orders("A-1"))
    finally:
        register([before])
    assert (answer.status_code, answer.json()["code"]) == (422, "0002")
    assert rows() == JOURNAL_ONLY


def test_database_that_goes_away_is_503_and_the_message_can_be_sent_again(
    platform: Machine, rows: Rows
) -> None:
    assert platform.post(orders("A-1")).status_code == 202
    before = rows()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    elsewhere = connection.copy()
    with elsewhere.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    elsewhere.close()
    body = orders("A-2")
    answer = platform.post(body)
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "DATABASE", "2")
    connection.close()
    assert rows() == before
    assert platform.post(body).status_code == 202


def test_mutated_messages_are_read_or_refused_and_never_crash(codes: None) -> None:
    """Bytes cut, swapped, doubled and replaced at random, from one seed."""
    chance = random.Random(7)
    good = [orders("A-1", "A-2"), envelope(orders("A-1")), xml("CEB621Message", [{"orderNo": "A-1"}])]
    outcomes = set()
    for _turn in range(400):
        body = bytearray(chance.choice(good))
        for _change in range(chance.randint(1, 4)):
            at, length = chance.randrange(len(body)), chance.randint(1, 30)
            piece = body[at : at + length]
            replacement = chance.choice(
                [b"", piece * 2, chance.randbytes(length), b"<", b"]]>", b"&#x0;", "䶮".encode()]
            )
            body[at : at + length] = replacement
        try:
            read_message(bytes(body), frozenset({"35019609P1"}))
            outcomes.add("read")
        except MessageRefused as refusal:
            assert refusal.status in {400, 403, 422}
            assert refusal.faults
            outcomes.add(refusal.code)
    assert {"read", "0001", "0002"} <= outcomes

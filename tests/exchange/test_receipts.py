"""Receipts as JSON and as the official XML, valid by the receipt's own schema."""

import pytest
from django.db import connection
from lxml import etree

from customs.messages import registry
from customs.messages.fields import NS
from exchange.models import Message, Receipt
from tests.exchange.building import envelope, order, orders, xml
from tests.exchange.conftest import Machine

pytestmark = pytest.mark.django_db(transaction=True)
GUIDS = ("11111111-2222-3333-4444-555555555501", "11111111-2222-3333-4444-555555555502")


def valid(code: str, content: bytes) -> etree._Element:
    root = etree.fromstring(content)
    assert root.tag == NS + code
    assert registry()[code].compiled().validate(root), registry()[code].schema.error_log
    return root


def test_receipt_for_a_message_answers_all_its_documents(platform: Machine) -> None:
    body = xml("CEB311Message", [order("A-1", guid=GUIDS[0]), order("A-2", guid=GUIDS[1])])
    told = platform.post(body).json()
    receipt = platform.get(f"receipts/{told['receipt']}/").json()
    assert (receipt["status"], receipt["document"], receipt["message_type"]) == ("2", None, "CEB312Message")
    assert receipt["info"] == f"新增申报成功[{told['guid']}]"
    assert receipt["documents"] == [
        {"guid": GUIDS[0], "ebpCode": "35019609P1", "ebcCode": "3508W6000A", "orderNo": "A-1"},
        {"guid": GUIDS[1], "ebpCode": "35019609P1", "ebcCode": "3508W6000A", "orderNo": "A-2"},
    ]


def test_receipt_as_official_xml(platform: Machine) -> None:
    told = platform.post(orders("A-1", "A-2")).json()
    answer = platform.get(f"receipts/{told['receipt']}/", format="ceb")
    assert answer["Content-Type"].startswith("application/xml")
    root = valid("CEB312Message", answer.content)
    assert root.get("guid") == etree.fromstring(
        platform.get(f"receipts/{told['receipt']}/", format="ceb").content
    ).get("guid")
    assert [e.text for e in root.iter(NS + "orderNo")] == ["A-1", "A-2"]
    assert {e.text for e in root.iter(NS + "returnStatus")} == {"2"}
    stored = Receipt.objects.get(pk=told["receipt"])
    assert (
        next(root.iter(NS + "returnTime")).text[8:12]
        == f"{(stored.returned_at.hour + 8) % 24:02d}{stored.returned_at.minute:02d}"
    )


def test_feed_carries_the_xml_when_asked(platform: Machine) -> None:
    platform.post(orders("A-1"))
    page = platform.get("receipts/", format="ceb").json()
    valid("CEB312Message", page["results"][0]["content"].encode())
    assert "content" not in platform.get("receipts/").json()["results"][0]


def test_answer_to_a_document_that_was_not_stored_names_it_from_the_journal(platform: Machine) -> None:
    platform.post(orders("A-1"))
    body = xml("CEB311Message", [order("A-9"), order("A-1", guid=GUIDS[0])])
    told = platform.post(envelope(body)).json()
    answers = [r for r in platform.get("receipts/").json()["results"] if r["message"] == told["message"]]
    assert [(a["status"], a["documents"][0]["orderNo"]) for a in answers] == [
        ("2", "A-9"),
        ("-301014", "A-1"),
    ]
    assert answers[1]["documents"][0]["guid"] == GUIDS[0]
    content = platform.get(f"receipts/{answers[1]['id']}/", format="ceb").content
    assert next(valid("CEB312Message", content).iter(NS + "returnStatus")).text == "-301014"


def test_ceb900_repeats_the_refused_message(platform: Machine) -> None:
    body = orders("A-1", currency="ZZZ", consignee="䶮㛃𬱖")
    refused = platform.post(envelope(body, cop_msg_id="COP-3")).json()
    root = valid("CEB900Message", platform.get(f"receipts/{refused['receipt']}/", format="ceb").content)
    values = {etree.QName(e).localname: e.text for e in root[0]}
    assert values["returnStatus"] == "-999999"
    assert values["returnInfo"].startswith(
        "[Code:0002;Desc:/CEB311Message/Order[1]/OrderHead/currency 币制代码"
    )
    assert (values["oriCopMsgId"], values["oriMessageType"]) == ("COP-3", "CEB311Message")
    assert values["oriBizMessage"] == envelope(body, cop_msg_id="COP-3").decode()
    assert values["guid"] == Message.objects.get().guid


def test_long_refused_message_is_read_alone(platform: Machine) -> None:
    long = platform.post(b"<a>" + b"x" * 100_000).json()["receipt"]
    short = platform.post(b"<a>").json()["receipt"]
    page = {r["id"]: "content" in r for r in platform.get("receipts/", format="ceb").json()["results"]}
    assert page == {long: False, short: True}
    valid("CEB900Message", platform.get(f"receipts/{long}/", format="ceb").content)


def test_hundred_old_documents_open_their_message_once(
    platform: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [f"A-{n}" for n in range(100)]
    platform.post(orders(*numbers))
    platform.post(orders(*numbers))
    opened: list[int] = []
    from customs.services import receipts

    real = receipts.message_body
    monkeypatch.setattr(receipts, "message_body", lambda number: (opened.append(number), real(number))[1])
    page = platform.get("receipts/", limit=200).json()["results"]
    assert [r["documents"][0]["orderNo"] for r in page[1:]] == numbers
    assert len(opened) == 1


@pytest.mark.parametrize("body", [b"\xff\xfe\x00garbage", b"<a>]]></a>\x01\x02", "中".encode("gbk"), b""])
def test_ceb900_of_unreadable_bytes_is_valid_xml(platform: Machine, body: bytes) -> None:
    answer = platform.http.generic(
        "POST", "/api/v1/messages/", body, content_type="application/xml", headers=platform.headers(),
        **({} if body else {"CONTENT_TYPE": "application/xml", "CONTENT_LENGTH": "0"}),
    )  # fmt: skip
    number = answer.json()["receipt"]
    root = valid("CEB900Message", platform.get(f"receipts/{number}/", format="ceb").content)
    assert next(root.iter(NS + "oriMessageType")).text == "Unknown"


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("CEB411Message", {"payTransactionId": "T-1", "payerIdType": "1"}),
        ("CEB511Message", {"logisticsNo": "L-1"}),
        ("CEB621Message", {"copNo": "C-1"}),
        ("CEB303Message", {"orderType": "E"}),
        ("CEB403Message", {}),
        ("CEB505Message", {"logisticsNo": "L-1"}),
        ("CEB603Message", {"copNo": "C-1"}),
    ],
)
def test_every_message_is_taken_and_answered_by_its_own_receipt(
    platform: Machine, code: str, values: dict[str, str]
) -> None:
    told = platform.post(
        xml(code, [{"orderNo": "A-1", "ebpCode": "35019609P1", "ebcCode": "3508W6000A", **values}])
    )
    assert told.status_code == 202, told.content
    content = platform.get(f"receipts/{told.json()['receipt']}/", format="ceb").content
    valid(registry()[code].receipt, content)


def test_page_of_receipts_costs_the_same_number_of_statements(platform: Machine) -> None:
    for n in range(6):
        platform.post(orders(f"A-{n}"))

    def statements(limit: int) -> int:
        with connection.execute_wrapper(count := Counter()):
            platform.get("receipts/", limit=limit, settled=False)
        return count.seen

    platform.get("receipts/")
    assert statements(1) == statements(6)


class Counter:
    def __init__(self) -> None:
        self.seen = 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        self.seen += 1
        return execute(sql, params, many, context)

"""Intake: one message in, one receipt out, all or nothing (E.23, E.24, E.25)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from exchange.models import Message, Receipt
from exchange.services import message_body
from portal import events
from portal.models import Letter, Membership, User
from tests.exchange.building import envelope, guid, order, orders, xml
from tests.exchange.conftest import Machine

pytestmark = pytest.mark.django_db(transaction=True)
Rows = Callable[[], dict[str, int]]
NOTHING = dict.fromkeys(
    (
        "exchange_message",
        "exchange_receipt",
        "customs_importorder",
        "customs_importorderline",
        "customs_queue",
    ),
    0,
)
JOURNAL_ONLY = {**NOTHING, "exchange_message": 1, "exchange_receipt": 1}


def query(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def test_message_is_stored_with_documents_queue_and_receipt(platform: Machine, rows: Rows) -> None:
    body = orders("A-1", "A-2")
    answer = platform.post(body)
    assert answer.status_code == 202
    told = answer.json()
    assert (told["message_type"], told["documents"], told["repeated"]) == ("CEB311Message", 2, False)
    assert rows() == {
        "exchange_message": 1,
        "exchange_receipt": 1,
        "customs_importorder": 2,
        "customs_importorderline": 2,
        "customs_queue": 1,
    }
    receipt = Receipt.objects.get()
    assert (receipt.pk, receipt.status, receipt.document_id, receipt.message_type) == (
        told["receipt"],
        "2",
        None,
        "CEB312Message",
    )
    assert message_body(told["message"]) == body


def test_row_id_is_message_times_128_plus_position(platform: Machine) -> None:
    told = platform.post(orders("A-1", "A-2", "A-3")).json()
    first = told["message"] * 128
    assert query("SELECT id, order_no FROM customs_importorder ORDER BY id") == [
        (first, "A-1"),
        (first + 1, "A-2"),
        (first + 2, "A-3"),
    ]
    assert query("SELECT DISTINCT head_id FROM customs_importorderline ORDER BY 1") == [
        (first,),
        (first + 1,),
        (first + 2,),
    ]
    assert query("SELECT message_id, message_type FROM customs_queue") == [(told["message"], "CEB311Message")]


def test_same_bytes_again_get_the_first_receipt(platform: Machine, rows: Rows) -> None:
    """E.25."""
    body = orders("A-1")
    first = platform.post(body).json()
    before = rows()
    again = platform.post(body)
    assert again.status_code == 200
    assert again.json() == {**first, "repeated": True}
    assert rows() == before


def test_same_bytes_of_another_sender_are_refused_by_e23(
    platform: Machine, other: Machine, rows: Rows
) -> None:
    body = orders("A-1")
    answer = other.post(body)
    assert answer.status_code == 403
    assert answer.json()["code"] == "E.23"
    assert rows() == JOURNAL_ONLY


def test_sender_may_name_itself_by_uscc(platform: Machine) -> None:
    body = xml("CEB311Message", [order("A-1")], cop_code="91350100MA00000001")
    assert platform.post(body).status_code == 202


def test_idempotency_key_with_other_body_is_409(platform: Machine, rows: Rows) -> None:
    body = orders("A-1")
    assert platform.post(body, idempotency_key="K1").status_code == 202
    before = rows()
    answer = platform.post(orders("A-2"), idempotency_key="K1")
    assert (answer.status_code, answer.json()["code"]) == (409, "IDEMPOTENCY.REUSED")
    assert rows() == before
    assert platform.post(body, idempotency_key="K1").status_code == 200
    assert platform.post(body, idempotency_key="K2").status_code == 200


def test_idempotency_key_of_a_refused_message_may_be_used_again(platform: Machine) -> None:
    assert platform.post(orders("A-1", currency="ZZZ"), idempotency_key="K1").status_code == 422
    assert platform.post(orders("A-1"), idempotency_key="K1").status_code == 202


def test_older_or_equal_app_time_is_old_data_and_nothing_is_replaced(platform: Machine, rows: Rows) -> None:
    """E.24: official negative code -301014; the stored version stays."""
    platform.post(orders("A-1", appTime="20261120101530"))
    for time in ("20261120101529", "20261120101530"):
        answer = platform.post(orders("A-1", appTime=time))
        assert answer.status_code == 202
        receipt = Receipt.objects.get(message_id=answer.json()["message"])
        assert (receipt.pk, receipt.status) == (answer.json()["receipt"], "-301014")
    assert rows()["customs_importorder"] == 1
    assert rows()["customs_queue"] == 1


def test_newer_app_time_with_known_number_exists_already(platform: Machine, rows: Rows) -> None:
    platform.post(orders("A-1", appTime="20261120101530"))
    told = platform.post(orders("A-1", appTime="20261120101531")).json()
    assert Receipt.objects.get(message_id=told["message"]).status == "-301010"
    assert rows()["customs_importorder"] == 1


def test_known_and_new_documents_of_one_message_are_sorted(platform: Machine, rows: Rows) -> None:
    platform.post(orders("A-2"))
    told = platform.post(orders("A-1", "A-2", "A-3")).json()
    first = told["message"] * 128
    answers = list(
        Receipt.objects.filter(message_id=told["message"]).order_by("id").values_list("document_id", "status")
    )
    assert answers == [(first, "2"), (first + 1, "-301014"), (first + 2, "2")]
    stored = query("SELECT id, order_no FROM customs_importorder ORDER BY id")
    assert stored[1:] == [(first, "A-1"), (first + 2, "A-3")]
    assert rows()["customs_importorderline"] == 3
    assert rows()["customs_queue"] == 2


@pytest.mark.parametrize("app_type", ["2", "3"])
def test_without_a_stored_document_there_is_nothing_to_change_or_delete(
    platform: Machine, rows: Rows, app_type: str
) -> None:
    told = platform.post(orders("A-1", appType=app_type)).json()
    assert Receipt.objects.get(message_id=told["message"]).status == "-301009"
    assert (rows()["customs_importorder"], rows()["customs_queue"]) == (0, 0)


def test_envelope_is_opened(platform: Machine) -> None:
    told = platform.post(envelope(orders("A-1"), cop_msg_id="COP-7"))
    assert told.status_code == 202
    assert Message.objects.get().cop_msg_id == "COP-7"


def test_envelope_of_another_node_is_refused(platform: Machine, rows: Rows) -> None:
    """SenderId must equal dxpId, otherwise -301008 (real receipts say so)."""
    answer = platform.post(envelope(orders("A-1"), sender="DXPENT9999999999"))
    assert (answer.status_code, answer.json()["code"]) == (422, "-301008")
    assert rows() == JOURNAL_ONLY


def test_rare_characters_are_stored_and_returned_exactly(platform: Machine) -> None:
    name = "䶮㛃𬱖\\N\\t·'\"&<>"
    body = orders("A-1", consignee=name, note="第一行\n第二行\t列")
    told = platform.post(body).json()
    assert query("SELECT consignee, note FROM customs_importorder") == [(name, "第一行\n第二行\t列")]
    assert message_body(told["message"]) == body
    raw = platform.get(f"messages/{told['message']}/raw/")
    assert raw.content == body


def test_resident_number_is_never_stored_in_clear(platform: Machine) -> None:
    platform.post(orders("A-1"))
    stored, mask = query("SELECT buyer_id_number, buyer_id_mask FROM customs_importorder")[0]
    assert "11010519491231002X" not in stored
    assert mask == "110*************2X"


def test_refused_message_leaves_journal_and_ceb900_only(platform: Machine, rows: Rows) -> None:
    body = orders("A-1", currency="ZZZ")
    answer = platform.post(body)
    problem = answer.json()
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["code"] == "0002"
    assert problem["errors"][0]["code"] == "CEB.CODE.CURRENCY"
    assert problem["errors"][0]["message_zh"].startswith("币制代码不在代码表中")
    assert rows() == JOURNAL_ONLY
    receipt = Receipt.objects.get()
    assert (receipt.pk, receipt.message_type, receipt.status) == (
        problem["receipt"],
        "CEB900Message",
        "-999999",
    )
    stored = Message.objects.get()
    assert (stored.state, stored.documents, stored.refusal[0]["code"]) == ("refused", 0, "CEB.CODE.CURRENCY")
    assert message_body(stored.pk) == body


def test_same_refused_bytes_keep_their_first_receipt(platform: Machine, rows: Rows) -> None:
    body = orders("A-1", currency="ZZZ")
    first, second = platform.post(body), platform.post(body)
    assert second.status_code == 422
    assert second.json()["receipt"] == first.json()["receipt"]
    assert rows() == JOURNAL_ONLY


def test_at_most_25_errors_are_told(platform: Machine) -> None:
    body = xml("CEB311Message", [order(f"A-{n}", currency="ZZZ") for n in range(40)])
    problem = platform.post(body).json()
    assert len(problem["errors"]) == 25
    assert problem["error_count"] == 40


def test_duplicate_business_keys_in_one_message_are_refused(platform: Machine, rows: Rows) -> None:
    answer = platform.post(orders("A-1", "A-1"))
    assert answer.status_code == 422
    assert {e["code"] for e in answer.json()["errors"]} == {"CEB.DUPLICATE"}
    assert rows() == JOURNAL_ONLY


def test_hundred_documents_are_taken_and_101_refused(platform: Machine, rows: Rows) -> None:
    assert platform.post(orders(*[f"A-{n}" for n in range(100)])).status_code == 202
    before = rows()
    answer = platform.post(orders(*[f"B-{n}" for n in range(101)]))
    assert answer.status_code == 422
    after = rows()
    assert after == {**before, "exchange_message": 2, "exchange_receipt": 2}


def test_guid_of_the_message_is_journalled(platform: Machine) -> None:
    wanted = guid()
    body = xml("CEB311Message", [order("A-1")], message_guid=wanted)
    assert platform.post(body).json()["guid"] == wanted


def test_a_machines_refused_messages_are_told_in_one_letter(platform: Machine) -> None:
    member = User.objects.create(username="declarant")
    organisation = platform.application.organisation
    Membership.objects.create(user=member, organisation=organisation, role="declarant")
    for body in (b"<a/>", b"<b/>", b"<b/>"):
        assert platform.post(body).status_code >= 400
    events.sweep()
    letter = Letter.objects.get()
    assert (letter.user_id, letter.code, letter.params["count"]) == (
        member.pk,
        "exchange.messages_refused",
        "2",
    )

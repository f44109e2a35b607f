"""What customs answers to summarised declarations: the number arrives by CEB792, a refusal can be put before customs again."""

import json
from typing import Any

import pytest
from lxml import etree

from customs.messages import registry
from customs.messages.fields import NS
from customs.models import SummaryDeclaration
from customs.services.summary_answers import DeclarationUnknown, submit_again
from exchange.agencies.gacc import simulator
from exchange.agencies.gacc.adapter import UnknownDeclarationAnswer, declared_as
from exchange.models import AgencyTask, Receipt
from exchange.services.agency import take_decisions
from exchange.services.receipts import read_receipt
from portal.models import Event, Membership, User
from portal.permissions import NotPermitted
from portal.personal_data import decrypt
from portal.workflow import IllegalTransition
from tests.customs.summaries.conftest import Summaries


@pytest.fixture
def declaration(summaries: Summaries) -> SummaryDeclaration:
    """Summarised, waiting for customs."""
    summaries.ask(summaries.clear(summaries.draw()))
    return SummaryDeclaration.objects.get()


def answer(outcome: str, **detail: Any) -> dict[str, Any]:
    """Customs' system decides the newest task; the result."""
    task = AgencyTask.objects.filter(kind="DECLARATION").latest("id")
    (result,) = take_decisions(
        agency_code="gacc", client=None, decisions=[{"task": task.pk, "outcome": outcome, "detail": detail}]
    )
    return result


def last_result() -> dict[str, str]:
    """Head of the newest CEB792; it fits the schema."""
    receipt = Receipt.objects.filter(message_type="CEB792Message").latest("id")
    read = read_receipt(organisation_id=receipt.organisation_id, receipt_id=receipt.pk, with_xml=True)
    assert read.content is not None
    root = etree.fromstring(read.content)
    assert registry()["CEB792Message"].schema.validate(root)
    return {one.tag.removeprefix(NS): one.text for one in root[0][0]}


def test_the_simulated_office_gives_an_eighteen_digit_number(declaration: SummaryDeclaration) -> None:
    """entryId = 4 customs + 4 year + 1 (exports: 0) + 9; CEB792 again, with it; the event for higher apps."""
    asked = AgencyTask.objects.get(kind="DECLARATION")
    task = {"kind": asked.kind, "payload": json.loads(decrypt(asked.payload))}
    assert task["payload"]["lines"] == [
        {
            "gseqno": 1,
            "gcode": "6109100021",
            "gname": "纯棉T恤",
            "country": "502",
            "currency": "502",
            "qty1": "1.00000",
            "unit1": "011",
            "qty2": "",
            "unit2": "",
            "totalPrice": "8.00000",
        }
    ]
    given = simulator.answer(task)
    number = f"{declaration.decl_seq_no[:8]}0{declaration.pk:09d}"
    assert given == {"outcome": "declared", "detail": {"entryId": number}}
    assert answer("declared", **given["detail"])["status"] == "decided"
    declaration.refresh_from_db()
    assert (declaration.state, declaration.entry_id) == ("declared", number)
    head = last_result()
    assert (head["entryId"], head["decState"], head["declSeqNo"]) == (number, "1", declaration.decl_seq_no)
    assert Event.objects.get(name="summary_declared").ids == [declaration.pk]
    first = Receipt.objects.filter(message_type="CEB792Message").earliest("id")
    told = read_receipt(organisation_id=first.organisation_id, receipt_id=first.pk, with_xml=True)
    assert told.content is not None
    assert b"entryId" not in told.content


def test_the_answer_twice_takes_effect_once(declaration: SummaryDeclaration) -> None:
    number = "350120260000000007"
    assert answer("declared", entryId=number)["status"] == "decided"
    assert answer("declared", entryId=number)["status"] == "decided"
    assert answer("declared", entryId="350120260000000008")["error"]["code"] == "TASK.DECIDED"
    assert Receipt.objects.filter(message_type="CEB792Message").count() == 2
    assert Event.objects.filter(name="summary_declared").count() == 1


@pytest.mark.parametrize(
    ("outcome", "detail", "code"),
    [
        ("declared", {}, "GACC.ENTRY_ID"),
        ("declared", {"entryId": "35012026000000000"}, "GACC.ENTRY_ID"),
        ("declared", {"entryId": "350220260000000001"}, "GACC.ENTRY_ID"),
        ("refused", {"remark": " "}, "GACC.REASON"),
    ],
)
def test_a_wrong_answer_moves_nothing(
    declaration: SummaryDeclaration, outcome: str, detail: dict[str, Any], code: str
) -> None:
    assert answer(outcome, **detail)["error"]["code"] == code
    declaration.refresh_from_db()
    assert (declaration.state, declaration.entry_id) == ("summarised", "")
    assert Receipt.objects.filter(message_type="CEB792Message").count() == 1
    assert AgencyTask.objects.get(kind="DECLARATION").state == "open"


def test_a_number_belongs_to_one_declaration(summaries: Summaries, declaration: SummaryDeclaration) -> None:
    answer("declared", entryId="350120260000000007")
    summaries.ask(summaries.clear(summaries.draw()))
    assert answer("declared", entryId="350120260000000007")["error"]["code"] == "SUMMARY.ENTRY"
    assert SummaryDeclaration.objects.latest("id").state == "summarised"


def test_a_refused_declaration_is_put_before_customs_again(declaration: SummaryDeclaration) -> None:
    assert answer("refused", remark="商品归类有误")["status"] == "decided"
    head = last_result()
    assert (head["decState"], head["note"], head.get("entryId")) == ("2", "商品归类有误", None)
    person = User.objects.create(username="declarant")
    again = {"actor": person, "organisation_id": declaration.sender_id, "declaration_id": declaration.pk}
    with pytest.raises(NotPermitted):
        submit_again(**again)
    Membership.objects.create(user=person, organisation_id=declaration.sender_id, role="declarant")
    with pytest.raises(DeclarationUnknown):
        submit_again(**{**again, "declaration_id": declaration.pk + 1})
    submit_again(**again)
    with pytest.raises(IllegalTransition):
        submit_again(**again)
    assert AgencyTask.objects.filter(kind="DECLARATION").count() == 2
    assert answer("declared", entryId="350120260000000007")["status"] == "decided"
    declaration.refresh_from_db()
    assert (declaration.state, declaration.reason) == ("declared", "")


def test_an_unknown_outcome_is_refused() -> None:
    with pytest.raises(UnknownDeclarationAnswer):
        declared_as("???", {}, "3501")

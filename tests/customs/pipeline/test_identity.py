"""Identity of buyers (rules F, E.18): asked once in batches, answered later, remembered by keyed hash."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from customs.models import IdentityQuestion, IdentityResult, Queue, Waiting
from customs.services.identity import ask_due_questions, take_answers
from customs.services.working import Housekeeping, sweep_answered
from exchange.models import AgencyTask
from exchange.services import AgencyDecision
from portal.personal_data import decrypt
from tests.customs.world import World
from tools.parcels import Parcel as Documents


@pytest.fixture
def cold(world: World) -> World:
    """Nobody is known yet."""
    world.identity_known = False
    return world


def payloads(agency: str) -> list[dict[str, Any]]:
    tasks = AgencyTask.objects.filter(agency_code=agency).order_by("id")
    return [json.loads(decrypt(task.payload)) for task in tasks]


def answer(world: World, agency: str, code: str) -> None:
    """The base answers every open task with one code; the worker goes on."""
    for task in AgencyTask.objects.filter(agency_code=agency, state="open").order_by("id"):
        pairs = json.loads(decrypt(task.payload))["pairs"]
        results = [{"ref": pair["ref"], "code": code} for pair in pairs]
        AgencyTask.objects.filter(pk=task.pk).update(state="decided")
        take_answers(AgencyDecision(task.pk, agency, task.kind, 0, "answered", {"results": results}))
    world.work()


def waiting_parcel(world: World, *, region: str = "350102") -> Documents:
    documents = world.make.import_parcel(buyer=world.make.person(region=region))
    world.send(documents)
    world.work()
    assert world.waiting(documents).missing == ["identity"]
    return documents


def test_buyer_of_the_province_is_asked_locally_and_released_on_match(cold: World) -> None:
    documents = waiting_parcel(cold)
    (task,) = payloads("police_fujian")
    assert [(p["number"], p["name"]) for p in task["pairs"]] == [
        (documents.order["buyerIdNumber"], documents.order["buyerName"])
    ]
    answer(cold, "police_fujian", "00")
    assert cold.parcel(documents).state == "released"
    assert not IdentityQuestion.objects.exists()
    result = IdentityResult.objects.get()
    assert (result.outcome, result.source) == ("MATCH", "police_fujian")
    assert timedelta(days=89) < result.expires_at - result.checked_at <= timedelta(days=90)


def test_questions_and_answers_hold_no_number_in_clear(cold: World) -> None:
    documents = waiting_parcel(cold)
    question, task = IdentityQuestion.objects.get(), AgencyTask.objects.get()
    for secret in (documents.order["buyerIdNumber"], documents.order["buyerName"]):
        assert secret not in question.pair
        assert secret not in task.payload


def test_buyer_of_another_province_is_asked_nationally(cold: World) -> None:
    waiting_parcel(cold, region="110105")
    assert payloads("police_fujian") == []
    assert len(payloads("police_national")) == 1


def test_e_18_mismatch_rejects(cold: World) -> None:
    """E.18"""
    documents = waiting_parcel(cold)
    answer(cold, "police_fujian", "01")
    assert cold.parcel(documents).state == "rejected"
    assert cold.findings(documents) == {"E.18": ("R", "MISMATCH", "")}
    assert cold.receipts(documents)[-1][2] == "[Code:1300;Desc:订购人身份核验不一致]"
    result = IdentityResult.objects.get()
    assert result.expires_at - result.checked_at == timedelta(hours=24)


def test_e_18_m_not_found_is_asked_nationally_and_then_reviewed(cold: World) -> None:
    """E.18.M: unknown is not false (F.2)."""
    documents = waiting_parcel(cold)
    answer(cold, "police_fujian", "02")
    assert cold.waiting(documents).missing == ["identity"]
    answer(cold, "police_national", "02")
    parcel = cold.parcel(documents)
    assert (parcel.state, parcel.limit_state) == ("manual", "reserved")
    assert cold.findings(documents) == {"E.18.M": ("M", "NOT_FOUND", "")}


def test_not_found_locally_but_known_nationally_is_released(cold: World) -> None:
    documents = waiting_parcel(cold)
    answer(cold, "police_fujian", "02")
    answer(cold, "police_national", "00")
    assert cold.parcel(documents).state == "released"


@pytest.mark.parametrize("code", ["98", "99", "XX"])
def test_no_service_is_asked_again_with_growing_pauses(cold: World, code: str) -> None:
    documents = waiting_parcel(cold)
    pauses = []
    for _ in range(3):
        answer(cold, "police_fujian", code)
        question = IdentityQuestion.objects.get()
        pauses.append(round((question.ask_after - timezone.now()).total_seconds(), -1))
        assert ask_due_questions() == 0
        IdentityQuestion.objects.update(ask_after=timezone.now() - timedelta(seconds=1))
        assert ask_due_questions() == 1
    assert pauses == [60, 120, 240]
    assert not IdentityResult.objects.exists()
    assert cold.waiting(documents).missing == ["identity"]


def test_unanswered_at_the_deadline_goes_to_review_not_to_rejection(cold: World) -> None:
    documents = waiting_parcel(cold)
    cold.let_the_deadline_pass()
    assert cold.parcel(documents).state == "manual"
    assert cold.findings(documents) == {"E.18.M": ("M", "UNAVAILABLE", "")}


def test_one_question_for_many_parcels_of_one_buyer(cold: World) -> None:
    buyer = cold.make.person()
    documents = [cold.make.import_parcel(buyer=buyer) for _ in range(3)]
    cold.send(*documents)
    cold.work()
    assert [len(task["pairs"]) for task in payloads("police_fujian")] == [1]
    answer(cold, "police_fujian", "00")
    assert {cold.parcel(d).state for d in documents} == {"released"}


def test_pairs_are_asked_in_batches_of_200(cold: World) -> None:
    documents = [cold.make.import_parcel() for _ in range(250)]
    cold.send(*documents)
    cold.work()
    assert [len(task["pairs"]) for task in payloads("police_fujian")] == [200, 50]


def test_known_answer_is_used_without_asking(cold: World) -> None:
    buyer = cold.make.person()
    first = cold.make.import_parcel(buyer=buyer)
    cold.send(first)
    cold.work()
    answer(cold, "police_fujian", "00")
    (second,) = cold.decide(cold.make.import_parcel(buyer=buyer))
    assert second.state == "released"
    assert AgencyTask.objects.count() == 1


def test_expired_answer_is_asked_again(cold: World) -> None:
    buyer = cold.make.person()
    cold.send(cold.make.import_parcel(buyer=buyer))
    cold.work()
    answer(cold, "police_fujian", "00")
    IdentityResult.objects.update(expires_at=timezone.now() - timedelta(days=1))
    again = cold.make.import_parcel(buyer=buyer)
    cold.send(again)
    cold.work()
    assert cold.waiting(again).missing == ["identity"]
    assert AgencyTask.objects.count() == 2


def test_rejected_parcel_is_not_asked_about(cold: World) -> None:
    documents = cold.make.import_parcel()
    documents.inventory["assureCode"] = "3599999999"
    (parcel,) = cold.decide(documents)
    assert parcel.state == "rejected"
    assert not AgencyTask.objects.exists()


def test_answer_that_woke_nobody_is_found_by_the_sweep(cold: World) -> None:
    documents = waiting_parcel(cold)
    cold.know_buyers()
    assert not Queue.objects.exists()
    assert sweep_answered() == 1
    cold.work()
    assert cold.parcel(documents).state == "released"


def test_strange_answers_change_nothing(cold: World) -> None:
    waiting_parcel(cold)
    for detail in ({}, {"results": 5}, {"results": [{"ref": "x"}, 7, {"ref": "nonsense", "code": "00"}]}):
        take_answers(AgencyDecision(1, "police_fujian", "IDENTITY_CHECK", 0, "answered", detail))
    assert Waiting.objects.count() == 1
    assert not IdentityResult.objects.exists()


def test_housekeeping_asks_what_was_never_answered(cold: World) -> None:
    waiting_parcel(cold)
    IdentityQuestion.objects.update(ask_after=timezone.now() - timedelta(minutes=1))
    Housekeeping().run()
    assert AgencyTask.objects.count() == 2

"""Tasks and decisions of agencies: once, own ones only, one bad item does not touch the others."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils.translation import gettext_lazy as _

from exchange.models import AgencyTask
from exchange.services import AgencyDecision, register_decision_handler
from exchange.services.agency import _handlers
from portal.errors import Refusal
from portal.models import AuditEntry
from tests.exchange.conftest import Machine
from tests.exchange.test_feeds import task

pytestmark = pytest.mark.django_db(transaction=True)


class Unfit(Refusal):
    code = "TEST.UNFIT"
    message = _("不可用")


@pytest.fixture
def taken() -> Iterator[list[AgencyDecision]]:
    """Decisions that reached a handler; outcome BAD is refused after writing something."""
    decisions: list[AgencyDecision] = []
    before = dict(_handlers)

    def handler(decision: AgencyDecision) -> None:
        AgencyTask.objects.filter(pk=decision.task_id).update(subject_id=999)
        if decision.outcome == "BAD":
            raise Unfit
        decisions.append(decision)

    register_decision_handler("IDENTITY_CHECK", handler)
    _handlers.pop("INSPECTION", None)
    yield decisions
    _handlers.clear()
    _handlers.update(before)


def decide(machine: Machine, *decisions: dict[str, Any], **headers: str) -> Any:
    import orjson

    return machine.send("agency/decisions/", orjson.dumps({"decisions": decisions}), **headers)


def test_decision_reaches_its_handler_once_and_second_delivery_gets_the_same_answer(
    police: Machine, taken: list[AgencyDecision]
) -> None:
    number = task("police_fujian", subject=7)
    sent = {"task": number, "outcome": "MATCH", "detail": {"source": "local"}}
    first, second = decide(police, sent), decide(police, sent)
    assert first.status_code == second.status_code == 200
    assert (
        first.json()
        == second.json()
        == {"results": [{"task": number, "status": "decided", "outcome": "MATCH"}]}
    )
    assert taken == [
        AgencyDecision(number, "police_fujian", "IDENTITY_CHECK", 7, "MATCH", {"source": "local"})
    ]
    stored = AgencyTask.objects.get()
    assert (stored.state, stored.outcome) == ("decided", "MATCH")
    assert police.get("agency/tasks/").json()["results"] == []


def test_other_outcome_for_a_decided_task_is_refused(police: Machine, taken: list[AgencyDecision]) -> None:
    number = task("police_fujian")
    decide(police, {"task": number, "outcome": "MATCH"})
    answer = decide(police, {"task": number, "outcome": "MISMATCH"}).json()["results"][0]
    assert (answer["status"], answer["error"]["code"]) == ("refused", "TASK.DECIDED")
    assert AgencyTask.objects.get().outcome == "MATCH"
    assert len(taken) == 1


def test_one_bad_decision_does_not_touch_the_others(police: Machine, taken: list[AgencyDecision]) -> None:
    good, bad, last = task("police_fujian"), task("police_fujian", subject=5), task("police_fujian")
    answer = decide(
        police,
        {"task": good, "outcome": "MATCH"},
        {"task": bad, "outcome": "BAD"},
        {"task": 10**12, "outcome": "MATCH"},
        {"task": last, "outcome": "NOT_FOUND"},
    )
    assert [(r["task"], r["status"], r.get("error", {}).get("code")) for r in answer.json()["results"]] == [
        (good, "decided", None),
        (bad, "refused", "TEST.UNFIT"),
        (10**12, "refused", "TASK.UNKNOWN"),
        (last, "decided", None),
    ]
    refused = AgencyTask.objects.get(pk=bad)
    assert (refused.state, refused.subject_id) == ("open", 5)


def test_agency_cannot_decide_nor_acknowledge_tasks_of_another(
    police: Machine, gacc: Machine, taken: list[AgencyDecision]
) -> None:
    number = task("police_fujian")
    assert (
        decide(gacc, {"task": number, "outcome": "MATCH"}).json()["results"][0]["error"]["code"]
        == "TASK.UNKNOWN"
    )
    assert gacc.send("agency/tasks/ack/", f'{{"ids": [{number}]}}'.encode()).json() == {"ids": []}
    assert AgencyTask.objects.get().state == "open"
    assert taken == []


def test_kind_without_handler_is_refused(gacc: Machine, taken: list[AgencyDecision]) -> None:
    number = task("gacc", "INSPECTION")
    assert (
        decide(gacc, {"task": number, "outcome": "PASS"}).json()["results"][0]["error"]["code"] == "TASK.KIND"
    )


def test_acknowledged_task_stays_in_the_feed_with_a_deadline(police: Machine) -> None:
    number = task("police_fujian")
    assert police.send("agency/tasks/ack/", f'{{"ids": [{number}, 77]}}'.encode()).json() == {"ids": [number]}
    shown = police.get("agency/tasks/").json()["results"][0]
    assert (shown["id"], shown["state"]) == (number, "acked")
    assert shown["leased_until"] > shown["created_at"]


def test_reading_payloads_and_deciding_is_audited(police: Machine, taken: list[AgencyDecision]) -> None:
    number = task("police_fujian")
    police.get("agency/tasks/")
    decide(police, {"task": number, "outcome": "MATCH"})
    police.get("agency/tasks/")
    entries = list(AuditEntry.objects.order_by("id").values_list("verb", "client_id", "subject", "detail"))
    assert entries == [
        (
            "tasks_read",
            police.application.pk,
            "portal.agency:police_fujian",
            {"first": number, "last": number, "tasks": 1, "purpose": "task", "kinds": ["IDENTITY_CHECK"]},
        ),
        (
            "decision_received",
            police.application.pk,
            "portal.agency:police_fujian",
            {"tasks": [number], "decided": 1, "sent": 1},
        ),
    ]


def test_idempotency_key_of_decisions(police: Machine, taken: list[AgencyDecision]) -> None:
    first, second = task("police_fujian"), task("police_fujian")
    one = decide(police, {"task": first, "outcome": "BAD"}, idempotency_key="K")
    assert decide(police, {"task": first, "outcome": "BAD"}, idempotency_key="K").json() == one.json()
    other = decide(police, {"task": second, "outcome": "MATCH"}, idempotency_key="K")
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY.REUSED")
    assert AgencyTask.objects.get(pk=second).state == "open"

"""Answers nobody understands: kept, shown, explained, asked again; interim answers are noted and lead to a final one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils.translation import gettext_lazy as _

from exchange.agencies.contracts import CONTRACTS
from exchange.agencies.showing import answer_parts
from exchange.enums import TaskKind
from exchange.models import AgencyTask, CodeMeaning, UnclearAnswer
from exchange.services import AgencyDecision, open_task, register_decision_handler
from exchange.services.agency import take_decisions
from exchange.services.clearing import ask_again, map_code, put_aside
from portal.errors import Refusal
from portal.models import Agency, AuditEntry, Post, User
from portal.permissions import NotPermitted

pytestmark = pytest.mark.django_db
SEEN = {"validFrom": "2026-05-01", "year": 2026}


@pytest.fixture
def person() -> Callable[[str], User]:
    def make(role: str) -> User:
        gacc, _created = Agency.objects.get_or_create(code="gacc", defaults={"name": "海关"})
        user = User.objects.create(username=role)
        Post.objects.create(user=user, agency=gacc, role=role)
        return user

    return make


def ask(agency: str, kind: str, subject: int = 1) -> int:
    question = dict(CONTRACTS[agency, kind].question)
    open_task(agency_code=agency, kind=kind, subject_id=subject, payload=question)
    return AgencyTask.objects.order_by("-pk")[0].pk


def say(agency: str, task: int, outcome: str, detail: dict[str, Any]) -> dict[str, Any]:
    decision = {"task": task, "outcome": outcome, "detail": detail}
    return take_decisions(agency_code=agency, client=None, decisions=[decision])[0]


def states() -> tuple[str, str]:
    return AgencyTask.objects.get().state, UnclearAnswer.objects.order_by("-pk")[0].state


def test_an_unknown_code_is_kept_and_moves_nothing(decided: list[AgencyDecision]) -> None:
    task = ask("tax", TaskKind.TAX_CLASS)
    for _delivery in range(2):
        result = say("tax", task, "answered", {"class": "7", **SEEN})
        assert (result["status"], result["error"]["code"]) == ("unclear", "TASK.UNCLEAR")
        assert "class=7" in result["error"]["message_en"]
    assert decided == []
    unclear = UnclearAnswer.objects.get()
    assert (unclear.field, unclear.value, unclear.times, unclear.subject_id) == ("class", "7", 1, 1)
    assert states() == ("unknown", "waiting")


def test_an_explained_code_takes_effect_now_and_ever_after(
    decided: list[AgencyDecision], person: Callable[[str], User]
) -> None:
    first, second = ask("tax", TaskKind.TAX_CLASS, 1), ask("tax", TaskKind.TAX_CLASS, 2)
    say("tax", first, "answered", {"class": "7", **SEEN})
    unclear = UnclearAnswer.objects.get()
    assert map_code(ids=[unclear.pk], known="4", actor=person("reviewer"))[0].refusal is None
    assert [(one.subject_id, one.detail["class"]) for one in decided] == [(1, "4")]
    unclear.refresh_from_db()
    assert unclear.state == "mapped"
    assert AgencyTask.objects.get(pk=first).state == "decided"
    assert say("tax", second, "answered", {"class": "7", **SEEN})["status"] == "decided"
    assert say("tax", second, "answered", {"class": "7", **SEEN})["status"] == "decided"
    assert [one.detail["class"] for one in decided] == ["4", "4"]
    entry = AuditEntry.objects.get(verb="agency_code_mapped")
    assert entry.detail == {"task": first, "kind": "TAX_CLASS", "field": "class", "value": "7", "known": "4"}


def test_a_code_of_another_table_explains_nothing(
    decided: list[AgencyDecision], person: Callable[[str], User]
) -> None:
    say("tax", ask("tax", TaskKind.TAX_CLASS), "answered", {"class": "7", **SEEN})
    cleared = map_code(ids=[UnclearAnswer.objects.get().pk], known="A", actor=person("reviewer"))
    assert cleared[0].refusal is not None
    assert cleared[0].refusal.code == "UNCLEAR.CODE"
    assert (states(), CodeMeaning.objects.count(), decided) == (("unknown", "waiting"), 0, [])


def test_an_answer_that_is_refused_once_explained_goes_on_waiting(
    decided: list[AgencyDecision], person: Callable[[str], User]
) -> None:
    class Unfit(Refusal):
        code = "TEST.UNFIT"
        message = _("不可用")

    def refuse(_decision: AgencyDecision) -> None:
        raise Unfit

    register_decision_handler(TaskKind.TAX_CLASS, refuse)
    say("tax", ask("tax", TaskKind.TAX_CLASS), "answered", {"class": "7", **SEEN})
    cleared = map_code(ids=[UnclearAnswer.objects.get().pk], known="4", actor=person("reviewer"))
    assert cleared[0].refusal is not None
    assert cleared[0].refusal.code == "UNCLEAR.REFUSED"
    assert (states(), CodeMeaning.objects.count()) == (("unknown", "waiting"), 0)


def test_a_better_answer_of_the_agency_settles_the_matter(decided: list[AgencyDecision]) -> None:
    task = ask("safe", TaskKind.SAFE_CLASS)
    say("safe", task, "answered", {"class": "A"})
    assert UnclearAnswer.objects.get().field == "listed"
    say("safe", task, "answered", {"listed": "1", "class": "Q"})
    unclear = UnclearAnswer.objects.get()
    assert (unclear.field, unclear.value, unclear.times) == ("class", "Q", 2)
    assert say("safe", task, "answered", {"listed": "1", "class": "A"})["status"] == "decided"
    assert states() == ("decided", "corrected")
    assert len(decided) == 1


def test_asking_again_offers_the_task_at_the_end_of_the_feed(
    decided: list[AgencyDecision], person: Callable[[str], User]
) -> None:
    task = ask("ciq", TaskKind.QUARANTINE)
    say("ciq", task, "X", {})
    number = UnclearAnswer.objects.get().pk
    reviewer = person("reviewer")
    assert ask_again(ids=[number], actor=reviewer)[0].refusal is None
    assert states() == ("open", "asked")
    late = ask_again(ids=[number], actor=reviewer)[0].refusal
    assert late is not None
    assert late.code == "UNCLEAR.SETTLED"
    assert say("ciq", task, "C", {})["status"] == "decided"


def test_known_rows_of_a_partly_unknown_answer_count_and_the_code_is_listed_once(
    decided: list[AgencyDecision], person: Callable[[str], User]
) -> None:
    for subject in (1, 2):
        task = ask("police_fujian", TaskKind.IDENTITY_CHECK, subject)
        results = [{"ref": "a", "code": "00"}, {"ref": "b", "code": "55"}]
        assert say("police_fujian", task, "answered", {"results": results})["status"] == "decided"
    unclear = UnclearAnswer.objects.get()
    assert (unclear.value, unclear.applied, unclear.times, len(decided)) == ("55", True, 2, 2)
    reviewer = person("reviewer")
    asked = ask_again(ids=[unclear.pk], actor=reviewer)[0].refusal
    assert asked is not None
    assert asked.code == "UNCLEAR.APPLIED"
    assert put_aside(ids=[unclear.pk], actor=reviewer)[0].refusal is None
    assert UnclearAnswer.objects.get().state == "aside"


def test_who_may_only_watch_clears_nothing(
    decided: list[AgencyDecision], person: Callable[[str], User]
) -> None:
    say("tax", ask("tax", TaskKind.TAX_CLASS), "answered", {"class": "7", **SEEN})
    ids, clerk = [UnclearAnswer.objects.get().pk], person("clerk")
    with pytest.raises(NotPermitted):
        map_code(ids=ids, known="4", actor=clerk)
    with pytest.raises(NotPermitted):
        ask_again(ids=ids, actor=clerk)
    with pytest.raises(NotPermitted):
        put_aside(ids=ids, actor=clerk)
    assert (states(), CodeMeaning.objects.count(), decided) == (("unknown", "waiting"), 0, [])


def test_interim_verdicts_are_noted_once_and_the_final_one_ends_the_task(
    decided: list[AgencyDecision],
) -> None:
    """C.3: S received, Q to inspect, then C released; every one delivered twice, the first ones also too late."""
    task = ask("ciq", TaskKind.QUARANTINE)
    for verdict in ("S", "S", "Q", "S", "Q"):
        assert say("ciq", task, verdict, {})["status"] == "noted"
    assert [one.outcome for one in decided] == ["S", "Q"]
    stored = AgencyTask.objects.get()
    assert (stored.state, stored.outcome) == ("open", "Q")
    assert [say("ciq", task, verdict, {})["status"] for verdict in ("C", "C", "S")] == [
        "decided",
        "decided",
        "noted",
    ]
    assert [one.outcome for one in decided] == ["S", "Q", "C"]
    refused = say("ciq", task, "N", {})
    assert (refused["status"], refused["error"]["code"]) == ("refused", "TASK.DECIDED")


def test_the_desk_sees_codes_and_never_what_is_said_of_people() -> None:
    contract = CONTRACTS["registry_fujian", TaskKind.REGISTRY_LOOKUP]
    said = {"status": "9", "name": "某某贸易有限公司", "since": 5}
    parts = {part.name: (part.said, part.doubtful) for part in answer_parts(contract, "answered", said)}
    assert parts == {
        "outcome": ("answered", False),
        "status": ("9", True),
        "name": ("str (8)", False),
        "address": ("—", False),
        "since": ("int", True),
        "authority": ("—", False),
    }

"""Audit chain, workflow, events: what each mechanism promises."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InternalError, connection, transaction

from portal import audit, events
from portal.enums import Verb
from portal.models import AuditEntry, AuditLink, Event, EventHandling, TransitionLog, User
from portal.workflow import IllegalTransition, Transition, Workflow, advance_many, workflow


def some_entries(count: int) -> None:
    for number in range(count):
        audit.record(Verb.DATA_EXPORTED, subject=f"test:{number}", detail={"数": number})


@pytest.mark.django_db(transaction=True)
def test_sealed_entries_verify_and_sealing_again_adds_nothing() -> None:
    some_entries(5)
    assert audit.seal() == 5
    assert audit.seal() == 0
    assert audit.verify() == (5, None)
    some_entries(2)
    assert audit.seal() == 2
    assert list(AuditLink.objects.values_list("position", flat=True)) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement", ["UPDATE portal_auditentry SET verb = 'x'", "DELETE FROM portal_auditentry"]
)
def test_the_database_refuses_to_change_the_trail(statement: str) -> None:
    some_entries(1)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.filter(verb=Verb.DATA_EXPORTED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_verify_names_the_first_broken_row() -> None:
    some_entries(5)
    audit.seal()
    third = AuditLink.objects.get(position=3).entry_id
    with connection.cursor() as cursor:  # what only a superuser can do
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE portal_auditentry SET subject = 'forged' WHERE id = %s", [third])
        cursor.execute("SET session_replication_role = DEFAULT")
    assert audit.verify() == (2, 3)
    with pytest.raises(CommandError, match="broken at position 3"):
        call_command("verify_audit")


@pytest.mark.django_db(transaction=True)
def test_a_removed_row_breaks_the_chain() -> None:
    some_entries(3)
    audit.seal()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "DELETE FROM portal_auditentry WHERE id = %s", [AuditLink.objects.get(position=2).entry_id]
        )
        cursor.execute("SET session_replication_role = DEFAULT")
    assert audit.verify() == (1, 2)


FLOW = Workflow(
    "portal.Organisation",
    "district",
    ("3501", "3502", "3503"),
    {
        "move": Transition("move", sources=frozenset({"3501"}), target="3502", label="move"),
        "back": Transition("back", sources=frozenset({"3502"}), target="3501", label="back"),
    },
)
"""A workflow over a column that happens to be free text: the mechanism does not care what the states mean."""


@pytest.fixture
def organisations(db: None) -> list[int]:
    from portal.models import Organisation
    from tools.demo.accounts import uscc

    return [
        Organisation.objects.create(uscc=uscc("91", f"MA350100{n}"), name=str(n), district=district).pk
        for n, district in enumerate(["3501", "3501", "3502"])
    ]


def test_a_set_moves_in_one_update_and_only_from_a_source_state(
    organisations: list[int], django_assert_num_queries: object
) -> None:
    first, second, third = organisations
    with django_assert_num_queries(4):  # type: ignore[operator]  # savepoint, update, history, release
        moved = advance_many(FLOW, "move", organisations)
    assert moved == [first, second]
    assert TransitionLog.objects.count() == 2
    assert advance_many(FLOW, "move", organisations) == []
    assert TransitionLog.objects.filter(object_id=third).count() == 0


def test_history_says_who_and_from_where(organisations: list[int]) -> None:
    actor = User.objects.create_user("somebody")
    advance_many(FLOW, "move", organisations[:1], actor=actor, note="因故")
    log = TransitionLog.objects.get()
    assert (log.source, log.target, log.actor_id, log.note) == ("3501", "3502", actor.pk, "因故")


def test_one_object_in_the_wrong_state_is_refused_and_nothing_moves(organisations: list[int]) -> None:
    from portal.models import Organisation
    from portal.workflow import advance

    third = Organisation.objects.get(pk=organisations[2])
    with pytest.raises(IllegalTransition):
        advance(FLOW, third, "move")
    third.refresh_from_db()
    assert third.district == "3502"
    assert TransitionLog.objects.count() == 0


def test_a_workflow_with_unknown_states_does_not_load() -> None:
    with pytest.raises(ValueError, match="unknown states"):
        workflow("portal.Organisation", "district", ["a"], [Transition("x", frozenset({"a"}), "b", label="")])


@pytest.mark.django_db(transaction=True)
def test_an_event_is_handled_once_however_often_it_is_delivered() -> None:
    seen: list[list[int]] = []

    @events.handles("test_happened")
    def remember(ids: list[int]) -> None:
        seen.append(ids)

    try:
        event = Event.objects.create(name="test_happened", ids=[1, 2], at="2026-11-23T10:00:00+08:00")
        assert events.dispatch(event.pk) == 1
        assert events.dispatch(event.pk) == 0
        assert seen == [[1, 2]]
        assert EventHandling.objects.count() == 1
        assert events.sweep() == 0
    finally:
        events._handlers.pop("test_happened")


@pytest.mark.django_db(transaction=True)
def test_a_handler_that_fails_leaves_the_event_for_the_sweep() -> None:
    calls: list[int] = []

    @events.handles("test_failed")
    def stumble(ids: list[int]) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("broken once")

    try:
        event = Event.objects.create(name="test_failed", ids=[1], at="2026-11-23T10:00:00+08:00")
        with pytest.raises(RuntimeError):
            events.dispatch(event.pk)
        assert EventHandling.objects.count() == 0
        assert events.sweep() == 1
        assert calls == [1, 1]
    finally:
        events._handlers.pop("test_failed")

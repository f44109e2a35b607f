"""The demonstration: every parcel reaches the decision the scenario promises, with the simulated agencies answering."""

import json
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command

from customs.models import Finding, Parcel, Waiting
from customs.services.register_days import forget_days
from exchange.agencies.gacc import simulator as gacc
from exchange.agencies.police import simulator as police
from exchange.enums import TaskKind, TaskState
from exchange.models import AgencyTask
from exchange.selectors.partners import public_figures
from exchange.services import Reporter
from exchange.services.agency import take_decisions
from exchange.services.partners import take_events
from portal.models import ApiClient, Organisation, RuleValue, User
from portal.personal_data import decrypt
from portal.selectors import forget_codes
from tests.customs.world import World, prepared, world_of_enterprises
from tools.demo import loading
from tools.demo.__main__ import padded, table, width
from tools.demo.partners import CONTRACT, carried
from tools.demo.scenario import cases
from tools.parcels import LOGISTICS, Generator

__all__ = ["prepared"]
SIMULATORS = {TaskKind.IDENTITY_CHECK: police.answer, TaskKind.INSPECTION: gacc.answer}


def answer_tasks() -> int:
    """What the simulators would do over HTTP."""
    tasks = list(AgencyTask.objects.exclude(state=TaskState.DECIDED))
    for task in tasks:
        content = {"id": task.pk, "kind": task.kind, "payload": json.loads(decrypt(task.payload))}
        decision = {"task": task.pk, **SIMULATORS[TaskKind(task.kind)](content)}
        results = take_decisions(agency_code=task.agency_code, client=None, decisions=[decision])
        assert [r["status"] for r in results] == ["decided"]
    return len(tasks)


@pytest.fixture
def world(
    prepared: None,
    db: None,
    settings: pytest.FixtureRequest,
    tmp_path: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[World]:
    """What `./sw run` loads, with nobody's identity known."""
    settings.DEMO = True  # type: ignore[attr-defined]
    monkeypatch.setattr(loading, "CLIENTS_FILE", tmp_path / "clients.json")  # type: ignore[operator]
    call_command("load_demo")
    world = world_of_enterprises()
    world.identity_known = False
    yield world
    forget_codes()
    forget_days()


def test_every_parcel_of_the_demonstration_reaches_its_decision(world: World) -> None:
    planned = cases(world.make)
    world.send(*[case.parcel for case in planned])
    world.work()
    while answer_tasks():
        world.work()
    states = dict(Parcel.objects.values_list("order_no", "state"))
    states |= dict.fromkeys(Waiting.objects.values_list("order_no", flat=True), "waiting")
    expected = {case.parcel.order_no: case.state for case in planned}
    assert states == expected
    for case in planned:
        parcel = Parcel.objects.filter(order_no=case.parcel.order_no).first()
        found = (
            set(Finding.objects.filter(parcel_id=parcel.pk).values_list("rule", flat=True))
            if parcel
            else set()
        )
        assert case.rules <= found, case.title


@pytest.mark.django_db
def test_the_demonstration_is_loaded_once_however_often(
    settings: pytest.FixtureRequest, tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    monkeypatch.setattr(loading, "CLIENTS_FILE", tmp_path / "clients.json")  # type: ignore[operator]
    for _time in range(2):
        call_command("load_demo")
    counts = (Organisation.objects.count(), User.objects.count(), ApiClient.objects.count())
    assert counts == (6, 13, 18)
    assert RuleValue.objects.filter(rule_id="Q.20").count() == 2
    carrier = Organisation.objects.get(customs_code=LOGISTICS.code)
    reporter = Reporter(carrier.pk, carrier.codes)
    events = carried(case.parcel for case in cases(Generator(1)))
    taken = take_events(reporter=reporter, client=None, contract=CONTRACT, events=events)
    assert (taken.stored, taken.quarantined) == (len(events), [])
    assert [(one.code, one.value) for one in public_figures()] == [
        ("partners_heard", 1),
        ("partners_silent", 0),
    ]
    assert loading.CLIENTS_FILE.stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_demo_data_is_refused_outside_demo_mode(settings: pytest.FixtureRequest) -> None:
    settings.DEMO = False  # type: ignore[attr-defined]
    with pytest.raises(CommandError):
        call_command("load_demo")
    assert User.objects.count() == 0


def test_table_columns_line_up_with_chinese_text() -> None:
    assert width("包裹 a") == 6
    assert padded("包", 4) == "包  "
    assert table([("订单", "x"), ("a", "y")]) == "订单  x\na     y"

"""Every agency × every fault over real HTTP: nothing is lost, nothing applied twice, and people see what is wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from exchange.agencies.contracts import CONTRACTS
from exchange.agencies.simulated import PARTIES
from exchange.agencies.simulating import Faults, Simulator
from exchange.enums import TaskState, UnclearState
from exchange.models import AgencyTask, UnclearAnswer
from exchange.services import AgencyDecision, open_task
from exchange.services.clearing import ask_again
from portal.models import Agency, Post, User
from tests.agencies.conftest import until

pytestmark = pytest.mark.django_db(transaction=True)
SWITCHES: tuple[dict[str, Any], ...] = (
    {"late_seconds": 0.05},
    {"duplicate": True},
    {"reverse": True},
    {"garbage": True},
    {"hang": True},
    {"refuse": True},
)


def tasks_of(agency: str) -> list[AgencyTask]:
    return list(AgencyTask.objects.filter(agency_code=agency).order_by("pk"))


@pytest.fixture
def official(transactional_db: None) -> User:
    user = User.objects.create(username="reviewer")
    gacc, _created = Agency.objects.get_or_create(code="gacc", defaults={"name": "海关"})
    Post.objects.create(user=user, agency=gacc, role="reviewer")
    return user


@pytest.mark.parametrize("agency", sorted(PARTIES))
def test_a_misbehaving_agency_loses_nothing_and_nothing_counts_twice(
    agency: str,
    simulator_of: Callable[..., Simulator],
    decided: list[AgencyDecision],
    official: User,
) -> None:
    """One pair of tasks for each switch in turn, turned while the simulator runs; then it behaves again."""
    contracts = [contract for (code, _kind), contract in CONTRACTS.items() if code == agency]
    simulator = simulator_of(agency)
    for number, switch in enumerate(SWITCHES):
        contract = contracts[number % len(contracts)]
        for subject in (2 * number, 2 * number + 1):
            open_task(
                agency_code=agency, kind=contract.kind, subject_id=subject, payload=dict(contract.question)
            )
        simulator.faults = Faults(**switch)
        pair = list(AgencyTask.objects.order_by("-pk").values_list("pk", flat=True)[:2])
        expected = {
            "garbage": TaskState.UNKNOWN,
            "refuse": TaskState.UNKNOWN,
            "hang": TaskState.ACKNOWLEDGED,
        }.get(next(iter(switch)), TaskState.DECIDED)
        until(
            lambda pair=pair, state=expected: (  # type: ignore[misc]
                AgencyTask.objects.filter(pk__in=pair, state=state).count() == 2
            ),
            simulator.round,
        )
        if expected == TaskState.UNKNOWN:
            waiting = UnclearAnswer.objects.filter(state=UnclearState.WAITING, task_id__in=pair)
            said = "GARBAGE" if "garbage" in switch else "declined"
            if (agency, said) not in {("police_fujian", "GARBAGE"), ("police_national", "GARBAGE")}:
                assert {(one.field, one.value) for one in waiting} == {("outcome", said)}
            cleared = ask_again(ids=[one.pk for one in waiting], actor=official)
            assert [one.refusal for one in cleared] == [None, None]
        simulator.faults = Faults()
        until(
            lambda pair=pair: AgencyTask.objects.filter(pk__in=pair, state="decided").count() == 2,  # type: ignore[misc]
            simulator.round,
        )
    assert sorted(one.subject_id for one in decided) == list(range(2 * len(SWITCHES)))
    assert {one.outcome for one in decided} <= {
        outcome for contract in contracts for outcome in [contract.answer["outcome"]]
    }
    assert not UnclearAnswer.objects.filter(state=UnclearState.WAITING).exists()

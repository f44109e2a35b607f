"""Adapters read every code and survive garbage; simulators work over real HTTP, also when they misbehave."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exchange.agencies.client import AgencyApi
from exchange.agencies.gacc import adapter as gacc
from exchange.agencies.gacc import simulator as gacc_simulator
from exchange.agencies.police import adapter as police
from exchange.agencies.police import simulator as police_simulator
from exchange.agencies.police.codes import LOCAL, NATIONAL, Answer
from exchange.agencies.simulating import Faults, Simulator
from exchange.agencies.sms import simulator as sms_simulator
from exchange.enums import TaskKind, TaskState
from exchange.models import AgencyTask
from exchange.services import AgencyDecision, open_task
from portal import events
from portal.letters import send
from portal.models import Agency, Contact, Delivery, User
from portal.personal_data import encrypt
from tests.agencies.conftest import rounds


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("00", Answer.MATCH),
        ("01", Answer.MISMATCH),
        ("02", Answer.NOT_FOUND),
        ("98", Answer.RATE_LIMITED),
        ("99", Answer.UNAVAILABLE),
        ("77", Answer.UNAVAILABLE),
        (None, Answer.UNAVAILABLE),
    ],
)
def test_every_code_of_the_population_base_has_a_meaning(code: str | None, answer: Answer) -> None:
    assert police.answers({"results": [{"ref": "a", "code": code}]}) == {"a": answer}


@pytest.mark.parametrize("detail", [{}, {"results": "x"}, {"results": [1, None, {"code": "00"}, {"ref": 5}]}])
def test_garbage_from_the_population_base_is_no_answer(detail: dict[str, Any]) -> None:
    assert police.answers(detail) == {}


def test_numbers_of_the_province_are_asked_at_home_first() -> None:
    assert police.agency_for("35") == LOCAL
    assert police.agency_for("11") == NATIONAL
    assert police.agency_for("35", local_knows=False) == NATIONAL


@pytest.mark.parametrize(
    ("outcome", "step"), [("conform", "release"), ("nonconform", "reject"), ("detain", "detain")]
)
def test_inspection_results_become_steps(outcome: str, step: str) -> None:
    assert gacc.step_of(outcome) == step


def test_an_unknown_inspection_result_is_refused() -> None:
    with pytest.raises(gacc.UnknownInspectionResult):
        gacc.step_of("???")


@pytest.mark.parametrize(
    ("digits", "code"), [("991", "01"), ("992", "02"), ("993", "99"), ("994", "98"), ("001", "00")]
)
def test_the_simulated_base_answers_by_its_convention(digits: str, code: str) -> None:
    task = {"payload": {"pairs": [{"ref": "r", "number": f"35010219880101{digits}X", "name": "张三"}]}}
    assert police_simulator.answer(task) == {
        "outcome": "answered",
        "detail": {"results": [{"ref": "r", "code": code}]},
    }


@pytest.fixture
def api(api_of: Callable[[str], AgencyApi]) -> AgencyApi:
    return api_of("gacc")


def order(number: int) -> None:
    open_task(agency_code="gacc", kind=TaskKind.INSPECTION, subject_id=number, payload={"parcel": number})


def test_the_simulator_decides_every_task_once(api: AgencyApi, decided: list[AgencyDecision]) -> None:
    for number in (1, 2, 3):
        order(number)
    simulator = Simulator(api, gacc_simulator.answer)
    assert rounds(simulator, 3) == 3
    assert simulator.round() == 0
    assert sorted(d.subject_id for d in decided) == [1, 2, 3]
    assert {d.outcome for d in decided} == {"conform"}
    assert set(AgencyTask.objects.values_list("state", flat=True)) == {TaskState.DECIDED}


@pytest.mark.parametrize("faults", [Faults(duplicate=True), Faults(reverse=True), Faults(late_seconds=0.2)])
def test_late_doubled_and_disordered_decisions_take_effect_once(
    api: AgencyApi, decided: list[AgencyDecision], faults: Faults
) -> None:
    order(1)
    order(2)
    assert rounds(Simulator(api, gacc_simulator.answer, faults=faults), 2) == 2
    assert sorted(d.subject_id for d in decided) == [1, 2]


def test_the_simulators_wait_for_an_absent_platform_and_stop_when_told(tmp_path: Path) -> None:
    secrets = tmp_path / "clients.json"
    secrets.write_text('{"demo-gacc": {"client_secret": "x"}}')
    command = [sys.executable, "-m", "exchange.agencies.simulated", "--only", "gacc"]
    command += ["--base-url", "http://127.0.0.1:9", "--clients", str(secrets)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert "platform not reachable" in process.stderr.readline()
    process.terminate()
    assert process.wait(timeout=10) == 0
    process.stderr.close()


def test_the_sms_platform_reports_over_http_what_became_of_a_letter(api: AgencyApi) -> None:
    """A letter with SMS, committed, handed over, polled, reported: every outcome ends in a state people see."""
    Agency.objects.filter(code="gacc").update(code="sms")
    for phone in ("13800138000", "13800139902", "13800139904"):
        user = User.objects.create(username=phone)
        Contact.objects.create(user=user, phone_token=encrypt(phone))
        send("customs.parcels_selected", users=[user.pk], params={"enterprise": "福州贸易", "count": "1"})
    events.sweep()
    assert rounds(Simulator(api, sms_simulator.answer), 3) == 3
    states = Delivery.objects.order_by("pk").values_list("state", "last_error")
    assert list(states) == [("sent", ""), ("failed", "SMS.MK:0001"), ("unclear", "SMS.ZZ:9999")]

"""Agencies that answer at once, over real HTTP: retried or not, circuits, bounds, and no agency holds up another."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone

from exchange.agencies.answering import Endpoints
from exchange.agencies.client import AgencyApi
from exchange.agencies.contracts import CONTRACTS
from exchange.agencies.simulated import PARTIES
from exchange.agencies.simulating import Faults, Simulator
from exchange.models import AgencyTask, UnclearAnswer
from exchange.services import AgencyDecision, open_task
from exchange.services.asking import Endpoint, SaidNo, TryAgain, ask_once, call, pause_after, read
from portal import rules
from portal.codes import load_rules
from portal.models import RuleValue
from portal.services.circuits import OPEN, Circuit, open_circuits, server

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "a-key-for-tests"
CALLED = ("post", "registry_fujian", "tax")


@pytest.fixture(autouse=True)
def quick_rules(transactional_db: None) -> Iterator[None]:
    """Half a minute becomes a fraction of a second, so that a circuit can be watched."""
    load_rules()
    RuleValue.objects.filter(rule_id="P.CALL.TIMEOUT_SECONDS").update(param={"value": 1})
    RuleValue.objects.filter(rule_id="P.CALL.OPEN_SECONDS").update(param={"value": 1})
    rules.refresh(force=True)
    server().delete(OPEN, *(Circuit(code).key for code in CALLED))
    yield
    rules.refresh(force=True)
    server().delete(OPEN, *(Circuit(code).key for code in CALLED))


@pytest.fixture
def agencies() -> Iterator[Endpoints]:
    running = {code: Simulator(AgencyApi("", code, ""), PARTIES[code].answer) for code in CALLED}
    found = Endpoints(("127.0.0.1", 0), running, KEY)
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


def endpoint(agencies: Endpoints, code: str = "post") -> Endpoint:
    return Endpoint(code, f"http://127.0.0.1:{agencies.server_address[1]}/agencies/{code}", KEY)


def tasks(count: int, code: str = "post") -> None:
    contract = next(one for (agency, _kind), one in CONTRACTS.items() if agency == code)
    for subject in range(count):
        open_task(agency_code=code, kind=contract.kind, subject_id=subject, payload=dict(contract.question))


def states(code: str = "post") -> list[str]:
    return list(AgencyTask.objects.filter(agency_code=code).order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("code", CALLED)
def test_an_answer_takes_the_way_of_every_decision(
    agencies: Endpoints, decided: list[AgencyDecision], code: str
) -> None:
    tasks(2, code)
    assert ask_once(endpoint(agencies, code)) == 2
    assert ask_once(endpoint(agencies, code)) == 0
    assert (states(code), [one.subject_id for one in decided]) == (["decided", "decided"], [0, 1])


@pytest.mark.parametrize(("switch", "value"), [("refuse", "declined"), ("garbage", "unreadable")])
def test_a_refusal_and_garbage_wait_for_an_official_and_are_not_tried_again(
    agencies: Endpoints, decided: list[AgencyDecision], switch: str, value: str
) -> None:
    tasks(1)
    agencies.running["post"].faults = Faults(**{switch: True})
    ask_once(endpoint(agencies))
    agencies.running["post"].faults = Faults()
    assert ask_once(endpoint(agencies)) == 0
    assert (states(), UnclearAnswer.objects.get().value, decided) == (["unknown"], value, [])
    assert open_circuits() == []


def test_a_hanging_agency_is_left_alone_after_three_tries_and_probed_once_when_the_pause_is_over(
    agencies: Endpoints, decided: list[AgencyDecision]
) -> None:
    tasks(5)
    agencies.running["post"].faults = Faults(hang=True)
    started = time.monotonic()
    assert ask_once(endpoint(agencies)) == 0
    assert 2.9 < time.monotonic() - started < 5
    assert open_circuits() == ["post"]
    stored = list(AgencyTask.objects.order_by("pk").values_list("state", "attempts"))
    assert stored == [("open", 1)] * 3 + [("open", 0)] * 2
    assert AgencyTask.objects.filter(try_at__gt=timezone.now()).count() == 3
    started = time.monotonic()
    assert ask_once(endpoint(agencies)) == 0
    assert time.monotonic() - started < 0.5, "nobody calls while the circuit is open"
    agencies.running["post"].faults = Faults()
    AgencyTask.objects.update(try_at=None)
    time.sleep(1.1)
    assert ask_once(endpoint(agencies)) == 1, "one probe"
    assert open_circuits() == []
    assert ask_once(endpoint(agencies)) == 4
    assert sorted(one.subject_id for one in decided) == [0, 1, 2, 3, 4]


def test_a_dead_agency_is_tried_again(decided: list[AgencyDecision]) -> None:
    tasks(1)
    assert ask_once(Endpoint("post", "http://127.0.0.1:9/", KEY)) == 0
    task = AgencyTask.objects.get()
    assert (task.state, task.attempts, task.leased_until) == ("open", 1, None)
    assert task.try_at is not None


def test_the_other_side_of_the_door_is_told_apart(agencies: Endpoints) -> None:
    wrong = Endpoint("post", endpoint(agencies).url, "wrong")
    with pytest.raises(SaidNo) as refused:
        call(wrong, b"{}", key="task-1")
    assert refused.value.status == 401
    with pytest.raises(TryAgain):
        call(Endpoint("post", "http://nowhere.invalid/", KEY), b"{}", key="task-1")


@pytest.mark.parametrize(
    "said", [b"", b"null", b"[1]", b"\xff", b'{"outcome": 5}', b'{"outcome": "a b"}', b"[" * 100_000]
)
def test_what_is_no_answer_is_unreadable(said: bytes) -> None:
    assert read(said) == {"outcome": "unreadable", "detail": {"bytes": len(said)}}


def test_the_pause_doubles_is_bounded_and_jitters() -> None:
    """P.CALL.FIRST_PAUSE_SECONDS 5, P.CALL.LONGEST_PAUSE_SECONDS 600."""
    for attempts, full in ((1, 5), (2, 10), (3, 20), (8, 600), (1000, 600)):
        drawn = {pause_after(attempts).total_seconds() for _draw in range(50)}
        assert min(drawn) >= full / 2
        assert max(drawn) <= full
        assert len(drawn) > 10


def test_the_switches_are_turned_over_http(
    agencies: Endpoints, request_to: Callable[..., tuple[int, bytes]]
) -> None:
    assert request_to(agencies, "PUT", "/faults/tax", b'{"late_seconds": 0.2, "refuse": true}')[0] == 200
    assert agencies.running["tax"].faults == Faults(late_seconds=0.2, refuse=True)
    assert request_to(agencies, "PUT", "/faults/tax", b'{"explode": true}')[0] == 422
    assert request_to(agencies, "PUT", "/faults/nobody", b"{}")[0] == 404
    assert request_to(agencies, "PUT", "/faults/tax", b"{}", key="wrong")[0] == 401
    assert agencies.running["tax"].faults == Faults(late_seconds=0.2, refuse=True)
    assert request_to(agencies, "PUT", "/faults/tax", b"{}")[0] == 200
    assert agencies.running["tax"].faults == Faults()


@pytest.fixture
def request_to() -> Callable[..., tuple[int, bytes]]:
    import http.client

    def send(agencies: Endpoints, method: str, path: str, body: bytes, key: str = KEY) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", agencies.server_address[1], timeout=5)
        connection.request(method, path, body, {"Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found

    return send

"""Agencies with an API client each, the machine door over real HTTP, and decisions as they arrive."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from exchange.agencies.client import AgencyApi
from exchange.agencies.simulated import PARTIES
from exchange.agencies.simulating import Faults, Simulator
from exchange.enums import TaskKind
from exchange.services import AgencyDecision, register_decision_handler
from exchange.services import agency as agency_service
from portal.models import Agency, ApiClient

SECRET = "a-secret-for-tests"


@pytest.fixture
def decided() -> Iterator[list[AgencyDecision]]:
    """Decisions as they arrive, instead of what the apps make of them."""
    singly, together = dict(agency_service._handlers), dict(agency_service._batch_handlers)
    agency_service._batch_handlers.clear()
    seen: list[AgencyDecision] = []
    for kind in TaskKind.values:
        register_decision_handler(kind, seen.append)
    yield seen
    agency_service._handlers.clear()
    agency_service._handlers.update(singly)
    agency_service._batch_handlers.update(together)


@pytest.fixture
def api_of(transactional_db: None, live_server: Any) -> Callable[[str], AgencyApi]:
    """The connection of one agency."""

    def connect(code: str) -> AgencyApi:
        agency, _created = Agency.objects.get_or_create(code=code, defaults={"name": code})
        ApiClient.objects.create(
            client_id=f"test-{code}",
            client_secret=SECRET,
            client_type=ApiClient.CLIENT_CONFIDENTIAL,
            authorization_grant_type=ApiClient.GRANT_CLIENT_CREDENTIALS,
            agency=agency,
            allowed_scopes="tasks:read decisions:write",
            name="test",
        )
        return AgencyApi(live_server.url, f"test-{code}", SECRET)

    return connect


@pytest.fixture
def simulator_of(api_of: Callable[[str], AgencyApi]) -> Callable[..., Simulator]:
    """The simulator of one agency, with faults."""

    def make(code: str, **faults: Any) -> Simulator:
        return Simulator(api_of(code), PARTIES[code].answer, faults=Faults(**faults))

    return make


def rounds(simulator: Simulator, wanted: int) -> int:
    """Tasks answered to the end, polling for some seconds: a feed shows a row only when every older transaction of the server is over."""
    answered, end = 0, time.monotonic() + 20
    while answered < wanted and time.monotonic() < end:
        answered += simulator.round()
        time.sleep(0.05)
    return answered


def until(done: Callable[[], bool], turn: Callable[[], Any]) -> None:
    """Turns until something is so, some seconds at most."""
    end = time.monotonic() + 20
    while not done() and time.monotonic() < end:
        turn()
        time.sleep(0.05)
    assert done()

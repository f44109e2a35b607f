"""The world of the pipeline's tests, with inspection and quarantine in it."""

from collections.abc import Callable
from itertools import count

import pytest

from exchange.models import AgencyTask
from exchange.services.agency import take_decisions
from portal.models import Agency
from tests.customs.world import World, prepared, world

__all__ = ["prepared", "world"]


@pytest.fixture
def required(world: World) -> World:
    """Goods of chapter 33 in mode 9610 need the second verdict."""
    Agency.objects.create(code="ciq", name="ciq")
    world.change_rule("C.CIQ.REQUIRED", **{"9610": ["33"]})
    return world


@pytest.fixture
def says() -> Callable[..., dict[str, str]]:
    """`says("ciq", parcel, "Q")`: the agency's answer to its task about the parcel, by the service behind its API."""
    numbers = count(1)

    def say(agency: str, parcel_id: int, outcome: str, remark: str = "") -> dict[str, str]:
        task = AgencyTask.objects.filter(agency_code=agency, subject_id=parcel_id).latest("pk")
        detail = {"remark": remark or f"意见{next(numbers)}"}
        sent = [{"task": task.pk, "outcome": outcome, "detail": detail}]
        (result,) = take_decisions(agency_code=agency, client=None, decisions=sent)
        return result

    return say

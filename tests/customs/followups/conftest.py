"""The world of the pipeline's tests, and lists that are released."""

from collections.abc import Callable

import pytest

from customs.models import Parcel
from portal.models import User
from tests.customs.pipeline.test_deciding import official
from tests.customs.world import World, prepared, world
from tools.parcels import Parcel as Documents

__all__ = ["prepared", "world"]


@pytest.fixture
def reviewer(world: World) -> User:
    return official("林审单")


@pytest.fixture
def released(world: World) -> Callable[..., Documents]:
    """A parcel that the platform released: `released("I", goods=…)`."""

    def make(direction: str = "I", **facts: object) -> Documents:
        drawn = world.make.import_parcel(**facts) if direction == "I" else world.make.export_parcel(**facts)  # type: ignore[arg-type]
        (parcel,) = world.decide(drawn)
        assert parcel.state == "released"
        return drawn

    return make


def state_of(world: World, documents: Documents) -> str:
    return Parcel.objects.get(order_no=documents.order_no).state

"""People, and one parcel of each kind decided by the pipeline, for tests of customs' pages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from customs.models import Parcel, Waiting
from portal.models import Agency, Membership, Office, Organisation, Post, User
from tests.conftest import sign_in
from tests.customs.world import World, prepared, world  # noqa: F401 -- fixtures
from tools.demo.scenario import mild, other_payer
from tools.parcels import AGENT, IMPORT_SHOP, LOGISTICS, PAYMENT, PLATFORM
from tools.parcels import Parcel as Documents

NAMES = {
    "agent": AGENT,
    "platform": PLATFORM,
    "shop": IMPORT_SHOP,
    "logistics": LOGISTICS,
    "payment": PAYMENT,
}


@dataclass
class Desk:
    """Parcels by kind with the documents they were made of, and clients of signed-in people."""

    world: World
    documents: dict[str, Documents] = field(default_factory=dict)
    parcels: dict[str, Parcel] = field(default_factory=dict)

    def refresh(self, name: str) -> Parcel:
        self.parcels[name].refresh_from_db()
        return self.parcels[name]

    @property
    def waiting(self) -> Waiting:
        return self.world.waiting(self.documents["waiting"])


def signed_in(user: User) -> Client:
    return sign_in(Client(), user)


@pytest.fixture
def staff(world: World) -> Callable[..., Client]:  # noqa: F811
    """`staff("agent")`: a client of somebody working there; role declarant unless told."""

    def make(name: str, role: str = "declarant") -> Client:
        organisation = Organisation.objects.get(customs_code=NAMES[name].code)
        user = User.objects.create_user(f"{name}-{role}", password=None)
        Membership.objects.create(user=user, organisation=organisation, role=role)
        return signed_in(user)

    return make


@pytest.fixture
def official(world: World) -> Callable[..., Client]:  # noqa: F811
    """`official("王审核")`: a client of a reviewer at office 3501 of customs unless told; `client.user` is the person."""

    def make(name: str, role: str = "reviewer", office: str | None = "3501", agency: str = "gacc") -> Client:
        owner = Agency.objects.get(code=agency)
        place = (
            Office.objects.get_or_create(agency=owner, code=office, defaults={"name": office})[0]
            if office
            else None
        )
        user = User.objects.create_user(f"user-{name}", last_name=name, password=None)
        Post.objects.create(user=user, agency=owner, office=place, role=role)
        client: Any = signed_in(user)
        client.user = user
        return client

    return make


@pytest.fixture
def desk(world: World) -> Desk:  # noqa: F811
    """One released, one rejected (E.02), two held (E.10.M), one waiting for its waybill, one exported."""
    made = {
        "released": world.make.import_parcel(discount="30.00"),
        "rejected": other_payer(world.make),
        "held": mild(world.make),
        "second": mild(world.make),
        "waiting": world.make.import_parcel(),
        "exported": world.make.export_parcel(),
    }
    made["waiting"].without = {"CEB511Message"}
    world.send(*made.values())
    world.work()
    decided = {name: world.parcel(one) for name, one in made.items() if name != "waiting"}
    return Desk(world, made, decided)

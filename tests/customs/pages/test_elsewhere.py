"""C.1: what was declared at another office is seen where it passes; it is decided where it was declared; the site's operator sees releases."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from customs.models import Parcel
from customs.services.deciding import decide_parcels
from filing.enums import EnterpriseType
from filing.models import SupervisedSite
from filing.services.registration import register_enterprise
from portal.models import Organisation
from tests.customs.world import World
from tools.demo.scenario import mild
from tools.parcels import PAYMENT

OPERATOR = PAYMENT
"""Anybody who has nothing else to do with the parcels."""


@pytest.fixture
def passing(world: World) -> dict[str, Parcel]:
    """Released and held, declared at 3501 and passing 3502; and one that passes where it was declared."""
    owner = Organisation.objects.get(customs_code=OPERATOR.code)
    register_enterprise(
        organisation_id=owner.pk, enterprise_type=EnterpriseType.SITE, valid_from=date(2020, 1, 1)
    )
    SupervisedSite.objects.create(
        code="350201",
        name="福清江阴",
        customs_code="3502",
        organisation=owner,
        valid_from="2020-01-01",
        source="test",
    )
    documents = {"released": world.make.import_parcel(), "held": mild(world.make)}
    for one in documents.values():
        one.inventory |= {"portCode": "3502", "loctNo": "350201"}
    documents["here"] = world.make.import_parcel()
    decided = world.decide(*documents.values())
    return dict(zip(documents, decided, strict=True))


def shown(client: Client, path: str, **query: str) -> set[str]:
    text = client.get(path, query).content.decode()
    return {number for number in Parcel.objects.values_list("invt_no", flat=True) if number in text}


def test_the_port_sees_what_was_declared_elsewhere(
    passing: dict[str, Parcel], official: Callable[..., Client]
) -> None:
    port, declared, chief = (
        official("口岸", office="3502"),
        official("申报地"),
        official("总关", role="chief", office=None),
    )
    both = {passing["released"].invt_no, passing["held"].invt_no}
    assert shown(port, "/console/customs.elsewhere/") == both
    assert shown(port, "/console/customs.elsewhere/", state="released") == {passing["released"].invt_no}
    assert shown(declared, "/console/customs.elsewhere/") == set()
    assert shown(chief, "/console/customs.elsewhere/") == both
    page = port.get(f"/console/customs.elsewhere/{passing['released'].pk}/").content.decode()
    assert "3501 / 3502" in page
    assert "350201" in page


def test_the_office_of_declaration_decides_and_filters(
    passing: dict[str, Parcel], official: Callable[..., Client]
) -> None:
    port, declared = official("口岸", office="3502"), official("申报地")
    held = passing["held"]
    (refused,) = decide_parcels(parcel_ids=[held.pk], outcome="release", actor=port.user)  # type: ignore[attr-defined]
    assert (refused.ok, refused.code) == (False, "PARCEL.UNKNOWN")
    assert shown(port, "/console/customs.manual/") == set()
    assert shown(declared, "/console/customs.manual/", place="two") == {held.invt_no}
    assert shown(declared, "/console/customs.manual/", place="one") == set()
    held.refresh_from_db()
    assert held.state == "manual"


def test_the_operator_of_the_site_sees_what_it_may_let_go(
    passing: dict[str, Parcel], staff: Callable[..., Client]
) -> None:
    operator = staff("payment")
    assert shown(operator, "/enterprise/parcels/") == {passing["released"].invt_no}
    assert operator.get(f"/enterprise/parcels/{passing['held'].pk}/").status_code == 404
    receipts = operator.get("/enterprise/receipts/").content.decode()
    assert "800" in receipts

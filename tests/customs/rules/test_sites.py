"""C.1: declared in one place, released in another; the site belongs to the port, is in operation, and its operator is filed."""

from datetime import date

import pytest

from customs.services.deciding import decide_parcels
from exchange.models import Outbox, Receipt
from filing.enums import EnterpriseType
from filing.models import Registration, SupervisedSite
from filing.services.registration import register_enterprise, suspend_registration
from portal.models import Organisation
from tests.customs.pipeline.test_deciding import official
from tests.customs.world import World
from tools.parcels import LOGISTICS
from tools.parcels import Parcel as Documents

SITE = "350201"
Findings = dict[str, tuple[str, str, str]]


@pytest.fixture
def operator(world: World) -> Organisation:
    """Operator of the site 350201 under office 3502."""
    found = Organisation.objects.get(customs_code=LOGISTICS.code)
    register_enterprise(
        organisation_id=found.pk, enterprise_type=EnterpriseType.SITE, valid_from=date(2020, 1, 1)
    )
    SupervisedSite.objects.create(
        code=SITE,
        name="福清江阴",
        customs_code="3502",
        organisation=found,
        valid_from="2020-01-01",
        source="test",
    )
    return found


def declared(world: World, direction: str, **changes: str) -> Documents:
    """A parcel declared at 3501 that passes 3502."""
    documents = world.make.import_parcel() if direction == "I" else world.make.export_parcel()
    documents.inventory |= {"portCode": "3502", "loctNo": SITE, **changes}
    return documents


def decided(world: World, direction: str, **changes: str) -> Findings:
    documents = declared(world, direction, **changes)
    world.decide(documents)
    return world.findings(documents)


def of(code: str, direction: str, *values: str) -> Findings:
    return {code + (".X" if direction == "E" else ""): ("R", *values)}  # type: ignore[dict-item]


@pytest.mark.parametrize("direction", ["I", "E"])
def test_c_1_declared_elsewhere_is_released_and_the_operator_told(
    world: World, operator: Organisation, direction: str
) -> None:
    """Nothing is wrong with customsCode ≠ portCode; the operator gets the same release (800) as the declarant, once."""
    documents = declared(world, direction)
    (parcel,) = world.decide(documents)
    assert (parcel.state, parcel.customs_code, parcel.port_code, parcel.loct_no) == (
        "released",
        "3501",
        "3502",
        SITE,
    )
    assert parcel.site_operator_id == operator.pk
    told = Receipt.objects.filter(document_id=parcel.pk, status="800").values_list(
        "organisation_id", flat=True
    )
    assert sorted(told) == sorted([parcel.sender_id, operator.pk])
    assert Outbox.objects.filter(organisation_id=operator.pk, subject="decided").count() == 1


@pytest.mark.parametrize("direction", ["I", "E"])
def test_c_1_no_site_is_no_fault(world: World, operator: Organisation, direction: str) -> None:
    assert decided(world, direction, loctNo="") == {}


@pytest.mark.parametrize("direction", ["I", "E"])
def test_c_1_site_must_be_known_and_in_operation(
    world: World, operator: Organisation, direction: str
) -> None:
    """C.1.SITE, C.1.SITE.X"""
    assert decided(world, direction, loctNo="999999") == of("C.1.SITE", direction, "999999", "")
    SupervisedSite.objects.update(state="suspended")
    assert decided(world, direction) == of("C.1.SITE", direction, SITE, "suspended")
    SupervisedSite.objects.update(state="active", valid_to="2026-11-23")
    assert decided(world, direction) == of("C.1.SITE", direction, SITE, "")


@pytest.mark.parametrize("direction", ["I", "E"])
def test_c_1_port_has_the_site(world: World, operator: Organisation, direction: str) -> None:
    """C.1.PORT, C.1.PORT.X"""
    assert decided(world, direction, portCode="3501") == of("C.1.PORT", direction, f"{SITE} 3502", "3501")


@pytest.mark.parametrize("direction", ["I", "E"])
def test_c_1_operator_must_be_filed(world: World, operator: Organisation, direction: str) -> None:
    """C.1.OPERATOR, C.1.OPERATOR.X"""
    filed = Registration.objects.get(organisation=operator, enterprise_type=EnterpriseType.SITE)
    suspend_registration(registration_id=filed.pk)
    assert decided(world, direction) == of("C.1.OPERATOR", direction, SITE, "")


def test_c_1_a_release_by_hand_is_told_too_a_rejection_is_not(world: World, operator: Organisation) -> None:
    reviewer = official("reviewer")
    held, refused = declared(world, "I"), declared(world, "I")
    for one in (held, refused):
        one.waybill["consigneeAddress"] = one.order["consigneeAddress"].replace("室", "座")
    first, second = world.decide(held, refused)
    assert (first.state, second.state) == ("manual", "manual")
    assert not Receipt.objects.filter(organisation_id=operator.pk, document_id=first.pk).exists()
    decide_parcels(parcel_ids=[first.pk], outcome="release", actor=reviewer)
    decide_parcels(parcel_ids=[second.pk], outcome="reject", actor=reviewer, reason="地址不符")
    told = Receipt.objects.filter(organisation_id=operator.pk, document_id__in=[first.pk, second.pk])
    assert [(one.document_id, one.status) for one in told] == [(first.pk, "800")]

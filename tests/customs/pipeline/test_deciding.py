"""Decisions of officials and of the inspecting office: every state × step, limits, receipts, who was first."""

from typing import Any

import pytest
from django.utils import timezone

from customs.models import Parcel
from customs.services.deciding import (
    DecidedBefore,
    ReasonMissing,
    decide_parcels,
    return_parcels,
    take_inspection_result,
    take_parcels,
)
from exchange.agencies.gacc.adapter import UnknownInspectionResult
from exchange.models import AgencyTask, Receipt
from exchange.services import AgencyDecision
from portal.models import Agency, AuditEntry, Event, Office, Post, User
from portal.permissions import NotPermitted
from portal.working_days import add_working_days
from tests.customs.world import TAX, World
from tools.parcels import ALERT_GOODS


def official(name: str, role: str = "reviewer", office: str = "3501") -> User:
    user = User.objects.create(username=name, last_name=name)
    agency = Agency.objects.get(code="gacc")
    where, _made = Office.objects.get_or_create(agency=agency, code=office, defaults={"name": office})
    Post.objects.create(user=user, agency=agency, office=where, role=role)
    return user


@pytest.fixture
def reviewer(world: World) -> User:
    return official("林审单")


@pytest.fixture
def manual(world: World) -> Parcel:
    """A parcel for review: the buyer is eleven years old."""
    documents = world.make.import_parcel(buyer=world.make.person(born=2015))
    return world.decide(documents)[0]


def state(parcel: Parcel) -> str:
    return Parcel.objects.get(pk=parcel.pk).state


def last_receipt(parcel: Parcel) -> tuple[str, str]:
    row = Receipt.objects.filter(document_id=parcel.pk).exclude(message_type__in=TAX).order_by("id").last()
    assert row is not None
    return row.status, row.info


def test_release_confirms_the_limit_and_tells_the_sender(
    world: World, manual: Parcel, reviewer: User
) -> None:
    assert world.used(manual.buyer_id_hash) == (manual.dutiable, 0)
    (result,) = decide_parcels(parcel_ids=[manual.pk], outcome="release", actor=reviewer)
    assert result.ok
    parcel = Parcel.objects.get(pk=manual.pk)
    assert (parcel.state, parcel.limit_state, parcel.due_at) == ("released", "confirmed", None)
    assert world.used(manual.buyer_id_hash) == (0, manual.dutiable)
    assert last_receipt(manual) == ("800", "[Code:2600;Desc:放行]")
    assert Event.objects.filter(name="parcels_released", ids=[manual.pk]).count() == 1
    entry = AuditEntry.objects.get(subject=f"parcel:{manual.pk}")
    assert (entry.actor_id, entry.organisation_id) == (reviewer.pk, manual.sender_id)


def test_rejection_needs_a_reason_and_frees_the_limit(world: World, manual: Parcel, reviewer: User) -> None:
    with pytest.raises(ReasonMissing):
        decide_parcels(parcel_ids=[manual.pk], outcome="reject", actor=reviewer, reason="  ")
    assert state(manual) == "manual"
    decide_parcels(parcel_ids=[manual.pk], outcome="reject", actor=reviewer, reason="身份存疑")
    assert (state(manual), world.used(manual.buyer_id_hash)) == ("rejected", (0, 0))
    assert last_receipt(manual) == ("100", "[Code:1300;Desc:身份存疑]")


def test_inspection_orders_the_inspecting_office_and_sets_a_limit_of_time(
    world: World, manual: Parcel, reviewer: User
) -> None:
    decide_parcels(parcel_ids=[manual.pk], outcome="inspect", actor=reviewer)
    parcel = Parcel.objects.get(pk=manual.pk)
    assert parcel.state == "inspection"
    assert parcel.due_at == add_working_days(timezone.now(), 1)
    task = AgencyTask.objects.get()
    assert (task.agency_code, task.kind, task.subject_id) == ("gacc", "INSPECTION", manual.pk)
    assert world.used(manual.buyer_id_hash) == (manual.dutiable, 0)


def test_second_official_is_told_who_was_first(world: World, manual: Parcel, reviewer: User) -> None:
    second = official("陈复核")
    decide_parcels(parcel_ids=[manual.pk], outcome="release", actor=reviewer)
    (result,) = decide_parcels(parcel_ids=[manual.pk], outcome="reject", actor=second, reason="晚了")
    assert (result.ok, result.code) == (False, "PARCEL.DECIDED")
    assert "林审单" in result.message
    assert state(manual) == "released"
    assert world.used(manual.buyer_id_hash) == (0, manual.dutiable)


def test_taken_parcel_is_decided_by_its_taker(world: World, manual: Parcel, reviewer: User) -> None:
    second = official("陈复核")
    assert take_parcels(parcel_ids=[manual.pk], actor=reviewer)[0].ok
    for outcome in (
        take_parcels(parcel_ids=[manual.pk], actor=second),
        decide_parcels(parcel_ids=[manual.pk], outcome="release", actor=second),
    ):
        assert (outcome[0].ok, outcome[0].code) == (False, "PARCEL.TAKEN")
    assert state(manual) == "manual"
    return_parcels(parcel_ids=[manual.pk], actor=reviewer)
    assert decide_parcels(parcel_ids=[manual.pk], outcome="release", actor=second)[0].ok


def test_another_office_does_not_see_the_parcel(world: World, manual: Parcel) -> None:
    stranger = official("厦门关员", office="3502")
    (result,) = decide_parcels(parcel_ids=[manual.pk], outcome="release", actor=stranger)
    assert (result.ok, result.code) == (False, "PARCEL.UNKNOWN")
    assert state(manual) == "manual"


def test_clerk_may_take_but_not_decide(world: World, manual: Parcel) -> None:
    clerk = official("王经办", role="clerk")
    assert take_parcels(parcel_ids=[manual.pk], actor=clerk)[0].ok
    with pytest.raises(NotPermitted):
        decide_parcels(parcel_ids=[manual.pk], outcome="release", actor=clerk)
    assert state(manual) == "manual"


def test_bulk_decision_reports_each_parcel(world: World, reviewer: User) -> None:
    documents = [world.make.import_parcel(buyer=world.make.person(born=2015)) for _ in range(3)]
    parcels = world.decide(*documents)
    decide_parcels(parcel_ids=[parcels[1].pk], outcome="release", actor=reviewer)
    results = decide_parcels(parcel_ids=[*(p.pk for p in parcels), 999], outcome="release", actor=reviewer)
    assert [r.ok for r in results] == [True, False, True, False]
    assert [r.code for r in results] == ["", "PARCEL.DECIDED", "", "PARCEL.UNKNOWN"]


@pytest.fixture
def inspected(world: World) -> Parcel:
    return world.decide(world.make.import_parcel(goods=[(ALERT_GOODS, 1)]))[0]


def inspection(parcel: Parcel, outcome: str, **detail: Any) -> None:
    take_inspection_result(AgencyDecision(1, "gacc", "INSPECTION", parcel.pk, outcome, detail))


@pytest.mark.parametrize(
    ("outcome", "target", "limit", "code"),
    [
        ("conform", "released", "confirmed", "800"),
        ("nonconform", "rejected", "freed", "100"),
        ("detain", "detained", "reserved", "599"),
    ],
)
def test_inspection_result(
    world: World, inspected: Parcel, outcome: str, target: str, limit: str, code: str
) -> None:
    inspection(inspected, outcome, remark="开箱查验")
    parcel = Parcel.objects.get(pk=inspected.pk)
    assert (parcel.state, parcel.limit_state, parcel.decision_reason) == (target, limit, "开箱查验")
    assert last_receipt(inspected)[0] == code


def test_detained_parcel_can_still_be_released_or_rejected(
    world: World, inspected: Parcel, reviewer: User
) -> None:
    inspection(inspected, "detain")
    assert decide_parcels(parcel_ids=[inspected.pk], outcome="release", actor=reviewer)[0].ok
    assert world.used(inspected.buyer_id_hash) == (0, inspected.dutiable)


def test_second_inspection_result_is_refused_and_changes_nothing(world: World, inspected: Parcel) -> None:
    inspection(inspected, "conform")
    with pytest.raises(DecidedBefore):
        inspection(inspected, "nonconform")
    assert state(inspected) == "released"


def test_unknown_inspection_result_is_refused(world: World, inspected: Parcel) -> None:
    with pytest.raises(UnknownInspectionResult):
        inspection(inspected, "maybe")
    assert state(inspected) == "inspection"

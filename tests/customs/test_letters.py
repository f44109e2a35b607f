"""Letters of customs: the right enterprise, once per turn, counted together until read, told once however often delivered."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customs.models import Parcel
from customs.services.deciding import decide_parcels
from portal import events
from portal.enums import MemberRole
from portal.letters import load_letter_texts
from portal.models import Event, EventHandling, Letter, Membership, Organisation, User
from tests.customs.pipeline.test_deciding import official
from tests.customs.world import World, prepared, world
from tools.parcels import ALERT_GOODS

__all__ = ["prepared", "world"]


@pytest.fixture
def agent(world: World) -> User:
    """Declarant of the enterprise that sends the inventories; a viewer and another enterprise's declarant stand by."""
    sender = world.senders["CEB621Message"].organisation_id
    for name, organisation_id, role in (
        ("agent", sender, MemberRole.DECLARANT),
        ("viewer", sender, MemberRole.VIEWER),
        ("stranger", Organisation.objects.exclude(pk=sender).order_by("pk")[0].pk, MemberRole.DECLARANT),
    ):
        user = User.objects.create(username=name)
        Membership.objects.create(user=user, organisation_id=organisation_id, role=role)
    return User.objects.get(username="agent")


def told() -> list[tuple[str, str, dict[str, str]]]:
    """(who, code, params without the enterprise's name)."""
    return [
        (letter.user.username, letter.code, {k: v for k, v in letter.params.items() if k != "enterprise"})
        for letter in Letter.objects.select_related("user").order_by("pk")
    ]


def test_what_the_checks_send_back_is_told_once_per_turn(world: World, agent: User) -> None:
    broken = [world.make.import_parcel() for _ in range(3)]
    for parcel in broken:
        parcel.payment.update(amountPaid="0.01")
    world.decide(*broken, world.make.import_parcel())
    assert {p.state for p in map(world.parcel, broken)} == {"rejected"}
    events.sweep()
    assert told() == [("agent", "customs.parcels_incomplete", {"count": "3"})]
    letter = Letter.objects.get()
    assert (letter.link, letter.organisation_id) == (
        "/enterprise/parcels/?state=rejected",
        world.parcel(broken[0]).sender_id,
    )


def test_a_mismatch_of_identity_is_told_apart(world: World, agent: User) -> None:
    world.identity_known = False
    parcel = world.make.import_parcel()
    world.send(parcel)
    world.know_buyers("MISMATCH")
    world.work()
    events.sweep()
    assert told() == [("agent", "customs.identity_mismatch", {"count": "1"})]


def test_released_parcels_write_no_letters(world: World, agent: User) -> None:
    world.decide(*[world.make.import_parcel() for _ in range(5)])
    events.sweep()
    assert told() == []


def test_selection_for_inspection_is_urgent(world: World, agent: User) -> None:
    world.decide(world.make.import_parcel(goods=[(ALERT_GOODS, 1)]))
    events.sweep()
    assert told() == [("agent", "customs.parcels_selected", {"count": "1"})]
    assert Letter.objects.get().urgent is True


def test_decisions_by_hand_gather_until_they_are_read(world: World, agent: User) -> None:
    reviewer = official("林审单")
    parcels = world.decide(*[world.make.import_parcel(buyer=world.make.person(born=2015)) for _ in range(4)])
    decide_parcels(parcel_ids=[p.pk for p in parcels[:2]], outcome="release", actor=reviewer)
    events.sweep()
    decide_parcels(parcel_ids=[parcels[2].pk], outcome="reject", actor=reviewer, reason="身份存疑")
    events.sweep()
    numbers = {"released": "2", "rejected": "1", "detained": "0"}
    assert told() == [("agent", "customs.parcels_decided", numbers)]
    Letter.objects.update(read_at=timezone.now())
    decide_parcels(parcel_ids=[parcels[3].pk], outcome="release", actor=reviewer)
    events.sweep()
    assert [params["released"] for _who, _code, params in told()] == ["2", "1"]


def test_a_second_delivery_tells_nobody_twice(world: World, agent: User) -> None:
    world.decide(world.make.import_parcel(goods=[(ALERT_GOODS, 1)]))
    events.sweep()
    handled = EventHandling.objects.count()
    assert handled
    for event in Event.objects.all():
        events.dispatch(event.pk)
    assert told() == [("agent", "customs.parcels_selected", {"count": "1"})]
    assert EventHandling.objects.count() == handled


def test_telling_costs_the_same_for_many_parcels(world: World, agent: User) -> None:
    def queries(parcels: int) -> int:
        Letter.objects.all().delete()
        many = [world.make.import_parcel(goods=[(ALERT_GOODS, 1)]) for _ in range(parcels)]
        world.decide(*many)
        with CaptureQueriesContext(connection) as taken:
            events.sweep()
        assert Letter.objects.count() == 1
        return len(taken)

    load_letter_texts()
    assert queries(1) == queries(20)
    assert Parcel.objects.filter(state="inspection").count() == 21

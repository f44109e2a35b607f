"""Changed and deleted reports of carriers and sites: 513, 711, 507, 607 may be changed; 509 and requests are answered once."""

from collections.abc import Callable

import pytest

from customs.models import DocumentVersion, Movement
from customs.models.documents import HEADS
from tests.customs.followups.conftest import released
from tests.customs.world import World
from tools.parcels import Parcel as Documents

__all__ = ["released"]

Released = Callable[..., Documents]
CHANGEABLE = [("CEB513Message", "I"), ("CEB711Message", "I"), ("CEB507Message", "E"), ("CEB607Message", "E")]
NUMBER = {"copNo": "F-1", "billNo": "B-1", "msgSeqNo": "1"}


def later(world: World, app_type: str, minutes: int) -> dict[str, str]:
    return {**NUMBER, "appType": app_type, "appTime": world.make.stamp(minutes)}


@pytest.mark.parametrize(("code", "direction"), CHANGEABLE)
def test_a_report_is_changed_and_deleted(world: World, released: Released, code: str, direction: str) -> None:
    drawn = released(direction)
    world.follow(code, drawn, changes=NUMBER)
    first = Movement.objects.get()
    answers = world.follow(code, drawn, changes=later(world, "2", 60))
    assert answers[0][0] == "2"
    changed = Movement.objects.get()
    assert (changed.parcel_id, changed.document_id > first.document_id) == (first.parcel_id, True)
    world.follow(code, drawn, changes=later(world, "3", 90))
    assert not Movement.objects.exists()
    assert not HEADS[code].objects.exists()
    assert list(DocumentVersion.objects.values_list("end", flat=True)) == ["changed", "deleted"]


REFUSED = [
    ("CEB509Message", "E", "-800001"),
    ("CEB605Message", "E", "-623001"),
    ("CEB625Message", "I", "-625001"),
    ("CEB213Message", "E", "-625001"),
]


@pytest.mark.parametrize(("code", "direction", "status"), REFUSED)
def test_what_is_answered_once_can_only_be_new(
    world: World, released: Released, code: str, direction: str, status: str
) -> None:
    drawn = released(direction)
    for app_type in ("2", "3"):
        assert world.follow(code, drawn, changes={"appType": app_type})[0][0] == status
    assert not HEADS[code].objects.exists()
    assert world.parcel(drawn).state == "released"

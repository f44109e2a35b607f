"""What the pages show of changes: every version, the fields that became different, the other declarations; personal data masked."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.customs.amending.conftest import amend, manual, rejected
from tests.customs.pages.conftest import official, staff
from tests.customs.world import World
from tools.parcels import Parcel as Documents

__all__ = ["amend", "manual", "official", "rejected", "staff"]


@pytest.fixture
def corrected(world: World, rejected: Documents, amend: Callable[..., object]) -> Documents:
    rejected.inventory["buyerName"] = rejected.order["buyerName"]
    rejected.inventory_lines[0]["note"] = "行备注"
    amend("CEB621Message", rejected, app_type="1")
    world.work()
    return rejected


def test_both_sides_see_what_was_corrected(
    world: World,
    corrected: Documents,
    staff: Callable[..., Client],
    official: Callable[..., Client],
) -> None:
    old, new = world.parcel_of(corrected, "rejected"), world.parcel_of(corrected, "released")
    for client, address in (
        (staff("agent"), "/enterprise/parcels/{}/"),
        (official("王审核"), "/console/customs.manual/{}/"),
    ):
        answer = client.get(address.format(new.pk))
        html = answer.content.decode()
        assert (answer.status_code, "单证版本" in html) == (200, True)
        (history,) = answer.context["histories"]
        assert [(one.number, str(one.end)) for one in history.versions] == [(2, ""), (1, "变更")]
        changes = {str(one.label): (one.before, one.after) for one in history.versions[0].changes}
        assert set(changes) == {"订购人姓名", "第 1 项 备注"}
        assert changes["订购人姓名"][0] == "另*人"
        assert changes["第 1 项 备注"] == ("", "行备注")
        assert corrected.inventory["buyerName"] not in html
        assert address.format(old.pk) in html
        first = client.get(address.format(old.pk))
        assert (first.status_code, first.context["documents"]["inventory"].row.pk) == (200, old.pk)
        assert address.format(new.pk) in first.content.decode()


def test_a_waiting_list_shows_its_versions(
    world: World,
    staff: Callable[..., Client],
    amend: Callable[..., object],
) -> None:
    drawn = world.make.import_parcel()
    drawn.without = {"CEB411Message"}
    world.send(drawn)
    amend("CEB621Message", drawn, note="新备注")
    world.work()
    answer = staff("agent").get(f"/enterprise/parcels/{world.waiting(drawn).pk}/")
    assert answer.status_code == 200
    assert [len(one.versions) for one in answer.context["histories"]] == [2]

"""The second verdict on the pages: the desk of inspection and quarantine, the desk of customs, the enterprise (rules C.3)."""

import pytest
from django.test import Client

from customs.models import CiqVerdict, Parcel
from portal.models import Membership, Organisation, User
from tests.conftest import sign_in
from tests.customs.pipeline.test_deciding import official
from tests.customs.quarantine.test_verdicts import CREAM, ciq_official
from tests.customs.world import World
from tools.parcels import AGENT


@pytest.fixture
def held(required: World) -> Parcel:
    return required.decide(required.make.import_parcel(goods=[(CREAM, 1)]))[0]


def test_an_official_passes_a_list_at_the_desk(held: Parcel) -> None:
    client = sign_in(Client(), ciq_official())
    assert held.invt_no in client.get("/console/customs.quarantine/").content.decode()
    found = client.get("/console/customs.quarantine/", {"q": held.invt_no, "sort": "due_at", "verdict": "W"})
    assert held.invt_no in found.content.decode()
    page = client.get(f"/console/customs.quarantine/{held.pk}/").content.decode()
    assert "海关已审结，待检验检疫" in page
    assert client.get("/console/customs.refused/").status_code == 404
    answer = client.post(
        "/console/customs.quarantine/do/pass/", {"ids": [held.pk], "reason": "", "confirmed": 1}
    )
    assert answer.status_code in {200, 302}
    held.refresh_from_db()
    assert (held.state, CiqVerdict.objects.get().state) == ("released", "C")


def test_another_offices_official_and_customs_do_not_see_it(held: Parcel) -> None:
    elsewhere = sign_in(Client(), ciq_official(office="3502"))
    assert held.invt_no not in elsewhere.get("/console/customs.quarantine/").content.decode()
    assert elsewhere.get(f"/console/customs.quarantine/{held.pk}/").status_code == 404
    customs = sign_in(Client(), official("林审单"))
    assert customs.get("/console/customs.quarantine/").status_code == 404
    assert customs.get("/console/customs.refused/").status_code == 200


def test_the_enterprise_sees_both_verdicts_and_the_appointment(held: Parcel) -> None:
    organisation = Organisation.objects.get(customs_code=AGENT.code)
    user = User.objects.create_user("agent", password=None)
    Membership.objects.create(user=user, organisation=organisation, role="declarant")
    Parcel.objects.update(state="inspection")
    CiqVerdict.objects.update(state="Q", appointment_on="2026-11-30", appointment_site="350101")
    page = sign_in(Client(), user).get(f"/enterprise/parcels/{held.pk}/").content.decode()
    assert "联合查验（一次查验）" in page
    assert "2026-11-30" in page

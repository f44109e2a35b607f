"""Pages of the data catalogue, of grants and of the enterprise: who sees what, hostile input, small cells of open data."""

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from exchange.models import OpenDataset, SharingGrant
from exchange.selectors.catalogue import every_field
from exchange.services.opendata import DataColumn, Dataset, compute_datasets, made_safe
from portal import audit
from portal.enums import Verb
from portal.models import ApiClient, Membership, Organisation, User
from tests.conftest import SignedIn
from tests.exchange.sharing.conftest import Granting, Officials

pytestmark = pytest.mark.django_db


def test_catalogue_is_public_searched_paged_and_downloaded(client: Client, register: None) -> None:
    page = client.get("/data/", {"q": "buyer_id_number"})
    assert (page.status_code, "import_order.buyer_id_number" in page.content.decode()) == (200, True)
    assert "page=2" in client.get("/data/").content.decode()
    rows = list(csv.DictReader(io.StringIO(client.get("/data/catalogue.csv").content.decode("utf-8-sig"))))
    assert len(rows) == len(every_field())
    four = client.get("/data/catalogue.csv", {"level": "L4"}).content.decode("utf-8-sig")
    assert {row["level"] for row in csv.DictReader(io.StringIO(four))} == {"L4"}
    for hostile in ({"level": "L9"}, {"q": "\x00"}, {"q": "x" * 999}, {"page": "x"}, {"object": "'"}):
        assert client.get("/data/", hostile).status_code == 200


def row(**values: Any) -> dict[str, Any]:
    return {"month": "2026-11", "parcels": 7, "enterprises": 3, **values}


def totals(*rows: dict[str, Any]) -> Dataset:
    columns = (
        DataColumn("month", "月份", "Month"),
        DataColumn("parcels", "包裹数", "Parcels", figure=True),
        DataColumn("enterprises", "企业数", "Enterprises", figure=True),
    )
    return Dataset("test", "测试", "Test", "", "", "gacc", columns, lambda: list(rows))


def test_figures_of_fewer_than_three_enterprises_are_hidden() -> None:
    """P.OPEN.LEAST_ENTERPRISES = 3."""
    assert made_safe(totals(), row(), 3) == row()
    assert made_safe(totals(), row(enterprises=2), 3) == row(parcels=None, enterprises=None)


def test_open_data_are_computed_stored_shown_and_downloaded(client: Client, register: None) -> None:
    assert client.get("/data/open/clearance-by-month/").status_code == 200
    assert client.get("/data/open/clearance-by-month/file/csv/").status_code == 404
    assert compute_datasets() >= 1
    OpenDataset.objects.filter(pk="clearance-by-month").update(
        rows=[
            {
                "month": "2026-11",
                "direction": "import",
                "trade_mode": "9610",
                "customs_code": "3501",
                "parcels": None,
                "dutiable": None,
                "enterprises": None,
            }
        ],
        suppressed=1,
    )
    assert "…" in client.get("/data/open/clearance-by-month/").content.decode()
    as_json = client.get("/data/open/clearance-by-month/file/json/").json()
    assert (as_json["suppressed_rows"], as_json["rows"][0]["parcels"], as_json["publisher"]) == (
        1,
        None,
        "gacc",
    )
    text = client.get("/data/open/clearance-by-month/file/csv/").content.decode("utf-8-sig")
    assert text.splitlines()[1] == "2026-11,import,9610,3501,,,"
    for wrong in ("/data/open/nothing/", "/data/open/clearance-by-month/file/exe/"):
        assert client.get(wrong).status_code == 404


def test_official_asks_on_the_page_and_the_owner_answers_on_the_desk(
    client: Client, officials: Officials, signed_in: SignedIn
) -> None:
    asker = signed_in(client, officials["asker"])
    assert asker.get("/console/sharing/ask/").status_code == 200
    today = timezone.localdate().isoformat()
    form = {
        "object": "parcel",
        "office": "tax",
        "fields_wanted": ["order_no", "dutiable"],
        "purpose": "tax",
        "legal_basis": "关税法 第六十一条",
        "reason": "核对出口退（免）税申报与通关数据",
        "since": today,
        "until": "2026-01-01",
    }
    wrong = asker.post("/console/sharing/ask/", form)
    assert (wrong.status_code, SharingGrant.objects.count()) == (422, 0)
    form["until"] = (timezone.localdate() + timezone.timedelta(days=90)).isoformat()
    sent = asker.post("/console/sharing/ask/", form)
    grant = SharingGrant.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"/console/sharing/{grant.pk}/")
    assert asker.get(f"/console/sharing/{grant.pk}/").status_code == 200
    assert "包裹办理结果" in asker.get("/console/sharing/").content.decode()
    owner = signed_in(Client(), officials["owner"])
    queue = "/console/exchange.grants-gacc/"
    assert "包裹办理结果" in owner.get(queue).content.decode()
    assert owner.get(f"{queue}{grant.pk}/").status_code == 200
    owner.post(f"{queue}do/check/", {"ids": grant.pk})
    owner.post(f"{queue}do/grant/", {"ids": grant.pk, "confirmed": "1", "reason": ""})
    grant.refresh_from_db()
    assert (grant.state, grant.decided_by) == ("granted", officials["owner"])
    assert asker.post(f"/console/sharing/{grant.pk}/step/", {"step": "withdraw"}).status_code == 409
    assert asker.post(f"/console/sharing/{grant.pk}/step/", {"step": "renew"}).status_code == 302
    assert SharingGrant.objects.filter(renews=grant).count() == 1


def test_foreign_agencies_see_neither_grants_nor_requests(
    client: Client, officials: Officials, granted: Granting, signed_in: SignedIn
) -> None:
    grant = granted("parcel", ["order_no"])
    other = signed_in(client, officials["police"])
    assert other.get(f"/console/sharing/{grant.pk}/").status_code == 404
    assert other.post(f"/console/sharing/{grant.pk}/step/", {"step": "withdraw"}).status_code == 404
    assert "包裹办理结果" not in other.get("/console/sharing/").content.decode()
    assert other.get(f"/console/exchange.grants-gacc/{grant.pk}/").status_code == 404
    assert SharingGrant.objects.get().state == "granted"


def test_enterprise_sees_who_may_read_and_who_did_read_its_own_data_only(
    client: Client,
    officials: Officials,
    granted: Granting,
    signed_in: SignedIn,
    firms: tuple[Organisation, Organisation],
) -> None:
    granted("parcel", ["order_no"])
    machine = ApiClient(pk=7)
    detail = {
        "agency": "tax",
        "purpose": "tax",
        "object": "parcel",
        "records": 2,
        "fields": ["order_no"],
        "masked": [],
    }
    for owner, case in zip(firms, ("OWN-CASE", "FOREIGN-CASE"), strict=True):
        audit.record(
            Verb.RECORDS_SHARED, client=machine, organisation_id=owner.pk, detail={**detail, "case": case}
        )
    user = User.objects.create_user("staff")
    Membership.objects.create(user=user, organisation=firms[0], role="viewer")
    page = signed_in(client, user).get("/enterprise/sharing/").content.decode()
    assert "税收征管与出口退（免）税" in page
    assert ("OWN-CASE" in page, "FOREIGN-CASE" in page) == (True, False)

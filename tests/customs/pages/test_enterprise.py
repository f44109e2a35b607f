"""Enterprise pages: what is shown, to whom, with how many queries."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customs.models import Finding, Parcel
from customs.selectors.parcels import SORTS, parcel_page
from exchange.models import Receipt
from portal.models import AuditEntry, Organisation, User
from tests.customs.pages.conftest import Desk
from tools.parcels import AGENT

LIST_QUERIES = 12
"""Bound of every list page."""


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


@pytest.mark.parametrize(
    "path", ["/enterprise/", "/enterprise/parcels/", "/enterprise/waiting/", "/enterprise/receipts/"]
)
def test_list_pages_stay_within_twelve_queries(desk: Desk, staff: Callable[..., Client], path: str) -> None:
    client = staff("agent")
    with CaptureQueriesContext(connection) as queries:
        page(client, path)
    assert len(queries) <= LIST_QUERIES, [query["sql"][:90] for query in queries]


def test_home_counts_parcels_by_state(desk: Desk, staff: Callable[..., Client]) -> None:
    answer = staff("agent").get("/enterprise/")
    figures = {str(one["label"]): one["value"] for one in answer.context["figures"]}
    assert figures == {"等待单证": 1, "放行": 2, "人工审核": 2, "查验": 0, "退单": 1}
    assert desk.documents["waiting"].order_no in answer.content.decode()


def test_enterprises_see_parcels_they_are_named_in(desk: Desk, staff: Callable[..., Client]) -> None:
    seen = {
        name: {row["cells"][0] for row in staff(name).get("/enterprise/parcels/").context["rows"]}
        for name in ("agent", "platform", "shop", "logistics", "payment")
    }
    numbers = {name: parcel.invt_no for name, parcel in desk.parcels.items()}
    everything = set(numbers.values())
    assert seen["agent"] == seen["platform"] == seen["logistics"] == everything
    assert seen["shop"] == everything - {numbers["exported"]}
    assert seen["payment"] == set()


def test_another_enterprise_gets_404_on_every_page(desk: Desk, staff: Callable[..., Client]) -> None:
    payment = staff("payment")
    receipt = Receipt.objects.exclude(
        organisation_id=Organisation.objects.get(customs_code="3502960PAY").pk
    ).first()
    assert receipt is not None
    for parcel in desk.parcels.values():
        page(payment, f"/enterprise/parcels/{parcel.pk}/", 404)
    page(payment, f"/enterprise/parcels/{desk.waiting.pk}/", 404)
    page(payment, f"/enterprise/receipts/{receipt.pk}.json", 404)
    page(payment, f"/enterprise/receipts/{receipt.pk}.xml", 404)
    page(payment, f"/enterprise/journal/{receipt.message_id}/", 404)


def test_nobody_without_an_enterprise_comes_in(desk: Desk, official: Callable[..., Client]) -> None:
    paths = [
        "",
        "upload/",
        "parcels/",
        "waiting/",
        "receipts/",
        "parcels/file/csv/",
        f"parcels/{desk.waiting.pk}/",
    ]
    reviewer = official("王审核")
    for path in paths:
        page(reviewer, f"/enterprise/{path}", 403)
        answer = Client().get(f"/enterprise/{path}")
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/login/")


def test_parcels_are_found_by_any_number(desk: Desk, staff: Callable[..., Client]) -> None:
    parcel, documents = desk.parcels["released"], desk.documents["released"]
    client = staff("agent")
    numbers = [
        parcel.order_no,
        parcel.logistics_no,
        parcel.invt_no,
        parcel.pre_no,
        documents.payment["payTransactionId"],
        f"  {parcel.order_no} ",
    ]
    for number in numbers:
        rows = client.get("/enterprise/parcels/", {"number": number}).context["rows"]
        assert [row["cells"][0] for row in rows] == [parcel.invt_no], number
    export = desk.documents["exported"].payment["payNo"]
    rows = client.get("/enterprise/parcels/", {"number": export}).context["rows"]
    assert [row["cells"][0] for row in rows] == [desk.parcels["exported"].invt_no]
    assert client.get("/enterprise/parcels/", {"number": "nothing"}).context["rows"] == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"state": "rejected"}, {"rejected"}),
        ({"direction": "E"}, {"exported"}),
        ({"trade_mode": "1210"}, set()),
        ({"trade_mode": "b2b"}, set()),
        ({"until": "2020-01-01"}, set()),
        ({"state": "no-such-state"}, {"released", "rejected", "held", "second", "exported"}),
        ({"since": "not-a-day", "state": "manual"}, {"held", "second"}),
    ],
)
def test_parcels_are_filtered(
    desk: Desk, staff: Callable[..., Client], query: dict[str, str], expected: set[str]
) -> None:
    rows = staff("agent").get("/enterprise/parcels/", query).context["rows"]
    assert {row["cells"][0] for row in rows} == {desk.parcels[name].invt_no for name in expected}


@pytest.mark.parametrize("sort", ["-id", "id", "-decided_at", "decided_at"])
def test_pages_do_not_overlap_and_go_back(desk: Desk, sort: str) -> None:
    everything = list(Parcel.objects.order_by(*SORTS[sort]))
    first = parcel_page(Parcel.objects.all(), sort, size=2)
    second = parcel_page(Parcel.objects.all(), sort, size=2, after=first.after)
    third = parcel_page(Parcel.objects.all(), sort, size=2, after=second.after)
    assert [*first.parcels, *second.parcels, *third.parcels] == everything
    assert (first.before, third.after) == ("", "")
    back = parcel_page(Parcel.objects.all(), sort, size=2, before=second.before)
    assert list(back.parcels) == list(first.parcels)
    assert list(parcel_page(Parcel.objects.all(), sort, size=2, after="nonsense~x").parcels) == list(
        first.parcels
    )


def test_htmx_gets_the_table_alone(desk: Desk, staff: Callable[..., Client]) -> None:
    client = staff("agent")
    part = client.get("/enterprise/parcels/", headers={"hx-request": "true"}).content.decode()
    assert "<html" not in part
    assert desk.parcels["released"].invt_no in part
    whole = client.get(
        "/enterprise/parcels/", headers={"hx-request": "true", "hx-history-restore-request": "true"}
    )
    assert "<html" in whole.content.decode()


def test_rejected_parcel_tells_finding_field_and_basis(desk: Desk, staff: Callable[..., Client]) -> None:
    html = page(staff("agent"), f"/enterprise/parcels/{desk.parcels['rejected'].pk}/")
    for text in (
        "订购人与支付人不一致",
        "E.02",
        "buyerIdNumber",
        "payerIdNumber",
        "订购人证件号码",
        "202205版",
    ):
        assert text in html
    lines = staff("platform").get(f"/enterprise/parcels/{desk.parcels['rejected'].pk}/").context["lines"]
    differing = {
        str(line.label): [cell.document.role for cell in line.cells if cell.differs]
        for line in lines
        if line.differs
    }
    assert differing["订购人 / 支付人证件号码"] == ["payment"]


def test_personal_data_is_masked_in_html(
    desk: Desk, staff: Callable[..., Client], official: Callable[..., Client]
) -> None:
    """Rule F.3: no page shows a whole number, name, phone or street by default."""
    reviewer, viewer = official("王审核"), staff("shop", role="viewer")
    for name, parcel in desk.parcels.items():
        if parcel.direction == "E":
            continue
        documents = desk.documents[name]
        secrets = {
            documents.order["buyerIdNumber"],
            documents.payment["payerIdNumber"],
            documents.order["buyerTelephone"],
            documents.order["consigneeAddress"],
            documents.waybill["consigneeAddress"],
        }
        for html in (
            page(viewer, f"/enterprise/parcels/{parcel.pk}/"),
            page(reviewer, f"/console/customs.manual/{parcel.pk}/"),
        ):
            assert [secret for secret in secrets if secret in html] == []
            assert f">{documents.order['buyerName']}<" not in html


def test_tax_is_shown_step_by_step(desk: Desk, staff: Callable[..., Client]) -> None:
    """Coupons lower what is paid, never the dutiable price (rules D.4)."""
    answer = staff("agent").get(f"/enterprise/parcels/{desk.parcels['released'].pk}/")
    sheet, parcel = answer.context["tax"], desk.parcels["released"]
    assert (sheet.duty, sheet.consumption_tax, sheet.vat) == (parcel.duty, parcel.consumption_tax, parcel.vat)
    assert sheet.dutiable == parcel.dutiable
    assert [str(step.label) for step in sheet.lines[0].steps] == ["完税价格", "关税", "消费税", "增值税"]
    assert sum(line.total for line in sheet.lines) == sheet.total
    assert "70%" in answer.content.decode()


def test_waiting_list_tells_what_is_missing_until_when(desk: Desk, staff: Callable[..., Client]) -> None:
    html = page(staff("agent"), f"/enterprise/parcels/{desk.waiting.pk}/")
    assert "缺少：运单" in html
    assert "未收到" in html


def test_risk_rules_are_not_told_to_enterprises(desk: Desk, staff: Callable[..., Client]) -> None:
    held = desk.parcels["held"]
    Finding.objects.create(
        parcel_id=held.pk,
        rule="Q.03",
        severity="W",
        register_version=1,
        left_value="3",
        created_at=held.decided_at,
    )
    html = page(staff("agent"), f"/enterprise/parcels/{held.pk}/")
    assert "Q.03" not in html
    assert "具体规则不对外公开" in html


def test_receipts_are_listed_and_downloaded(desk: Desk, staff: Callable[..., Client]) -> None:
    client = staff("agent")
    html = page(client, "/enterprise/receipts/")
    assert "订单订购人与支付单支付人姓名或证件号不一致" in html
    agent = Organisation.objects.get(customs_code=AGENT.code)
    receipt = Receipt.objects.get(
        organisation_id=agent.pk, document_id=desk.parcels["rejected"].pk, status="100"
    )
    body = json.loads(page(client, f"/enterprise/receipts/{receipt.pk}.json"))
    assert (body["status"], body["documents"][0]["invtNo"]) == ("100", desk.parcels["rejected"].invt_no)
    xml = page(client, f"/enterprise/receipts/{receipt.pk}.xml")
    assert "<ceb:returnStatus>100</ceb:returnStatus>" in xml or "returnStatus>100<" in xml


def test_every_word_of_the_parcel_page_is_english_when_asked(
    desk: Desk, staff: Callable[..., Client]
) -> None:
    client = staff("agent")
    html = client.get(
        f"/enterprise/parcels/{desk.parcels['released'].pk}/", headers={"accept-language": "en"}
    ).content.decode()
    assert 'lang="en"' in html
    assert "Tax" in html


def audit_verbs(**found: Any) -> list[str]:
    return list(AuditEntry.objects.filter(**found).order_by("id").values_list("verb", flat=True))


def test_viewer_cannot_export(desk: Desk, staff: Callable[..., Client]) -> None:
    viewer = staff("agent", role="viewer")
    answer = viewer.get("/enterprise/parcels/file/csv/")
    assert answer.status_code == 403
    assert audit_verbs(verb="data_exported") == []
    assert User.objects.filter(username="agent-viewer").exists()

"""Who gets through the machine door: every status that is about the caller, not the message."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from exchange.permissions import forget_tokens
from portal.models import Organisation
from tests.exchange.building import orders
from tests.exchange.conftest import Machine, door
from tests.exchange.test_receiving import NOTHING

pytestmark = pytest.mark.django_db(transaction=True)
Rows = Callable[[], dict[str, int]]
ADDRESSES = ["messages/1/", "messages/1/raw/", "receipts/", "receipts/1/", "agency/tasks/"]


def test_without_token_is_401_and_nothing_is_kept(platform: Machine, rows: Rows) -> None:
    for header in (
        {},
        {"authorization": "Bearer nonsense"},
        {"authorization": "Basic abc"},
        {"authorization": "Bearer"},
    ):
        answer = platform.http.post(
            "/api/v1/messages/", data=orders("A-1"), content_type="application/xml", headers=header
        )
        assert (answer.status_code, answer.json()["code"]) == (401, "AUTH.TOKEN")
        assert answer["WWW-Authenticate"].startswith("Bearer")
    assert rows() == NOTHING


@pytest.mark.parametrize("path", ADDRESSES)
def test_reading_without_token_is_401(codes: None, path: str) -> None:
    answer = door().get(f"/api/v1/{path}")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_expired_token_is_401(platform: Machine) -> None:
    get_access_token_model().objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert platform.post(orders("A-1")).status_code == 401


def test_revoked_token_stops_working_when_trust_ends(platform: Machine, rows: Rows) -> None:
    assert platform.post(orders("A-1")).status_code == 202
    get_access_token_model().objects.all().delete()
    assert platform.post(orders("A-2")).status_code == 202
    forget_tokens()
    assert platform.post(orders("A-3")).status_code == 401


def test_missing_scope_is_403(
    organisation: Organisation, machine_of: Callable[..., Machine], rows: Rows
) -> None:
    reader = machine_of(organisation, scope="receipts:read")
    answer = reader.post(orders("A-1"))
    assert (answer.status_code, answer.json()["code"]) == (403, "AUTH.SCOPE")
    assert "messages:write" in answer.json()["detail_zh"]
    writer = machine_of(organisation, scope="messages:write")
    assert writer.get("receipts/").status_code == 403
    assert rows() == NOTHING


def test_scope_beyond_what_the_client_may_is_worth_nothing(
    organisation: Organisation, machine_of: Callable[..., Machine]
) -> None:
    greedy = machine_of(organisation, scope="tasks:read decisions:write")
    assert greedy.get("agency/tasks/").status_code == 403


def test_inactive_enterprise_is_403(platform: Machine, rows: Rows) -> None:
    Organisation.objects.update(is_active=False)
    answer = platform.post(orders("A-1"))
    assert (answer.status_code, answer.json()["code"]) == (403, "AUTH.PARTY")
    assert rows() == NOTHING


def test_agency_cannot_send_messages_nor_read_receipts(police: Machine) -> None:
    assert police.post(orders("A-1")).status_code == 403
    assert police.get("receipts/").status_code == 403


def test_other_content_type_is_415(platform: Machine, rows: Rows) -> None:
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
        answer = platform.post(orders("A-1"), content_type=kind)
        assert (answer.status_code, answer.json()["code"]) == (415, "BODY.TYPE")
    assert platform.post(orders("A-1"), content_encoding="gzip").status_code == 415
    assert rows() == NOTHING


@pytest.mark.parametrize("kind", ["text/xml", "application/xml; charset=utf-8", "application/octet-stream"])
def test_xml_content_types_are_taken(platform: Machine, kind: str) -> None:
    assert platform.post(orders("A-1"), content_type=kind).status_code == 202


def test_json_endpoint_takes_json_only(police: Machine) -> None:
    answer = police.http.post(
        "/api/v1/agency/tasks/ack/",
        data=b"ids=1",
        content_type="application/x-www-form-urlencoded",
        headers=police.headers(),
    )
    assert answer.status_code == 415


def test_get_on_messages_is_405(platform: Machine) -> None:
    answer = platform.get("messages/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_unknown_address_is_404_as_problem(platform: Machine) -> None:
    answer = platform.get("nothing/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_idempotency_key_longer_than_255_is_400(platform: Machine) -> None:
    assert platform.post(orders("A-1"), idempotency_key="k" * 256).status_code == 400


def test_token_endpoint_gives_the_scopes_of_the_client(platform: Machine) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": platform.application.client_id,
        "client_secret": "secret-of-the-test",
    }
    given = token(form)
    assert given.status_code == 200
    assert set(given.json()["scope"].split()) == {"messages:write", "receipts:read"}
    platform.token = given.json()["access_token"]
    assert platform.post(orders("A-1")).status_code == 202
    assert token({**form, "scope": "tasks:read"}).status_code == 400
    assert token({**form, "client_secret": "wrong"}).status_code == 401
    assert token({**form, "grant_type": "password"}).status_code in {400, 401}


def token(form: dict[str, str]) -> Any:
    return door().post("/api/v1/oauth/token/", form)

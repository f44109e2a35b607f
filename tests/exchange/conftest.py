"""Enterprises, agencies, their machines and tokens; a client that speaks to the machine door's own stack."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_application_model

from exchange.permissions import forget_tokens
from portal.models import Agency, Code, Organisation
from portal.selectors import forget_codes
from portal.wsgi import MachineDoor

CODES = {
    "currency": ("142", "110"),
    "country": ("502", "142"),
    "unit": ("011", "007"),
    "customs_district": ("3501",),
    "supervision_mode": ("9610", "1210"),
    "transport_mode": ("5",),
    "wrap_type": ("2",),
    "admin_division": ("110000", "350000", "350102"),
}
ENTERPRISE_SCOPES = "messages:write receipts:read"
AGENCY_SCOPES = "tasks:read decisions:write"


class DoorHandler(ClientHandler):
    """The test client's handler with the machine door's short stack."""

    load_middleware = MachineDoor.load_middleware


def door() -> Client:
    client = Client()
    client.handler = DoorHandler(enforce_csrf_checks=False)
    return client


FEEDS = {"receipts/", "agency/tasks/"}


def settle() -> None:
    """Wait until everything committed so far is below the feeds' horizon, which spans all databases of the server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        mine = cursor.fetchone()[0]
        for _attempt in range(6_000):
            cursor.execute("SELECT %s::xid8 < pg_snapshot_xmin(pg_current_snapshot())", [mine])
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise TimeoutError("a transaction of another database stays open")


@dataclass
class Machine:
    """An API client with a token."""

    application: Any
    token: str
    http: Client

    def post(self, body: bytes, *, content_type: str = "application/xml", **headers: str) -> Any:
        return self.http.post(
            "/api/v1/messages/", data=body, content_type=content_type, headers=self.headers(**headers)
        )

    def get(self, path: str, *, settled: bool = True, **query: Any) -> Any:
        if settled and path in FEEDS:
            settle()
        return self.http.get(f"/api/v1/{path}", query, headers=self.headers())

    def send(self, path: str, body: Any, **headers: str) -> Any:
        return self.http.post(
            f"/api/v1/{path}", data=body, content_type="application/json", headers=self.headers(**headers)
        )

    def headers(self, **more: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", **{k.replace("_", "-"): v for k, v in more.items()}}


@pytest.fixture(autouse=True)
def fresh_process_memory() -> Iterator[None]:
    forget_tokens()
    forget_codes()
    yield
    forget_tokens()
    forget_codes()


@pytest.fixture
def codes(transactional_db: None) -> None:
    Code.objects.bulk_create(
        Code(table=table, code=code, name_zh=code, name_en=code, source="test")
        for table, values in CODES.items()
        for code in values
    )
    forget_codes()


@pytest.fixture
def organisation(codes: None) -> Organisation:
    return Organisation.objects.create(
        uscc="91350100MA00000001", customs_code="35019609P1", name="福州海峡跨境电商平台有限公司"
    )


@pytest.fixture
def other_organisation(codes: None) -> Organisation:
    return Organisation.objects.create(
        uscc="91350200MA00000002", customs_code="350296000B", name="厦门他人企业"
    )


@pytest.fixture
def machine_of(codes: None) -> Callable[..., Machine]:
    def make(owner: Any, scope: str | None = None, *, token: str | None = None) -> Machine:
        is_agency = isinstance(owner, Agency)
        allowed = AGENCY_SCOPES if is_agency else ENTERPRISE_SCOPES
        application = get_application_model().objects.create(
            name="test",
            client_type="confidential",
            authorization_grant_type="client-credentials",
            client_secret="secret-of-the-test",
            allowed_scopes=allowed,
            **({"agency": owner} if is_agency else {"organisation": owner}),
        )
        given = get_access_token_model().objects.create(
            token=token or f"token-{application.pk}",
            application=application,
            scope=allowed if scope is None else scope,
            expires=timezone.now() + timedelta(hours=1),
        )
        return Machine(application, given.token, door())

    return make


@pytest.fixture
def platform(organisation: Organisation, machine_of: Callable[..., Machine]) -> Machine:
    return machine_of(organisation)


@pytest.fixture
def other(other_organisation: Organisation, machine_of: Callable[..., Machine]) -> Machine:
    return machine_of(other_organisation)


@pytest.fixture
def police(codes: None, machine_of: Callable[..., Machine]) -> Machine:
    return machine_of(Agency.objects.create(code="police_fujian", name="福建公安"))


@pytest.fixture
def gacc(codes: None, machine_of: Callable[..., Machine]) -> Machine:
    return machine_of(Agency.objects.create(code="gacc", name="海关"))


HOT = (
    "exchange_message",
    "exchange_receipt",
    "customs_importorder",
    "customs_importorderline",
    "customs_queue",
)


@pytest.fixture
def rows(codes: None) -> Callable[[], dict[str, int]]:
    """Rows of every table a message can touch."""

    def count() -> dict[str, int]:
        with connection.cursor() as cursor:
            found = {}
            for table in HOT:
                cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 -- names above
                found[table] = cursor.fetchone()[0]
        return found

    return count

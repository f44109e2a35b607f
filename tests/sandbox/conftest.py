"""A sandbox instance: the pipeline's world, the client that provisions, one open tenant."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from exchange.enums import Scope
from exchange.permissions import forget_tokens
from portal.models import Agency, Organisation
from portal.selectors import api_client
from portal.services.machines import issue_client
from tests.customs.world import MOMENT, World, live_world, prepared, world
from tests.exchange.conftest import door

__all__ = ["MOMENT", "live_world", "prepared", "world"]
USCC = "91350100M000100Y43"
TENANTS = "/api/v1/sandbox/tenants/"


@dataclass
class Access:
    """A machine that speaks to the API by a token."""

    token: str

    def get(self, path: str) -> Any:
        return door().get(TENANTS + path, headers={"authorization": f"Bearer {self.token}"})

    def post(self, path: str, body: Any = None) -> Any:
        return door().post(
            TENANTS + path,
            json.dumps(body or {}),
            content_type="application/json",
            headers={"authorization": f"Bearer {self.token}"},
        )


def token_for(client_id: str, scope: str) -> str:
    """An access token of a client."""
    forget_tokens()
    return str(
        get_access_token_model()
        .objects.create(
            token=f"token-{client_id}-{timezone.now().timestamp()}",
            application=api_client(client_id),
            scope=scope,
            expires=timezone.now() + timedelta(hours=1),
        )
        .token
    )


@pytest.fixture
def provisioner(world: World, settings: Any) -> Access:
    """The main site's client on a sandbox instance."""
    settings.SANDBOX = True
    agency = Agency.objects.create(code="portal", name="单一窗口")
    scope = Scope.PROVISION_SANDBOX.value
    issue_client(client_id="provisioner", name="p", scopes=scope, agency_id=agency.pk)
    return Access(token_for("provisioner", scope))


@pytest.fixture
def opened(provisioner: Access) -> dict[str, Any]:
    """The credentials of a tenant whose enterprise declares; by part."""
    answer = provisioner.post("", {"uscc": USCC, "name": "福州甲公司", "plays": ["declarant", "shop"]})
    assert answer.status_code == 201
    return {one["part"]: one for one in answer.json()["results"]}


Sending = Callable[[str], list[Any]]


@pytest.fixture
def send(provisioner: Access, opened: dict[str, Any]) -> Sending:
    """Send the samples of a scenario, each with the client it names; the answers."""

    def sending(scenario: str) -> list[Any]:
        found = provisioner.get(f"{USCC}/samples/{scenario}/").json()["results"]
        answers = []
        for one in found:
            token = token_for(one["client_id"], "messages:write receipts:read")
            answers.append(
                door().post(
                    "/api/v1/messages/",
                    one["content"].encode(),
                    content_type="application/xml",
                    headers={"authorization": f"Bearer {token}"},
                )
            )
        return answers

    return sending


def organisations_of(answer: Any) -> dict[str, Organisation]:
    """The organisations of a tenant by part."""
    return {
        one["part"]: Organisation.objects.get(customs_code=one["customs_code"]) for one in answer["firms"]
    }

"""The enterprise's pages of its sandbox, speaking over real HTTP to the machine door of an instance; the marks of a sandbox instance."""

import io
import zipfile
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from exchange.enums import Scope
from exchange.permissions import forget_tokens
from portal.enums import MemberRole, Verb
from portal.models import Agency, AuditEntry, Membership, Organisation, User
from portal.services.machines import issue_client
from sandbox.models import Firm, Tenant
from sandbox.services.calling import TOKEN_KEY
from sandbox.services.tenants import sweep_resets
from tests.conftest import sign_in
from tests.exchange.conftest import door

USCC = "91350100M000100Y43"
PAGE = "/enterprise/sandbox/"


@pytest.fixture
def enterprise(transactional_db: None) -> Organisation:
    return Organisation.objects.create(uscc=USCC, customs_code="350196TEST", name="福州甲公司")


def member(enterprise: Organisation, role: str) -> Client:
    user = User.objects.create_user(username=role, email=f"{role}@example.org")
    Membership.objects.create(user=user, organisation=enterprise, role=role)
    return sign_in(Client(), user)


@pytest.fixture
def administrator(enterprise: Organisation) -> Client:
    return member(enterprise, MemberRole.ADMINISTRATOR)


@pytest.fixture
def connected(enterprise: Organisation, live_server: Any, settings: Any) -> None:
    """This process is the sandbox too: its machine door answers under an address of its own."""
    cache.delete(TOKEN_KEY)
    forget_tokens()
    settings.SANDBOX = True
    agency = Agency.objects.create(code="portal", name="单一窗口")
    scope = Scope.PROVISION_SANDBOX.value
    _client, secret = issue_client(client_id="main", name="main", scopes=scope, agency_id=agency.pk)
    settings.SANDBOX_ACCESS = {"url": live_server.url, "client_id": "main", "client_secret": secret}


def opened(administrator: Client) -> Any:
    return administrator.post(f"{PAGE}open/", {"plays": ["shop", "declarant"]})


def test_opening_shows_the_secrets_once(connected: None, administrator: Client) -> None:
    assert "开通沙箱" in administrator.get(PAGE).text
    answer = opened(administrator)
    secrets = [one["client_secret"] for one in answer.context["issued"]]
    assert len(secrets) == 4
    assert all(secret in answer.text for secret in secrets)
    page = administrator.get(PAGE)
    assert page.text.count("sandbox-") >= 4
    assert not any(secret in page.text for secret in secrets)
    verbs = AuditEntry.objects.filter(actor_id__isnull=False, verb=Verb.SANDBOX_OPENED)
    assert verbs.count() == 1
    again = administrator.post(f"{PAGE}open/", {"plays": ["shop"]}, follow=True)
    assert "该企业的沙箱已经开通" in again.text
    assert (Tenant.objects.count(), verbs.count()) == (1, 1)


def test_a_form_without_a_part_opens_nothing(connected: None, administrator: Client) -> None:
    for body in ({}, {"plays": ["emperor"]}):
        assert administrator.post(f"{PAGE}open/", body).status_code == 422
    assert not Tenant.objects.exists()


def test_only_administrators_change_it_and_viewers_do_not_see_it(
    connected: None, enterprise: Organisation, administrator: Client
) -> None:
    opened(administrator)
    declarant, viewer = (member(enterprise, role) for role in (MemberRole.DECLARANT, MemberRole.VIEWER))
    assert declarant.get(PAGE).status_code == 200
    assert viewer.get(PAGE).status_code == 403
    assert viewer.get(f"{PAGE}samples/import/").status_code == 403
    for act in ("reset/", "secrets/", "open/"):
        assert declarant.post(PAGE + act, {"plays": ["shop"]}).status_code == 403
    assert Tenant.objects.get().generation == 1


def test_samples_name_the_firms_of_the_tenant(connected: None, administrator: Client) -> None:
    opened(administrator)
    answer = administrator.get(f"{PAGE}samples/import/")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    order = archive.read("send-in-this-order.csv").decode().split()
    assert [line.split(",")[1] for line in order[1:]] == [
        "CEB311Message",
        "CEB411Message",
        "CEB511Message",
        "CEB621Message",
    ]
    platform = Firm.objects.select_related("organisation").get(part="platform").organisation
    message = archive.read("01-CEB311Message-platform.xml").decode()
    assert f"<ceb:ebpCode>{platform.customs_code}</ceb:ebpCode>" in message
    assert f"<ceb:dxpId>{platform.dxp_id}</ceb:dxpId>" in message
    unknown = administrator.get(f"{PAGE}samples/none/", follow=True)
    assert "没有此场景" in unknown.text


def test_reset_shows_its_progress(connected: None, administrator: Client) -> None:
    opened(administrator)
    assert "正在重置" in administrator.post(f"{PAGE}reset/", follow=True).text
    part = administrator.get(PAGE, headers={"hx-request": "true"})
    assert ("hx-trigger" in part.text, "<html" in part.text) == (True, False)
    assert "沙箱正在重置" in administrator.post(f"{PAGE}reset/", follow=True).text
    sweep_resets()
    part = administrator.get(PAGE, headers={"hx-request": "true"})
    assert "hx-trigger" not in part.text
    assert AuditEntry.objects.filter(actor_id__isnull=False, verb=Verb.SANDBOX_RESET).count() == 1


def test_other_secrets_are_shown_once(connected: None, administrator: Client) -> None:
    first = {one["client_secret"] for one in opened(administrator).context["issued"]}
    second = {one["client_secret"] for one in administrator.post(f"{PAGE}secrets/").context["issued"]}
    assert (len(first), len(second), first & second) == (4, 4, set())


def test_sandbox_that_is_absent_or_away_is_said_and_nothing_is_audited(
    enterprise: Organisation, administrator: Client, settings: Any, tmp_path: Any
) -> None:
    settings.SANDBOX_FILE = tmp_path / "none.json"
    assert "本站未接入沙箱" in administrator.get(PAGE).text
    settings.SANDBOX_ACCESS = {"url": "http://127.0.0.1:9", "client_id": "a", "client_secret": "b"}
    cache.delete(TOKEN_KEY)
    assert "沙箱暂时不可用" in administrator.get(PAGE).text
    assert "沙箱暂时不可用" in administrator.post(f"{PAGE}reset/", follow=True).text
    assert not AuditEntry.objects.filter(verb=Verb.SANDBOX_RESET).exists()


def test_a_sandbox_instance_says_so_on_every_page_and_every_api_answer(
    enterprise: Organisation, settings: Any
) -> None:
    for sandbox in (False, True):
        settings.SANDBOX = sandbox
        for address in (reverse("home"), "/nowhere/", "/accounts/login/"):
            assert ("沙箱环境" in Client().get(address).text) is sandbox
        for answer in (door().get("/api/v1/receipts/"), door().get("/api/v1/nowhere/")):
            assert answer.get("X-Single-Window-Sandbox") == ("1" if sandbox else None)

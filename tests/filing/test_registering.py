"""A company registers itself: code, registry, description, proven address; one enterprise comes of it, once (rules G.1, G.3, G.4)."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from exchange.agencies.registry import simulator
from exchange.agencies.registry.adapter import entry_of
from exchange.agencies.registry.codes import Standing
from exchange.models import AgencyTask
from exchange.services import AgencyDecision
from filing.models import RegistrationApplication
from filing.services import registering
from portal.codes import load_codes, load_rules
from portal.models import Agency, AuditEntry, Membership, Office, Organisation, User
from portal.services.organisations import AlreadyRegistered

USCC = "91110000600037341L"
"""The worked example of rules G.3."""

PASSWORD = "Fuzhou-Harbour-2026"
COMPANY = {"name": "福州样例贸易有限公司", "name_en": "", "customs_code": "35019609x1", "district": "3501"}


@pytest.fixture(autouse=True)
def reference(db: None) -> None:
    prepare()


@pytest.fixture
def client() -> Client:
    """From an address of its own: the counters of public pages are shared by all tests."""
    return Client(REMOTE_ADDR=f"2001:db8::{uuid.uuid4().hex[:4]}:{uuid.uuid4().hex[:4]}")


def prepare() -> None:
    load_codes()
    load_rules()
    customs = Agency.objects.create(code="gacc", name="海关")
    Office.objects.create(agency=customs, code="3501", name="福州关区")


def answer(application: RegistrationApplication, **detail: Any) -> None:
    registering.take_registry_answer(
        AgencyDecision(1, "registry_fujian", "REGISTRY_LOOKUP", application.pk, "answered", detail)
    )
    application.refresh_from_db()


def start(client: Client, uscc: str = USCC) -> RegistrationApplication:
    assert client.post("/filing/register/", {"uscc": uscc}).status_code == 302
    return RegistrationApplication.objects.latest("id")


def mailed(client: Client, email: str = "chen@example.com") -> str:
    """Go as far as the mail; returns the path of its link."""
    start(client)
    assert client.post("/filing/register/company/", COMPANY).status_code == 302
    data = {"person_name": "陈样例", "email": email}
    assert client.post("/filing/register/person/", data).status_code == 302
    return link()


def link() -> str:
    """Path of the link in the newest mail."""
    found = re.search(r"/filing/register/confirm/[^\s]+", str(mail.outbox[-1].body))
    assert found is not None
    return found.group(0)


def finish(client: Client, path: str) -> Any:
    return client.post(path, {"password1": PASSWORD, "password2": PASSWORD})


def nothing_made() -> bool:
    return (Organisation.objects.count(), User.objects.count(), Membership.objects.count()) == (0, 0, 0)


def test_from_the_code_to_the_administrator(client: Client) -> None:
    path = mailed(client)
    assert nothing_made()
    assert client.get(path).status_code == 200
    assert nothing_made()
    assert finish(client, path).status_code == 302
    organisation = Organisation.objects.get()
    assert (organisation.uscc, organisation.name, organisation.customs_code, organisation.district) == (
        USCC,
        "福州样例贸易有限公司",
        "35019609X1",
        "3501",
    )
    member = Membership.objects.get()
    assert (member.organisation, member.role, member.user.email) == (
        organisation,
        "administrator",
        "chen@example.com",
    )
    assert member.user.check_password(PASSWORD)
    assert (
        AuditEntry.objects.filter(verb="enterprise_registered", organisation_id=organisation.pk).count() == 1
    )


@pytest.mark.parametrize(
    "typed", ["91110000600037341L", " 9111 0000 6000 3734 1l ", "９１１１００００６０００３７３４１Ｌ"]
)
def test_a_typed_code_is_normalised(client: Client, typed: str) -> None:
    assert start(client, typed).uscc == USCC


@pytest.mark.parametrize(
    "typed",
    [
        "91110000600037341M",
        "9111000060003734",
        "91110000600037341I",
        "😀" * 18,
        "x" * 10_000,
        "' OR 1=1 --",
        "",
    ],
)
def test_a_wrong_code_is_refused_at_its_field(client: Client, typed: str) -> None:
    answer_page = client.post("/filing/register/", {"uscc": typed})
    assert answer_page.status_code == 422
    assert (RegistrationApplication.objects.count(), AgencyTask.objects.count()) == (0, 0)


def test_a_known_enterprise_is_shown_as_on_file_and_never_registered_again(client: Client) -> None:
    Organisation.objects.create(uscc=USCC, name="老企业有限公司", district="3501")
    shown = client.post("/filing/register/", {"uscc": USCC})
    assert shown.status_code == 409
    page = shown.content.decode()
    assert "老企业有限公司" in page
    assert "无需重复备案" in page
    assert RegistrationApplication.objects.count() == 0


@pytest.mark.parametrize(
    ("status", "state", "sentence"),
    [
        ("1", "active", "登记名称"),
        ("2", "revoked", "不能注册"),
        ("3", "cancelled", "不能注册"),
        ("0", "not_found", "查无此号"),
        ("7", "unknown", "代码 7"),
    ],
)
def test_every_answer_of_the_registry_is_a_visible_state(
    client: Client, status: str, state: str, sentence: str
) -> None:
    application = start(client)
    assert "正在查询登记机关" in client.get("/filing/register/company/registry/").content.decode()
    answer(application, status=status, name="福州样例贸易有限公司")
    assert application.registry_state == state
    assert sentence in client.get("/filing/register/company/registry/").content.decode()


@pytest.mark.parametrize(
    "garbage", [{}, {"status": None}, {"status": ["1"]}, {"status": "1" * 99, "name": 7}]
)
def test_garbage_of_the_registry_is_an_unknown_state(client: Client, garbage: dict[str, Any]) -> None:
    application = start(client)
    answer(application, **garbage)
    assert application.registry_state == "unknown"
    assert entry_of("garbage").standing == Standing.UNKNOWN


def test_a_revoked_company_cannot_go_on(client: Client) -> None:
    answer(start(client), status="2")
    refused = client.post("/filing/register/company/", COMPANY)
    assert refused.status_code == 422
    assert "不能注册" in refused.content.decode()


def test_a_second_answer_changes_nothing(client: Client) -> None:
    application = start(client)
    answer(application, status="1", name="甲")
    answer(application, status="3", name="乙")
    assert (application.registry_state, application.registry_entry["name"]) == ("active", "甲")


def test_a_silent_registry_does_not_hold_anybody_up(client: Client) -> None:
    start(client)
    with time_machine.travel(timezone.now() + timedelta(seconds=21)):
        page = client.get("/filing/register/company/registry/").content.decode()
        assert "暂未答复" in page
        assert "hx-get" not in page
        assert client.post("/filing/register/company/", COMPANY).status_code == 302


def test_another_name_than_the_registered_one_is_pointed_out(client: Client) -> None:
    answer(start(client), status="1", name="福州真名贸易有限公司")
    client.post("/filing/register/company/", COMPANY)
    assert "福州真名贸易有限公司" in client.get("/filing/register/person/").content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [("customs_code", "3501960"), ("customs_code", "A501960900"), ("district", "9999"), ("name", "")],
)
def test_wrong_company_data_is_refused_and_nothing_kept(client: Client, field: str, value: str) -> None:
    start(client)
    assert client.post("/filing/register/company/", {**COMPANY, field: value}).status_code == 422
    assert RegistrationApplication.objects.get().state == "started"


def test_nothing_is_lost_by_leaving_and_coming_back(client: Client) -> None:
    mailed(client)
    assert 'value="福州样例贸易有限公司"' in client.get("/filing/register/company/").content.decode()
    assert 'value="chen@example.com"' in client.get("/filing/register/person/").content.decode()
    assert RegistrationApplication.objects.count() == 1


def test_steps_cannot_be_skipped(client: Client) -> None:
    assert client.get("/filing/register/person/")["Location"] == "/filing/register/"
    start(client)
    assert client.get("/filing/register/person/")["Location"] == "/filing/register/company/"
    assert client.get("/filing/register/sent/")["Location"] == "/filing/register/person/"


def test_a_link_works_once_and_only_the_newest(client: Client) -> None:
    old = mailed(client)
    client.post("/filing/register/person/", {"person_name": "陈样例", "email": "new@example.com"})
    newest = link()
    assert finish(client, old).status_code == 410
    assert nothing_made()
    assert finish(client, newest).status_code == 302
    assert finish(client, newest).status_code == 410
    assert User.objects.count() == 1


def test_an_old_or_forged_link_is_dead(client: Client) -> None:
    path = mailed(client)
    assert client.get(path[:-3] + "xx/").status_code == 410
    with time_machine.travel(timezone.now() + timedelta(hours=49)):
        assert finish(client, path).status_code == 410
    assert nothing_made()


def test_a_weak_password_makes_nothing(client: Client) -> None:
    path = mailed(client)
    assert client.post(path, {"password1": "12345678", "password2": "12345678"}).status_code == 422
    assert nothing_made()


def test_an_address_that_has_an_account_makes_no_second_one(client: Client) -> None:
    User.objects.create_user("old", email="chen@example.com")
    path = mailed(client)
    assert finish(client, path).status_code == 422
    assert (Organisation.objects.count(), User.objects.count()) == (0, 1)


def test_many_attempts_from_one_address_are_refused(client: Client) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        codes = [client.post("/filing/register/", {"uscc": "x"}).status_code for _n in range(21)]
    assert codes == [422] * 20 + [429]


@pytest.mark.parametrize(
    ("digits", "standing"),
    [("90", "active"), ("91", "revoked"), ("92", "cancelled"), ("93", "not_found"), ("94", "unknown")],
)
def test_the_simulator_answers_by_its_convention(digits: str, standing: str) -> None:
    uscc = f"91350100MA35000{digits}X"
    assert entry_of(simulator.answer({"payload": {"uscc": uscc}})["detail"]).standing == standing


@pytest.mark.django_db(transaction=True)
def test_two_who_register_the_same_company_at_once_make_one_enterprise() -> None:
    tokens = []
    for email in ("one@example.com", "two@example.com"):
        application = registering.begin(USCC, language="zh-hans")
        registering.describe(application.pk, registering.Company(**COMPANY))
        sent = registering.send_link(application.pk, person_name="某人", email=email)
        tokens.append(registering.token_of(sent))

    def attempt(token: str) -> str:
        try:
            registering.finish(token, password=PASSWORD)
        except AlreadyRegistered as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(attempt, tokens))
    assert results == ["ORGANISATION.KNOWN", "done"]
    assert (Organisation.objects.count(), User.objects.count(), Membership.objects.count()) == (1, 1, 1)

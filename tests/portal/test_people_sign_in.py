"""The second factor of officials and administrators, the limits of a session, locks, devices; each leaves a trace in the audit."""

import time

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from portal.enums import AdministratorRole, Verb
from portal.models import Administrator, Agency, AuditEntry, Membership, Organisation, Post, User
from portal.people import failures_allowed
from tests.conftest import sign_in
from tools.demo.accounts import TOTP_SECRET

pytestmark = pytest.mark.django_db

PASSWORD = "Long-enough-2026"
START = "2026-03-02T09:00:00+08:00"
DOORS = ("/console/", "/console/customs.manual/", "/console/parcels/", "/admin/", "/enterprise/", "/")
ENROL, LOGIN = "/accounts/2fa/totp/activate/", "/accounts/login/"


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    """Rate limits and used codes of other tests."""
    cache.clear()


def person(name: str, *, proven: bool = True) -> User:
    user = User.objects.create_user(name, email=f"{name}@example.org", password=PASSWORD)
    if proven:
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def official(name: str = "official", role: str = "reviewer") -> User:
    user = person(name)
    customs, _new = Agency.objects.get_or_create(code="gacc", defaults={"name": "海关"})
    Post.objects.create(user=user, agency=customs, role=role)
    return user


def administrator(role: str = "system") -> User:
    user = person(role)
    Administrator.objects.create(user=user, role=role)
    return user


def trader() -> User:
    user = person("trader")
    shop = Organisation.objects.create(uscc="91350100MA35000018", name="商行")
    Membership.objects.create(user=user, organisation=shop, role="declarant")
    return user


def password_only(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def sent_to(client: Client, path: str) -> str:
    answer = client.get(path)
    return answer.url.partition("?")[0] if answer.status_code == 302 else str(answer.status_code)


def test_an_unproven_address_is_proven_before_the_first_session() -> None:
    user, client = person("newcomer", proven=False), Client()
    right = {"login": user.username, "password": PASSWORD}
    assert client.post(LOGIN, right).url == "/accounts/confirm-email/"  # type: ignore[attr-defined]
    assert "_auth_user_id" not in client.session
    (sent,) = mail.outbox
    assert sent.to == [user.email]
    address = next(word for word in sent.body.split() if "/accounts/confirm-email/" in word)
    client.post("/accounts/confirm-email/" + address.split("/accounts/confirm-email/")[1])
    assert EmailAddress.objects.get(user=user).verified
    assert client.post(LOGIN, right).status_code == 302
    assert client.get("/accounts/sessions/").status_code == 200


def verbs() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize("make", [official, administrator], ids=["official", "administrator"])
def test_without_a_factor_everything_leads_to_enrolment(make: object, path: str) -> None:
    client = password_only(make())  # type: ignore[operator]
    assert sent_to(client, path) == ENROL
    assert client.post(path).status_code == 302


@pytest.mark.parametrize("path", DOORS)
def test_an_enrolled_factor_that_was_not_shown_ends_the_session(path: str) -> None:
    user = official()
    TOTP.activate(user, TOTP_SECRET)
    client = password_only(user)
    assert sent_to(client, path) == LOGIN
    assert "_auth_user_id" not in client.session


def test_a_partial_request_is_led_away_as_a_whole() -> None:
    answer = password_only(official()).get("/console/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == ENROL


@pytest.mark.django_db(transaction=True)
def test_enrolment_opens_the_console_at_once() -> None:
    user, client = official(), Client()
    client.post(LOGIN, {"login": user.username, "password": PASSWORD})
    assert sent_to(client, "/console/") == ENROL
    page = client.get(ENROL)
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    assert client.post(ENROL, {"code": code}).status_code == 302
    stored = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    assert secret not in stored.data["secret"]
    assert sent_to(client, "/console/") == "200"


def code_now() -> str:
    return format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30))


def test_sign_in_asks_for_the_factor_and_a_code_serves_once() -> None:
    user = official()
    TOTP.activate(user, TOTP_SECRET)
    with time_machine.travel(START, tick=False):
        first, second = Client(), Client()
        for client in (first, second):
            client.post(LOGIN, {"login": user.username, "password": PASSWORD})
            assert sent_to(client, "/console/") == LOGIN
        code = code_now()
        assert first.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
        assert first.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
        assert first.get("/console/").status_code == 200
        assert second.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
        assert sent_to(second, "/console/") == LOGIN


def test_the_last_factor_stays() -> None:
    user = official()
    client = sign_in(Client(), user)
    session = client.session
    session["account_authentication_methods"][0].update(reauthenticated=True, at=time.time())
    session.save()
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=user).exists()


def test_enterprise_staff_need_no_factor() -> None:
    assert password_only(trader()).get("/enterprise/").status_code == 200


def test_admin_has_no_sign_in_of_its_own() -> None:
    user = administrator()
    TOTP.activate(user, TOTP_SECRET)
    client = Client()
    answer = client.post("/admin/login/", {"username": user.username, "password": PASSWORD})
    assert answer.status_code in {302, 405}
    assert "_auth_user_id" not in client.session


def test_idle_official_is_signed_out_after_15_minutes() -> None:
    with time_machine.travel(START, tick=False) as clock:
        client = sign_in(Client(), official())
        clock.shift(14 * 60 + 59)
        assert client.get("/console/").status_code == 200
        clock.shift(14 * 60 + 59)
        assert client.get("/console/").status_code == 200
        clock.shift(15 * 60)
        answer = client.get("/console/")
        assert answer.url == f"{LOGIN}?next=%2Fconsole%2F"  # type: ignore[attr-defined]
    assert "_auth_user_id" not in client.session
    ended = AuditEntry.objects.get(verb=Verb.SESSION_ENDED)
    assert ended.detail == {"reason": "idle"}


def test_no_session_outlives_8_hours() -> None:
    with time_machine.travel(START, tick=False) as clock:
        client = sign_in(Client(), official())
        for _quarter in range(47):
            clock.shift(10 * 60)
            assert client.get("/console/").status_code == 200
        clock.shift(10 * 60)
        assert sent_to(client, "/console/") == LOGIN
    assert AuditEntry.objects.get(verb=Verb.SESSION_ENDED).detail == {"reason": "absolute"}


def test_enterprise_staff_are_not_signed_out_by_the_limits_of_officials() -> None:
    with time_machine.travel(START, tick=False) as clock:
        client = password_only(trader())
        clock.shift(3 * 3600)
        assert client.get("/enterprise/").status_code == 200


def test_lock_after_five_failures_and_release_after_the_register_time() -> None:
    user = trader()
    assert failures_allowed() == 5
    with time_machine.travel(START, tick=False) as clock:
        for _attempt in range(5):
            cache.clear()  # the limiter by address stands in front of the lock
            answer = Client().post(LOGIN, {"login": user.username, "password": "wrong"})
        assert answer.status_code == 429
        cache.clear()
        right = {"login": user.username, "password": PASSWORD}
        assert Client().post(LOGIN, right).status_code == 429
        clock.shift(15 * 60 + 1)
        cache.clear()
        assert Client().post(LOGIN, right).status_code == 302
    assert verbs().count(Verb.SIGN_IN_FAILED) >= 5
    assert verbs().count(Verb.LOCKED_OUT) >= 1
    assert set(AuditEntry.objects.values_list("actor_id", flat=True)) == {user.pk}


def devices(user: User, count: int) -> list[Client]:
    clients = [Client(headers={"User-Agent": "Firefox/130 Linux"}) for _ in range(count)]
    for client in clients:
        client.post(LOGIN, {"login": user.username, "password": PASSWORD})
    return clients


def alive(client: Client) -> bool:
    return client.get("/enterprise/").status_code == 200


def test_one_device_is_signed_out() -> None:
    user = trader()
    here, there = devices(user, 2)
    assert "Firefox · Linux" in here.get("/accounts/sessions/").content.decode()
    other = UserSession.objects.get(session_key=there.session.session_key)
    here.post(reverse("sessions_end", args=[other.pk]))
    assert (alive(here), alive(there)) == (True, False)


def test_all_other_devices_are_signed_out() -> None:
    here, *others = devices(trader(), 3)
    here.post(reverse("sessions_end_others"))
    assert alive(here)
    assert [alive(one) for one in others] == [False, False]
    assert AuditEntry.objects.get(verb=Verb.SESSION_ENDED).detail == {"reason": "owner", "sessions": 2}


def test_nobody_ends_the_session_of_another() -> None:
    (victim,) = devices(trader(), 1)
    session = UserSession.objects.get()
    stranger = sign_in(Client(), User.objects.create_user("stranger"))
    stranger.post(reverse("sessions_end", args=[session.pk]))
    assert alive(victim)


def test_signing_in_and_out_is_recorded() -> None:
    (client,) = devices(trader(), 1)
    client.post("/accounts/logout/")
    assert verbs() == [Verb.SIGNED_IN, Verb.SIGNED_OUT]
    assert not UserSession.objects.exists()


@pytest.mark.parametrize("second", AdministratorRole.values)
def test_nobody_holds_two_of_the_three_roles(second: str) -> None:
    user = administrator("audit")
    with pytest.raises(IntegrityError), transaction.atomic():
        Administrator.objects.create(user=user, role=second)


def test_nobody_stands_above_the_three_roles() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_superuser("root", "root@example.org", "x")

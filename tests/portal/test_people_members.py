"""People of an enterprise: invitations, roles, leaving, switching; by whom, for whom, and two at once."""

import threading
from collections.abc import Callable

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from guardian.shortcuts import get_user_perms

from portal.enums import InvitationState, MemberRole, Verb
from portal.models import (
    Agency,
    AuditEntry,
    Invitation,
    Letter,
    Membership,
    Organisation,
    OrganisationUserPermission,
    Post,
    User,
)
from portal.permissions import MEMBER_PERMISSIONS, has
from portal.services import invitations, people
from tests.conftest import sign_in

pytestmark = pytest.mark.django_db

START = "2026-03-02T09:00:00+08:00"
PASSWORD = "Strait-Crossing-88"
NEW = {"full_name": "新同事", "password1": PASSWORD, "password2": PASSWORD}


def enterprise(number: int = 1) -> Organisation:
    return Organisation.objects.create(uscc=f"91350100MA35{number:04d}0X", name=f"商行{number}")


def member(shop: Organisation, role: str, name: str = "") -> Membership:
    user = User.objects.create_user(name or f"{role}{shop.pk}", email=f"{name or role}{shop.pk}@example.org")
    return Membership.objects.create(user=user, organisation=shop, role=role)


@pytest.fixture
def shop() -> Organisation:
    return enterprise()


@pytest.fixture
def boss(shop: Organisation) -> User:
    return member(shop, "administrator").user


def invited(
    shop: Organisation, boss: User, email: str = "new@example.org", role: str = "declarant"
) -> Invitation:
    return invitations.invite(organisation_id=shop.pk, email=email, role=role, actor=boss)


def link(invitation: Invitation) -> str:
    return reverse("invitation", args=[invitations.token_of(invitation)])


def codes(user: User, shop: Organisation) -> list[str]:
    return sorted(get_user_perms(user, shop).values_list("codename", flat=True))


@pytest.mark.parametrize("role", MemberRole.values)
@pytest.mark.parametrize("permission", sorted(MEMBER_PERMISSIONS))
def test_each_role_has_exactly_its_permissions_and_none_elsewhere(
    shop: Organisation, role: str, permission: str
) -> None:
    user, other = member(shop, role).user, enterprise(2)
    assert has(user, permission, organisation_id=shop.pk) == (role in MEMBER_PERMISSIONS[permission])
    assert not has(user, permission, organisation_id=other.pk)


def test_object_permissions_follow_the_membership(shop: Organisation) -> None:
    one = member(shop, "finance")
    assert codes(one.user, shop) == ["act_as_finance"]
    one.role = "viewer"
    one.save()
    assert codes(one.user, shop) == ["act_as_viewer"]
    one.delete()
    assert not OrganisationUserPermission.objects.exists()


def test_an_inactive_enterprise_gives_no_right(shop: Organisation, boss: User) -> None:
    Organisation.objects.update(is_active=False)
    assert not has(boss, "people.manage", organisation_id=shop.pk)


def test_an_invited_person_opens_an_account_and_joins(shop: Organisation, boss: User) -> None:
    invitation, client = invited(shop, boss, "New@Example.org"), Client()
    assert client.get(link(invitation)).status_code == 200
    assert Invitation.objects.get().state == InvitationState.OPEN
    assert client.post(link(invitation), NEW).status_code == 302
    user = User.objects.get(email="new@example.org")
    assert codes(user, shop) == ["act_as_declarant"]
    assert EmailAddress.objects.get(user=user).verified
    invitation.refresh_from_db()
    assert (invitation.state, invitation.accepted_by) == (InvitationState.ACCEPTED, user)
    assert Letter.objects.get(code="portal.member_joined").user == boss
    assert (
        client.post("/accounts/login/", {"login": "new@example.org", "password": PASSWORD}).status_code == 302
    )


def test_the_link_serves_once(shop: Organisation, boss: User) -> None:
    invitation = invited(shop, boss)
    Client().post(link(invitation), NEW)
    again = Client().post(link(invitation), {**NEW, "full_name": "别人"})
    assert again.status_code == 410
    assert Membership.objects.filter(organisation=shop).count() == 2


def test_an_expired_link_opens_nothing(shop: Organisation, boss: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        invitation = invited(shop, boss)
        clock.shift(7 * 24 * 3600)
        assert Client().post(link(invitation), NEW).status_code == 410
    assert not User.objects.filter(email="new@example.org").exists()


def test_forged_links_open_nothing(shop: Organisation, boss: User) -> None:
    token = invitations.token_of(invited(shop, boss))
    for forged in (token[:-1] + ("a" if token[-1] != "a" else "b"), "x", "eyJ", token.split(":")[0]):
        assert Client().post(reverse("invitation", args=[forged]), NEW).status_code == 404
    assert User.objects.count() == 1


def test_sending_again_ends_the_old_link(shop: Organisation, boss: User) -> None:
    invitation = invited(shop, boss)
    old = link(invitation)
    fresh = invitations.resend(organisation_id=shop.pk, invitation_id=invitation.pk, actor=boss)
    assert Client().get(old).status_code == 410
    assert Client().get(link(fresh)).status_code == 200


def test_a_withdrawn_link_opens_nothing(shop: Organisation, boss: User) -> None:
    invitation = invited(shop, boss)
    invitations.withdraw(organisation_id=shop.pk, invitation_id=invitation.pk, actor=boss)
    assert Client().post(link(invitation), NEW).status_code == 410
    with pytest.raises(invitations.InvitationWithdrawn):
        invitations.resend(organisation_id=shop.pk, invitation_id=invitation.pk, actor=boss)


def test_an_invitation_is_for_its_address_only(shop: Organisation, boss: User) -> None:
    invitation = invited(shop, boss)
    stranger = User.objects.create_user("stranger", email="stranger@example.org")
    client = sign_in(Client(), stranger)
    assert client.get(link(invitation)).context["other"]
    assert client.post(link(invitation)).status_code == 403
    assert not stranger.memberships.exists()


def test_an_existing_account_joins_after_signing_in(shop: Organisation, boss: User) -> None:
    invitation = invited(shop, boss)
    known = User.objects.create_user("known", email="NEW@example.org")
    assert "sign_in" in Client().get(link(invitation)).context
    assert Client().post(link(invitation), NEW).status_code == 200
    assert not known.memberships.exists()
    sign_in(Client(), known).post(link(invitation))
    assert known.memberships.get().role == "declarant"


def test_officials_do_not_join_enterprises(shop: Organisation, boss: User) -> None:
    official = User.objects.create_user("official", email="new@example.org")
    customs = Agency.objects.create(code="gacc", name="海关")
    Post.objects.create(user=official, agency=customs, role="chief")
    assert sign_in(Client(), official).post(link(invited(shop, boss))).status_code == 403
    assert not official.memberships.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password1": "short", "password2": "short"}, "password1"),
        ({"password1": "12345678901", "password2": "12345678901"}, "password1"),
        ({"password2": "Other-Crossing-88"}, "password2"),
        ({"full_name": ""}, "full_name"),
    ],
)
def test_a_bad_new_account_leaves_nothing(
    shop: Organisation, boss: User, change: dict[str, str], field: str
) -> None:
    answer = Client().post(link(invited(shop, boss)), {**NEW, **change})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert User.objects.count() == 1
    assert Invitation.objects.get().state == InvitationState.OPEN


def test_nobody_is_invited_twice_or_as_a_member(shop: Organisation, boss: User) -> None:
    invited(shop, boss)
    with pytest.raises(invitations.AlreadyInvited):
        invited(shop, boss, " NEW@example.org ")
    with pytest.raises(invitations.AlreadyMember):
        invited(shop, boss, boss.email.upper())
    assert Invitation.objects.count() == 1


def test_the_mail_goes_out_once_and_names_the_link(shop: Organisation, boss: User) -> None:
    invitation = invited(shop, boss)
    assert invitations.mail_open_invitations() == 1
    assert invitations.mail_open_invitations() == 0
    (sent,) = mail.outbox
    assert sent.to == ["new@example.org"]
    assert link(invitation).split(":")[0] in sent.body  # the rest is time and signature
    assert shop.name not in sent.subject
    assert "declarant" in sent.body.lower()


def test_a_mail_server_that_is_away_is_asked_again(shop: Organisation, boss: User, settings: object) -> None:
    invited(shop, boss)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # type: ignore[attr-defined]
    assert invitations.mail_open_invitations() == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]
    assert invitations.mail_open_invitations() == 1


def refused_acts(actor: User, target: Membership, invitation: Invitation) -> list[Callable[[], object]]:
    shop = target.organisation_id
    return [
        lambda: invitations.invite(organisation_id=shop, email="x@example.org", role="viewer", actor=actor),
        lambda: invitations.resend(organisation_id=shop, invitation_id=invitation.pk, actor=actor),
        lambda: invitations.withdraw(organisation_id=shop, invitation_id=invitation.pk, actor=actor),
        lambda: people.change_role(organisation_id=shop, member_id=target.pk, role="viewer", actor=actor),
        lambda: people.remove_member(organisation_id=shop, member_id=target.pk, actor=actor),
    ]


@pytest.mark.parametrize("role", ["declarant", "finance", "viewer", "administrator elsewhere"])
def test_only_administrators_of_the_enterprise_manage_people(
    shop: Organisation, boss: User, role: str
) -> None:
    target, invitation = member(shop, "declarant", "target"), invited(shop, boss)
    elsewhere = role.endswith("elsewhere")
    actor = member(enterprise(2) if elsewhere else shop, role.split()[0], "actor").user
    before = AuditEntry.objects.count()
    for act in refused_acts(actor, target, invitation):
        with pytest.raises(people.Refusal) as refusal:
            act()
        assert refusal.value.code == "PERMISSION.DENIED"
    target.refresh_from_db()
    assert target.role == "declarant"
    assert (Invitation.objects.count(), AuditEntry.objects.count()) == (1, before)


def test_members_of_other_enterprises_do_not_exist(shop: Organisation, boss: User) -> None:
    stranger = member(enterprise(2), "declarant")
    client = sign_in(Client(), boss)
    for name in ("people_member", "people_remove"):
        assert client.get(reverse(name, args=[stranger.pk])).status_code == 404
        assert client.post(reverse(name, args=[stranger.pk]), {"role": "viewer"}).status_code == 404
    stranger.refresh_from_db()
    assert stranger.role == "declarant"


def test_a_role_is_changed_and_told(shop: Organisation, boss: User) -> None:
    target = member(shop, "viewer")
    answer = sign_in(Client(), boss).post(reverse("people_member", args=[target.pk]), {"role": "finance"})
    assert answer.status_code == 302
    assert codes(target.user, shop) == ["act_as_finance"]
    entry = AuditEntry.objects.get(verb=Verb.MEMBER_ROLE_CHANGED)
    assert (entry.actor_id, entry.detail) == (boss.pk, {"from": "viewer", "to": "finance"})
    assert Letter.objects.get(code="portal.member_role_changed").user == target.user


@pytest.mark.parametrize("role", ["", "owner", "ADMINISTRATOR", "\x00"])
def test_unknown_roles_are_refused(shop: Organisation, boss: User, role: str) -> None:
    target = member(shop, "viewer")
    answer = sign_in(Client(), boss).post(reverse("people_member", args=[target.pk]), {"role": role})
    assert answer.status_code == 422
    assert codes(target.user, shop) == ["act_as_viewer"]


def test_a_removed_member_is_out_at_the_next_request(shop: Organisation, boss: User) -> None:
    target = member(shop, "declarant")
    leaver = sign_in(Client(), target.user)
    assert leaver.get("/enterprise/").status_code == 200
    sign_in(Client(), boss).post(reverse("people_remove", args=[target.pk]))
    assert leaver.get("/enterprise/").status_code in {302, 403}
    assert not has(target.user, "parcel.read", organisation_id=shop.pk)
    assert AuditEntry.objects.get(verb=Verb.MEMBER_REMOVED).subject == f"user:{target.user_id}"


def test_sessions_of_a_removed_member_end(shop: Organisation, boss: User) -> None:
    target = member(shop, "declarant")
    target.user.set_password(PASSWORD)
    target.user.save()
    EmailAddress.objects.create(user=target.user, email=target.user.email, verified=True, primary=True)
    leaver = Client()
    leaver.post("/accounts/login/", {"login": target.user.username, "password": PASSWORD})
    people.remove_member(organisation_id=shop.pk, member_id=target.pk, actor=boss)
    assert leaver.get("/enterprise/").url.startswith("/accounts/login/")  # type: ignore[attr-defined]


def test_the_last_administrator_stays(shop: Organisation, boss: User) -> None:
    member(shop, "declarant")
    mine = boss.memberships.get()
    for act in refused_acts(boss, mine, invited(shop, boss))[3:]:
        with pytest.raises(people.LastAdministrator):
            act()
    assert codes(boss, shop) == ["act_as_administrator"]


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_leave_one() -> None:
    shop = enterprise()
    pair = [member(shop, "administrator", name) for name in ("first", "second")]
    start, outcomes = threading.Barrier(2), []

    def remove(actor: Membership, target: Membership) -> None:
        start.wait()
        try:
            people.remove_member(organisation_id=shop.pk, member_id=target.pk, actor=actor.user)
            outcomes.append("removed")
        except people.Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=remove, args=two) for two in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("removed") == 1
    assert Membership.objects.filter(organisation=shop, role="administrator").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_link_opened_by_two_at_once_serves_one() -> None:
    shop = enterprise()
    invitation = invited(shop, member(shop, "administrator").user)
    start, statuses = threading.Barrier(4), []

    def open_link() -> None:
        client = Client()
        start.wait()
        statuses.append(client.post(link(invitation), NEW).status_code)
        connection.close()

    threads = [threading.Thread(target=open_link) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(302) == 1
    assert Membership.objects.filter(organisation=shop).count() == 2


def test_one_switches_between_own_enterprises_only(shop: Organisation) -> None:
    user = member(shop, "viewer").user
    second, third = enterprise(2), enterprise(3)
    Membership.objects.create(user=user, organisation=second, role="administrator")
    client = sign_in(Client(), user)
    assert shop.name in client.get("/enterprise/people/").content.decode()
    assert client.post("/accounts/act-for/", {"organisation": second.pk}).status_code == 302
    page = client.get("/enterprise/people/")
    assert (page.context["organisation"].pk, page.context["manages"]) == (second.pk, True)
    for foreign in (third.pk, "x", "", "9" * 30):
        assert client.post("/accounts/act-for/", {"organisation": foreign}).status_code == 403
    assert client.get("/enterprise/people/").context["organisation"].pk == second.pk


def test_who_left_the_chosen_enterprise_acts_for_the_other(shop: Organisation) -> None:
    user = member(shop, "viewer").user
    second = Membership.objects.create(user=user, organisation=enterprise(2), role="viewer")
    client = sign_in(Client(), user)
    client.post("/accounts/act-for/", {"organisation": second.organisation_id})
    second.delete()
    assert client.get("/enterprise/people/").context["organisation"].pk == shop.pk


def test_the_list_costs_the_same_for_any_number_of_people(
    shop: Organisation, boss: User, django_assert_max_num_queries: object
) -> None:
    for number in range(30):
        member(shop, "viewer", f"viewer{number}")
    client = sign_in(Client(), boss)
    client.get("/enterprise/people/")
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        page = client.get("/enterprise/people/?q=viewer&role=viewer")
    assert page.context["page"].paginator.count == 30
    assert len(page.context["page"]) == 20


def test_readers_see_no_addresses_and_no_buttons(shop: Organisation, boss: User) -> None:
    text = sign_in(Client(), member(shop, "viewer").user).get("/enterprise/people/").content.decode()
    assert boss.username in text
    assert boss.email not in text
    assert reverse("people_invite") not in text

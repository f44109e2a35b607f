"""Who may do what: each role × each permission, the page made from it, who holds which post, the three administrators."""

from itertools import product

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from portal.enums import AdministratorRole, PostRole, Verb
from portal.models import Administrator, Agency, AuditEntry, Office, Post, User
from portal.permissions import (
    ADMINISTRATOR_PERMISSIONS,
    MEMBER_PERMISSIONS,
    POST_PERMISSIONS,
    NotPermitted,
    has,
)
from portal.rights import SENTENCES, matrices
from portal.services import posts
from tests.conftest import sign_in

pytestmark = pytest.mark.django_db


def official(role: str, agency: str = "gacc", name: str = "") -> User:
    user = User.objects.create_user(name or f"{agency}-{role}", last_name=name or role)
    desk, _new = Agency.objects.get_or_create(code=agency, defaults={"name": agency})
    Post.objects.create(user=user, agency=desk, role=role)
    return user


def administrator(role: str, name: str = "") -> User:
    user = User.objects.create_user(name or role, last_name=name or role)
    Administrator.objects.create(user=user, role=role)
    return user


@pytest.mark.parametrize("role", PostRole.values)
def test_each_post_has_exactly_its_permissions(role: str) -> None:
    user = official(role)
    held = {one for one in (*POST_PERMISSIONS, *ADMINISTRATOR_PERMISSIONS) if has(user, one)}
    assert held == {one for one, roles in POST_PERMISSIONS.items() if role in roles}


@pytest.mark.parametrize("role", AdministratorRole.values)
def test_each_administrator_has_exactly_the_permissions_of_the_role(role: str) -> None:
    user = administrator(role)
    held = {one for one in (*POST_PERMISSIONS, *ADMINISTRATOR_PERMISSIONS) if has(user, one)}
    assert held == {one for one, roles in ADMINISTRATOR_PERMISSIONS.items() if role in roles}


def test_no_power_is_shared_by_two_administrators() -> None:
    shared = {one for one, roles in ADMINISTRATOR_PERMISSIONS.items() if len(roles) > 1}
    assert shared == {"rights.read", "rights.holders"}


def test_officials_and_administrators_hold_nothing_at_enterprises() -> None:
    people = [official("chief"), *(administrator(role) for role in AdministratorRole.values)]
    assert not [1 for user, one in product(people, MEMBER_PERMISSIONS) if has(user, one, organisation_id=1)]


def test_a_person_who_was_switched_off_holds_nothing() -> None:
    user = official("chief")
    user.is_active = False
    assert not has(user, "parcel.decide")


def test_unknown_permissions_are_an_error_of_the_programme() -> None:
    with pytest.raises(KeyError):
        has(official("chief"), "parcel.burn")


def test_every_permission_has_a_sentence() -> None:
    known = {*MEMBER_PERMISSIONS, *POST_PERMISSIONS, *ADMINISTRATOR_PERMISSIONS}
    assert known - SENTENCES.keys() == set()


def test_the_page_shows_every_permission_with_its_roles() -> None:
    page = sign_in(Client(), official("clerk")).get("/console/rights/")
    shown = {line.permission: line.ticks for table in page.context["tables"] for line in table.lines}
    assert shown.keys() == {*MEMBER_PERMISSIONS, *POST_PERMISSIONS, *ADMINISTRATOR_PERMISSIONS}
    decide = next(line for line in matrices()[1].lines if line.permission == "parcel.decide")
    assert [str(label) for label, holds in decide.ticks if holds] == ["审核", "主管"]


def test_the_page_is_searched() -> None:
    client = sign_in(Client(), official("clerk"))
    found = client.get("/console/rights/?q=退单").context["tables"]
    assert [line.permission for table in found for line in table.lines] == ["parcel.decide"]
    assert client.get("/console/rights/?q=%00nothing").context["tables"] == []


@pytest.mark.parametrize(
    ("role", "page", "holders"),
    [("clerk", 200, 403), ("chief", 200, 200), ("audit", 200, 200), ("", 403, 403)],
)
def test_who_reads_the_pages(role: str, page: int, holders: int) -> None:
    make = administrator if role in AdministratorRole.values else official
    user = make(role) if role else User.objects.create_user("nobody")
    client = sign_in(Client(), user)
    assert client.get("/console/rights/").status_code == page
    assert client.get("/console/rights/posts/").status_code == holders


def names(client: Client, query: str = "") -> set[str]:
    page = client.get(f"/console/rights/posts/{query}")
    return {post.user.username for post in page.context["page"]}


def test_a_chief_sees_the_posts_of_the_own_agency_only() -> None:
    chief = official("chief")
    official("clerk")
    official("chief", "tax")
    client = sign_in(Client(), chief)
    assert names(client) == names(client, "?agency=tax&q=") | {"gacc-chief", "gacc-clerk"}
    assert names(client, "?agency=tax") == set()


def test_an_administrator_sees_and_filters_all() -> None:
    for role, agency in product(["chief", "clerk"], ["gacc", "tax"]):
        official(role, agency)
    client = sign_in(Client(), administrator("security"))
    assert len(names(client)) == 4
    assert names(client, "?agency=tax&role=clerk") == {"tax-clerk"}
    assert names(client, "?q=gacc-ch") == {"gacc-chief"}
    assert names(client, "?role=emperor") == names(client)


def test_the_list_of_posts_costs_the_same_for_any_number(django_assert_max_num_queries: object) -> None:
    for number in range(40):
        official("clerk", "gacc", f"clerk{number}")
    client = sign_in(Client(), administrator("audit"))
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        assert len(client.get("/console/rights/posts/").context["page"]) == 25


def test_the_security_administrator_appoints_and_it_is_recorded() -> None:
    guard, newcomer = administrator("security"), User.objects.create_user("newcomer")
    posts.appoint_administrator(user_id=newcomer.pk, role="audit", actor=guard)
    assert Administrator.objects.get(user=newcomer).role == "audit"
    entry = AuditEntry.objects.get(verb=Verb.ADMINISTRATOR_APPOINTED)
    assert (entry.actor_id, entry.subject, entry.detail) == (
        guard.pk,
        f"user:{newcomer.pk}",
        {"role": "audit"},
    )


@pytest.mark.parametrize("role", ["system", "audit"])
def test_other_administrators_appoint_nobody(role: str) -> None:
    newcomer = User.objects.create_user("newcomer")
    with pytest.raises(NotPermitted):
        posts.appoint_administrator(user_id=newcomer.pk, role="audit", actor=administrator(role))
    assert Administrator.objects.count() == 1


def test_nobody_gets_a_second_office_or_appoints_oneself() -> None:
    guard, auditor = administrator("security"), administrator("audit")
    with pytest.raises(posts.SecondOffice):
        posts.appoint_administrator(user_id=auditor.pk, role="system", actor=guard)
    with pytest.raises(posts.OwnAppointment):
        posts.appoint_administrator(user_id=guard.pk, role="system", actor=guard)
    assert Administrator.objects.count() == 2


def test_officials_with_a_post_do_not_become_administrators() -> None:
    guard, chief = administrator("security"), official("chief")
    with pytest.raises(posts.HoldsPost):
        posts.appoint_administrator(user_id=chief.pk, role="audit", actor=guard)
    assert Administrator.objects.count() == 1


def test_the_last_of_a_role_is_not_dismissed() -> None:
    guard, auditor = administrator("security"), administrator("audit")
    with pytest.raises(posts.LastOfRole):
        posts.dismiss_administrator(administrator_id=auditor.administrator.pk, actor=guard)
    second = administrator("audit", "second")
    posts.dismiss_administrator(administrator_id=second.administrator.pk, actor=guard)
    with pytest.raises(posts.OwnAppointment):
        posts.dismiss_administrator(administrator_id=guard.administrator.pk, actor=guard)
    assert set(Administrator.objects.values_list("user_id", flat=True)) == {guard.pk, auditor.pk}


def test_factors_are_reset_by_security_and_never_ones_own() -> None:
    guard, lost = administrator("security"), official("clerk")
    client = sign_in(Client(), lost)
    posts.reset_factors(user_id=lost.pk, actor=guard)
    assert client.get("/console/").url == "/accounts/2fa/totp/activate/"  # type: ignore[attr-defined]
    with pytest.raises(posts.OwnAppointment):
        posts.reset_factors(user_id=guard.pk, actor=guard)
    with pytest.raises(NotPermitted):
        posts.reset_factors(user_id=lost.pk, actor=administrator("system"))


def test_the_first_administrators_are_appointed_on_the_server() -> None:
    User.objects.create_user("first")
    call_command("appoint_administrator", "first", "security", stdout=None)
    assert Administrator.objects.get().appointed_by is None
    for arguments in (("first", "audit"), ("nobody", "audit")):
        with pytest.raises(CommandError):
            call_command("appoint_administrator", *arguments)


def test_a_post_given_in_the_back_office_is_recorded_and_needs_a_factor_at_once() -> None:
    boss, person = administrator("system"), User.objects.create_user("person", email="p@example.org")
    agency = Agency.objects.create(code="gacc", name="海关")
    office = Office.objects.create(agency=agency, code="3501", name="福州海关")
    session = sign_in(Client(), person)
    form = {
        "username": "person", "last_name": "人", "email": "p@example.org", "is_active": "on",
        "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0,
        "posts-TOTAL_FORMS": 1, "posts-INITIAL_FORMS": 0, "posts-0-id": "", "posts-0-user": person.pk,
        "posts-0-agency": agency.pk, "posts-0-office": office.pk, "posts-0-role": "clerk",
    }  # fmt: skip
    answer = sign_in(Client(), boss).post(f"/admin/portal/user/{person.pk}/change/", form)
    assert answer.status_code == 302
    entry = AuditEntry.objects.get(verb=Verb.POST_GIVEN)
    assert entry.detail == {"agency": agency.pk, "office": office.pk, "role": "clerk"}
    assert session.get("/console/").url == "/accounts/2fa/totp/activate/"  # type: ignore[attr-defined]

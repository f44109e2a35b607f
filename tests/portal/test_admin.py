"""The back office: every list opens, the register changes by two people only."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from portal.codes import load_rules
from portal.enums import AdministratorRole, ChangeState
from portal.models import Administrator, Agency, Post, RuleChange, RuleValue, User
from tests.conftest import sign_in

pytestmark = pytest.mark.django_db

LISTS = {
    "portal_user": {"system", "security"},
    "portal_administrator": {"system", "security"},
    "portal_organisation": {"system"},
    "portal_agency": {"system"},
    "portal_office": {"system"},
    "portal_apiclient": {"system"},
    "portal_code": {"system"},
    "portal_rulevalue": {"system", "security", "chief"},
    "portal_rulechange": {"system", "security", "chief"},
    "portal_delivery": {"system"},
    "portal_outgoingmail": {"system"},
    "axes_accessattempt": {"security"},
    "filing_registration": {"system"},
    "filing_enterprisefiling": {"system"},
    "filing_filedwarehouse": {"system"},
    "filing_supervisedsite": {"system"},
    "exchange_signercertificate": {"system"},
    "exchange_signaturecheck": {"system"},
    "portal_calendarday": {"system"},
    "portal_article": {"system"},
    "portal_service": {"system"},
    "auth_group": set(),
}
"""Table → who finds it in the back office."""


def staff(name: str, role: str = "chief") -> User:
    user = User.objects.create_user(name, f"{name}@example.org", "x")
    if role in AdministratorRole.values:
        Administrator.objects.create(user=user, role=role)
        return user
    customs, _created = Agency.objects.get_or_create(code="gacc", defaults={"name": "海关"})
    Post.objects.create(user=user, agency=customs, role=role)
    return user


@pytest.fixture
def desk(client: Client) -> Client:
    return sign_in(client, staff("first"))


@pytest.mark.parametrize("role", [*AdministratorRole.values, "chief", "clerk"])
def test_each_role_opens_its_own_tables_only(client: Client, role: str) -> None:
    sign_in(client, staff("somebody", role))
    opened = {name for name in LISTS if client.get(reverse(f"admin:{name}_changelist")).status_code == 200}
    assert opened == {name for name, roles in LISTS.items() if role in roles}


@pytest.mark.parametrize("role", [*AdministratorRole.values, "chief"])
def test_every_registered_table_is_shown_by_our_rule_alone(client: Client, role: str) -> None:
    """No table of a package is left open: what a role is shown is in the list above."""
    sign_in(client, staff("somebody", role))
    page = client.get(reverse("admin:index"))
    shown = {
        f"{app['app_label']}_{model['object_name'].lower()}"
        for app in page.context["app_list"]
        for model in app["models"]
    }
    assert shown == {name for name, roles in LISTS.items() if role in roles}


def test_a_value_in_force_cannot_be_edited(desk: Client) -> None:
    load_rules()
    row = RuleValue.objects.filter(rule_id="D.LIMIT.SINGLE").last()
    address = reverse("admin:portal_rulevalue_change", args=[row.pk])
    assert desk.post(address, {"param": "{}"}).status_code == 403
    row.refresh_from_db()
    assert row.param["value"] == "5000.00"


def proposed(desk: Client) -> RuleChange:
    load_rules()
    form = {
        "rule_id": "E.WAIT_HOURS",
        "scope": "",
        "param": '{"value": 48}',
        "valid_from": date(2027, 1, 1),
        "source": "通知",
        "reason": "节日",
    }
    assert desk.post(reverse("admin:portal_rulechange_add"), form).status_code == 302
    return RuleChange.objects.get()


def decide(desk: Client, change: RuleChange) -> None:
    form = {"action": "approve", "_selected_action": [change.pk]}
    desk.post(reverse("admin:portal_rulechange_changelist"), form)
    change.refresh_from_db()


def test_the_proposer_cannot_approve_in_the_back_office(desk: Client) -> None:
    change = proposed(desk)
    decide(desk, change)
    assert change.state == ChangeState.PROPOSED
    assert RuleValue.objects.filter(rule_id="E.WAIT_HOURS").count() == 1


def test_a_second_person_approves(desk: Client) -> None:
    change = proposed(desk)
    sign_in(desk, staff("second", "security"))
    decide(desk, change)
    assert change.state == ChangeState.APPROVED
    assert RuleValue.objects.filter(rule_id="E.WAIT_HOURS").count() == 2


def test_enterprise_staff_have_no_way_in(client: Client) -> None:
    client.force_login(
        User.objects.create_user("trader"), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.get(reverse("admin:portal_code_changelist")).status_code == 302

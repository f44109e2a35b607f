"""The back office: every list opens, the register changes by two people only."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from portal.codes import load_rules
from portal.enums import ChangeState
from portal.models import Agency, Post, RuleChange, RuleValue, User

pytestmark = pytest.mark.django_db

LISTS = [
    "portal_user",
    "portal_organisation",
    "portal_agency",
    "portal_office",
    "portal_apiclient",
    "portal_code",
    "portal_rulevalue",
    "portal_rulechange",
    "portal_auditentry",
    "filing_registration",
]


def staff(name: str) -> User:
    user = User.objects.create_superuser(name, f"{name}@example.org", "x")
    customs, _created = Agency.objects.get_or_create(code="gacc", defaults={"name": "海关"})
    Post.objects.create(user=user, agency=customs, role="chief")
    return user


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(staff("first"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("name", LISTS)
def test_every_list_opens(desk: Client, name: str) -> None:
    assert desk.get(reverse(f"admin:{name}_changelist")).status_code == 200


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
    desk.force_login(staff("second"), backend="django.contrib.auth.backends.ModelBackend")
    decide(desk, change)
    assert change.state == ChangeState.APPROVED
    assert RuleValue.objects.filter(rule_id="E.WAIT_HOURS").count() == 2


def test_enterprise_staff_have_no_way_in(client: Client) -> None:
    client.force_login(
        User.objects.create_user("trader"), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.get(reverse("admin:portal_code_changelist")).status_code == 302

"""The rule register: dated values, four eyes, versions, nothing overwritten."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from portal import rules
from portal.codes import load_rules
from portal.enums import ChangeState
from portal.models import Agency, AuditEntry, Post, RuleChange, RuleValue, User
from portal.permissions import NotPermitted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def register(db: None) -> None:
    load_rules()
    rules.refresh(force=True)


@pytest.fixture
def customs() -> Agency:
    return Agency.objects.create(code="gacc", name="海关")


def chief(customs: Agency, name: str) -> User:
    user = User.objects.create_user(name)
    Post.objects.create(user=user, agency=customs, role="chief")
    return user


@pytest.mark.parametrize(
    ("rule", "day", "expected"),
    [
        ("D.LIMIT.SINGLE", date(2018, 12, 31), Decimal("2000.00")),
        ("D.LIMIT.SINGLE", date(2019, 1, 1), Decimal("5000.00")),
        ("D.LIMIT.YEAR", date(2018, 12, 31), Decimal("20000.00")),
        ("D.LIMIT.YEAR", date(2026, 11, 23), Decimal("26000.00")),
        ("D.VAT.STD", date(2018, 4, 30), Decimal("0.17")),
        ("D.VAT.STD", date(2018, 5, 1), Decimal("0.16")),
        ("D.VAT.STD", date(2019, 4, 1), Decimal("0.13")),
        ("D.RETURN.ARRIVE_DAYS", date(2020, 3, 27), 30),
        ("D.RETURN.ARRIVE_DAYS", date(2020, 3, 28), 45),
        ("A.9810.FILING_REQUIRED", date(2024, 12, 14), True),
        ("A.9810.FILING_REQUIRED", date(2024, 12, 15), False),
        ("B.RECEIPT_REQUIRED.9610", date(2024, 12, 15), False),
    ],
)
def test_the_business_date_selects_the_version(rule: str, day: date, expected: object) -> None:
    assert rules.value(rule, day) == expected


def test_before_the_first_value_there_is_none() -> None:
    with pytest.raises(rules.RuleNotFound):
        rules.value("D.LIMIT.SINGLE", date(2016, 4, 7))


def test_a_change_by_two_people_closes_the_old_row_and_opens_a_new_one(customs: Agency) -> None:
    before = rules.version()
    proposer, approver = chief(customs, "a"), chief(customs, "b")
    change = rules.propose_change(
        rule_id="E.WAIT_HOURS",
        param={"value": 36},
        valid_from=date(2027, 1, 1),
        source="通知",
        reason="测试",
        actor=proposer,
    )
    assert rules.value("E.WAIT_HOURS", date(2027, 1, 1)) == 24
    rules.approve_change(change_id=change.pk, actor=approver)
    rules.refresh(force=True)
    assert rules.value("E.WAIT_HOURS", date(2026, 12, 31)) == 24
    assert rules.value("E.WAIT_HOURS", date(2027, 1, 1)) == 36
    assert rules.version() > before
    assert RuleValue.objects.filter(rule_id="E.WAIT_HOURS").count() == 2
    assert AuditEntry.objects.filter(subject="rule:E.WAIT_HOURS").count() == 2


def test_the_proposer_may_not_approve(customs: Agency) -> None:
    proposer = chief(customs, "a")
    change = rules.propose_change(
        rule_id="E.WAIT_HOURS",
        param={"value": 36},
        valid_from=date(2027, 1, 1),
        source="通知",
        reason="测试",
        actor=proposer,
    )
    with pytest.raises(rules.SamePerson):
        rules.approve_change(change_id=change.pk, actor=proposer)
    change.refresh_from_db()
    assert change.state == ChangeState.PROPOSED
    assert RuleValue.objects.filter(rule_id="E.WAIT_HOURS").count() == 1


def test_the_database_itself_refuses_self_approval(customs: Agency) -> None:
    proposer = chief(customs, "a")
    change = rules.propose_change(
        rule_id="E.WAIT_HOURS",
        param={"value": 36},
        valid_from=date(2027, 1, 1),
        source="通知",
        reason="测试",
        actor=proposer,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleChange.objects.filter(pk=change.pk).update(decided_by=proposer)


def test_somebody_without_the_post_may_not_propose() -> None:
    with pytest.raises(NotPermitted):
        rules.propose_change(
            rule_id="E.WAIT_HOURS",
            param={},
            valid_from=date(2027, 1, 1),
            source="",
            reason="",
            actor=User.objects.create_user("x"),
        )
    assert RuleChange.objects.count() == 0


def test_history_is_never_rewritten(customs: Agency) -> None:
    proposer, approver = chief(customs, "a"), chief(customs, "b")
    change = rules.propose_change(
        rule_id="D.LIMIT.SINGLE",
        param={"value": "1"},
        valid_from=date(2017, 1, 1),
        source="",
        reason="",
        actor=proposer,
    )
    with pytest.raises(rules.ChangeTooEarly):
        rules.approve_change(change_id=change.pk, actor=approver)
    assert rules.value("D.LIMIT.SINGLE", date(2017, 1, 1)) == Decimal("2000.00")


def test_two_values_of_one_rule_may_not_overlap() -> None:
    row = RuleValue.objects.get(rule_id="E.WAIT_HOURS")
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleValue.objects.create(
            rule_id=row.rule_id,
            param={"value": 1},
            selector_date="E",
            valid_from=date(2020, 1, 1),
            source="",
            confidence="design",
        )


def test_loading_again_changes_nothing() -> None:
    before, version = RuleValue.objects.count(), rules.stored_version()
    assert load_rules() == 0
    assert (RuleValue.objects.count(), rules.stored_version()) == (before, version)

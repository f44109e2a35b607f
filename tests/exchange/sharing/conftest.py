"""Agencies with their officials and machines; grants made the way officials make them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from exchange.models import SharingGrant
from exchange.selectors import grants as memory
from exchange.services.grants import Wish, answer_grants, ask_grant, check_grants
from portal import rules
from portal.codes import load_rules
from portal.models import Agency, Organisation, Post, User

Officials = dict[str, User]


@pytest.fixture(autouse=True)
def fresh_grants(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process copy of the grants belongs to another test's database; a test that is rolled back never commits."""
    monkeypatch.setattr(memory, "RECHECK_SECONDS", -1.0)
    memory.refresh_at_next_question()
    yield
    memory.refresh_at_next_question()


@pytest.fixture
def register(db: None) -> None:
    load_rules()
    rules.refresh(force=True)


def official(agency: Agency, role: str, name: str) -> User:
    user = User.objects.create_user(name, first_name=name)
    Post.objects.create(user=user, agency=agency, role=role)
    return user


@pytest.fixture
def tax_agency(register: None) -> Agency:
    return Agency.objects.create(code="tax", name="税务", name_en="Tax")


@pytest.fixture
def officials(tax_agency: Agency) -> Officials:
    """A reviewer of tax, who asks; two reviewers and a clerk of customs, who own the data; two of the population base."""
    gacc = Agency.objects.create(code="gacc", name="海关", name_en="Customs")
    police = Agency.objects.create(code="police_fujian", name="公安", name_en="Police")
    return {
        "asker": official(tax_agency, "reviewer", "asker"),
        "clerk": official(gacc, "clerk", "clerk"),
        "owner": official(gacc, "reviewer", "owner"),
        "second": official(gacc, "chief", "second"),
        "police": official(police, "chief", "police"),
        "police2": official(police, "reviewer", "police2"),
    }


def wish(object_code: str, fields: list[str], **changes: Any) -> Wish:
    today = timezone.localdate()
    values: dict[str, Any] = {
        "purpose": "tax",
        "legal_basis": "关税法 第六十一条",
        "reason": "核对出口退（免）税申报与通关数据",
        "since": today,
        "until": today + timedelta(days=30),
    }
    return Wish(object=object_code, fields=fields, **{**values, **changes})


@pytest.fixture
def firms(db: None) -> tuple[Organisation, Organisation]:
    """Two enterprises."""
    return (
        Organisation.objects.create(uscc="91350100MA00000001", name="福州海峡跨境电商平台有限公司"),
        Organisation.objects.create(uscc="91350200MA00000002", name="厦门他人企业"),
    )


Granting = Callable[..., SharingGrant]


@pytest.fixture
def granted(officials: Officials) -> Granting:
    """`granted(object, fields, purpose=…)`: asked by tax, checked and granted by two people of the owner."""

    def make(object_code: str, fields: list[str], **changes: Any) -> SharingGrant:
        grant = ask_grant(
            agency_code="tax", wish=wish(object_code, fields, **changes), actor=officials["asker"]
        )
        owner = {"gacc": ("owner", "second")}.get(grant.owner, ("police", "police2"))
        assert check_grants(ids=[grant.pk], actor=officials[owner[0]])[0].ok
        assert answer_grants(ids=[grant.pk], step="grant", actor=officials[owner[1]])[0].ok
        return SharingGrant.objects.get(pk=grant.pk)

    return make

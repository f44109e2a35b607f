"""Filing: published codes are true in the same transaction (E.14 reads them)."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from filing.enums import EnterpriseType, RegistrationState
from filing.models import RegisteredCode, Registration
from filing.selectors.registration import is_registered
from filing.services.registration import register_enterprise, suspend_registration
from portal.models import AuditEntry, Organisation
from tools.demo.accounts import uscc

pytestmark = pytest.mark.django_db
FIRST = date(2026, 1, 1)


@pytest.fixture
def organisation() -> Organisation:
    return Organisation.objects.create(uscc=uscc("91", "MA3501001"), customs_code="35019609P1", name="平台")


def test_both_codes_count_from_the_first_day_on(organisation: Organisation) -> None:
    register_enterprise(
        organisation_id=organisation.pk, enterprise_type=EnterpriseType.PLATFORM, valid_from=FIRST
    )
    for code in (organisation.uscc, organisation.customs_code):
        assert is_registered(code, "ebp", FIRST)
        assert not is_registered(code, "ebp", date(2025, 12, 31))
        assert not is_registered(code, "logistics", FIRST)
    assert AuditEntry.objects.filter(organisation_id=organisation.pk).count() == 1


def test_the_last_day_is_exclusive(organisation: Organisation) -> None:
    register_enterprise(
        organisation_id=organisation.pk,
        enterprise_type=EnterpriseType.PLATFORM,
        valid_from=FIRST,
        valid_to=date(2026, 6, 1),
    )
    assert is_registered("35019609P1", "ebp", date(2026, 5, 31))
    assert not is_registered("35019609P1", "ebp", date(2026, 6, 1))


def test_suspension_of_one_type_leaves_the_others(organisation: Organisation) -> None:
    one = register_enterprise(
        organisation_id=organisation.pk, enterprise_type=EnterpriseType.PLATFORM, valid_from=FIRST
    )
    register_enterprise(
        organisation_id=organisation.pk, enterprise_type=EnterpriseType.ECOMMERCE, valid_from=FIRST
    )
    suspend_registration(registration_id=one.pk)
    one.refresh_from_db()
    assert one.state == RegistrationState.SUSPENDED
    assert not is_registered("35019609P1", "ebp", FIRST)
    assert is_registered("35019609P1", "ebc", FIRST)


def test_filing_again_renews_instead_of_doubling(organisation: Organisation) -> None:
    for _time in range(2):
        register_enterprise(
            organisation_id=organisation.pk, enterprise_type=EnterpriseType.AGENT, valid_from=FIRST
        )
    assert Registration.objects.count() == 1
    assert RegisteredCode.objects.count() == 2


@pytest.mark.parametrize("code", ["91350100M000100IOS", "9135", "91350100MA000000Zz"])
def test_the_database_refuses_a_uscc_with_forbidden_letters(code: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(uscc=code, name="x")

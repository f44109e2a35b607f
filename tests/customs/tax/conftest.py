"""Lists that were released with their bills, guarantees, and officials who register them."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from customs.models import Guarantee, GuaranteeAccount, TaxBill
from customs.services.guarantees import GuaranteeFacts, decide_guarantee, register_guarantee
from portal.models import Organisation, User
from tests.customs.followups.conftest import released
from tests.customs.pipeline.test_deciding import official
from tests.customs.world import World, live_world, prepared, world
from tools.parcels import IMPORT_SHOP
from tools.parcels import Parcel as Documents

__all__ = ["live_world", "prepared", "released", "world"]


@pytest.fixture
def reviewer(world: World) -> User:
    return official("林审单")


@pytest.fixture
def guarantor(world: World) -> Organisation:
    """The shop whose security covers the tax of all made-up lists."""
    return Organisation.objects.get(customs_code=IMPORT_SHOP.code)


def facts(amount: str = "1000.00", **changes: object) -> GuaranteeFacts:
    """A bank guarantee of the shop."""
    values = {
        "code": IMPORT_SHOP.code,
        "customs_code": "3501",
        "kind": "bank",
        "amount": Decimal(amount),
        "reference": "BG-1",
        "valid_from": date(2026, 1, 1),
    }
    return GuaranteeFacts(**(values | changes))  # type: ignore[arg-type]


def secure(amount: str, *, reference: str = "BG-1") -> Guarantee:
    """A confirmed guarantee of the shop."""
    first = User.objects.filter(username="登记员").first() or official("登记员", "clerk")
    second = User.objects.filter(username="复核员").first() or official("复核员")
    made = register_guarantee(facts=facts(amount, reference=reference), actor=first)
    return decide_guarantee(guarantee_id=made.pk, step="confirm", actor=second)


def account(organisation: Organisation) -> tuple[Decimal, Decimal]:
    """(unpaid tax, secured amount)."""
    found = GuaranteeAccount.objects.get(pk=organisation.pk)
    return found.used, found.available


def bill_of(world: World, documents: Documents) -> TaxBill:
    return TaxBill.objects.get(pk=world.parcel(documents).pk)


def fall_due(days: int = 31) -> None:
    """All bills were made so many days ago."""
    first = timezone.localdate() - timedelta(days=days)
    TaxBill.objects.update(
        released_on=first, due_from=first + timedelta(days=31), due_to=first + timedelta(days=45)
    )


Released = Callable[..., Documents]

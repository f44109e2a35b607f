"""Security for tax (rules D.8): four eyes, never more unpaid tax than is secured, 200 parallel parcels on one guarantor."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from customs.enums import Direction, GuaranteeState
from customs.models import Guarantee, GuaranteeAccount, Parcel, TaxBill
from customs.services.deciding import decide_parcels, take_inspection_result
from customs.services.duty import mark_paid, pool_due_bills
from customs.services.guarantees import (
    AmountWrong,
    DatesWrong,
    GuaranteeDecided,
    GuaranteeUnknown,
    GuarantorUnknown,
    NotCovered,
    RegisteredAlready,
    SameOfficial,
    decide_guarantee,
    refresh_accounts,
    register_guarantee,
)
from customs.services.working import decide_batch
from exchange.services import AgencyDecision
from portal.errors import Refusal
from portal.models import AuditEntry, Organisation, User
from portal.permissions import NotPermitted
from tests.customs.pipeline.test_deciding import official
from tests.customs.pipeline.test_limits import send_all
from tests.customs.tax.conftest import Released, account, facts, fall_due, secure
from tests.customs.world import World
from tools.parcels import Goods, messages

HUNDRED = Goods("1901101000", "奶粉", "罐", "142", "035", "609", Decimal("100.00"))
TAX = Decimal("9.10")
"""Of one HUNDRED: 100.00 × 13 % × 0.70."""


def states(world: World, count: int) -> list[str]:
    drawn = [world.make.import_parcel(goods=[(HUNDRED, 1)]) for _ in range(count)]
    return [parcel.state for parcel in world.decide(*drawn)]


def test_without_account_nothing_is_held_unless_the_rule_says_so(
    world: World, guarantor: Organisation
) -> None:
    assert states(world, 2) == ["released"] * 2
    assert account(guarantor) == (2 * TAX, 0)
    world.change_rule("D.SECURITY", required=True)
    assert states(world, 1) == ["manual"]
    assert account(guarantor) == (2 * TAX, 0)


def test_d_security_a_list_beyond_the_cover_waits_for_an_official(
    world: World, guarantor: Organisation, reviewer: User
) -> None:
    secure("18.20")
    drawn = [world.make.import_parcel(goods=[(HUNDRED, 1)]) for _ in range(3)]
    parcels = world.decide(*drawn)
    assert [parcel.state for parcel in parcels] == ["released", "released", "manual"]
    assert world.findings(drawn[2]) == {"D.SECURITY": ("M", "9.10", "")}
    assert world.receipts(drawn[2])[-1][1:] == ("300", "[Code:1200;Desc:待人工审核]")
    assert account(guarantor) == (Decimal("18.20"), Decimal("18.20"))
    (result,) = decide_parcels(parcel_ids=[parcels[2].pk], outcome="release", actor=reviewer)
    assert (result.ok, result.code) == (False, "D.SECURITY")
    assert "0.00" in result.message
    assert (world.parcel(drawn[2]).state, TaxBill.objects.count()) == ("manual", 2)
    secure("9.10", reference="BG-2")
    assert decide_parcels(parcel_ids=[parcels[2].pk], outcome="release", actor=reviewer)[0].ok
    assert account(guarantor) == (3 * TAX, 3 * TAX)


def test_bulk_release_stops_where_the_cover_ends(
    world: World, guarantor: Organisation, reviewer: User
) -> None:
    world.change_rule("C.AUTO_RELEASE", value=False)
    secure("18.20")
    drawn = [world.make.import_parcel(goods=[(HUNDRED, 1)]) for _ in range(3)]
    ids = [parcel.pk for parcel in world.decide(*drawn)]
    results = decide_parcels(parcel_ids=ids, outcome="release", actor=reviewer)
    assert [r.ok for r in results] == [True, True, False]
    assert account(guarantor)[0] == 2 * TAX


def test_an_inspection_cannot_release_what_is_not_covered(world: World, reviewer: User) -> None:
    world.change_rule("C.AUTO_RELEASE", value=False)
    secure("1.00")
    (parcel,) = world.decide(world.make.import_parcel(goods=[(HUNDRED, 1)]))
    decide_parcels(parcel_ids=[parcel.pk], outcome="inspect", actor=reviewer)
    with pytest.raises(NotCovered):
        take_inspection_result(AgencyDecision(1, "gacc", "INSPECTION", parcel.pk, "conform"))
    assert Parcel.objects.get(pk=parcel.pk).state == "inspection"


def test_payment_gives_the_cover_back(world: World, guarantor: Organisation) -> None:
    secure("9.10")
    assert states(world, 2) == ["released", "manual"]
    fall_due()
    (payment,) = pool_due_bills(timezone.localdate())
    mark_paid(payment_id=payment.pk, paid_on=timezone.localdate(), reference="R")
    assert account(guarantor) == (0, TAX)
    assert states(world, 1) == ["released"]


def test_a_return_gives_the_cover_back(world: World, released: Released, guarantor: Organisation) -> None:
    secure("9.10")
    documents = released(goods=[(HUNDRED, 1)])
    world.follow("CEB625Message", documents)
    world.follow("CEB711Message", documents)
    assert account(guarantor) == (0, TAX)


def test_what_was_owed_before_the_first_guarantee_counts(world: World, guarantor: Organisation) -> None:
    assert states(world, 2) == ["released"] * 2
    secure("20.00")
    assert states(world, 1) == ["manual"]
    assert account(guarantor) == (2 * TAX, 20)


def test_a_guarantee_that_ends_covers_nothing_new(
    world: World, guarantor: Organisation, reviewer: User
) -> None:
    one = secure("100.00")
    assert states(world, 1) == ["released"]
    decide_guarantee(guarantee_id=one.pk, step="end", actor=reviewer)
    assert account(guarantor) == (TAX, 0)
    assert states(world, 1) == ["manual"]
    assert account(guarantor) == (TAX, 0)


def test_guarantees_begin_and_end_with_their_days(world: World, guarantor: Organisation) -> None:
    one = secure("100.00")
    Guarantee.objects.filter(pk=one.pk).update(valid_to=timezone.localdate())
    assert refresh_accounts() == 1
    assert account(guarantor) == (0, 0)
    Guarantee.objects.filter(pk=one.pk).update(valid_to=timezone.localdate() + timedelta(days=1))
    assert (refresh_accounts(), refresh_accounts()) == (1, 0)
    assert account(guarantor) == (0, 100)


def test_database_itself_refuses_more_than_is_secured(world: World, guarantor: Organisation) -> None:
    secure("10.00")
    with (
        pytest.raises(IntegrityError, match="customs_guaranteeaccount_within_cover"),
        transaction.atomic(),
    ):
        GuaranteeAccount.objects.filter(pk=guarantor.pk).update(used=Decimal("10.01"))


def test_four_eyes(world: World, reviewer: User, guarantor: Organisation) -> None:
    made = register_guarantee(facts=facts(), actor=reviewer)
    with pytest.raises(SameOfficial):
        decide_guarantee(guarantee_id=made.pk, step="confirm", actor=reviewer)
    assert Guarantee.objects.get().state == "proposed"
    assert not GuaranteeAccount.objects.exists()
    decide_guarantee(guarantee_id=made.pk, step="confirm", actor=official("第二人"))
    assert account(guarantor) == (0, 1000)
    verbs = list(AuditEntry.objects.filter(subject=f"guarantee:{made.pk}").values_list("verb", flat=True))
    assert sorted(verbs) == ["guarantee_decided", "guarantee_registered"]
    with pytest.raises(GuaranteeDecided):
        decide_guarantee(guarantee_id=made.pk, step="confirm", actor=official("第三人"))


@pytest.mark.parametrize("role", ["statistics", "risk"])
def test_officials_without_the_right_register_nothing(world: World, role: str) -> None:
    with pytest.raises(NotPermitted):
        register_guarantee(facts=facts(), actor=official("无权", role))
    assert not Guarantee.objects.exists()


def test_a_clerk_registers_but_does_not_confirm(world: World, reviewer: User) -> None:
    made = register_guarantee(facts=facts(), actor=reviewer)
    with pytest.raises(NotPermitted):
        decide_guarantee(guarantee_id=made.pk, step="confirm", actor=official("经办", "clerk"))
    assert Guarantee.objects.get().state == "proposed"


def test_another_office_sees_no_guarantee(world: World, reviewer: User) -> None:
    made = register_guarantee(facts=facts(), actor=reviewer)
    elsewhere = official("厦门", office="3502")
    with pytest.raises(GuaranteeUnknown):
        decide_guarantee(guarantee_id=made.pk, step="confirm", actor=elsewhere)
    with pytest.raises(GuaranteeUnknown):
        register_guarantee(facts=facts(reference="BG-9"), actor=elsewhere)
    assert Guarantee.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"code": "UNKNOWN"}, GuarantorUnknown),
        ({"amount": Decimal(0)}, AmountWrong),
        ({"amount": Decimal("-1")}, AmountWrong),
        ({"amount": Decimal("0.001")}, AmountWrong),
        ({"amount": Decimal("100000000001")}, AmountWrong),
        ({"valid_to": timezone.localdate()}, DatesWrong),
    ],
)
def test_wrong_guarantees_are_refused(
    world: World, reviewer: User, changes: dict[str, object], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        register_guarantee(facts=facts(**changes), actor=reviewer)
    assert not Guarantee.objects.exists()


def test_the_same_document_is_registered_once(world: World, reviewer: User) -> None:
    register_guarantee(facts=facts(), actor=reviewer)
    with pytest.raises(RegisteredAlready):
        register_guarantee(facts=facts(), actor=reviewer)
    assert list(Guarantee.objects.values_list("state", flat=True)) == [GuaranteeState.PROPOSED]


def test_200_parallel_parcels_on_one_guarantor_never_pass_the_cover(live_world: World) -> None:
    """8 senders at once while the worker decides: 1,183.00 ÷ 9.10 = 130 lists fit, exactly."""
    secure("1183.00")
    documents = [live_world.make.import_parcel(goods=[(HUNDRED, 1)]) for _ in range(200)]
    live_world.send(*documents, only="CEB621Message")
    live_world.know_buyers()
    rest = [
        part for part in messages(documents, live_world.make, per_message=4) if part[0] != "CEB621Message"
    ]
    with ThreadPoolExecutor(8) as pool:
        senders = [pool.submit(send_all, live_world, rest[n::8]) for n in range(8)]
        while not all(sender.done() for sender in senders):
            decide_batch(Direction.IMPORT, limit=16)
        for sender in senders:
            sender.result()
    while decide_batch(Direction.IMPORT).messages:
        pass
    assert Parcel.objects.filter(state="released").count() == 130
    assert Parcel.objects.filter(state="manual").count() == 70
    found = GuaranteeAccount.objects.get()
    assert found.used == found.available == sum(bill.total for bill in TaxBill.objects.all()) == 1183

"""Who sees what partners' systems report: officials all of it, an enterprise what its partners agreed to show (measure 5)."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from customs.models import ImportPayment, LogisticsEvent, Parcel, PaymentReport
from filing.enums import AgreementKind
from filing.models import Agreement
from filing.services.agreements import (
    Offer,
    Party,
    WrongAgent,
    answer_agreement,
    offer_agreement,
    revoke_agreement,
)
from portal.models import Membership, Organisation, User
from tests.customs.world import World
from tools.parcels import AGENT, IMPORT_SHOP, LOGISTICS, PAYMENT, Enterprise


def party(enterprise: Enterprise) -> Party:
    firm = Organisation.objects.get(customs_code=enterprise.code)
    user, _made = User.objects.get_or_create(username=f"boss-{enterprise.code}")
    Membership.objects.get_or_create(user=user, organisation=firm, defaults={"role": "administrator"})
    return Party(firm.pk, user=user)


def agree(client: Enterprise, partner: Enterprise) -> Agreement:
    """The client asks, the partner accepts; in force from today."""
    today = timezone.localdate()
    days = (today, today + timedelta(days=30))
    made = offer_agreement(party(client), Offer(partner.code, False, AgreementKind.PARTNER_DATA, *days))
    return answer_agreement(party(partner), made.pk, accept=True)


@pytest.fixture
def parcel(world: World) -> Parcel:
    [decided] = world.decide(world.make.import_parcel())
    LogisticsEvent.objects.create(
        sender_id=party(LOGISTICS).organisation_id,
        event_id="1",
        logistics_code=decided.logistics_code,
        logistics_no=decided.logistics_no,
        kind="signed",
        happened_at=decided.received_at,
        received_at=decided.received_at,
        place="湄洲岛",
    )
    return decided


def paid(parcel: Parcel, **changes: Any) -> PaymentReport:
    declared: Any = ImportPayment._default_manager.get(pk=parcel.payment_id)
    values = {
        "sender_id": party(PAYMENT).organisation_id,
        "event_id": str(PaymentReport.objects.count()),
        "pay_code": declared.pay_code,
        "transaction_id": declared.pay_transaction_id,
        "ebp_code": declared.ebp_code,
        "order_no": declared.order_no,
        "kind": "paid",
        "amount": declared.amount_paid,
        "currency": declared.currency,
        "payer_id_hash": declared.payer_id_hash,
        "happened_at": parcel.received_at,
        "received_at": parcel.received_at,
    }
    return PaymentReport.objects.create(**{**values, **changes})


def test_enterprise_sees_reports_of_partners_only_while_an_agreement_is_in_force(
    parcel: Parcel, staff: Callable[..., Client]
) -> None:
    paid(parcel, transaction_id="T-OF-THE-FIRM")
    address = f"/enterprise/parcels/{parcel.pk}/"
    shop, agent, carrier = staff("shop"), staff("agent"), staff("logistics")

    def shown(client: Client) -> tuple[bool, bool]:
        page = client.get(address).content.decode()
        return "湄洲岛" in page, "T-OF-THE-FIRM" in page

    assert (shown(shop), shown(agent), shown(carrier)) == ((False, False), (False, False), (True, False))
    made = agree(IMPORT_SHOP, LOGISTICS)
    assert (shown(shop), shown(agent)) == ((True, False), (False, False))
    agree(IMPORT_SHOP, PAYMENT)
    assert shown(shop) == (True, True)
    revoke_agreement(party(IMPORT_SHOP), made.pk, reason="不再合作")
    assert shown(shop) == (False, True)


def test_only_firms_that_report_can_be_partners(world: World) -> None:
    """G.AGREEMENT.AGENT_TYPES: logistics, payment, storage and overseas warehouse firms."""
    with pytest.raises(WrongAgent):
        agree(IMPORT_SHOP, AGENT)
    assert not Agreement.objects.exists()


def test_official_is_told_in_what_payment_data_differ_from_the_payment_document(
    parcel: Parcel, official: Callable[..., Client]
) -> None:
    client = official("王审核")
    address = f"/console/customs.manual/{parcel.pk}/"
    paid(parcel)
    assert client.get(address).context["payment_notes"] == []
    declared: Any = ImportPayment._default_manager.get(pk=parcel.payment_id)
    paid(parcel, amount=declared.amount_paid + Decimal("0.01"), payer_id_hash=None)
    paid(parcel, transaction_id="ANOTHER", payer_id_hash="0" * 32)
    paid(parcel, kind="refunded", amount=Decimal(5))
    paid(parcel, pay_code="350296000B", amount=Decimal(1))
    page = client.get(address)
    kinds = [note.split("：")[0] for note in page.context["payment_notes"]]
    assert sorted(kinds) == ["支付交易号不一致", "支付人不一致", "支付企业报送", "支付金额不一致"]
    assert "已退款 5.00" in page.content.decode()

"""Who sees what partners' systems report: officials all of it, an enterprise what its partners agreed to show (measure 5)."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from customs.models import ImportPayment, LogisticsEvent, Parcel, PaymentReport
from customs.services.logistics import LOGISTICS as CARRIED
from customs.services.warehouse_stock import STOCK
from exchange.messages.partners import PartnerContract
from exchange.models import PartnerConnection
from exchange.services import Reporter
from exchange.services.partners import connect, take_events
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
from filing.services.registration import register_enterprise
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


def told(partner: Enterprise, contract: PartnerContract, *events: dict[str, Any]) -> None:
    """The partner's system reports over its connection."""
    who = party(partner)
    firm = Organisation.objects.get(pk=who.organisation_id)
    if not PartnerConnection.objects.filter(organisation=firm, contract=contract.code).exists():
        connect(organisation_id=firm.pk, contract=contract.code, interval_minutes=30, actor=who.user)
    reporter = Reporter(firm.pk, firm.codes)
    taken = take_events(reporter=reporter, client=None, contract=contract.code, events=events)
    assert (taken.stored, taken.quarantined) == (len(events), [])


def moved(number: int, **changes: Any) -> dict[str, Any]:
    at = (timezone.now() - timedelta(hours=9, seconds=-number)).isoformat()
    where = {
        "warehouse_firm": LOGISTICS.code,
        "warehouse": "一号仓",
        "owner": IMPORT_SHOP.code,
        "sku": "SKU-1",
    }
    amounts = {"qty_in": "0", "qty_out": "0", "balance": "10"}
    return {"event_id": f"S-{number}", **where, "kind": "moved", "happened_at": at, **amounts, **changes}


def subjects(client: Client, query: str = "") -> list[str]:
    return [row["cells"][4] for row in client.get(f"/enterprise/partners/events/{query}").context["rows"]]


def test_stock_shows_balances_and_differences_to_the_owner_who_agreed(
    world: World, staff: Callable[..., Client]
) -> None:
    """Difference = balance − (balance before + in − out), by the time it happened, not by the time it was told."""
    register_enterprise(
        organisation_id=party(LOGISTICS).organisation_id,
        enterprise_type="storage",
        valid_from=date(2020, 1, 1),
    )
    told(LOGISTICS, STOCK, moved(3, qty_out="4", balance="13"), moved(1, qty_in="10"))
    told(LOGISTICS, STOCK, moved(2, qty_in="5", balance="15"), moved(4, sku="SKU-2"))
    shop, agent, carrier = staff("shop", "finance"), staff("agent"), staff("logistics")

    def rows(client: Client, query: str = "") -> list[tuple[str, str, str]]:
        found = client.get(f"/enterprise/stock/{query}").context["rows"]
        return [(row["cells"][0], row["cells"][6], str(row["cells"][7]["label"])) for row in found]

    assert (rows(shop), rows(agent), len(rows(carrier))) == ([], [], 2)
    agree(IMPORT_SHOP, LOGISTICS)
    assert rows(shop) == [("SKU-2", "10", "首次报送"), ("SKU-1", "13", "2")]
    assert rows(shop, "?show=differing") == [("SKU-1", "13", "2")]
    assert rows(shop, "?show=all&text=sku-1") == [
        ("SKU-1", "13", "2"),
        ("SKU-1", "15", "0"),
        ("SKU-1", "10", "首次报送"),
    ]
    assert rows(agent) == []
    lines = b"".join(carrier.get("/enterprise/stock/file/csv/").streaming_content).decode().splitlines()
    assert len(lines) == 3
    assert sorted(subjects(shop)) == ["SKU-1", "SKU-1", "SKU-1", "SKU-2"]


def test_events_are_found_by_partner_kind_parcel_and_day_by_those_who_may(
    world: World, staff: Callable[..., Client], official: Callable[..., Client]
) -> None:
    first, second = world.decide(world.make.import_parcel(), world.make.import_parcel())
    at = timezone.now().isoformat()
    base = {"carrier": LOGISTICS.code, "happened_at": at}
    told(
        LOGISTICS,
        CARRIED,
        {**base, "event_id": "1", "waybill": first.logistics_no, "kind": "signed"},
        {**base, "event_id": "2", "waybill": second.logistics_no, "kind": "departed"},
        {**base, "event_id": "3", "waybill": "NOBODYS", "kind": "departed"},
    )
    shop, payment = staff("shop", "finance"), staff("payment")
    assert (subjects(shop), subjects(payment)) == ([], [])
    agree(IMPORT_SHOP, LOGISTICS)
    agree(IMPORT_SHOP, PAYMENT)
    assert set(subjects(shop)) == {first.logistics_no, second.logistics_no}
    assert subjects(payment) == []
    assert subjects(shop, "?kind=signed") == [first.logistics_no]
    assert subjects(shop, f"?subject={second.logistics_no}") == [second.logistics_no]
    assert subjects(shop, "?since=2000-01-01&until=2000-01-02") == []
    assert len(subjects(shop, "?kind=%00&since=nonsense&page=-3")) == 2
    clerk = official("王审核")
    found = clerk.get(f"/console/parcels/events/?partner={LOGISTICS.code}&kind=departed").context["rows"]
    assert sorted(row["cells"][4] for row in found) == sorted([second.logistics_no, "NOBODYS"])
    file = b"".join(clerk.get("/console/parcels/events/file/csv/").streaming_content).decode()
    assert len(file.splitlines()) == 4
    assert clerk.get("/console/parcels/events/file/pdf/").status_code == 404
    own = b"".join(shop.get("/enterprise/partners/events/file/csv/").streaming_content).decode()
    assert "NOBODYS" not in own
    stranger = official("外单位", agency="police_fujian", office=None)
    assert stranger.get("/console/parcels/events/").status_code == 403

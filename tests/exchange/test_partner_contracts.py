"""Stock of warehouses and data of payment firms: by contract, once, by filed firms only, never the payer in clear (measure 5)."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import jsonschema
import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customs.models import LogisticsEvent, PaymentReport, StockReport
from customs.services.logistics import LOGISTICS
from customs.services.payment_data import PAYMENT_DATA
from customs.services.warehouse_stock import STOCK
from exchange.models import PartnerConnection, PartnerEvent, QuarantinedEvent
from exchange.services.partners import connect
from filing.services.registration import register_enterprise
from portal import rules
from portal.codes import load_rules
from portal.models import AuditEntry, Membership, Organisation, User
from portal.personal_data import decrypt, keyed_hash
from tests.exchange.conftest import Machine
from tests.exchange.test_partners import event, reporting, send

pytestmark = pytest.mark.django_db(transaction=True)

FIRM = "35019609P1"
NOW = timezone.now()
NUMBER = "110101199003070011"


def stock(number: int, **changes: Any) -> dict[str, Any]:
    at = (NOW - timedelta(hours=50, seconds=-number)).isoformat()
    told = {"event_id": f"S-{number}", "warehouse_firm": FIRM, "warehouse": "一号仓", "owner": "3501960AB1"}
    amounts = {"qty_in": "10", "qty_out": "0", "balance": "10", "happened_at": at}
    return {**told, "sku": "SKU-1", "kind": "moved", **amounts, **changes}


def payment(number: int, **changes: Any) -> dict[str, Any]:
    at = (NOW - timedelta(hours=2)).isoformat()
    told = {"event_id": f"P-{number}", "payment_firm": FIRM, "transaction": f"T{number}", "platform": FIRM}
    money = {"order_no": f"O{number}", "kind": "paid", "amount": "129.00", "currency": "142"}
    return {**told, **money, "payer": NUMBER, "happened_at": at, **changes}


@pytest.fixture
def connected(organisation: Organisation, machine_of: Callable[..., Machine]) -> Callable[[str], Machine]:
    """The firm's machine with a connection by each contract; the firm is filed as the type that is asked for."""
    load_rules()
    rules.refresh(force=True)
    boss = User.objects.create_user("boss")
    Membership.objects.create(user=boss, organisation=organisation, role="administrator")

    def make(enterprise_type: str) -> Machine:
        for contract in (LOGISTICS, STOCK, PAYMENT_DATA):
            connect(organisation_id=organisation.pk, contract=contract.code, interval_minutes=30, actor=boss)
        register_enterprise(
            organisation_id=organisation.pk, enterprise_type=enterprise_type, valid_from=date(2020, 1, 1)
        )
        return reporting(organisation, machine_of)

    return make


def test_stock_is_kept_once_by_filed_warehouse_firms(connected: Callable[[str], Machine]) -> None:
    machine = connected("overseas_wh")
    taken = send(machine, stock(1), stock(2, qty_in="0", qty_out="2.5", balance="7.5"), contract=STOCK.code)
    assert taken.json()["stored"] == 2
    assert send(machine, stock(1), contract=STOCK.code).json()["repeated"] == 1
    assert list(StockReport.objects.values_list("qty_in", "qty_out", "balance")) == [
        (Decimal(10), Decimal(0), Decimal(10)),
        (Decimal(0), Decimal("2.5"), Decimal("7.5")),
    ]


def test_firm_that_is_filed_as_another_type_reports_neither_stock_nor_payments(
    connected: Callable[[str], Machine],
) -> None:
    machine = connected("logistics")
    for contract, told, field in (
        (STOCK, stock(1), "warehouse_firm"),
        (PAYMENT_DATA, payment(1), "payment_firm"),
    ):
        faults = send(machine, told, contract=contract.code).json()["faults"]
        assert faults == [{"event": told["event_id"], "field": field, "code": "FILED"}]
        faults = send(machine, {**told, field: "350296000B"}, contract=contract.code).json()["faults"]
        assert faults == [{"event": told["event_id"], "field": field, "code": "CARRIER"}]
    assert not StockReport.objects.exists()
    assert not PaymentReport.objects.exists()
    assert not PartnerEvent.objects.exists()


def test_amounts_are_plain_decimals(connected: Callable[[str], Machine]) -> None:
    machine, schema = connected("storage"), jsonschema.Draft202012Validator(STOCK.schema())
    bad = ["-1", "1e5", "1,000", "１", "NaN", "1.123456", "", "123456789012345", 10]
    told = [stock(n, balance=amount) for n, amount in enumerate(bad)]
    answer = send(machine, *told, contract=STOCK.code).json()
    assert answer["faults"] == [
        {"event": f"S-{n}", "field": "balance", "code": "FORM"} for n in range(len(bad))
    ]
    assert [one for one in told if schema.is_valid(one)] == []
    assert not StockReport.objects.exists()


def test_payment_is_kept_with_the_payer_as_a_hash_only(connected: Callable[[str], Machine]) -> None:
    machine = connected("payment")
    assert send(machine, payment(1), payment(2, payer=None), contract=PAYMENT_DATA.code).json()["stored"] == 2
    first, second = PaymentReport.objects.order_by("event_id")
    assert (first.amount, first.currency, first.payer_id_hash) == (Decimal(129), "142", keyed_hash(NUMBER))
    assert second.payer_id_hash is None
    kept = PartnerEvent.objects.get(event_id="P-1")
    assert NUMBER not in kept.body
    assert orjson.loads(decrypt(kept.body))["payer"] == NUMBER
    assert NUMBER not in str(list(AuditEntry.objects.values_list("detail", flat=True)))


def test_payment_of_nothing_or_in_no_currency_is_refused(connected: Callable[[str], Machine]) -> None:
    machine = connected("payment")
    told = [payment(1, amount="0.00"), payment(2, currency="999")]
    assert [
        (one["field"], one["code"])
        for one in send(machine, *told, contract=PAYMENT_DATA.code).json()["faults"]
    ] == [("amount", "FORM"), ("currency", "CODE")]
    assert not PaymentReport.objects.exists()


def test_thousand_events_cost_as_few_statements_as_one(
    connected: Callable[[str], Machine], organisation: Organisation
) -> None:
    machine = connected("storage")
    register_enterprise(
        organisation_id=organisation.pk, enterprise_type="payment", valid_from=date(2020, 1, 1)
    )
    for contract, make in ((STOCK, stock), (PAYMENT_DATA, payment)):
        counts = []
        for told in ([make(0)], [make(n) for n in range(1, 1_000)]):
            with CaptureQueriesContext(connection) as asked:
                assert send(machine, *told, contract=contract.code).json()["stored"] == len(told)
            counts.append(len(asked))
        assert max(counts) <= 14
        assert counts[1] <= counts[0]


def test_replay_restores_what_the_store_has_lost_and_changes_nothing_else(
    connected: Callable[[str], Machine],
) -> None:
    """Taken events of a window are applied anew, idempotently; none of them is ever refused afterwards."""
    machine = connected("logistics")
    send(machine, event(1), event(2))
    send(machine, event(3, kind="eaten"))
    LogisticsEvent.objects.filter(event_id="E-2").delete()
    window = {"contract": LOGISTICS.code, "since": NOW.isoformat()}
    window["until"] = (timezone.now() + timedelta(minutes=1)).isoformat()
    answers = [machine.send("partner/replay/", orjson.dumps(window)).json() for _ in range(2)]
    assert [(one["stored"], one["repeated"], one["quarantined"]) for one in answers] == [(1, 1, 1), (0, 2, 1)]
    assert sorted(LogisticsEvent.objects.values_list("event_id", flat=True)) == ["E-1", "E-2"]
    assert PartnerEvent.objects.count() == 2
    Organisation.objects.update(customs_code="350196000Z")
    from exchange.permissions import forget_tokens

    forget_tokens()
    machine.send("partner/replay/", orjson.dumps(window))
    assert list(QuarantinedEvent.objects.values_list("event_id", flat=True)) == ["E-3"]
    assert PartnerConnection.objects.get(contract=LOGISTICS.code).events == 2


def test_contract_pages_tell_fields_and_personal_data(client: Any, db: None) -> None:
    for contract in (STOCK, PAYMENT_DATA):
        page = client.get(f"/data/contracts/{contract.code}/").content.decode()
        assert all(one.name in page for one in contract.fields)
        assert client.get(f"/data/contracts/{contract.code}/schema/").json()["$id"] == contract.code
        assert jsonschema.Draft202012Validator(contract.schema()).is_valid(dict(contract.sample))
        assert contract.faults(dict(contract.sample)) == []
    assert "个人信息" in page

"""Payment data: the contract by which payment firms report transactions and refunds beside CEB411 (measure 5)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customs.enums import PaymentKind
from customs.services.warehouse_stock import refusals
from exchange.messages.partners import AMOUNT, CURRENCY, EVENT_ID, EventFault, EventField, PartnerContract
from exchange.services import Reporter, Stored
from filing.enums import EnterpriseType
from filing.selectors.registration import registered_among
from portal.personal_data import keyed_hash_hex, normalise_number
from portal.selectors import code_table

PAYMENT_DATA = PartnerContract(
    "payment-data-1",
    _("支付数据"),
    _(
        "已备案的支付企业报送支付成功和退款，用于与支付单（CEB411）核对。支付人证件号码可不报；报送的只保存加密内容和密钥散列，任何页面均不展示。"
    ),
    (
        EventField(EVENT_ID, _("事件编号（本企业内唯一）"), longest=64),
        EventField("payment_firm", _("支付企业代码（海关编码或统一社会信用代码）"), longest=18),
        EventField("transaction", _("支付交易号")),
        EventField("platform", _("电商平台代码"), longest=18),
        EventField("order_no", _("订单号")),
        EventField("kind", _("类型"), "code", codes=dict(PaymentKind.choices)),
        EventField("amount", _("金额"), longest=20, pattern=AMOUNT),
        EventField("currency", _("币制（三位代码）"), longest=3, pattern=CURRENCY),
        EventField("payer", _("支付人证件号码"), required=False, longest=18, personal=True),
        EventField("happened_at", _("成功时间（带时区）"), "time", longest=40),
    ),
    {
        "event_id": "PAY-2026-000001",
        "payment_firm": "350296P001",
        "transaction": "T202611280001",
        "platform": "35019609P1",
        "order_no": "ORDER-0001",
        "kind": "paid",
        "amount": "129.00",
        "currency": "142",
        "happened_at": "2026-11-28T09:30:00+08:00",
    },
    partner="payment_firm",
    subject="order_no",
    owner="platform",
)
COLUMNS = (
    EVENT_ID,
    "payment_firm",
    "transaction",
    "platform",
    "order_no",
    "kind",
    "amount",
    "currency",
    "happened_at",
)
INSERT = """
INSERT INTO customs_paymentreport
    (sender_id, event_id, pay_code, transaction_id, ebp_code, order_no, kind, amount, currency, payer_id_hash, happened_at, received_at)
SELECT %s, e.event_id, e.firm, e.transaction, e.platform, e.order_no, e.kind, e.amount, e.currency, e.payer, e.happened_at, %s
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::numeric[], %s::text[],
            %s::timestamptz[], %s::uuid[])
     AS e (event_id, firm, transaction, platform, order_no, kind, amount, currency, happened_at, payer)
ORDER BY e.event_id
ON CONFLICT (sender_id, event_id) DO NOTHING
RETURNING event_id
"""


def store_payments(reporter: Reporter, events: Sequence[dict[str, Any]], received_at: datetime) -> Stored:
    """Transactions of the firm itself, once each; two statements. Another's code, an unfiled firm or no amount is refused."""
    filed = registered_among(reporter.codes, [EnterpriseType.PAYMENT], timezone.localdate(received_at))
    refused = refusals(reporter, filed, events, "payment_firm")
    for one in events:
        if one[EVENT_ID] not in refused and (name := wrong_money(one)):
            refused[one[EVENT_ID]] = EventFault(name, "CODE" if name == "currency" else "FORM")
    own = [one for one in events if one[EVENT_ID] not in refused]
    if not own:
        return Stored(set(), refused)
    values: list[list[Any]] = [[one[name] for one in own] for name in COLUMNS]
    payers = [payer_hash(one.get("payer")) for one in own]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [reporter.organisation_id, received_at, *values, payers])
        return Stored({row[0] for row in cursor.fetchall()}, refused)


def wrong_money(event: dict[str, Any]) -> str:
    """The field that is no money: an amount of nothing, a currency that is in no table; "" when both are right."""
    if not Decimal(event["amount"]):
        return "amount"
    return "" if event["currency"] in code_table("currency") else "currency"


def payer_hash(number: str | None) -> str | None:
    """Equality with the payer of CEB411, without the number."""
    return keyed_hash_hex(normalise_number(number)) if number else None

"""Stock of warehouses: the contract by which bonded and overseas warehouses report, and how a batch is stored (measure 5)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customs.enums import StockKind
from exchange.messages.partners import AMOUNT, EVENT_ID, EventFault, EventField, PartnerContract
from exchange.services import Reporter, Stored
from filing.enums import EnterpriseType
from filing.selectors.registration import registered_among

FIRMS = (EnterpriseType.STORAGE, EnterpriseType.OVERSEAS_WAREHOUSE)
"""Who may report stock."""

STOCK = PartnerContract(
    "warehouse-stock-1",
    _("仓库库存"),
    _(
        "已备案的区内仓储企业和海外仓企业按货主、仓库、货号报送入库、出库和结余。平台按时间先后核对：上次结余加入库减出库应等于本次结余，差额向货主展示。"
    ),
    (
        EventField(EVENT_ID, _("事件编号（本企业内唯一）"), longest=64),
        EventField("warehouse_firm", _("仓储企业代码（海关编码或统一社会信用代码）"), longest=18),
        EventField("warehouse", _("仓库名称或编号")),
        EventField("owner", _("货主代码（海关编码或统一社会信用代码）"), longest=18),
        EventField("sku", _("商品货号")),
        EventField("batch", _("批次"), required=False),
        EventField("kind", _("类型"), "code", codes=dict(StockKind.choices)),
        EventField("qty_in", _("入库数量"), longest=20, pattern=AMOUNT),
        EventField("qty_out", _("出库数量"), longest=20, pattern=AMOUNT),
        EventField("balance", _("结余数量"), longest=20, pattern=AMOUNT),
        EventField("happened_at", _("发生时间（带时区）"), "time", longest=40),
    ),
    {
        "event_id": "WH-2026-000001",
        "warehouse_firm": "350166W001",
        "warehouse": "平潭一号仓",
        "owner": "3501960AB1",
        "sku": "SKU-1001",
        "batch": "B202611",
        "kind": "moved",
        "qty_in": "100",
        "qty_out": "0",
        "balance": "100",
        "happened_at": "2026-11-28T09:30:00+08:00",
    },
    partner="warehouse_firm",
    subject="sku",
    owner="owner",
)
COLUMNS = tuple(one.name for one in STOCK.fields)
INSERT = """
INSERT INTO customs_stockreport
    (sender_id, event_id, warehouse_code, warehouse, owner_code, sku, batch, kind, qty_in, qty_out, balance, happened_at, received_at)
SELECT %s, e.event_id, e.firm, e.warehouse, e.owner, e.sku, e.batch, e.kind, e.qty_in, e.qty_out, e.balance, e.happened_at, %s
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
            %s::numeric[], %s::numeric[], %s::numeric[], %s::timestamptz[])
     AS e (event_id, firm, warehouse, owner, sku, batch, kind, qty_in, qty_out, balance, happened_at)
ORDER BY e.event_id
ON CONFLICT (sender_id, event_id) DO NOTHING
RETURNING event_id
"""


def store_stock(reporter: Reporter, events: Sequence[dict[str, Any]], received_at: datetime) -> Stored:
    """Reports of the firm's own warehouses, once each; two statements. Another's code, or a firm that is not filed, is refused."""
    filed = registered_among(reporter.codes, FIRMS, timezone.localdate(received_at))
    refused = refusals(reporter, filed, events, "warehouse_firm")
    own = [one for one in events if one[EVENT_ID] not in refused]
    if not own:
        return Stored(set(), refused)
    values = [[one.get(name) or "" for one in own] for name in COLUMNS]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [reporter.organisation_id, received_at, *values])
        return Stored({row[0] for row in cursor.fetchall()}, refused)


def refusals(
    reporter: Reporter, filed: set[str], events: Sequence[dict[str, Any]], name: str
) -> dict[str, EventFault]:
    """Events whose field `name` is not a code of the reporter, or one that is not filed as it must be."""
    found = {}
    for one in events:
        if one[name] not in reporter.codes:
            found[one[EVENT_ID]] = EventFault(name, "CARRIER")
        elif one[name] not in filed:
            found[one[EVENT_ID]] = EventFault(name, "FILED")
    return found

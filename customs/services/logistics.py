"""Events of carriers: the contract by which they report, and how a batch is stored (measure 5)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from customs.enums import LogisticsKind
from exchange.messages.partners import EVENT_ID, EventFault, EventField, PartnerContract
from exchange.services import Reporter, Stored

LOGISTICS = PartnerContract(
    "logistics-event-1",
    _("物流轨迹事件"),
    _(
        "承运企业按运单报送揽收、发出、到达、清关、派送、签收、退回；可以晚到、乱序、重复。不得包含收件人信息。"
    ),
    (
        EventField(EVENT_ID, _("事件编号（本企业内唯一）"), longest=64),
        EventField("carrier", _("物流企业代码（海关编码或统一社会信用代码）"), longest=18),
        EventField("waybill", _("运单编号")),
        EventField("kind", _("环节"), "code", codes=dict(LogisticsKind.choices)),
        EventField("happened_at", _("发生时间（带时区）"), "time", longest=40),
        EventField("place", _("地点（城市或站点）"), required=False),
    ),
    {
        "event_id": "MT-2026-000001",
        "carrier": "350196L001",
        "waybill": "MT202611280001",
        "kind": "departed",
        "happened_at": "2026-11-28T09:30:00+08:00",
        "place": "福州",
    },
    partner="carrier",
    subject="waybill",
)
COLUMNS = (EVENT_ID, "carrier", "waybill", "kind", "happened_at", "place")
INSERT = """
INSERT INTO customs_logisticsevent
    (sender_id, event_id, logistics_code, logistics_no, kind, happened_at, received_at, place)
SELECT %s, e.event_id, e.carrier, e.waybill, e.kind, e.happened_at, %s, e.place
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[])
     AS e (event_id, carrier, waybill, kind, happened_at, place)
ORDER BY e.event_id
ON CONFLICT (sender_id, event_id) DO NOTHING
RETURNING event_id
"""


def store_events(reporter: Reporter, events: Sequence[dict[str, Any]], received_at: datetime) -> Stored:
    """Events of the carrier itself, once each; one statement. A carrier that is not the sender is refused."""
    own = [one for one in events if one["carrier"] in reporter.codes]
    refused = {
        one[EVENT_ID]: EventFault("carrier", "CARRIER")
        for one in events
        if one["carrier"] not in reporter.codes
    }
    if not own:
        return Stored(set(), refused)
    values = [[one.get(name) or "" for one in own] for name in COLUMNS]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [reporter.organisation_id, received_at, *values])
        return Stored({row[0] for row in cursor.fetchall()}, refused)

"""Lists stay fast when there are many parcels: every way of finding them goes through an index."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from customs.models import Parcel
from customs.selectors.parcels import ParcelFilter, numbered, parcels_at, parcels_of
from portal.models import RegisterVersion

SENDERS = 400
ROWS = 20_000
FILL = """
INSERT INTO customs_parcel (id, direction, trade_mode, ebp_code, order_no, ebc_code, logistics_code, logistics_no, agent_code,
  customs_code, port_code, sender_id, declared_on, state, decision_reason, regime, risk_score, limit_state, register_version,
  pre_no, invt_no, b2b, received_at, decided_at)
SELECT n, 'I', '9610', 'EBP' || n %% %(senders)s, 'O' || n, 'EBC' || n %% %(senders)s, 'LOG' || n %% %(senders)s, 'W' || n,
  'AGT' || n %% %(senders)s, '3501', '3501', n %% %(senders)s, '2026-11-23',
  CASE WHEN n %% 500 = 0 THEN 'manual' ELSE 'released' END, '', 'reduced', 0, '', 1,
  'B20261123' || lpad(n::text, 9, '0'), '35012026I' || lpad(n::text, 9, '0'), false, now(), now()
FROM generate_series(1, %(rows)s) n"""


@pytest.fixture
def many(db: None) -> None:
    RegisterVersion.objects.create(note="test")
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"senders": SENDERS, "rows": ROWS})
        cursor.execute("ANALYZE customs_parcel")


def plan(queryset: "QuerySet[Any]") -> str:
    return queryset.explain()


@pytest.mark.parametrize("sort", ["-id", "id", "-decided_at"])
@pytest.mark.parametrize("state", ["", "manual"])
def test_an_enterprises_list_reads_no_other_enterprises_parcels(many: None, sort: str, state: str) -> None:
    found = parcels_of(7, {"EBP7", "91350100MA00000001"}, ParcelFilter(state=state, sort=sort))
    assert found.count() == (ROWS // SENDERS if not state else 0)
    assert "Seq Scan" not in plan(found[:51])


@pytest.mark.parametrize("number", ["O12345", "W12345", "35012026I000012345", "B20261123000012345"])
def test_numbers_are_looked_up(many: None, number: str) -> None:
    found = numbered(Parcel.objects.all(), number)
    assert [parcel.pk for parcel in found] == [12345]
    assert "Seq Scan" not in plan(found)


def test_the_queue_reads_open_cases_only(many: None) -> None:
    waiting = (
        parcels_at(["3501"]).filter(state="manual", customs_code__in=["3501"]).order_by("due_at", "pk")[:50]
    )
    assert "Seq Scan on customs_parcel" not in plan(waiting)
    assert waiting.count() == min(50, ROWS // 500)

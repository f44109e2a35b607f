"""The account book after a decision: reserved becomes drawn or free again; what was drawn comes back (rules D.9 and A)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from customs.enums import BondedMode, EntryKind
from customs.models import Parcel

SETTLE = """
WITH held AS (
    SELECT e.item_id, e.parcel_id, e.qty FROM customs_accountentry e WHERE e.parcel_id = ANY(%(parcels)s) AND e.kind = 'reserve'
    AND NOT EXISTS (SELECT 1 FROM customs_accountentry f WHERE f.parcel_id = e.parcel_id AND f.kind IN ('out', 'free'))),
moved AS (
    UPDATE customs_accountitem k SET reserved = k.reserved - s.qty, balance = k.balance + s.qty * %(back)s
    FROM (SELECT item_id, sum(qty) AS qty FROM held GROUP BY item_id ORDER BY item_id) s
    WHERE k.id = s.item_id RETURNING k.id, k.balance - s.qty * %(back)s AS before)
INSERT INTO customs_accountentry (item_id, kind, qty, change, balance, parcel_id, document, note, at)
SELECT h.item_id, %(kind)s, h.qty, h.qty * %(back)s,
    m.before + sum(h.qty * %(back)s) OVER (PARTITION BY h.item_id ORDER BY h.parcel_id), h.parcel_id, '', '', now()
FROM held h JOIN moved m ON m.id = h.item_id ORDER BY h.item_id, h.parcel_id"""

GIVE_BACK = """
WITH wanted AS (
    SELECT k.id, sum(w.qty) AS qty FROM unnest(%(numbers)s::varchar[], %(quantities)s::numeric[]) w(number, qty)
    JOIN customs_accountitem k ON k.item_record_no = w.number
    WHERE EXISTS (SELECT 1 FROM customs_accountentry e WHERE e.item_id = k.id AND e.parcel_id = %(parcel)s AND e.kind = 'out')
    GROUP BY k.id ORDER BY k.id),
moved AS (
    UPDATE customs_accountitem k SET balance = k.balance + w.qty FROM wanted w WHERE k.id = w.id RETURNING k.id, w.qty, k.balance)
INSERT INTO customs_accountentry (item_id, kind, qty, change, balance, parcel_id, document, note, at)
SELECT id, 'back', qty, qty, balance, %(parcel)s, '', '', now() FROM moved"""


def settle_stock(parcels: Sequence[Parcel], kind: EntryKind) -> None:
    """What these lists reserved is drawn (`out`) or free again (`free`). Once only per list; nothing for lists of other modes."""
    bonded = [parcel.pk for parcel in parcels if parcel.trade_mode in BondedMode.values]
    if bonded:
        run(SETTLE, parcels=bonded, kind=kind.value, back=int(kind == EntryKind.FREE))


def give_back(parcel: Parcel, quantities: Mapping[str, Decimal]) -> None:
    """Goods of a released list are back in the area: item record number → quantity. Nothing for lists of other modes."""
    if parcel.trade_mode in BondedMode.values and quantities:
        run(GIVE_BACK, parcel=parcel.pk, numbers=list(quantities), quantities=list(quantities.values()))


def run(sql: str, **parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)

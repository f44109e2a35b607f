"""The buyer's annual limit after a decision: reserved becomes confirmed or is freed; what was used is given back (rules D.3, D.9)."""

from collections.abc import Sequence
from decimal import Decimal

from django.db import connection

from customs.enums import LimitState
from customs.models import Parcel

SETTLE = """
UPDATE customs_buyeryear b SET reserved = b.reserved - s.amount, confirmed = b.confirmed + s.amount * %s
FROM (SELECT buyer_id_hash, limit_year, sum(dutiable) AS amount FROM customs_parcel
      WHERE id = ANY(%s) AND limit_state = 'reserved' GROUP BY buyer_id_hash, limit_year) s
WHERE b.buyer_id_hash = s.buyer_id_hash AND b.year = s.limit_year"""

RESTORE = """
UPDATE customs_buyeryear SET confirmed = confirmed - %s WHERE buyer_id_hash = %s AND year = %s"""


def restore_limit(parcel: Parcel, amount: Decimal) -> None:
    """Give back what a released list used, all or the part of returned goods. Nothing for lists that hold no limit."""
    if parcel.limit_state == LimitState.CONFIRMED and amount:
        with connection.cursor() as cursor:
            cursor.execute(RESTORE, [amount, parcel.buyer_id_hash, parcel.limit_year])


def settle_limits(parcels: Sequence[Parcel], outcome: LimitState) -> None:
    """Move what these parcels reserved to confirmed (released) or give it back (rejected). Once only per parcel."""
    ids = [p.pk for p in parcels]
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, [1 if outcome == LimitState.CONFIRMED else 0, ids])
    Parcel.objects.filter(pk__in=ids, limit_state=LimitState.RESERVED).update(limit_state=outcome)

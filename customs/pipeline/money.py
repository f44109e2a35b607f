"""Steps: tax of every line (rules D.4–D.6) and the buyer's annual limit (D.3)."""

from typing import Any

from customs.enums import Direction
from customs.pipeline.compare import rejecting

GUARANTEE_ACCOUNT = "customs_guaranteeaccount"

PROMISING = (
    f"t.missing = '{{}}' AND t.mask & {rejecting(Direction.IMPORT)} = 0"
    " AND t.identity <> 'MISMATCH' AND t.regime <> 'general' AND t.duplicate IS DISTINCT FROM 'exact'"
)
"""Parcels whose documents, buyer and value let them in."""

DUTIABLE_PARCEL = f"{PROMISING} AND t.stock = ''"
"""Parcels that are taxed and use the limit: nothing has rejected them, and bonded ones find their goods in the account book."""

CT_RATE = (
    "CASE v.ct_class WHEN 'COSMETICS' THEN r.ct_cosmetics WHEN 'WINE' THEN r.ct_wine"
    " WHEN 'WATCH' THEN CASE WHEN s.piece >= r.ct_watch_from THEN r.ct_watch ELSE 0 END ELSE 0 END"
)
VAT_RATE = "CASE v.vat_class WHEN 'LOW' THEN r.vat_low WHEN 'ZERO' THEN 0 ELSE r.vat_std END"

TAX = f"""
INSERT INTO t_tax (parcel_id, gnum, dutiable, duty, ct, vat, duty_rate, ct_rate, vat_rate, factor)
SELECT z.id, z.gnum, z.price, round(z.duty, 2), round(z.ct * z.share, 2),
    round((z.price + z.duty + z.ct) * z.vat_rate * z.share, 2), z.duty_rate, z.ct_rate, z.vat_rate, z.share
FROM (
    SELECT y.*, (y.price + y.duty) * y.ct_rate / (1 - y.ct_rate) AS ct
    FROM (
        SELECT t.id, s.gnum, s.price, CASE WHEN t.regime = 'full' THEN s.price * v.duty_rate ELSE 0 END AS duty,
            CASE WHEN t.regime = 'full' THEN v.duty_rate ELSE 0 END AS duty_rate,
            {CT_RATE} AS ct_rate, {VAT_RATE} AS vat_rate,
            CASE WHEN t.regime = 'full' THEN 1 ELSE r.factor END AS share
        FROM t_parcel t
        JOIN LATERAL (SELECT * FROM customs_registerday WHERE day = t.declared_on AND version = $1 LIMIT 1) r ON true
        JOIN LATERAL (
            SELECT d.gnum, d.gcode, d.piece, d.total_price + d.upto - coalesce(lag(d.upto) OVER (ORDER BY d.gnum), 0)
                + CASE WHEN d.last THEN t.extra - d.upto ELSE 0 END AS price
            FROM (
                SELECT n.gnum, n.gcode, n.total_price, n.price AS piece, n.gnum = max(n.gnum) OVER () AS last,
                    coalesce(round(sum(n.total_price) OVER (ORDER BY n.gnum) * t.extra / nullif(t.list_total, 0), 2), 0)
                    AS upto
                FROM customs_importinventoryline n WHERE n.head_id = t.id) d) s ON true
        JOIN LATERAL (SELECT * FROM customs_tariffline WHERE code = left(s.gcode, 8) AND valid_from <= t.declared_on
                        AND (valid_to IS NULL OR t.declared_on < valid_to)
                      ORDER BY code, valid_from DESC LIMIT 1) v ON true
        WHERE {DUTIABLE_PARCEL}) y) z"""
"""Tax of every line. Parameter: $1 register version."""

LIMITS = f"""
WITH worked AS (
    UPDATE t_parcel t SET duty = s.duty, vat = s.vat, ct = s.ct, used = s.used, first_on = s.first_on, over = s.over
    FROM (
        SELECT t.id, x.duty, x.vat, x.ct, coalesce(b.first_on, t.declared_on) AS first_on,
            coalesce(b.reserved + b.confirmed, 0) + sum(t.dutiable) OVER buyer - t.dutiable AS used,
            coalesce(b.reserved + b.confirmed, 0) + sum(t.dutiable) OVER buyer > r.year_limit AS over
        FROM t_parcel t
        JOIN LATERAL (SELECT * FROM customs_registerday WHERE day = t.declared_on AND version = $1 LIMIT 1) r ON true
        LEFT JOIN LATERAL (SELECT sum(duty) AS duty, sum(vat) AS vat, sum(ct) AS ct FROM t_tax
                           WHERE parcel_id = t.id) x ON true
        LEFT JOIN LATERAL (SELECT * FROM customs_buyeryear
                           WHERE buyer_id_hash = t.buyer AND year = t.year LIMIT 1) b ON true
        WHERE {DUTIABLE_PARCEL}
        WINDOW buyer AS (PARTITION BY t.buyer, t.year ORDER BY t.received_at, t.id)) s
    WHERE s.id = t.id RETURNING t.over),
guarantors AS MATERIALIZED (
    SELECT organisation_id FROM {GUARANTEE_ACCOUNT}
    WHERE organisation_id IN (SELECT guarantor FROM t_parcel WHERE guarantor IS NOT NULL)
    ORDER BY organisation_id FOR UPDATE)
SELECT count(*) FILTER (WHERE over), (SELECT count(*) FROM guarantors) FROM worked"""
"""Tax sums, and whether the running sum of the buyer passes the year's limit. Returns how many parcels do. The accounts of the
guarantors are locked until the turn ends: what the decision finds free stays free."""

OVERFULL = f"""
SELECT t.id, t.buyer, t.year, t.dutiable, t.used, r.year_limit
FROM t_parcel t
JOIN LATERAL (SELECT year_limit FROM customs_registerday WHERE day = t.declared_on AND version = %s LIMIT 1) r ON true
WHERE {DUTIABLE_PARCEL} AND (t.buyer, t.year) IN (SELECT o.buyer, o.year FROM t_parcel o WHERE o.over)
ORDER BY t.buyer, t.year, t.received_at, t.id"""


def work_in_order(cursor: Any, version: int) -> None:
    """The small slow branch: a buyer whose parcels of this batch do not all fit is worked parcel by parcel.

    What does not fit uses nothing, so a later smaller parcel may still fit.
    """
    cursor.execute(OVERFULL, [version])
    used: dict[tuple[str, int], Any] = {}
    verdicts = []
    for pk, buyer, year, dutiable, before, limit in cursor.fetchall():
        so_far = used.setdefault((buyer, year), before)
        over = so_far + dutiable > limit
        verdicts.append((pk, so_far, over))
        if not over:
            used[(buyer, year)] = so_far + dutiable
    cursor.execute(
        "UPDATE t_parcel t SET used = s.used, over = s.over FROM unnest(%s::bigint[], %s::numeric[], %s::boolean[])"
        " AS s(id, used, over) WHERE s.id = t.id",
        [[v[0] for v in verdicts], [v[1] for v in verdicts], [v[2] for v in verdicts]],
    )


BOOK = f"""
INSERT INTO customs_buyeryear AS b (buyer_id_hash, year, reserved, confirmed, ceiling, first_on)
SELECT t.buyer, t.year, coalesce(sum(t.dutiable) FILTER (WHERE t.state <> 'released'), 0),
    coalesce(sum(t.dutiable) FILTER (WHERE t.state = 'released'), 0), max(r.year_limit), min(t.declared_on)
FROM (SELECT buyer, year, state, dutiable, declared_on, over FROM t_parcel t WHERE {DUTIABLE_PARCEL} AND NOT t.over) t
JOIN LATERAL (SELECT year_limit FROM customs_registerday WHERE day = t.declared_on AND version = $1 LIMIT 1) r ON true
GROUP BY t.buyer, t.year ORDER BY t.buyer, t.year
ON CONFLICT (buyer_id_hash, year) DO UPDATE SET reserved = b.reserved + excluded.reserved,
    confirmed = b.confirmed + excluded.confirmed, ceiling = greatest(b.ceiling, excluded.ceiling)"""
"""Use the limit: released parcels confirm, parcels waiting for an official reserve. Parameter: $1 register version."""

"""Step: the same purchase declared twice under new numbers, found before it is taxed a second time.

Every complete list leaves a mark (`customs_fingerprint`): buyer, moment of payment, dutiable price. A list whose buyer has another mark
near in time and price is compared with that list in full, which is rare; all others cost one look-up. The moment of payment is the
payment institution's, so the sender of the list cannot move it.
"""

from customs.enums import Direction, ParcelState
from customs.pipeline.compare import rejecting

COMPLETE = f"t.missing = '{{}}' AND t.mask & {rejecting(Direction.IMPORT)} = 0"
PAID_DAY = "(t.paid_at AT TIME ZONE 'Asia/Shanghai')::date"
MARK = f"""
    INSERT INTO customs_fingerprint (day, buyer, parcel_id, paid_at, amount)
    SELECT {PAID_DAY}, t.buyer, t.id, t.paid_at, t.dutiable FROM t_parcel t WHERE {COMPLETE}
    ON CONFLICT DO NOTHING"""
"""Leave the marks (day first: inserts stay together). A list that waits for an identity answer is marked once."""

WITHOUT_EFFECT = ", ".join(
    f"'{state}'"
    for state in (
        ParcelState.REJECTED,
        ParcelState.CANCELLED,
        ParcelState.RETURNED,
        ParcelState.SUPERSEDED,
    )
)
GOODS = """
        LEFT JOIN LATERAL (
            SELECT string_agg(concat_ws('|', g.gcode, g.name, g.qty, g.price), chr(10) ORDER BY g.gcode, g.name, g.price, g.qty) AS lines
            FROM (SELECT gcode, customs_plain_name(gname) AS name, qty, price FROM customs_importinventoryline
                  WHERE head_id = {head}) g) {alias} ON true
        LEFT JOIN LATERAL (
            SELECT string_agg(g.gcode || '|' || g.qty, chr(10) ORDER BY g.gcode) AS codes
            FROM (SELECT gcode, sum(qty) AS qty FROM customs_importinventoryline
                  WHERE head_id = {head} GROUP BY gcode) g) {alias}c ON true
        LEFT JOIN LATERAL (
            SELECT string_agg(g.name || '|' || g.qty, chr(10) ORDER BY g.name) AS names
            FROM (SELECT customs_plain_name(gname) AS name, sum(qty) AS qty FROM customs_importinventoryline
                  WHERE head_id = {head} GROUP BY 1) g) {alias}n ON true"""

SAME_LINES = "a.lines = b.lines"
SAME_GOODS = "(ac.codes = bc.codes OR an.names = bn.names)"
SAME_ADDRESS = "customs_plain_address(i.consignee_address) = customs_plain_address(j.consignee_address)"
SAME_PHONE = "customs_plain_phone(o.consignee_telephone) = customs_plain_phone(k.consignee_telephone)"
ALIKE = "similarity(customs_plain_address(i.consignee_address), customs_plain_address(j.consignee_address)) >= s.address"
EXACT = (
    f"{SAME_LINES} AND f.amount = t.dutiable AND {SAME_ADDRESS} AND {SAME_PHONE} AND f.apart <= s.exact_minutes * 60"
    " AND NOT EXISTS (SELECT 1 FROM customs_parcel WHERE order_no = i.order_no AND ebp_code = i.ebp_code AND id <> i.id)"
)
"""A list that was rejected and declared again is not rejected a second time: an official looks."""

DUPLICATES = f"""
UPDATE t_parcel t SET twin = x.twin, duplicate = CASE WHEN x.exact THEN 'exact' ELSE 'near' END
FROM (
    SELECT DISTINCT ON (t.id) t.id, j.id AS twin, coalesce({EXACT}, false) AS exact
    FROM t_parcel t
    JOIN LATERAL (SELECT parcel_id, amount, abs(extract(epoch FROM paid_at - t.paid_at)) AS apart FROM customs_fingerprint
                  WHERE day = ANY (ARRAY[{PAID_DAY} - 1, {PAID_DAY}, {PAID_DAY} + 1]) AND buyer = t.buyer
                    AND parcel_id <> t.id OFFSET 0) f ON true
    JOIN LATERAL (SELECT (q->>'near_hours')::numeric AS near_hours, (q->>'exact_minutes')::numeric AS exact_minutes,
                      (q->>'amount_tol')::numeric AS amount_tol, (q->>'address')::numeric AS address
                  FROM (SELECT risk->'Q.DUPLICATE' AS q FROM customs_registerday
                        WHERE day = t.declared_on AND version = $1 LIMIT 1) r) s
        ON f.apart <= s.near_hours * 3600 AND abs(f.amount - t.dutiable) <= s.amount_tol * t.dutiable
    JOIN LATERAL (SELECT * FROM customs_importinventory WHERE id = t.id) i ON true
    JOIN LATERAL (SELECT * FROM customs_importinventory WHERE id = f.parcel_id) j
        ON (j.ebp_code, j.order_no) <> (i.ebp_code, i.order_no)
    LEFT JOIN LATERAL (SELECT state FROM customs_parcel WHERE id = j.id) p ON true
    LEFT JOIN LATERAL (SELECT consignee_telephone FROM customs_importorder WHERE id = t.order_id) o ON true
    LEFT JOIN LATERAL (SELECT consignee_telephone FROM customs_importorder
                       WHERE ebp_code = j.ebp_code AND order_no = j.order_no LIMIT 1) k ON true
    {GOODS.format(head="i.id", alias="a")}
    {GOODS.format(head="j.id", alias="b")}
    WHERE {COMPLETE}
      AND CASE WHEN p.state IS NULL THEN (j.received_at, j.id) < (t.received_at, t.id)
               ELSE p.state NOT IN ({WITHOUT_EFFECT}) END
      AND ({EXACT} OR ({SAME_GOODS} AND ({SAME_PHONE} OR {ALIKE})))
    ORDER BY t.id, exact DESC, f.apart, j.id) x
WHERE x.id = t.id"""
"""The first of two stands; the second is its twin: `exact` (rejected) or `near` (an official compares both). Parameter: $1 register version."""

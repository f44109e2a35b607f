"""Step: join the documents of every candidate and compare them in one pass; failures are bits of a mask."""

from collections.abc import Iterable

from customs.enums import Direction, Severity
from customs.pipeline.joined import DAY, joined
from customs.rules import Rule, comparisons
from filing.tables import REGISTERED_CODE


def mask(direction: Direction) -> str:
    """SQL of the failure mask: bit k is set when comparison k fails."""
    bits = (
        f"CASE WHEN {rule.fails} THEN {1 << bit} ELSE 0 END"
        for bit, rule in enumerate(comparisons(direction))
    )
    return "(" + " | ".join(f"({bit})::bigint" for bit in bits) + ")"


def bits_of(rules: Iterable[type[Rule]], *severities: Severity) -> int:
    """The bits of all rules of these severities."""
    return sum(1 << bit for bit, rule in enumerate(rules) if rule.severity in severities)


def rejecting(direction: Direction) -> int:
    return bits_of(comparisons(direction), Severity.REJECT)


MISSING = {
    Direction.IMPORT: (
        "array_remove(ARRAY[CASE WHEN o.id IS NULL THEN 'order' END, CASE WHEN p.id IS NULL THEN 'payment' END,"
        " CASE WHEN w.id IS NULL THEN 'waybill' END], NULL)"
    ),
    Direction.EXPORT: (
        "array_remove(ARRAY[CASE WHEN o.id IS NULL THEN 'order' END,"
        " CASE WHEN p.id IS NULL AND r.modes->'receipt' ? i.trade_mode THEN 'receipt' END,"
        " CASE WHEN w.id IS NULL THEN 'waybill' END], NULL)"
    ),
}
IDENTITY = (
    "coalesce((SELECT y.outcome FROM customs_identityresult y WHERE y.identity_hash = i.buyer_identity_hash"
    " AND y.expires_at > now()), CASE WHEN c.overdue THEN 'UNAVAILABLE' END)"
)
"""Answer of the population base, NULL while there is none; overdue questions count as unavailable."""

DUTIABLE = "(l.list_total + i.freight + i.insured_fee)"
REGIME = (
    f"CASE WHEN {DUTIABLE} <= r.single_limit THEN 'reduced'"
    " WHEN r.full_allowed AND l.items <= r.max_items THEN 'full' ELSE 'general' END"
)
DRAW = "(('x' || substr(md5($2 || i.id::text), 1, 8))::bit(32)::bigint / 4294967296.0)"
"""Random draw of a parcel in [0, 1): keyed, so nobody can foresee it and everybody with the key can audit it."""

COLUMNS = (
    "id, order_id, payment_id, waybill_id, sender_id, order_sender, payment_sender, waybill_sender, missing, mask,"
    " identity, identity_hash, buyer, birth_date, received_at, declared_on, week, year, address, phone, draw, headings, filed_from,"
    " list_total, extra, items, dutiable, regime, declared_tax, b2b, site_operator, guarantor, assure_code, paid_at"
)
BUYER = {
    Direction.IMPORT: (
        f"{IDENTITY}, i.buyer_identity_hash, i.buyer_id_hash, i.buyer_birth_date, i.received_at, i.decl_time,"
        " date_trunc('week', i.decl_time)::date,"
        " extract(year FROM i.decl_time)::int, md5($2 || replace(i.consignee_address, ' ', ''))::uuid,"
        " md5($2 || o.consignee_telephone)::uuid"
    ),
    Direction.EXPORT: (
        f"'MATCH', NULL::uuid, NULL::uuid, NULL::date, i.received_at, {DAY[Direction.EXPORT]}, NULL::date, NULL::int, NULL::uuid, NULL::uuid"
    ),
}
GOODS = {
    Direction.IMPORT: (
        f"l.headings, x.filed_from, l.list_total, i.freight + i.insured_fee, l.items, {DUTIABLE}, {REGIME}, o.tax_total,"
        " false, site.operator,"
        f" (SELECT organisation_id FROM {REGISTERED_CODE} WHERE code = i.assure_code LIMIT 1), i.assure_code, p.pay_time"
    ),
    Direction.EXPORT: (
        "l.headings, x.filed_from, l.list_total, 0::numeric, l.items, NULL::numeric, 'export', NULL::numeric,"
        " r.modes->'b2b' ? i.trade_mode, site.operator, NULL::bigint, NULL, NULL::timestamptz"
    ),
}


def compare(direction: Direction) -> str:
    """Parameters: $1 register version, $2 key of the hashes."""
    incomplete = "o.id IS NULL OR w.id IS NULL" + (
        " OR p.id IS NULL" if direction == Direction.IMPORT else ""
    )
    return f"""
        INSERT INTO t_parcel ({COLUMNS})
        SELECT i.id, o.id, p.id, w.id, i.sender_id, o.sender_id, p.sender_id, w.sender_id, {MISSING[direction]},
            CASE WHEN {incomplete} THEN 0 ELSE {mask(direction)} END,
            {BUYER[direction]}, {DRAW}, {GOODS[direction]}
        {joined(direction, source="t_candidate")}"""


def wait(direction: Direction, mark: str = "") -> str:
    """Set aside what is incomplete or waits for an identity answer, unless its time is over. Returns the pending identities.

    A parcel that the comparison rejects anyway is not asked about: personal data is used only where needed. `mark` is a statement that
    goes along.
    """
    marks = f",\n        marks AS ({mark})" if mark else ""
    return f"""
        WITH aside AS (
            DELETE FROM t_parcel t USING t_candidate c
            WHERE c.id = t.id AND NOT c.overdue
              AND (t.missing <> '{{}}' OR (t.mask & {rejecting(direction)} = 0 AND t.identity IS NULL))
            RETURNING t.id, t.missing, t.identity_hash, t.declared_on){marks}
        INSERT INTO customs_waiting AS q (inventory_id, direction, sender_id, ebp_code, ebc_code, order_no, logistics_code,
            logistics_no, agent_code, missing, identity_hash, since, deadline)
        SELECT i.id, '{
        direction
    }', i.sender_id, i.ebp_code, i.ebc_code, i.order_no, i.logistics_code, i.logistics_no,
            i.agent_code, CASE WHEN s.missing = '{{}}' THEN '{{identity}}' ELSE s.missing END,
            CASE WHEN s.missing = '{{}}' THEN s.identity_hash END, now(), now() + r.wait_hours * interval '1 hour'
        FROM aside s
        JOIN LATERAL (SELECT * FROM {
        "customs_importinventory" if direction == Direction.IMPORT else "customs_exportinventory"
    } WHERE id = s.id) i ON true
        JOIN LATERAL (SELECT wait_hours FROM customs_registerday WHERE day = s.declared_on AND version = $1 LIMIT 1) r ON true
        ON CONFLICT (inventory_id) DO UPDATE SET missing = excluded.missing, identity_hash = excluded.identity_hash
        RETURNING q.inventory_id, q.identity_hash IS NOT NULL"""

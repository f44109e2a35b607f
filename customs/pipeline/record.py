"""Steps: write what was decided — parcel, findings, receipts, delivery notes — and forget the waiting."""

from collections.abc import Iterator

from customs.enums import Direction
from customs.pipeline.billing import BILLED
from customs.pipeline.joined import INVENTORY, joined
from customs.pipeline.money import DUTIABLE_PARCEL
from customs.pipeline.risk import COUNTERS, STEP_RULES
from customs.rules import comparisons, risks
from customs.rules.modes import B2BRule
from exchange.tables import OUTBOX, POSITIONS, RECEIPT, RECEIPT_COLUMNS

SERIAL = "nextval('customs_list_number')"


def parcels(direction: Direction) -> str:
    """One row per parcel. List number = office + year + I/E + nine digits; pre-entry number = B + day + nine digits.

    $1 register version, $2 until when an official must have decided what was held.
    """
    tax = direction == Direction.IMPORT
    limit = (
        f"CASE WHEN NOT ({DUTIABLE_PARCEL}) OR t.over THEN '' WHEN t.state = 'released' THEN 'confirmed' ELSE 'reserved' END"
        if tax
        else "''"
    )
    b2b = f"t.b2b AND t.missing = '{{}}' AND t.mask & {recognising(direction)} = 0"
    return f"""
        INSERT INTO customs_parcel (id, direction, trade_mode, ebp_code, order_no, ebc_code, logistics_code, logistics_no,
            agent_code, customs_code, port_code, sender_id, order_id, payment_id, waybill_id, buyer_id_hash, declared_on,
            state, decision_reason, regime, dutiable, duty, vat, consumption_tax, risk_score, limit_year, limit_state,
            register_version, pre_no, invt_no, received_at, decided_at, due_at, twin_id, b2b, loct_no, site_operator_id)
        SELECT t.id, '{direction}', i.trade_mode, i.ebp_code, i.order_no, i.ebc_code, i.logistics_code, i.logistics_no,
            i.agent_code, i.customs_code, i.port_code, t.sender_id, t.order_id, t.payment_id, t.waybill_id, t.buyer,
            t.declared_on, t.state, '', t.regime, t.dutiable, t.duty, t.vat, t.ct, t.score, t.year, {limit}, $1,
            'B' || to_char(t.declared_on, 'YYYYMMDD') || lpad((t.serial % 1000000000)::text, 9, '0'),
            i.customs_code || to_char(t.declared_on, 'YYYY') || '{direction}' || lpad((t.serial % 1000000000)::text, 9, '0'),
            i.received_at, clock_timestamp(),
            CASE WHEN t.state IN ('manual', 'inspection') THEN $2::timestamptz END, t.twin, {b2b}, i.loct_no, t.site_operator
        FROM (SELECT *, {SERIAL} AS serial FROM t_parcel OFFSET 0) t
        JOIN LATERAL (SELECT * FROM {INVENTORY[direction]} WHERE id = t.id) i ON true"""


def recognising(direction: Direction) -> int:
    """Bits of the rules that an export must keep to be counted as B2B (rules A.1)."""
    return sum(1 << bit for bit, rule in enumerate(comparisons(direction)) if issubclass(rule, B2BRule))


def finding_rows(direction: Direction) -> Iterator[str]:
    """VALUES rows: (rule, severity, failed?, left, right) of every rule of a direction."""
    for bit, rule in enumerate(comparisons(direction)):
        yield f"('{rule.code}', '{rule.severity}', t.mask & {1 << bit} <> 0, {rule.left}, {rule.right})"
    for bit, (step, _when, left, right) in enumerate(STEP_RULES[direction]):
        yield f"('{step.code}', '{step.severity}', t.step_mask & {1 << bit} <> 0, {left}, {right})"
    for bit, risk in enumerate(risks(direction)):
        yield f"('{risk.code}', '{risk.severity}', t.risk_mask & {1 << bit} <> 0, {risk.left}, {risk.right})"


def findings(direction: Direction) -> str:
    """Both values, masked, of every rule that failed; only parcels with a failure are joined again. $1 version."""
    counters = COUNTERS if direction == Direction.IMPORT else ""
    source = "(SELECT id, false AS overdue FROM t_parcel WHERE (mask | risk_mask | step_mask) <> 0)"
    rows = ",\n            ".join(finding_rows(direction))
    return f"""
        INSERT INTO customs_finding (parcel_id, rule, severity, register_version, left_value, right_value, created_at)
        SELECT t.id, f.rule, f.severity, $1, left(coalesce(f.l, ''), 300), left(coalesce(f.r, ''), 300), now()
        {joined(direction, source=source)}
        JOIN LATERAL (SELECT * FROM t_parcel WHERE id = i.id) t ON true
        {counters}
        CROSS JOIN LATERAL (VALUES
            {rows}) f(rule, severity, failed, l, r)
        WHERE f.failed"""


ANSWERS = {
    Direction.IMPORT: ("CEB312Message", "CEB412Message", "CEB512Message", "CEB622Message"),
    Direction.EXPORT: ("CEB304Message", "CEB404Message", "CEB506Message", "CEB604Message"),
}
TAX_BILL_MESSAGE, TAX_STATE_MESSAGE = "CEB816Message", "CEB818Message"
BILL_TOLD = "'1', '电子税单已生成'"
STORED = "'120', '[Code:1800;Desc:逻辑校验通过]'"


BILLS = f""",
            (t.sender_id, CASE WHEN {BILLED} THEN t.id END, '{TAX_BILL_MESSAGE}', {BILL_TOLD}),
            (t.guarantor, CASE WHEN {BILLED} AND t.guarantor <> t.sender_id THEN t.id END, '{TAX_BILL_MESSAGE}', {BILL_TOLD})"""
"""The tax bill of a released list goes to who declared it and to who guarantees its tax."""


def receipts(direction: Direction) -> str:
    """120 for order, payment and waybill, the decision for the list; each to the sender of its document, and one delivery note per recipient.

    The operator of the supervised site gets the release too: it may let the goods go (rules C.1)."""
    order, payment, waybill, inventory = ANSWERS[direction]
    bills = BILLS if direction == Direction.IMPORT else ""
    return f"""
        WITH told AS (
        INSERT INTO {RECEIPT} ({", ".join(RECEIPT_COLUMNS)})
        SELECT f.sender, f.document / {POSITIONS}, f.document, f.kind, f.status, f.info, now()
        FROM t_parcel t CROSS JOIN LATERAL (VALUES
            (t.order_sender, t.order_id, '{order}', {STORED}),
            (t.payment_sender, t.payment_id, '{payment}', {STORED}),
            (t.waybill_sender, t.waybill_id, '{waybill}', {STORED}),
            (t.sender_id, t.id, '{inventory}', t.status, t.info),
            (t.site_operator, CASE WHEN t.state = 'released' AND t.site_operator <> t.sender_id THEN t.id END,
                '{inventory}', t.status, t.info){bills}) f(sender, document, kind, status, info)
        WHERE f.document IS NOT NULL RETURNING organisation_id)
        INSERT INTO {OUTBOX} (organisation_id, agency, channel, subject)
        SELECT DISTINCT organisation_id, '', 'receipts', 'decided' FROM told"""


WHO_OWES = {
    Direction.IMPORT: (
        "CASE m.document WHEN 'waybill' THEN i.logistics_code WHEN 'order' THEN i.ebp_code"
        " ELSE coalesce((SELECT pay_code FROM customs_importorder WHERE id = t.order_id), i.ebp_code) END"
    ),
    Direction.EXPORT: (
        "CASE m.document WHEN 'waybill' THEN i.logistics_code WHEN 'receipt' THEN i.ebc_code ELSE i.ebp_code END"
    ),
}
"""Code of the enterprise that should have sent a missing document; the platform answers for an unknown payer."""


def missing(direction: Direction) -> str:
    """At the deadline: a note to whoever did not send, with the number that the document should have carried."""
    return f"""
        INSERT INTO {OUTBOX} (organisation_id, agency, channel, subject)
        SELECT DISTINCT k.organisation_id, '', 'missing', left(m.document || ' '
            || CASE m.document WHEN 'waybill' THEN i.logistics_no ELSE i.order_no END, 64)
        FROM t_parcel t
        JOIN LATERAL (SELECT * FROM {INVENTORY[direction]} WHERE id = t.id) i ON true
        CROSS JOIN LATERAL unnest(t.missing) m(document)
        JOIN LATERAL (SELECT organisation_id FROM filing_registeredcode WHERE code = {WHO_OWES[direction]} LIMIT 1) k ON true
        WHERE t.missing <> '{{}}'"""


FORGET = "DELETE FROM customs_waiting w USING t_parcel t WHERE w.inventory_id = t.id"

"""Step: what the taxed parcels of a turn leave behind — tax lines, the bills of released lists, the tax their guarantors owe, the
buyer's limit — in one statement. Also whether a guarantor's cover is enough (rules D.8)."""

from customs.pipeline.money import BOOK, GUARANTEE_ACCOUNT
from customs.tables import TAX_BILL

BILLED = "t.state = 'released' AND t.duty IS NOT NULL"
BILL_COLUMNS = (
    "id, parcel_id, revision, tax_no, sender_id, guarantor_id, assure_code, customs_code, dutiable, duty, vat,"
    " consumption_tax, state, released_on, due_from, due_to"
)
OWED = f"""
    INSERT INTO {GUARANTEE_ACCOUNT} AS a (organisation_id, used)
    SELECT guarantor_id, sum(duty + vat + consumption_tax) FROM billed WHERE guarantor_id IS NOT NULL
    GROUP BY guarantor_id ORDER BY guarantor_id
    ON CONFLICT (organisation_id) DO UPDATE SET used = a.used + excluded.used"""
"""Unpaid tax of the guarantors of `billed`; the database refuses what an enforced account does not cover."""

SETTLE = f"""
WITH lines AS (
    INSERT INTO customs_taxline (parcel_id, gnum, dutiable, duty, consumption_tax, vat, duty_rate, ct_rate, vat_rate, factor)
    SELECT parcel_id, gnum, dutiable, duty, ct, vat, duty_rate, ct_rate, vat_rate, factor FROM t_tax),
billed AS (
    INSERT INTO {TAX_BILL} ({BILL_COLUMNS})
    SELECT t.id, t.id, 0, p.invt_no || '_0', t.sender_id, t.guarantor, t.assure_code, p.customs_code, t.dutiable,
        t.duty, t.vat, t.ct, '1', $2::date, $3::date, $4::date
    FROM t_parcel t JOIN LATERAL (SELECT invt_no, customs_code FROM customs_parcel WHERE id = t.id) p ON true
    WHERE {BILLED}
    RETURNING guarantor_id, duty, vat, consumption_tax),
owed AS ({OWED})
{BOOK}"""
"""Parameters: $1 register version, $2 day of release, $3 and $4 first and last day for payment."""

BILL_BY_HAND = f"""
WITH billed AS (
    INSERT INTO {TAX_BILL} ({BILL_COLUMNS})
    SELECT p.id, p.id, 0, p.invt_no || '_0', p.sender_id, g.organisation_id, i.assure_code, p.customs_code, p.dutiable,
        p.duty, p.vat, p.consumption_tax, '1', %s, %s, %s
    FROM customs_parcel p
    JOIN customs_importinventory i ON i.id = p.id
    LEFT JOIN LATERAL (SELECT organisation_id FROM filing_registeredcode WHERE code = i.assure_code LIMIT 1) g ON true
    WHERE p.id = ANY(%s) AND p.direction = 'I' AND p.duty IS NOT NULL
    RETURNING id, guarantor_id, duty, vat, consumption_tax),
owed AS ({OWED})
SELECT id FROM billed ORDER BY id"""
"""The same for lists released by officials. Parameters: days of release, from, to; ids of parcels."""

POLICY = "(r.risk->'D.SECURITY'->>'required')::boolean"
SHORT = """coalesce(q.state = 'released' AND q.tax IS NOT NULL AND (a.enforced OR coalesce(q.required, false))
    AND coalesce(a.used, 0) + sum(q.tax) FILTER (WHERE q.state = 'released')
        OVER (PARTITION BY q.guarantor ORDER BY q.received_at, q.id) > coalesce(a.available, 0), false)"""
"""Would the unpaid tax pass what the guarantor covers? In the order of arrival: behind a list that does not fit nobody overtakes."""

"""How the documents of a parcel are joined (rules E.2) and what is summed over its lines: the FROM clauses that the comparison
and the writing of findings share. `{source}` is a table with the ids of inventories (`c.id`)."""

from customs.enums import UNCHECKED, Direction
from exchange.tables import POSITIONS

REGISTERED = (
    "EXISTS (SELECT 1 FROM filing_registeredcode c WHERE c.code = {code} AND c.enterprise_type = '{kind}'"
    " AND c.valid_from <= {day} AND (c.valid_to IS NULL OR {day} < c.valid_to))"
)


def registered(code: str, kind: str, day: str) -> str:
    """SQL: is this code filed as this type on the business day?"""
    return REGISTERED.format(code=code, kind=kind, day=day)


def filed_from(code: str, day: str) -> str:
    """SQL: since when is this code filed as an e-commerce enterprise (NULL: it is not)?"""
    return (
        f"(SELECT min(c.valid_from) FROM filing_registeredcode c WHERE c.code = {code} AND c.enterprise_type = 'ebc'"
        f" AND c.valid_from <= {day} AND (c.valid_to IS NULL OR {day} < c.valid_to))"
    )


WRONG_TOTAL = (
    "abs(n.price * n.qty - n.total_price) > r.sum_tol OR abs(m.price * m.qty - m.total_price) > r.sum_tol"
)
DIFFERENT_IMPORT = (
    "m.gnum IS NULL OR n.qty <> m.qty OR n.price <> m.price OR n.unit <> m.unit OR n.country <> m.country"
    " OR (n.gname <> m.item_name AND customs_plain_name(n.gname) <> customs_plain_name(m.item_name))"
)
DIFFERENT_EXPORT = (
    "m.gnum IS NULL OR n.qty <> m.qty OR n.price <> m.price OR n.total_price <> m.total_price"
    " OR n.unit <> m.unit OR n.currency <> m.currency"
)
TARIFF = """
        LEFT JOIN LATERAL (SELECT * FROM customs_tariffline WHERE code = left(n.gcode, 8) AND valid_from <= {day}
                             AND (valid_to IS NULL OR {day} < valid_to)
                           ORDER BY code, valid_from DESC LIMIT 1) v ON true"""
LINE_TEXT = "concat_ws(' ', '#' || {a}.gnum, {a}.{name}, {a}.qty::text, {a}.unit, {a}.price::text)"

OFF_LIST = "v.code IS NULL OR NOT v.positive_list OR (v.bonded_only AND i.trade_mode = '9610')"
IN_EFFECT = "{row}.valid_from <= {day} AND ({row}.valid_to IS NULL OR {day} < {row}.valid_to)"
CONDITIONS = """(
            SELECT bool_or(c.kind = 'licence') AS licence, bool_or(c.kind = 'duty') AS duty FROM (
                SELECT kind, valid_from, valid_to FROM customs_exportcondition WHERE prefix = ANY (ARRAY[left(n.gcode, 2),
                    left(n.gcode, 4), left(n.gcode, 6), left(n.gcode, 8), n.gcode]::varchar[])
                UNION ALL SELECT kind, valid_from, valid_to FROM customs_exportcondition
                WHERE prefix > n.gcode AND prefix <= n.gcode || '9999999999' AND length(n.gcode) < 10) c
            WHERE {effect})"""
"""Export licence or export duty of line `n`. A code of few digits has the conditions of everything below it: who means something else
below it declares more digits."""

NO_HEADING = (
    "NOT EXISTS (SELECT 1 FROM portal_code h WHERE h.\"table\" = 'hs_heading' AND h.code = left(n.gcode, 4))"
)
NO_SUBHEADING = (
    "NOT EXISTS (SELECT 1 FROM portal_code h WHERE h.\"table\" = 'hs6' AND h.code = left(n.gcode, 6))"
)
SIMPLE_SUMS = f"""
        string_agg(n.gcode, ' ') FILTER (WHERE e.licence) AS licensed,
        string_agg(n.gcode, ' ') FILTER (WHERE e.duty) AS dutied,
        string_agg(n.gcode, ' ') FILTER (WHERE i.statistics_flag = 'A' AND {NO_HEADING}) AS no_heading,
        string_agg(n.gcode, ' ') FILTER (WHERE i.statistics_flag = 'A' AND {NO_SUBHEADING}) AS no_subheading,
        string_agg(n.currency, ' ') FILTER (WHERE r.exchange_rates->>n.currency IS NULL) AS no_rate,
        sum(n.total_price * (r.exchange_rates->>n.currency)::numeric) AS value_cny,
        min(length(n.gcode)) AS shortest_code"""
"""What decides whether a list may be declared simplified, over its lines `n` with their conditions `e`."""


def conditions(day: str) -> str:
    """SQL: the conditions of line `n` on a day."""
    return CONDITIONS.format(effect=IN_EFFECT.format(row="c", day=day))


def site(day: str) -> str:
    """SQL: the supervised site that the list names, its operator, and whether the operator is filed as one."""
    return f"""LEFT JOIN LATERAL (
    SELECT s.customs_code, s.state, s.organisation_id AS operator, EXISTS (
        SELECT 1 FROM filing_registeredcode c WHERE c.organisation_id = s.organisation_id AND c.enterprise_type = 'site'
        AND {IN_EFFECT.format(row="c", day=day)}) AS filed
    FROM filing_supervisedsite s WHERE s.code = i.loct_no AND {IN_EFFECT.format(row="s", day=day)} LIMIT 1) site ON true
"""


CHECKED = (
    f"NOT EXISTS (SELECT 1 FROM customs_queue u WHERE u.message_id = d.id / {POSITIONS}"
    f" AND u.message_type LIKE '%{UNCHECKED}%')"
)
"""A document of a message whose signature is still to be checked is not there yet: the list waits for it."""

IMPORT = f"""
FROM {{source}} c
JOIN LATERAL (SELECT * FROM customs_importinventory WHERE id = c.id) i ON true
JOIN LATERAL (SELECT * FROM customs_registerday WHERE day = i.decl_time AND version = {{version}} LIMIT 1) r ON true
LEFT JOIN LATERAL (SELECT * FROM customs_importorder d
                   WHERE ebp_code = i.ebp_code AND order_no = i.order_no
                     AND {CHECKED} LIMIT 1) o ON true
LEFT JOIN LATERAL (SELECT * FROM customs_importpayment d
                   WHERE ebp_code = i.ebp_code AND order_no = i.order_no
                     AND {CHECKED} LIMIT 1) p ON true
LEFT JOIN LATERAL (SELECT * FROM customs_importwaybill d
                   WHERE logistics_code = i.logistics_code AND logistics_no = i.logistics_no
                     AND {CHECKED} LIMIT 1) w ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS lines, sum(n.total_price) AS list_total, sum(n.qty) AS items,
        count(*) FILTER (WHERE {WRONG_TOTAL}) AS wrong_totals,
        count(*) FILTER (WHERE {DIFFERENT_IMPORT}) AS different,
        min({LINE_TEXT.format(a="n", name="gname")}) FILTER (WHERE {DIFFERENT_IMPORT}) AS left_line,
        min({LINE_TEXT.format(a="m", name="item_name")}) FILTER (WHERE {DIFFERENT_IMPORT}) AS right_line,
        count(*) FILTER (WHERE {OFF_LIST}) AS off_list,
        string_agg(n.gcode, ' ') FILTER (WHERE {OFF_LIST}) AS off_list_codes,
        count(*) FILTER (WHERE n.item_record_no IS NULL) AS unrecorded,
        count(*) FILTER (WHERE n.currency <> '142' OR m.currency <> '142') AS foreign_currency,
        array_agg(left(n.gcode, 4)) AS headings,
        max(k.lines) AS order_lines, max(k.total) AS order_total
    FROM (SELECT count(*) AS lines, sum(total_price) AS total FROM customs_importorderline WHERE head_id = o.id) k
        JOIN customs_importinventoryline n ON n.head_id = i.id
        LEFT JOIN LATERAL (SELECT * FROM customs_importorderline WHERE head_id = o.id AND gnum = n.gnum) m ON true
        {TARIFF.format(day="i.decl_time")}) l ON true
LEFT JOIN LATERAL (
    SELECT {registered("i.ebp_code", "ebp", "i.decl_time")} AS ebp,
        f.filed_from IS NOT NULL AS ebc, f.filed_from,
        {registered("p.pay_code", "payment", "i.decl_time")} AS payment,
        {registered("i.logistics_code", "logistics", "i.decl_time")} AS logistics,
        {registered("i.agent_code", "agent", "i.decl_time")} AS agent
    FROM (SELECT {filed_from("i.ebc_code", "i.decl_time")} AS filed_from OFFSET 0) f OFFSET 0) x ON true
LEFT JOIN LATERAL (
    SELECT CASE WHEN o.consignee_address = w.consignee_address THEN 1
        ELSE similarity(customs_plain_address(o.consignee_address), customs_plain_address(w.consignee_address))
        END AS likeness OFFSET 0) a ON true
{site("i.decl_time")}"""

EXPORT_DAY = "(i.app_time AT TIME ZONE 'Asia/Shanghai')::date"

EXPORT = f"""
FROM {{source}} c
JOIN LATERAL (SELECT * FROM customs_exportinventory WHERE id = c.id) i ON true
JOIN LATERAL (SELECT * FROM customs_registerday WHERE day = {EXPORT_DAY} AND version = {{version}} LIMIT 1) r ON true
LEFT JOIN LATERAL (SELECT * FROM customs_exportorder d WHERE ebp_code = i.ebp_code AND ebc_code = i.ebc_code
                   AND order_no = i.order_no
                     AND {CHECKED} LIMIT 1) o ON true
LEFT JOIN LATERAL (SELECT * FROM customs_exportreceipt d WHERE ebp_code = i.ebp_code AND ebc_code = i.ebc_code
                   AND order_no = i.order_no
                     AND {CHECKED} LIMIT 1) p ON true
LEFT JOIN LATERAL (SELECT * FROM customs_exportwaybill d
                   WHERE logistics_code = i.logistics_code AND logistics_no = i.logistics_no
                     AND {CHECKED} LIMIT 1) w ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS lines, sum(n.total_price) AS list_total, sum(n.qty) AS items,
        count(*) FILTER (WHERE {WRONG_TOTAL}) AS wrong_totals,
        count(*) FILTER (WHERE {DIFFERENT_EXPORT}) AS different,
        min({LINE_TEXT.format(a="n", name="gname")}) FILTER (WHERE {DIFFERENT_EXPORT}) AS left_line,
        min({LINE_TEXT.format(a="m", name="item_name")}) FILTER (WHERE {DIFFERENT_EXPORT}) AS right_line,
{SIMPLE_SUMS},
        array_agg(left(n.gcode, 4)) AS headings,
        (SELECT count(*) FROM customs_exportorderline k WHERE k.head_id = o.id) AS order_lines
    FROM customs_exportinventoryline n
        LEFT JOIN LATERAL (SELECT * FROM customs_exportorderline WHERE head_id = o.id AND gnum = n.gnum) m ON true
        LEFT JOIN LATERAL {conditions(EXPORT_DAY)} e ON i.statistics_flag = 'A' OR i.trade_mode IN ('9710', '9810')
    WHERE n.head_id = i.id) l ON true
LEFT JOIN LATERAL (
    SELECT {registered("i.ebp_code", "ebp", EXPORT_DAY)} AS ebp,
        f.filed_from IS NOT NULL AS ebc, f.filed_from,
        EXISTS (SELECT 1 FROM filing_registeredcode c WHERE c.code = i.owner_code) AS owner,
        {registered("i.logistics_code", "logistics", EXPORT_DAY)} AS logistics,
        {registered("i.agent_code", "agent", EXPORT_DAY)} AS agent,
        CASE WHEN i.trade_mode = '9810' AND (r.modes->>'warehouse_filing')::boolean THEN EXISTS (
            SELECT 1 FROM filing_filedwarehouse h JOIN filing_registeredcode c ON c.organisation_id = h.organisation_id
            WHERE h.name = o.ebp_name AND h.country = i.country AND c.code = i.ebc_code
              AND {IN_EFFECT.format(row="h", day=EXPORT_DAY)}) END AS warehouse
    FROM (SELECT {filed_from("i.ebc_code", EXPORT_DAY)} AS filed_from OFFSET 0) f OFFSET 0) x ON true
{site(EXPORT_DAY)}"""

JOINED = {Direction.IMPORT: IMPORT, Direction.EXPORT: EXPORT}
DAY = {Direction.IMPORT: "i.decl_time", Direction.EXPORT: EXPORT_DAY}
INVENTORY = {Direction.IMPORT: "customs_importinventory", Direction.EXPORT: "customs_exportinventory"}


def joined(direction: Direction, *, source: str, version: str = "$1") -> str:
    """The FROM clause of a direction over a source of inventory ids."""
    return JOINED[direction].format(source=source, version=version)

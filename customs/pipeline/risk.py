"""Steps: rolling counters, risk score, and the decision of every parcel."""

from customs.enums import STATUS_CODES, Direction, ParcelState, Severity
from customs.pipeline.billing import POLICY, SHORT
from customs.pipeline.compare import bits_of, rejecting
from customs.pipeline.money import DUTIABLE_PARCEL, GUARANTEE_ACCOUNT
from customs.rules import comparisons, risks
from customs.rules.base import RiskRule, Rule
from customs.rules.steps import (
    E01,
    E18,
    E19,
    EX1,
    EX8,
    Duplicate,
    E17Single,
    E17Year,
    E18Manual,
    E21Balance,
    E21Book,
    E21Item,
    NearDuplicate,
    Security,
)

COUNT = f"""
INSERT INTO customs_use AS k (day, key, other, parcels, amount)
SELECT day, key, other, count(*), sum(amount) FROM (
    SELECT u.day, u.key, t.buyer, t.dutiable FROM t_parcel t
    CROSS JOIN LATERAL (VALUES (t.week, t.address), (t.week, t.phone), (t.declared_on, t.buyer)) u(day, key)
    WHERE {DUTIABLE_PARCEL} AND NOT t.over) used(day, key, other, amount)
GROUP BY day, key, other ORDER BY day, key, other
ON CONFLICT (day, key, other) DO UPDATE SET parcels = k.parcels + excluded.parcels, amount = k.amount + excluded.amount"""
"""Count the use of addresses and phones by week, of buyers by day (day first: inserts stay together)."""

WEEKS = "ARRAY[t.week, t.week - 7, t.week - 14, t.week - 21, t.week - 28]"
COUNTERS = f"""
LEFT JOIN LATERAL (
    SELECT greatest(a.buyers, (SELECT count(DISTINCT k.other) FROM customs_use k
                               WHERE k.day = ANY ({WEEKS}) AND k.key = t.phone)) AS buyers,
        a.at_address, coalesce(b.parcels, 0) AS orders, coalesce(b.amount, 0) AS ordered
    FROM (SELECT count(DISTINCT k.other) AS buyers, coalesce(sum(k.parcels) FILTER (WHERE k.day = t.week), 0) AS at_address
          FROM customs_use k WHERE k.day = ANY ({WEEKS}) AND k.key = t.address) a
    LEFT JOIN LATERAL (SELECT parcels, amount FROM customs_use
                       WHERE day = t.declared_on AND key = t.buyer AND other = t.buyer LIMIT 1) b ON true OFFSET 0) u ON true"""
"""`u`: how the address, the phone and the buyer of the parcel were used, this batch included."""

TWIN = "(SELECT left(order_no, 4) || '****' || right(order_no, 2) FROM customs_importinventory WHERE id = t.twin)"
"""Order number of the other list, masked: it may be somebody else's."""

STEP_RULES: dict[Direction, tuple[tuple[type[Rule], str, str, str], ...]] = {
    Direction.IMPORT: (
        (E01, "t.missing <> '{}'", "array_to_string(t.missing, ' ')", "NULL"),
        (E17Single, "t.missing = '{}' AND t.regime = 'general'", "t.dutiable::text", "r.single_limit::text"),
        (E17Year, "t.over", "(t.used + t.dutiable)::text", "r.year_limit::text"),
        (
            E21Book,
            "t.stock = 'book'",
            "concat_ws(' ', i.ems_no, i.area_code)",
            "i.trade_mode || ' ' || i.customs_code",
        ),
        (E21Item, "t.stock = 'item'", "t.stock_need", "i.ems_no"),
        (E21Balance, "t.stock = 'short'", "t.stock_need", "t.stock_left"),
        (E18, "t.missing = '{}' AND t.identity = 'MISMATCH'", "t.identity", "NULL"),
        (E18Manual, "t.missing = '{}' AND t.identity NOT IN ('MATCH', 'MISMATCH')", "t.identity", "NULL"),
        (
            E19,
            "t.duty IS NOT NULL AND abs(t.duty + t.vat + t.ct - t.declared_tax) > r.tax_tol * (t.duty + t.vat + t.ct)",
            "t.declared_tax::text",
            "(t.duty + t.vat + t.ct)::text",
        ),
        (Duplicate, "t.duplicate = 'exact'", "i.order_no", TWIN),
        (NearDuplicate, "t.duplicate = 'near'", "i.order_no", TWIN),
        (Security, "false", "(t.duty + t.vat + t.ct)::text", "NULL"),
    ),
    Direction.EXPORT: (
        (EX1, "t.missing && ARRAY['order', 'waybill']::varchar[]", "array_to_string(t.missing, ' ')", "NULL"),
        (EX8, "t.missing && ARRAY['receipt']::varchar[]", "'receipt'", "NULL"),
    ),
}
"""Rules that follow from the steps: (rule, when it fails, left, right). Security is judged last, among what would be released."""


AWAIT_CIQ = "[Code:2300;Desc:海关审结，待检验检疫]"
"""returnInfo of a list that waits for the second verdict."""


def step_rules(direction: Direction) -> tuple[type[Rule], ...]:
    return tuple(rule for rule, _when, _left, _right in STEP_RULES[direction])


def step_mask(direction: Direction) -> str:
    bits = (
        f"CASE WHEN {when} THEN {1 << n} ELSE 0 END"
        for n, (_r, when, _l, _x) in enumerate(STEP_RULES[direction])
    )
    return " | ".join(f"({bit})" for bit in bits)


def risk_mask(direction: Direction) -> str:
    bits = (f"CASE WHEN {rule.hits} THEN {1 << n} ELSE 0 END" for n, rule in enumerate(risks(direction)))
    return " | ".join(f"({bit})" for bit in bits)


def points(rule: type[RiskRule], bit: int) -> str:
    """Points of one rule if its bit is set."""
    code = rule.code.removesuffix(".X")
    return f"CASE WHEN s.risk & {1 << bit} <> 0 THEN coalesce((s.settings->'{code}'->>'points')::int, 0) ELSE 0 END"


def receipt_info(direction: Direction) -> str:
    """SQL of returnInfo of the list's receipt: the first rejecting rule in official form (rules E.7)."""
    cases = []
    for column, rules in (("s.mask", comparisons(direction)), ("s.steps", step_rules(direction))):
        for bit, rule in enumerate(rules):
            if rule.severity == Severity.REJECT:
                cases.append(
                    f"WHEN {column} & {1 << bit} <> 0 THEN '[Code:{rule.receipt_code};Desc:{rule.receipt_text}]'"
                )
    return f"CASE {' '.join(cases)} ELSE NULL END"


def security_bit() -> int:
    """Bit of the rule D.SECURITY in the mask of import steps."""
    return 1 << step_rules(Direction.IMPORT).index(Security)


def verdict(direction: Direction) -> str:
    """SQL: what masks and score say, before the guarantor's cover is looked at."""
    rules, steps = risks(direction), step_rules(direction)
    return f"""CASE
                    WHEN s.mask & {rejecting(direction)} <> 0 OR s.steps & {bits_of(steps, Severity.REJECT)} <> 0
                        THEN '{ParcelState.REJECTED}'
                    WHEN s.risk & {bits_of(rules, Severity.INSPECT)} <> 0 OR s.score >= s.inspect_score THEN '{ParcelState.INSPECTION}'
                    WHEN s.mask & {bits_of(comparisons(direction), Severity.MANUAL)} <> 0
                        OR s.steps & {bits_of(steps, Severity.MANUAL)} <> 0
                        OR s.risk & {bits_of(rules, Severity.MANUAL)} <> 0 OR s.score >= s.manual_score OR NOT s.auto_release
                        THEN '{ParcelState.MANUAL}'
                    ELSE '{ParcelState.RELEASED}' END"""


def secured(direction: Direction, source: str) -> str:
    """SQL: the judged parcels, those that would be released without cover held for an official."""
    if direction == Direction.EXPORT:
        return source
    return f"""
                SELECT q.id, q.risk, q.score, q.info, q.ciq, CASE WHEN q.short THEN '{ParcelState.MANUAL}' ELSE q.state END AS state,
                    q.steps | CASE WHEN q.short THEN {security_bit()} ELSE 0 END AS steps
                FROM (SELECT q.*, {SHORT} AS short FROM ({source}) q
                      LEFT JOIN LATERAL (SELECT * FROM {GUARANTEE_ACCOUNT}
                                         WHERE organisation_id = q.guarantor LIMIT 1) a ON true) q"""


def gated(source: str) -> str:
    """SQL: the judged parcels, those that customs would release held for the second verdict they need (rules C.3)."""
    return f"""
                SELECT q.id, q.risk, q.score, q.info, q.steps,
                    CASE WHEN q.ciq AND q.state = '{ParcelState.RELEASED}' THEN '{ParcelState.AWAITING_CIQ}' ELSE q.state END AS state
                FROM ({source}) q"""


def decide(direction: Direction) -> str:
    """Score and decide. Parameter: $1 register version. Returns (state, ids, how many have findings).

    `OFFSET 0` keeps each level by itself: the planner would otherwise work the counters out again in every expression.
    """
    rules = risks(direction)
    score = (
        " + ".join(points(rule, bit) for bit, rule in enumerate(rules) if rule.severity == Severity.WARNING)
        or "0"
    )
    counters = COUNTERS if direction == Direction.IMPORT else ""
    status = " ".join(f"WHEN '{state}' THEN '{code}'" for state, code in STATUS_CODES.items())
    info = (
        "CASE q.state WHEN 'released' THEN '[Code:2600;Desc:放行]' WHEN 'manual' THEN '[Code:1200;Desc:待人工审核]'"
        f" WHEN 'inspection' THEN '[Code:2500;Desc:查验]' WHEN '{ParcelState.AWAITING_CIQ}' THEN '{AWAIT_CIQ}' ELSE q.info END"
    )
    judged = f"""
                SELECT s.*, {receipt_info(direction)} AS info, {verdict(direction)} AS state
                FROM (
                    SELECT s.*, {score} AS score FROM (
                        SELECT t.id, t.mask, t.ciq, {risk_mask(direction)} AS risk, {step_mask(direction)} AS steps,
                            t.guarantor, t.received_at, t.duty + t.vat + t.ct AS tax, {POLICY} AS required,
                            r.risk AS settings, r.auto_release,
                            (r.risk->'Q.MANUAL_SCORE'->>'value')::int AS manual_score,
                            (r.risk->'Q.INSPECT_SCORE'->>'value')::int AS inspect_score
                        FROM t_parcel t
                        JOIN LATERAL (SELECT * FROM customs_registerday
                                      WHERE day = t.declared_on AND version = $1 LIMIT 1) r ON true
                        {counters} OFFSET 0) s OFFSET 0) s OFFSET 0"""
    return f"""
        WITH decided AS (
            UPDATE t_parcel t SET risk_mask = q.risk, step_mask = q.steps, score = q.score, state = q.state,
                status = CASE q.state {status} END, info = {info}
            FROM ({gated(secured(direction, judged))}) q
            WHERE q.id = t.id RETURNING t.id, t.state, (t.mask | t.risk_mask | t.step_mask) <> 0 AS found)
        SELECT state, array_agg(id ORDER BY id), count(*) FILTER (WHERE found) FROM decided GROUP BY state"""

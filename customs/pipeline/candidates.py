"""Step: which inventories may be decided now."""

from customs.enums import BondedMode, Direction
from customs.pipeline.joined import DAY, INVENTORY
from exchange.tables import POSITIONS

DOCUMENTS = {
    Direction.IMPORT: {
        "inventory": ("CEB621Message", "customs_importinventory"),
        "order": ("CEB311Message", "customs_importorder"),
        "payment": ("CEB411Message", "customs_importpayment"),
        "waybill": ("CEB511Message", "customs_importwaybill"),
    },
    Direction.EXPORT: {
        "inventory": ("CEB603Message", "customs_exportinventory"),
        "order": ("CEB303Message", "customs_exportorder"),
        "payment": ("CEB403Message", "customs_exportreceipt"),
        "waybill": ("CEB505Message", "customs_exportwaybill"),
    },
}
DOCUMENTS_LOCK = 7_310_621
"""Advisory lock held by whoever reads documents to act on them and by whoever replaces them: a turn and a change never overlap."""

BONDED = ", ".join(f"'{mode}'" for mode in BondedMode.values)
RANGE = f"id >= b.message_id * {POSITIONS} AND id < (b.message_id + 1) * {POSITIONS}"


def take(direction: Direction) -> str:
    """Take up to $1 queue rows of a direction, and keep documents from being replaced until the turn is over; with the documents they are gone only if the turn commits."""
    types = ", ".join(f"'{code}'" for code, _table in DOCUMENTS[direction].values())
    return f"""
        WITH held AS MATERIALIZED (SELECT pg_advisory_xact_lock({DOCUMENTS_LOCK})),
        gone AS (
            DELETE FROM customs_queue WHERE ctid = ANY (ARRAY(
                SELECT q.ctid FROM customs_queue q CROSS JOIN held
                WHERE message_type IN ({types}, 'inventory{direction}') LIMIT $1))
            RETURNING message_id, message_type)
        INSERT INTO t_batch SELECT message_id, message_type FROM gone RETURNING message_id, message_type"""


def candidates(direction: Direction) -> str:
    """Undecided inventories of the batch, and waiting ones that a document of the batch, an answer or the clock may complete.

    Returns (day of declaration, inventories, bonded ones among them).
    """
    documents = DOCUMENTS[direction]
    code, table = documents["inventory"]
    parts = [
        f"""SELECT d.id, false FROM t_batch b
            JOIN LATERAL (SELECT id FROM {table} WHERE {RANGE} OFFSET 0) d ON true
            WHERE b.message_type = '{code}' AND NOT EXISTS (SELECT 1 FROM customs_parcel WHERE id = d.id)""",
        f"""SELECT q.inventory_id, q.deadline <= now() FROM t_batch b
            JOIN LATERAL (SELECT inventory_id, deadline FROM customs_waiting
                          WHERE inventory_id = b.message_id AND direction = '{direction}' OFFSET 0) q ON true
            WHERE b.message_type = 'inventory{direction}'""",
    ]
    keys = {
        "order": "ebp_code, order_no",
        "payment": "ebp_code, order_no",
        "waybill": "logistics_code, logistics_no",
    }
    for name, key in keys.items():
        code, table = documents[name]
        first, second = key.split(", ")
        parts.append(
            f"""SELECT q.inventory_id, q.deadline <= now() FROM t_batch b
                JOIN LATERAL (SELECT {key} FROM {table} WHERE {RANGE} OFFSET 0) d ON true
                JOIN LATERAL (SELECT inventory_id, deadline FROM customs_waiting
                              WHERE {first} = d.{first} AND {second} = d.{second}
                                AND direction = '{direction}' OFFSET 0) q ON true
                WHERE b.message_type = '{code}'"""
        )
    return f"""
        WITH found AS (
            INSERT INTO t_candidate SELECT id, bool_or(overdue) FROM ({" UNION ALL ".join(parts)}) f(id, overdue)
            GROUP BY id RETURNING id)
        SELECT {DAY[direction]} AS day, count(*), count(*) FILTER (WHERE i.trade_mode IN ({BONDED})) FROM found c
        JOIN LATERAL (SELECT * FROM {INVENTORY[direction]} WHERE id = c.id LIMIT 1) i ON true GROUP BY day"""

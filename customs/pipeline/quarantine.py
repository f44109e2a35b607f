"""Step: which lists of a turn need the second verdict. Run only when a rule in force on one of their days requires it (rules C.3)."""

from customs.enums import Direction
from customs.pipeline.joined import INVENTORY

LINES = {Direction.IMPORT: "customs_importinventoryline", Direction.EXPORT: "customs_exportinventoryline"}


def needing(direction: Direction) -> str:
    """Mark the lists with goods under a prefix that the register names for their mode on their day. Parameter: $1 register version.
    Returns their ids."""
    return f"""
UPDATE t_parcel t SET ciq = true WHERE EXISTS (
    SELECT 1 FROM customs_registerday r
    JOIN LATERAL (SELECT trade_mode FROM {INVENTORY[direction]} WHERE id = t.id) i ON true
    JOIN LATERAL jsonb_array_elements_text(coalesce(r.modes->'ciq'->i.trade_mode, '[]')) p(prefix) ON true
    JOIN LATERAL (SELECT 1 FROM {LINES[direction]} n
                  WHERE n.head_id = t.id AND starts_with(n.gcode, p.prefix) LIMIT 1) n ON true
    WHERE r.day = t.declared_on AND r.version = $1)
RETURNING t.id"""

"""Steps: bonded lists draw the account book. Run only for batches with bonded lists (1210, 1239).

A list draws all its lines or none. Earlier lists come first; what is rejected for another reason draws nothing.
"""

from typing import Any

from customs.pipeline.candidates import BONDED
from customs.pipeline.money import PROMISING

BONDED_LINES = f"""
    t_parcel t
    JOIN LATERAL (SELECT * FROM customs_importinventory WHERE id = t.id AND trade_mode IN ({BONDED}) LIMIT 1) i ON true
    JOIN LATERAL (SELECT * FROM customs_importinventoryline WHERE head_id = t.id) n ON true
    LEFT JOIN LATERAL (SELECT id FROM customs_accountbook WHERE ems_no = i.ems_no AND state = 'active'
        AND i.area_code = ANY (codes) AND customs_code = i.customs_code AND trade_mode = i.trade_mode
        AND valid_from <= t.declared_on AND (valid_to IS NULL OR t.declared_on < valid_to) LIMIT 1) b ON true
    LEFT JOIN LATERAL (SELECT * FROM customs_accountitem
        WHERE book_id = b.id AND item_record_no = n.item_record_no LIMIT 1) k ON true"""
"""Lines `n` of the bonded lists of the batch with their book `b` and item `k`, NULL where there is none."""

CHECK = f"""
WITH wanted AS (
    SELECT t.id, t.received_at, k.id AS item, max(k.balance) AS balance, sum(n.qty) AS qty, bool_or(b.id IS NULL) AS no_book,
        bool_or(k.id IS NULL OR k.gcode <> n.gcode OR k.unit <> n.unit) AS no_item,
        string_agg(DISTINCT n.item_record_no, ' ') AS named
    FROM {BONDED_LINES} WHERE {PROMISING} AND NOT t.over GROUP BY t.id, t.received_at, k.id),
judged AS (
    SELECT id, CASE WHEN bool_or(no_book) THEN 'book' WHEN bool_or(no_item) THEN 'item' WHEN bool_or(upto > balance) THEN 'short'
            ELSE '' END AS stock,
        string_agg(named, ' ' ORDER BY named) FILTER (WHERE no_item) AS unknown
    FROM (SELECT *, sum(qty) OVER (PARTITION BY item ORDER BY received_at, id) AS upto FROM wanted) w GROUP BY id),
marked AS (
    UPDATE t_parcel t SET stock = j.stock, stock_need = j.unknown, stock_left = NULL FROM judged j WHERE j.id = t.id
    RETURNING j.stock)
SELECT count(*) FILTER (WHERE stock = 'short') FROM marked"""
"""No such book, no such item, or more than the balance. Returns how many lists find too little."""

IN_ORDER = f"""
SELECT t.id, k.id, min(k.item_record_no), max(k.balance), sum(n.qty)
FROM {BONDED_LINES} WHERE {PROMISING} AND NOT t.over AND t.stock IN ('', 'short')
GROUP BY t.id, t.received_at, k.id ORDER BY t.received_at, t.id, 3"""

DRAW = f"""
WITH drawn AS (
    SELECT t.id, t.received_at, t.state, k.id AS item, sum(n.qty) AS qty
    FROM {BONDED_LINES} WHERE {PROMISING} AND t.stock = '' AND NOT t.over AND t.state <> 'rejected'
    GROUP BY t.id, t.received_at, t.state, k.id),
moved AS (
    UPDATE customs_accountitem k SET balance = k.balance - s.qty, reserved = k.reserved + s.held
    FROM (SELECT item, sum(qty) AS qty, coalesce(sum(qty) FILTER (WHERE state <> 'released'), 0) AS held
          FROM drawn GROUP BY item ORDER BY item) s
    WHERE k.id = s.item RETURNING k.id, k.balance + s.qty AS before)
INSERT INTO customs_accountentry (item_id, kind, qty, change, balance, parcel_id, document, note, at)
SELECT d.item, CASE d.state WHEN 'released' THEN 'out' ELSE 'reserve' END, d.qty, -d.qty,
    m.before - sum(d.qty) OVER (PARTITION BY d.item ORDER BY d.received_at, d.id), d.id, '', '', now()
FROM drawn d JOIN moved m ON m.id = d.item ORDER BY d.item, d.received_at, d.id"""
"""Released lists draw, lists that wait for an official reserve; one entry per list and item."""


def work_in_order(cursor: Any) -> list[int]:
    """The small slow branch: when not everything fits, lists are worked one by one in the order of their arrival.

    Returns the lists that find too little. What does not fit draws nothing, so a later smaller list may still fit.
    """
    cursor.execute(IN_ORDER)
    wanted: dict[int, list[tuple[int, str, Any, Any]]] = {}
    for pk, item, number, balance, quantity in cursor.fetchall():
        wanted.setdefault(pk, []).append((item, number, balance, quantity))
    drawn: dict[int, Any] = {}
    verdicts = []
    for pk, lines in wanted.items():
        lacking = [
            (number, quantity, balance - drawn.get(item, 0))
            for item, number, balance, quantity in lines
            if quantity > balance - drawn.get(item, 0)
        ]
        for item, _number, _balance, quantity in () if lacking else lines:
            drawn[item] = drawn.get(item, 0) + quantity
        need = " ".join(f"{number} {quantity.normalize():f}" for number, quantity, _left in lacking)
        left = " ".join(f"{left.normalize():f}" for _number, _quantity, left in lacking)
        verdicts.append((pk, "short" if lacking else "", need[:300], left[:300]))
    cursor.execute(
        "UPDATE t_parcel t SET stock = s.stock, stock_need = s.need, stock_left = s.lefts"
        " FROM unnest(%s::bigint[], %s::varchar[], %s::varchar[], %s::varchar[]) AS s(id, stock, need, lefts)"
        " WHERE s.id = t.id",
        [list(column) for column in zip(*verdicts, strict=True)],
    )
    return [pk for pk, stock, _need, _left in verdicts if stock]

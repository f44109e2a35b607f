"""Documents that their sender changes or deletes (appType 2, 3), and lists sent again after a rejection.

Promise: inside the transaction of the intake the old row and its lines move to the history (`DocumentVersion`), the new row takes its
place under its own id, what was decided on the old list is closed and its reserved limit freed once, and the decision worker is told to
look again. The number of statements does not depend on the number of documents. The documents lock keeps a turn of the worker from
deciding on a document that is being replaced; officials are met by the lock on the parcel's row.
"""

from dataclasses import dataclass, field
from typing import Any

from customs.enums import ENDED, Direction, EntryKind, LimitState, ParcelState, VersionEnd
from customs.events import EVENTS
from customs.messages.codec import Message, Parsed
from customs.models import Movement, Parcel
from customs.models.documents import HEADS, LINES
from customs.models.requests import OPEN as OPEN_REQUESTS
from customs.pipeline.candidates import DOCUMENTS_LOCK
from customs.pipeline.turn import hash_key
from customs.selectors.requests import LISTS
from customs.services.limits import settle_limits
from customs.services.stock import settle_stock
from customs.workflow import PARCEL
from exchange.messages import Arrival
from portal import audit, events, workflow
from portal.enums import Verb

NEW, CHANGE, DELETE = "1", "2", "3"
"""appType of the interface specification."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Official answers of a family (specification ch. 7): no document with this key; its state does not allow it."""

    unknown: str
    state: str
    sentence: str


ORDER = Codes("-301009", "-301011", "已有清单使用该订单申报，不能变更或删除")
PAYMENT = Codes("-401006", "-401008", "支付单已用于申报，不能变更或删除")
WAYBILL = Codes("-504014", "-504016", "运单已用于申报，不能变更或删除")
INVENTORY = Codes("-621006", "-621012", "清单当前状态不允许变更或删除")
STATUS = Codes("-505011", "-505011", "运单状态不允许变更")
REPORT = Codes("-800001", "-800001", "单证当前状态不允许变更")

CODES: dict[str, Codes] = {
    "CEB311Message": ORDER,
    "CEB303Message": ORDER,
    "CEB411Message": PAYMENT,
    "CEB403Message": PAYMENT,
    "CEB511Message": WAYBILL,
    "CEB505Message": WAYBILL,
    "CEB621Message": INVENTORY,
    "CEB603Message": INVENTORY,
    "CEB513Message": STATUS,
    "CEB711Message": REPORT,
    "CEB507Message": REPORT,
    "CEB607Message": REPORT,
}
"""Messages whose documents may be changed. A departure closed its lists, and requests are answered once: they may not."""

BY_WAYBILL = ("logistics_code", "logistics_no")
PARTNERS = {code: one for code, one in CODES.items() if one in {ORDER, PAYMENT, WAYBILL}}
REPORTS = frozenset(code for code, one in CODES.items() if one in {STATUS, REPORT})

Answers = dict[int, tuple[str, str]]
"""Row id of an arriving document → (status, sentence); "" as the status of what was done."""


@dataclass
class Amendment:
    """What is to be done: arriving id → id of the version that it ends."""

    changes: dict[int, int] = field(default_factory=dict)
    deletions: dict[int, int] = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)

    @property
    def ended(self) -> list[int]:
        """Ids of the versions that end."""
        return [*self.changes.values(), *self.deletions.values()]


@dataclass(frozen=True, slots=True)
class Known:
    """An arriving document beside the stored one with its key (`stored_id` None: there is none of this sender)."""

    id: int
    app_type: str
    stored_id: int | None
    as_new: bool


def amend_documents(cursor: Any, arrival: Arrival, parsed: Parsed, message: Message) -> Amendment:
    """Carry out what the staged documents (table `arriving`) ask of stored ones. Documents it says nothing about are simply new."""
    codes = CODES.get(parsed.code)
    asked = any(one != NEW for one in parsed.app_types)
    if codes is None or not (asked or _sent_again(cursor, message)):
        return Amendment()
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [DOCUMENTS_LOCK])
    known = _known(cursor, message)
    found = Amendment()
    blocked, parcels = _standing(cursor, message, [one.stored_id for one in known if one.stored_id])
    for one in known:
        _judge(found, one, message, codes, blocked, parcels)
    if found.ended:
        _close_parcels(cursor, message, arrival, found, [p for pk, p in parcels.items() if pk in found.ended])
        _move(cursor, message, found)
        _look_again(cursor, message, found)
        audit.record(
            Verb.DOCUMENTS_CHANGED,
            organisation_id=arrival.sender_id,
            subject=f"exchange.message:{arrival.message_id}",
            detail={"changed": len(found.changes), "deleted": len(found.deletions)},
        )
    return found


def key_columns(message: Message) -> list[str]:
    """Columns of the business key."""
    return [message.head_table.fields[message.head_table.index[name]].column for name in message.key]


def _table(message: Message) -> str:
    return str(HEADS[message.code]._meta.db_table)


def _same(message: Message, left: str, right: str) -> str:
    return " AND ".join(f"{left}.{column} = {right}.{column}" for column in key_columns(message))


def _sent_again(cursor: Any, message: Message) -> bool:
    """Does a new list arrive whose last attempt is over?"""
    if message.code not in LISTS.values():
        return False
    cursor.execute(
        f"SELECT EXISTS (SELECT 1 FROM arriving a JOIN LATERAL (SELECT id, sender_id FROM {_table(message)} d"  # noqa: S608 -- names from the field table
        f" WHERE {_same(message, 'd', 'a')} LIMIT 1) d ON d.id <> a.id AND d.sender_id = a.sender_id"
        " JOIN LATERAL (SELECT 1 FROM customs_parcel WHERE id = d.id AND state = ANY(%s)) p ON true)",
        [sorted(ENDED)],
    )
    return bool(cursor.fetchone()[0])


def _known(cursor: Any, message: Message) -> list[Known]:
    """Changes, deletions and, for lists, repetitions, with the document of the same sender and key."""
    repeated = "OR d.id IS NOT NULL" if message.code in LISTS.values() else ""
    cursor.execute(
        "SELECT a.id, a.app_type, d.id, coalesce(d.app_time >= a.app_time, false) FROM arriving a LEFT JOIN LATERAL"  # noqa: S608 -- names from the field table
        f" (SELECT id, app_time, sender_id FROM {_table(message)} d WHERE {_same(message, 'd', 'a')} LIMIT 1) d"
        " ON d.id <> a.id AND d.sender_id = a.sender_id"
        f" WHERE a.app_type <> '{NEW}' {repeated}"
    )
    return [Known(*row) for row in cursor.fetchall()]


def _standing(cursor: Any, message: Message, ids: list[int]) -> tuple[set[int], dict[int, Parcel]]:
    """(documents that may not be touched, parcels decided on these lists, locked)."""
    if message.code in PARTNERS:
        return _used(cursor, message, ids), {}
    if message.code in LISTS.values():
        rows = Parcel.objects.select_for_update().filter(pk__in=ids).order_by("pk")
        parcels = {parcel.pk: parcel for parcel in rows}
        asked = set(
            Parcel.objects.filter(pk__in=ids, requests__state__in=OPEN_REQUESTS).values_list("pk", flat=True)
        )
        return {pk for pk, one in parcels.items() if pk in asked or not _free(one)}, parcels
    return set(), {}


def _free(parcel: Parcel) -> bool:
    """Nobody works on it and nothing of it is released."""
    return parcel.state in ENDED or (parcel.state == ParcelState.MANUAL and parcel.taken_by_id is None)


def _used(cursor: Any, message: Message, ids: list[int]) -> set[int]:
    """Orders, payments and waybills that a declared list uses whose attempt is not over."""
    keys = BY_WAYBILL if CODES[message.code] is WAYBILL else tuple(key_columns(message))
    same = " AND ".join(f"p.{column} = d.{column}" for column in keys)
    cursor.execute(
        f"SELECT d.id FROM unnest(%s::bigint[]) AS s(id) JOIN LATERAL (SELECT * FROM {_table(message)} WHERE id = s.id) d"  # noqa: S608 -- names from the field table
        f" ON true WHERE EXISTS (SELECT 1 FROM customs_parcel p WHERE {same} AND p.direction = %s"
        " AND NOT p.state = ANY(%s))",
        [ids, message.direction, sorted(ENDED)],
    )
    return {row[0] for row in cursor.fetchall()}


def _judge(
    found: Amendment,
    one: Known,
    message: Message,
    codes: Codes,
    blocked: set[int],
    parcels: dict[int, Parcel],
) -> None:
    """Do it, or say why not. A repetition of a list whose attempt is not over is left to the answers of new documents."""
    if one.stored_id is None:
        found.answers[one.id] = (codes.unknown, "没有可以变更或删除的单证：编号不存在，或不是由本企业报送")
    elif one.as_new and one.app_type != NEW:
        found.answers[one.id] = (message.old_data, "收到旧数据，不处理：已有相同或更新的 appTime")
    elif one.app_type == NEW and (
        one.as_new or one.stored_id not in parcels or parcels[one.stored_id].state not in ENDED
    ):
        return
    elif one.stored_id in blocked:
        found.answers[one.id] = (codes.state, codes.sentence)
    else:
        acts = found.deletions if one.app_type == DELETE else found.changes
        acts[one.id] = one.stored_id
        found.answers[one.id] = ("", "删除申报成功" if one.app_type == DELETE else "变更申报成功")


def _close_parcels(
    cursor: Any, message: Message, arrival: Arrival, found: Amendment, parcels: list[Parcel]
) -> None:
    """What was decided on the old lists is over: limit given back, counters taken back, the parcel closed by its workflow."""
    if not parcels:
        return
    if message.direction == Direction.IMPORT:
        _uncount(cursor, [parcel.pk for parcel in parcels])
    settle_limits(parcels, LimitState.FREED)
    settle_stock(parcels, EntryKind.FREE)
    deleted = set(found.deletions.values())
    for step, verb, ids in (
        ("supersede", Verb.PARCEL_SUPERSEDED, [p.pk for p in parcels if p.pk not in deleted]),
        ("cancel", Verb.PARCEL_CANCELLED, [p.pk for p in parcels if p.pk in deleted]),
    ):
        standing = [p.pk for p in parcels if p.pk in ids and p.state not in ENDED]
        if not standing:
            continue
        workflow.advance_many(PARCEL, step, standing)
        Parcel.objects.filter(pk__in=standing).update(due_at=None)
        events.publish_batches({EVENTS[PARCEL.transition(step).target]: standing})
        for pk in standing:
            audit.record(verb, organisation_id=arrival.sender_id, subject=f"parcel:{pk}")


UNCOUNT = """
WITH used AS (
    SELECT u.day, u.key, p.buyer_id_hash AS other, count(*) AS parcels, sum(p.dutiable) AS amount
    FROM unnest(%s::bigint[]) AS s(id)
    JOIN LATERAL (SELECT * FROM customs_parcel WHERE id = s.id AND limit_state <> '') p ON true
    JOIN LATERAL (SELECT * FROM customs_importinventory WHERE id = s.id) i ON true
    CROSS JOIN LATERAL (SELECT coalesce(
        (SELECT consignee_telephone FROM customs_importorder WHERE id = p.order_id),
        (SELECT head->>'consignee_telephone' FROM customs_documentversion WHERE id = p.order_id)) AS telephone) o
    CROSS JOIN LATERAL (VALUES
        (date_trunc('week', p.declared_on)::date, md5(%s || replace(i.consignee_address, ' ', ''))::uuid),
        (date_trunc('week', p.declared_on)::date, md5(%s || o.telephone)::uuid),
        (p.declared_on, p.buyer_id_hash)) u(day, key)
    GROUP BY 1, 2, 3),
empty AS (
    DELETE FROM customs_use k USING used s
    WHERE k.day = s.day AND k.key = s.key AND k.other = s.other AND k.parcels <= s.parcels)
UPDATE customs_use k SET parcels = k.parcels - s.parcels, amount = k.amount - s.amount FROM used s
WHERE k.day = s.day AND k.key = s.key AND k.other = s.other AND k.parcels > s.parcels"""
"""Take back what `pipeline.risk.COUNT` counted for these parcels: a corrected list is no second order of its buyer."""


def _uncount(cursor: Any, ids: list[int]) -> None:
    cursor.execute(UNCOUNT, [ids, hash_key(), hash_key()])


def _move(cursor: Any, message: Message, found: Amendment) -> None:
    """Old rows and lines to the history, changed rows into their place."""
    key = " || '|' || ".join(f"d.{column}" for column in key_columns(message))
    ended = found.ended
    by = [*found.changes, *found.deletions]
    ends = [VersionEnd.CHANGED.value] * len(found.changes) + [VersionEnd.DELETED.value] * len(found.deletions)
    lines, held = "", "'[]'::jsonb"
    if message.code in LINES:
        line_table = LINES[message.code]._meta.db_table
        lines = (
            f", lines AS (DELETE FROM {line_table} n USING unnest(%s::bigint[]) AS s(id) WHERE n.head_id = s.id"  # noqa: S608 -- names from the field table
            " RETURNING n.head_id, to_jsonb(n.*) AS line)"
        )
        held = "coalesce((SELECT jsonb_agg(line) FROM lines WHERE head_id = g.id), '[]'::jsonb)"
    cursor.execute(
        f"WITH gone AS (DELETE FROM {_table(message)} d"  # noqa: S608 -- names from the field table
        " USING unnest(%s::bigint[], %s::bigint[], %s::varchar[]) AS e(old, ended_by, fate) WHERE d.id = e.old"
        f" RETURNING d.id, {key} AS key, d.sender_id, d.received_at, d.app_time, e.fate, e.ended_by, to_jsonb(d.*) AS head)"
        f"{lines}"
        ' INSERT INTO customs_documentversion (id, message_type, key, sender_id, received_at, app_time, "end", ended_by,'
        f" ended_at, head, lines) SELECT g.id, %s, g.key, g.sender_id, g.received_at, g.app_time, g.fate, g.ended_by, now(),"
        f" g.head, {held} FROM gone g",
        [ended, by, ends, *([ended] if lines else []), message.code],
    )
    if found.changes:
        cursor.execute(
            f"INSERT INTO {_table(message)} SELECT * FROM arriving WHERE id = ANY(%s)",  # noqa: S608 -- names from the field table
            [list(found.changes)],
        )


def _look_again(cursor: Any, message: Message, found: Amendment) -> None:
    """Forget what waited for the old list, wake what waited with a document that is gone, take back what an old report said."""
    if message.code in LISTS.values():
        cursor.execute("DELETE FROM customs_waiting WHERE inventory_id = ANY(%s)", [found.ended])
    elif message.code in REPORTS:
        Movement.objects.filter(document_id__in=found.ended).delete()
    elif found.deletions:
        keys = BY_WAYBILL if CODES[message.code] is WAYBILL else ("ebp_code", "order_no")
        same = " AND ".join(f"w.{column} = a.{column}" for column in keys)
        cursor.execute(
            "INSERT INTO customs_queue (message_id, message_type) SELECT w.inventory_id, 'inventory' || w.direction"  # noqa: S608 -- names from the field table
            f" FROM arriving a JOIN customs_waiting w ON {same} AND w.direction = %s WHERE a.id = ANY(%s)"
            " ON CONFLICT DO NOTHING",
            [message.direction, list(found.deletions)],
        )

"""Documents into their tables: COPY when all are new, sorting through a staging table when some are known.

Promise: runs inside the transaction of the intake; a document is stored once; every document of an accepted message is
answered, all together by one receipt or one by one. Queue row = the decision worker's cursor.
"""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from customs.enums import UNCHECKED
from customs.messages import registry
from customs.messages.codec import Message, Parsed
from customs.models.documents import HEADS, LINES, POSITIONS
from customs.services.amending import CODES, NEW, Amendment, amend_documents, key_columns
from customs.services.official_codes import refusal_codes
from exchange.messages import Arrival, NeedsSorting
from exchange.messages.signatures import WORDINGS
from exchange.selectors.signatures import policy_at_the_door
from exchange.services.signatures import check_now
from exchange.tables import RECEIPT

STORED = "2"
"""电子口岸申报中: the port took it, it is being declared."""

NO_OPERATION = {
    "CEB623Message": "-623001",
    "CEB605Message": "-623001",
    "CEB625Message": "-625001",
    "CEB213Message": "-625001",
    "CEB215Message": "-625001",
    "CEB509Message": "-800001",
    "CEB701Message": "-800001",
}
"""Official code for "no such operation" of messages that can only be new, interface specification ch. 7."""

QUEUE = "customs_queue"
"""The decision worker's work, one row per message with new documents."""

DECLARED = "2"
"""appStatus of a document that is declared, not kept as a draft."""

_QUEUE_AND_RECEIPT = f"""
WITH queued AS (INSERT INTO {QUEUE} (message_id, message_type) VALUES (%s, %s))
INSERT INTO {RECEIPT} (id, organisation_id, message_id, message_type, status, info, returned_at)
VALUES (%s, %s, %s, %s, %s, %s, %s)"""  # noqa: S608 -- names of tables

_RECEIPT_EACH = f"""
INSERT INTO {RECEIPT} (id, organisation_id, message_id, document_id, message_type, status, info, returned_at)
SELECT CASE WHEN nr = 1 THEN %s ELSE nextval('exchange_receipt_id_seq') END, %s, %s, document_id, %s, status, info, %s
FROM unnest(%s::bigint[], %s::text[], %s::text[]) WITH ORDINALITY AS t (document_id, status, info, nr)
ORDER BY nr"""  # noqa: S608 -- names of tables

_ESCAPES = (("\\", "\\\\"), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r"), ("\x1f", "\t"), ("\x1e", "\n"))
_BUFFER = 1 << 20


def store_documents(cursor: Any, arrival: Arrival, parsed: Parsed) -> None:
    """All documents are new: COPY heads, COPY lines, queue row and one receipt for all.

    Raises NeedsSorting, or the database's unique violation when a business key is known.
    """
    if any(app_type != NEW for app_type in parsed.app_types):
        raise NeedsSorting
    message = registry()[parsed.code]
    _copy_heads(cursor, HEADS[parsed.code]._meta.db_table, message, arrival, parsed)
    if parsed.line_rows:
        _copy_lines(cursor, message, arrival, parsed.line_rows)
    cursor.execute(
        _QUEUE_AND_RECEIPT,
        (
            arrival.message_id,
            queued_as(parsed),
            arrival.receipt_id,
            arrival.sender_id,
            arrival.message_id,
            message.receipt,
            STORED,
            stored_sentence(parsed),
            arrival.received_at,
        ),
    )


def queued_as(parsed: Parsed) -> str:
    """Type of the queue row: marked when the signature must be looked at before anything is decided on the documents."""
    return UNCHECKED + parsed.code if _must_be_checked(parsed) else parsed.code


def _must_be_checked(parsed: Parsed) -> bool:
    return parsed.signed or (parsed.code in policy_at_the_door().required and _declares(parsed))


def _declares(parsed: Parsed) -> bool:
    """Is any document of the message declared? Messages without appStatus always are."""
    at = registry()[parsed.code].head_table.index.get("appStatus")
    return at is None or any(row[at] == DECLARED for row in parsed.head_rows)


def stored_sentence(parsed: Parsed) -> str:
    """What customs writes with status 2: the guid is that of the message."""
    return f"新增申报成功[{parsed.guid}]"


def sort_documents(cursor: Any, arrival: Arrival, parsed: Parsed) -> None:
    """Some documents are known: store the new ones, change and delete what may be, answer every document by itself (E.24).

    `INSERT … ON CONFLICT` in key order keeps two messages with the same documents from blocking each other. This way may end stored
    versions, so a signature is checked here and not left to the decision worker.
    """
    message = registry()[parsed.code]
    if _must_be_checked(parsed) and (flaw := check_now(arrival.message_id)) is not None:
        status, number = refusal_codes(parsed.code, flaw)
        sentence = f"[Code:{number};Desc:{WORDINGS[flaw].zh}]"
        ids = range(arrival.message_id * POSITIONS, arrival.message_id * POSITIONS + parsed.documents)
        _write_answers(cursor, arrival, message, [(row_id, status, sentence) for row_id in ids])
        return
    table = HEADS[parsed.code]._meta.db_table
    cursor.execute(f"CREATE TEMP TABLE arriving (LIKE {table} INCLUDING DEFAULTS) ON COMMIT DROP")
    _copy_heads(cursor, "arriving", message, arrival, parsed)
    keys = ", ".join(key_columns(message))
    cursor.execute(
        f"INSERT INTO {table} SELECT * FROM arriving WHERE app_type = %s ORDER BY {keys} ON CONFLICT DO NOTHING"  # noqa: S608 -- names from the field table
        " RETURNING id",
        (NEW,),
    )
    stored = {row[0] for row in cursor.fetchall()}
    _copy_lines_of(cursor, arrival, parsed, message, stored)
    amended = amend_documents(cursor, arrival, parsed, message)
    _copy_lines_of(cursor, arrival, parsed, message, set(amended.changes))
    if stored or amended.changes:
        cursor.execute(
            "INSERT INTO customs_queue (message_id, message_type) VALUES (%s, %s)",
            (arrival.message_id, parsed.code),
        )
    _answer_each(cursor, arrival, parsed, stored, amended, _stored_times(cursor, table, message))


def _copy_lines_of(
    cursor: Any, arrival: Arrival, parsed: Parsed, message: Message, row_ids: set[int]
) -> None:
    lines = [line for line in parsed.line_rows if _row_id(arrival, line[0]) in row_ids]
    if lines:
        _copy_lines(cursor, message, arrival, lines)


def _stored_times(cursor: Any, table: str, message: Message) -> dict[int, bool]:
    """Per arriving document whose key is stored under another id: is the stored version as new or newer?"""
    same = " AND ".join(f"d.{column} = a.{column}" for column in key_columns(message))
    cursor.execute(
        f"SELECT a.id, d.app_time >= a.app_time FROM arriving a JOIN {table} d ON {same} AND d.id <> a.id"  # noqa: S608 -- names from the field table
    )
    return dict(cursor.fetchall())


def _answer_each(
    cursor: Any,
    arrival: Arrival,
    parsed: Parsed,
    stored: set[int],
    amended: Amendment,
    as_new: dict[int, bool],
) -> None:
    message = registry()[parsed.code]
    rows = []
    for position in range(parsed.documents):
        row_id = _row_id(arrival, position)
        if row_id in stored:
            status, info = STORED, stored_sentence(parsed)
        elif row_id in amended.answers:
            status, info = amended.answers[row_id]
            status, info = (status, info) if status else (STORED, f"{info}[{parsed.guid}]")
        elif parsed.app_types[position] != NEW and parsed.code not in CODES:
            status, info = NO_OPERATION[parsed.code], "不支持的报送类型：此单证只受理新增（appType=1）"
        elif as_new.get(row_id, True):
            status, info = message.old_data, "收到旧数据，不处理：已有相同或更新的 appTime"
        else:
            status, info = message.exists, "单证编号已存在，不能重复新增"
        rows.append((row_id, status, info if status == STORED else f"[Code:{status};Desc:{info}]"))
    _write_answers(cursor, arrival, message, rows)


def _write_answers(
    cursor: Any, arrival: Arrival, message: Message, rows: Sequence[tuple[int, str, str]]
) -> None:
    """One receipt a document: (row id, status, text)."""
    cursor.execute(
        _RECEIPT_EACH,
        (
            arrival.receipt_id,
            arrival.sender_id,
            arrival.message_id,
            message.receipt,
            arrival.received_at,
            [r[0] for r in rows],
            [r[1] for r in rows],
            [r[2] for r in rows],
        ),
    )


def _copy_heads(cursor: Any, table: str, message: Message, arrival: Arrival, parsed: Parsed) -> None:
    first = arrival.message_id * POSITIONS
    received = arrival.received_at.isoformat()
    between = f"\x1f{arrival.sender_id}\x1f{received}\x1f"
    rows = [f"{first + n}{between}" + "\x1f".join(row) for n, row in enumerate(parsed.head_rows)]
    _copy(cursor, table, ("id", "sender_id", "received_at", *message.head_columns), rows)


def _copy_lines(
    cursor: Any, message: Message, arrival: Arrival, line_rows: Iterable[tuple[int, Sequence[str]]]
) -> None:
    first = arrival.message_id * POSITIONS
    rows = [f"{first + position}\x1f" + "\x1f".join(row) for position, row in line_rows]
    _copy(cursor, LINES[message.code]._meta.db_table, ("head_id", *message.line_columns), rows)


def _copy(cursor: Any, table: str, columns: Sequence[str], rows: list[str]) -> None:
    """COPY rows whose fields are joined by the unit separator, which XML 1.0 cannot contain; "" becomes NULL."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN WITH (FORMAT text, NULL '')"
    cursor.copy_expert(statement, BytesIO(copy_text(rows)), _BUFFER)


def copy_text(rows: list[str]) -> bytes:
    """Rows as COPY text: escape once over the whole buffer, then turn the separators into tab and newline."""
    text = "\x1e".join(rows)
    for raw, escaped in _ESCAPES:
        text = text.replace(raw, escaped)
    return text.encode() + b"\n"


def _row_id(arrival: Arrival, position: int) -> int:
    return arrival.message_id * POSITIONS + position

"""The decision worker's first work: messages whose signature must be looked at before anything is decided on their documents.

Intake marks their queue rows. Here they are checked in bulk (`exchange.services.signatures`); a good message is set free for the
pipeline, the documents of a bad one are answered with the official code of their family and taken out of the tables, so that the
same numbers may be sent again, rightly signed. The journal keeps the message, the register of checks the reason.
"""

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone

from customs.enums import UNCHECKED
from customs.models.documents import HEADS, LINES, POSITIONS
from customs.services.answering import INFO_LENGTH, Answer, answer
from customs.services.official_codes import refusal_codes
from customs.services.storing import QUEUE
from exchange.messages.signatures import WORDINGS, Flaw
from exchange.selectors.signatures import signature_policy
from exchange.services.signatures import Outcome, check_messages
from exchange.tables import MESSAGE

BATCH, BATCH_BYTES = 16, 4 * 1024 * 1024
"""Messages of one check and, whatever is left of the last one, their bytes: unsigned traffic waits meanwhile, about five milliseconds for
a message of a hundred lists.
"""

MARKED = f"message_type LIKE '%%{UNCHECKED}%%' AND message_type LIKE '{UNCHECKED}%%'"
"""The first half is the condition of the index, the second leaves out what is held."""


def work_unchecked(limit: int = BATCH) -> int:
    """Check up to so many marked messages; returns how many. Nothing of a check remains when the database refuses any of it."""
    marked = marked_messages(limit)
    if marked:
        check(marked)
    return len(marked)


@transaction.atomic
def check(marked: dict[int, str]) -> None:
    """The whole work on these messages (id → code): results, receipts, documents, queue."""
    if not signature_policy(timezone.localdate()).verify:
        set_free(list(marked))
        return
    outcomes = check_messages(list(marked))
    set_free([one.message_id for one in outcomes if one.flaw is None])
    bad: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        if one.flaw is not None:
            bad[marked[one.message_id]].append(one)
    for code, refused in bad.items():
        turn_back(code, refused)


def marked_messages(limit: int = BATCH, size: int = BATCH_BYTES) -> dict[int, str]:
    """Marked messages, oldest first: id → message code. The rows stay until the work on them is done."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_id, code FROM (SELECT q.message_id, q.code, m.size,"  # noqa: S608 -- names of tables
            " sum(m.size) OVER (ORDER BY q.message_id) AS bytes"
            f" FROM (SELECT message_id, substr(message_type, 2) AS code FROM {QUEUE} WHERE {MARKED}"
            " ORDER BY message_id LIMIT %s) q"
            f" JOIN LATERAL (SELECT size FROM {MESSAGE} WHERE id = q.message_id) m ON true) s"
            " WHERE bytes - size < %s ORDER BY message_id",
            [limit, size],
        )
        return dict(cursor.fetchall())


def set_free(message_ids: Sequence[int]) -> None:
    """The pipeline may take them."""
    if message_ids:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {QUEUE} SET message_type = substr(message_type, 2)"  # noqa: S608 -- names of tables
                f" WHERE message_id = ANY(%s) AND {MARKED}",
                [list(message_ids)],
            )


def turn_back(code: str, refused: Sequence[Outcome]) -> None:
    """Answer and remove the documents of messages of one kind whose signature did not hold."""
    flaws = {one.message_id: one.flaw for one in refused if one.flaw is not None}
    answer(
        code,
        [answered(code, flaws[pk // POSITIONS], pk, sender) for pk, sender in removed(code, list(flaws))],
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {QUEUE} WHERE message_id = ANY(%s) AND message_type = %s",  # noqa: S608 -- names of tables
            [list(flaws), UNCHECKED + code],
        )


def removed(code: str, message_ids: list[int]) -> list[tuple[int, int]]:
    """Take the documents of these messages out of their tables: (id, sender) of each, by ranges of the primary key."""
    ranges = f"unnest(%s::bigint[]) AS m (id) WHERE d.{{column}} >= m.id * {POSITIONS} AND d.{{column}} < (m.id + 1) * {POSITIONS}"
    with connection.cursor() as cursor:
        if code in LINES:
            lines = LINES[code]._meta.db_table
            cursor.execute(f"DELETE FROM {lines} d USING {ranges.format(column='head_id')}", [message_ids])  # noqa: S608 -- names of tables
        heads = HEADS[code]._meta.db_table
        cursor.execute(
            f"DELETE FROM {heads} d USING {ranges.format(column='id')} RETURNING d.id, d.sender_id",  # noqa: S608 -- names of tables
            [message_ids],
        )
        found: list[tuple[int, int]] = cursor.fetchall()
    return sorted(found)


def answered(code: str, flaw: Flaw, document_id: int, sender_id: int) -> Answer:
    """The official negative answer: the code of the family where there is one, else the platform's four digits."""
    status, number = refusal_codes(code, flaw)
    info = f"[Code:{number};Desc:{WORDINGS[flaw].zh}]"[:INFO_LENGTH]
    return Answer(document_id, sender_id, status, info)

"""Earlier versions of documents as rows of their own tables again."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from customs.models import DocumentVersion
from customs.models.documents import HEADS, LINES


def versions_by_id(code: str, ids: Iterable[int]) -> dict[int, Any]:
    """Documents of a message that were changed or deleted since, by the id they had."""
    return {row.pk: row for row in _rows(code, "id = ANY(%s)", [list(ids)])}


def versions_of(code: str, keys: Iterable[str]) -> list[Any]:
    """Earlier versions of the documents with these business keys, oldest first."""
    return list(_rows(code, "message_type = %s AND key = ANY(%s)", [code, list(keys)]))


def old_lines(rows: Sequence[Any]) -> dict[int, list[Any]]:
    """Lines of earlier versions of one message, by the id of their document; one query."""
    found: dict[int, list[Any]] = {row.pk: [] for row in rows}
    model = next((LINES.get(row.message.code) for row in rows), None)
    if model is None:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.* FROM customs_documentversion v CROSS JOIN LATERAL"  # noqa: S608 -- names from the field table
            f" jsonb_populate_recordset(NULL::{model._meta.db_table}, v.lines) n WHERE v.id = ANY(%s) ORDER BY n.head_id, n.gnum",
            [list(found)],
        )
        columns = [column.name for column in cursor.description or ()]
        for values in cursor.fetchall():
            line = model(**dict(zip(columns, values, strict=True)))
            found[line.head_id].append(line)
    return found


def _rows(code: str, condition: str, values: list[Any]) -> Iterable[Any]:
    """Rows of the message's table with `version_end`, `ended_by` and `ended_at` beside its columns."""
    table = HEADS[code]._meta.db_table
    columns = 'v."end" AS version_end, v.ended_by, v.ended_at'
    return HEADS[code].objects.raw(  # type: ignore[no-any-return]
        f"SELECT d.*, {columns} FROM (SELECT * FROM {DocumentVersion._meta.db_table} WHERE {condition}) v"  # noqa: S608 -- names of our own tables
        f" CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, v.head) d ORDER BY d.app_time, d.id",
        values,
    )

"""Feeds without gap or repeat.

Every row carries the id of its transaction. A page holds rows of finished transactions only (below the oldest one
still running), ordered by (transaction, row): whatever commits later sorts after every cursor already given out.
"""

import base64
import binascii
import struct
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal

MAX_PAGE = 500
DEFAULT_PAGE = 100
_POSITION = struct.Struct(">QQ")


class BadCursor(Refusal):
    """The cursor was not given out by this feed."""

    code = "FEED.CURSOR"
    message = _("cursor 无效；请使用上一页返回的 next。")
    field = "cursor"
    status = 400


class BadLimit(Refusal):
    """`limit` is not a number from 1 to 500."""

    code = "FEED.LIMIT"
    message = _("limit 应为 1 至 500 的整数。")
    field = "limit"
    status = 400


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, the cursor for the next request, and whether more rows wait already."""

    rows: list[dict[str, Any]]
    next: str
    more: bool


def read_feed(table: str, columns: str, where: str, values: list[Any], cursor: str, limit: int) -> Page:
    """One page of a table with `xid` and `id`. `where` holds placeholders for `values`. Raises BadCursor."""
    xid, row_id = position_of(cursor)
    sql = (
        f"SELECT xid::text AS xid, id, {columns} FROM {table} WHERE {where}"  # noqa: S608 -- constants of this app
        " AND (xid, id) > (%s::xid8, %s) AND xid < pg_snapshot_xmin(pg_current_snapshot())"
        " ORDER BY xid, id LIMIT %s"
    )
    with connection.cursor() as db:
        db.execute(sql, [*values, str(xid), row_id, limit + 1])
        names = [column.name for column in db.description]
        rows = [dict(zip(names, row, strict=True)) for row in db.fetchall()]
    page = rows[:limit]
    following = cursor_of(int(page[-1]["xid"]), int(page[-1]["id"])) if page else cursor_of(xid, row_id)
    return Page(page, following, len(rows) > limit)


def cursor_of(xid: int, row_id: int) -> str:
    """Opaque text of a position."""
    return base64.urlsafe_b64encode(_POSITION.pack(xid, row_id)).decode().rstrip("=")


def position_of(cursor: str) -> tuple[int, int]:
    """(transaction, row) of a cursor; the beginning when empty. Raises BadCursor."""
    if not cursor:
        return 0, 0
    try:
        xid, row_id = _POSITION.unpack(base64.b64decode(cursor + "==", altchars=b"-_", validate=True))
    except (binascii.Error, struct.error, ValueError):
        raise BadCursor from None
    if row_id >= 2**63:
        raise BadCursor
    return xid, row_id


def page_size(text: str) -> int:
    """The `limit` parameter. Raises BadLimit."""
    if not text:
        return DEFAULT_PAGE
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= MAX_PAGE or len(text) > 9:
        raise BadLimit
    return int(text)

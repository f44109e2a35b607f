"""Account books as tables: the template of a bill, reading an uploaded one, the ledger as a file."""

import io
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook, load_workbook

from customs.models import AccountBook, AccountEntry
from customs.permissions import EXPORT
from customs.selectors.account_books import LedgerFilter, ledger_of, list_numbers
from customs.services.account_books import LINE_FIELDS, MOST_LINES
from customs.services.exporting import (
    MAX_ROWS,
    TYPES,
    Export,
    TooManyRows,
    UnknownFormat,
    csv_pieces,
    xlsx_pieces,
)
from filing.services.goods_table import refuse_hostile
from portal import audit
from portal.enums import Verb
from portal.errors import Refusal
from portal.permissions import require

if TYPE_CHECKING:
    from portal.models import User

MOST_BYTES = 5 * 1024 * 1024
CHUNK = 1_000
HEADINGS = (
    ("item_record_no", "账册备案料号", "Item record number", "R1901101000"),
    ("gcode", "商品编码", "Code", "1901101000"),
    ("name", "商品名称", "Name", "婴幼儿配方奶粉"),
    ("unit", "计量单位", "Unit", "142"),
    ("qty", "数量", "Quantity", "100"),
)
LEDGER = (
    _("序号"),
    _("时间"),
    _("料号"),
    _("商品名称"),
    _("类型"),
    _("凭证号或清单编号"),
    _("变动"),
    _("余量"),
    _("说明"),
)


class TableUnreadable(Refusal):
    """Not a table of the template's form."""

    code = "BOOK.TABLE"
    message = _("无法读取此文件：请使用模板另存的 .xlsx 文件（不含宏，最大 5 MB，保留表头）。")
    field = "file"


def template() -> bytes:
    """The empty table with one example."""
    book = Workbook()
    sheet: Any = book.active
    sheet.append([f"{zh}\n{en}" for _name, zh, en, _example in HEADINGS])
    sheet.append([example for _name, _zh, _en, example in HEADINGS])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read_lines(content: bytes) -> list[dict[str, Any]]:
    """Lines of an uploaded table, empty rows left out. Raises TableUnreadable, or what a hostile file is refused with."""
    if len(content) > MOST_BYTES:
        raise TableUnreadable
    refuse_hostile(content)
    try:
        sheet = load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        ).worksheets[0]
        rows = list(sheet.iter_rows(max_row=MOST_LINES + 2, max_col=len(HEADINGS), values_only=True))
    except Exception as error:  # the reader raises its own and the language's errors for broken files
        raise TableUnreadable from error
    if not rows or str(rows[0][0] or "").split("\n")[0].strip() not in HEADINGS[0][1:3]:
        raise TableUnreadable
    return [
        dict(zip(LINE_FIELDS, row, strict=True)) for row in rows[1:] if any(v not in (None, "") for v in row)
    ]


def export_ledger(*, actor: "User", book: AccountBook, wanted: LedgerFilter, file_format: str) -> Export:
    """The entries that fit, newest first. Raises NotPermitted, UnknownFormat, TooManyRows."""
    require(actor, EXPORT, organisation_id=book.organisation_id)
    if file_format not in TYPES:
        raise UnknownFormat
    found = ledger_of(book, wanted)
    if found[MAX_ROWS:].exists():
        raise TooManyRows(limit=MAX_ROWS)
    audit.record(
        Verb.DATA_EXPORTED,
        actor=actor,
        organisation_id=book.organisation_id,
        subject=f"account_book:{book.pk}",
        detail={"format": file_format},
    )
    write = csv_pieces if file_format == "csv" else xlsx_pieces
    name = f"ledger-{book.ems_no}-{timezone.localtime():%Y%m%d-%H%M%S}.{file_format}"
    return Export(name, TYPES[file_format], write([str(label) for label in LEDGER], ledger_rows(found)))


def ledger_rows(entries: "QuerySet[AccountEntry]") -> Iterator[list[Any]]:
    """Cells in the order of LEDGER; list numbers are looked up a thousand entries at a time."""
    stream = entries.iterator(chunk_size=CHUNK)
    while part := list(islice(stream, CHUNK)):
        numbers = list_numbers(part)
        for one in part:
            yield [
                one.pk,
                timezone.localtime(one.at).replace(tzinfo=None),
                one.item.item_record_no,
                one.item.name,
                str(one.get_kind_display()),
                one.document or numbers.get(one.parcel_id or 0, ""),
                one.change,
                one.balance,
                one.note,
            ]

"""Tables of goods as xlsx: the template, reading an uploaded one, the rejected rows, the export.

An uploaded table is hostile until proven otherwise. It is read row by row with bounded width, length and unpacked size: readers
that lay a sheet out in memory can be made to ask for terabytes by one cell at XFD1048576.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from filing.enums import CiqCategory
from filing.models import FiledGoods
from filing.rules.goods import COLUMNS, NAMES
from portal import rules
from portal.errors import Refusal
from portal.selectors import code_table

MOST_UNPACKED = 100 * 1024 * 1024
MOST_PARTS = 200
MOST_COLUMNS = 60
CHUNK = 1024 * 1024
FORMULA = ("=", "+", "-", "@", "\t", "\r")
HEADINGS = {label.lower(): column.name for column in COLUMNS for label in (column.label, column.label_en)}
Row = tuple[int, dict[str, Any]]
"""Number of the row in the sheet, and its values by column name."""


class TableUnreadable(Refusal):
    """Not an xlsx table we can read."""

    code = "GOODS.TABLE"
    message = _("无法读取此文件：请使用模板另存的 .xlsx 文件（不含宏）。")
    field = "file"


class TableTooLarge(Refusal):
    """More bytes or rows than allowed."""

    code = "GOODS.TABLE_SIZE"
    message = _("文件过大：最多 %(rows)s 行、%(mb)s MB，请分成几个文件。")
    field = "file"
    status = 413


class ColumnsMissing(Refusal):
    """The heading lacks columns that every good needs."""

    code = "GOODS.TABLE_COLUMNS"
    message = _("表头缺少列：%(names)s。请使用模板的表头。")
    field = "file"


class TableEmpty(Refusal):
    """A heading and nothing below it."""

    code = "GOODS.TABLE_EMPTY"
    message = _("表中没有商品。请从第 2 行开始填写，每行一个商品。")
    field = "file"


def limits() -> tuple[int, int]:
    """(rows, megabytes) of one file (register G.GOODS.IMPORT_ROWS, G.GOODS.IMPORT_MB)."""
    today = timezone.localdate()
    return int(rules.value("G.GOODS.IMPORT_ROWS", today)), int(rules.value("G.GOODS.IMPORT_MB", today))


def refuse_hostile(content: bytes) -> None:
    """A table is a zip of few parts without macros whose parts unpack to what they say. Raises TableUnreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            macros = any(part.filename.lower().endswith("vbaproject.bin") for part in parts)
            if macros or len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise TableUnreadable
            for part in parts:
                unpack(packed, part)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, ValueError, OSError):
        raise TableUnreadable from None


def unpack(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Unpack a part into nothing: its stated size bounds the work, its checksum proves the statement."""
    with packed.open(part) as stream:
        while stream.read(CHUNK):
            continue


def read(content: bytes) -> list[Row]:
    """Rows of the first sheet, empty rows left out. Raises TableUnreadable, TableTooLarge, ColumnsMissing, TableEmpty."""
    refuse_hostile(content)
    most, megabytes = limits()
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        lines = sheet.iter_rows(max_row=most + 2, max_col=MOST_COLUMNS, values_only=True)
        table = list(enumerate(lines, 1))
    except Exception as error:  # the reader raises its own and the language's errors for broken files
        raise TableUnreadable from error
    if not table:
        raise TableUnreadable
    names = names_of(table[0][1])
    found = [
        (number, {name: value for name, value in zip(names, line, strict=False) if name})
        for number, line in table[1:]
        if any(value not in (None, "") for value in line)
    ]
    if len(table) > most + 1:
        raise TableTooLarge(rows=most, mb=megabytes)
    if not found:
        raise TableEmpty
    return found


def names_of(heading: Sequence[Any]) -> list[str]:
    """Column names of a heading, "" for unknown columns. Raises ColumnsMissing."""
    names = [HEADINGS.get(str(text or "").split("\n")[0].strip().lower(), "") for text in heading]
    missing = [column.label for column in COLUMNS if column.required and column.name not in names]
    if missing:
        raise ColumnsMissing(names="、".join(gettext(label) for label in missing))
    return names


def template() -> bytes:
    """The empty table: both headings, one example, choices for codes, notes."""
    book, sheet = new_table()
    sheet.append([column.example for column in COLUMNS])
    codes = book.create_sheet("codes")
    for at, (name, choices) in enumerate(choice_lists(), 1):
        letter = get_column_letter(at)
        for row, choice in enumerate(choices, 1):
            codes.cell(row, at, choice)
        rule = DataValidation("list", f"codes!${letter}$1:${letter}${len(choices)}", allow_blank=True)
        column = get_column_letter(NAMES.index(name) + 1)
        rule.add(f"{column}2:{column}{limits()[0] + 1}")
        sheet.add_data_validation(rule)
    notes = book.create_sheet("notes")
    for one in COLUMNS:
        notes.append([one.label, one.label_en, "必填 required" if one.required else "", one.example])
    return saved(book)


def choice_lists() -> Iterator[tuple[str, list[str]]]:
    """Columns with a closed list of values."""
    for column in COLUMNS:
        if column.table:
            yield column.name, sorted(code_table(column.table))
        elif column.kind == "ciq":
            yield column.name, list(CiqCategory.values)


def new_table(extra: Sequence[str] = ()) -> tuple[Workbook, Any]:
    """A workbook with the heading; every cell is text, so that codes keep their zeros."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "goods"
    sheet.append([f"{column.label}\n{column.label_en}" for column in COLUMNS] + list(extra))
    for at, one in enumerate(sheet[1], 1):
        one.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(at)].width = 18
    sheet.freeze_panes = "A2"
    return book, sheet


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def rejected_table(rejects: Iterable[dict[str, Any]]) -> bytes:
    """Rejected rows as a table that can be corrected and uploaded again; the last column says why."""
    book, sheet = new_table([gettext("未通过原因")])
    for row in rejects:
        sheet.append([harmless(value) for value in [*row["values"], "；".join(row["reasons"])]])
    return saved(book)


def goods_table(goods: Iterable[FiledGoods]) -> bytes:
    """Goods as a table that can be uploaded again."""
    book, sheet = new_table()
    for one in goods:
        sheet.append([harmless(as_text(getattr(one, name))) for name in NAMES])
    return saved(book)


def as_text(value: Any) -> str:
    """Prices without trailing zeros, everything else as it is."""
    return f"{value:f}".rstrip("0").rstrip(".") if hasattr(value, "as_tuple") else str(value)


def harmless(text: str) -> str:
    """Text that a spreadsheet does not run."""
    return f"'{text}" if text.startswith(FORMULA) else text

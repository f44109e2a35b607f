"""Documents of one message as xlsx, made from its field table: the template, reading a filled one, the rejected documents.

Sheet `head` has a row a document, sheet `lines` a row a line; the column `No.` says which lines belong to which document. Uploaded
tables are hostile until proven otherwise: bounded in bytes, rows, columns and unpacked size.
"""

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from customs.messages.codec import Message
from customs.messages.composing import own_fields
from customs.messages.fields import Field, Store
from customs.messages.sampling import example
from filing.services.goods_table import harmless, refuse_hostile
from portal import rules
from portal.errors import Refusal
from portal.selectors import code_table

HEAD, LINES, CODES, NOTES = "head", "lines", "codes", "说明 notes"
NUMBER = "No."
REQUIRED = PatternFill("solid", fgColor="FFFDE9D9")
MARK = " *"
INSTRUCTIONS = (
    (
        "每行一份单证；带 * 的列必填。序号列（No.）自行编号，用于对应表头和明细。",
        "One document a row; columns with * are required. Number the documents in the column No.; lines name their document by it.",
    ),
    (
        "唯一序号、报送类型、报送时间、业务状态和商品序号由平台填写。",
        "The platform fills in guid, appType, appTime, appStatus and line numbers.",
    ),
    (
        "时间写作 20261123101530，日期写作 20261123；也可使用日期单元格，均为北京时间。",
        "Write moments as 20261123101530 and days as 20261123, or use date cells; all are China standard time.",
    ),
    (
        "第 2 行是样例，请删除后填写；代码见 codes 表。",
        "Row 2 is an example: delete it. Codes stand in the sheet codes.",
    ),
)


class SheetUnreadable(Refusal):
    """Not an xlsx table of the template's form."""

    code = "TABLE.UNREADABLE"
    message = _("无法读取此文件：请使用本报文的模板另存为 .xlsx 文件（不含宏，保留表头）。")
    field = "file"


class SheetTooLarge(Refusal):
    """More bytes or rows than allowed."""

    code = "TABLE.SIZE"
    message = _("文件过大：每张表最多 %(rows)s 行、文件最多 %(mb)s MB，请分成几个文件。")
    field = "file"
    status = 413


class HeadingIncomplete(Refusal):
    """Columns that every document needs are missing."""

    code = "TABLE.COLUMNS"
    message = _("表头缺少列：%(names)s。请使用模板的表头。")
    field = "file"


class SheetEmpty(Refusal):
    """Headings and nothing below them."""

    code = "TABLE.EMPTY"
    message = _("表中没有单证。请从第 2 行开始填写，每行一份单证。")
    field = "file"


@dataclass(slots=True)
class Draft:
    """One document as typed: its number, its row in `head`, and (row in `lines`, values) of each line."""

    number: str
    row: int
    head: dict[str, str]
    lines: list[tuple[int, dict[str, str]]] = field(default_factory=list)


def limits() -> tuple[int, int]:
    """(rows of a sheet, megabytes) of one file (register C.TABLE.ROWS, C.TABLE.MB)."""
    today = timezone.localdate()
    return int(rules.value("C.TABLE.ROWS", today)), int(rules.value("C.TABLE.MB", today))


def blocks(message: Message) -> Iterator[tuple[str, Sequence[Field]]]:
    """Sheets of a message and the fields in each."""
    yield HEAD, own_fields(message, message.fields)
    if message.lines:
        yield LINES, own_fields(message, message.line_fields)


def template(message: Message) -> bytes:
    """The empty table: headings, an example, choices for codes, instructions."""
    book = new_book(message)
    lists = code_sheet(book, message)
    most = limits()[0]
    for name, fields in blocks(message):
        sheet = book[name]
        sheet.append(["1", *(example(f) for f in fields)])
        for at, one in enumerate(fields, 2):
            choices = lists.get(one.wire.codes) or listed(one)
            if choices:
                column = get_column_letter(at)
                rule = DataValidation("list", choices, allow_blank=True, showErrorMessage=False)
                rule.add(f"{column}2:{column}{most + 1}")
                sheet.add_data_validation(rule)
    notes = book.create_sheet(NOTES)
    for line in INSTRUCTIONS:
        notes.append(line)
    for name, fields in blocks(message):
        notes.append([])
        for one in fields:
            required = "" if one.nullable else "必填 required"
            notes.append([f"{name}: {one.label}", one.name, one.wire.name, required, one.meaning])
    return saved(book)


def listed(one: Field) -> str:
    """The list of an element whose values are listed in the schema."""
    values = [value for facet, value in one.wire.facets if facet == "enumeration"]
    return f'"{",".join(values)}"' if values else ""


def code_sheet(book: Workbook, message: Message) -> dict[str, str]:
    """A sheet with every code table the message uses (code, Chinese name, English name); table → range of its codes."""
    sheet: Any = book.create_sheet(CODES)
    tables = sorted({f.wire.codes for _name, fields in blocks(message) for f in fields if f.wire.codes})
    ranges = {}
    for at, table in enumerate(tables):
        known, column = sorted(code_table(table).items()), 1 + at * 4
        for row, (code, names) in enumerate([(table, ("中文", "English")), *known], 1):
            for offset, text in enumerate((code, *names)):
                sheet.cell(row, column + offset, text)
        letter = get_column_letter(column)
        if known:
            ranges[table] = f"{CODES}!${letter}$2:${letter}${len(known) + 1}"
    return ranges


def new_book(message: Message, extra: Sequence[str] = ()) -> Workbook:
    """A workbook with the headings of a message; cells are text, so that codes keep their zeros."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, fields in blocks(message):
        sheet: Any = book.create_sheet(name)
        added = extra if name == HEAD else ()
        sheet.append([NUMBER, *(heading(f) for f in fields), *added])
        for at, (cell, one) in enumerate(zip(sheet[1], (None, *fields), strict=False), 1):
            cell.font = Font(bold=True)
            sheet.column_dimensions[get_column_letter(at)].width = 18
            sheet.column_dimensions[get_column_letter(at)].number_format = "@"
            if one is not None:
                cell.comment = Comment(f"{one.wire.name}\n{one.meaning}", "CEB")
                if not one.nullable:
                    cell.fill = REQUIRED
        sheet.freeze_panes = "B2"
    return book


def heading(one: Field) -> str:
    """Chinese name with the mark of required elements; below it the official name."""
    return f"{one.label}{'' if one.nullable else MARK}\n{one.name}"


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(message: Message, content: bytes) -> tuple[list[Draft], list[tuple[int, str]]]:
    """(documents in the order of the sheet, lines (row, number) without a document).

    Raises SheetUnreadable, SheetTooLarge, HeadingIncomplete, SheetEmpty.
    """
    try:
        refuse_hostile(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheets = {name: book[name] for name, _fields in blocks(message)}
    except Exception as error:  # the reader raises its own and the language's errors for broken files
        raise SheetUnreadable from error
    read_sheets = {name: rows(sheets[name], fields) for name, fields in blocks(message)}
    drafts = [Draft(values.pop(NUMBER, ""), row, values) for row, values in read_sheets[HEAD]]
    if not drafts:
        raise SheetEmpty
    return drafts, attach(drafts, read_sheets.get(LINES, []))


def attach(drafts: Sequence[Draft], lines: Iterable[tuple[int, dict[str, str]]]) -> list[tuple[int, str]]:
    """Give each line to the first document of its number; returns the lines that have none."""
    owners: dict[str, Draft] = {}
    for draft in drafts:
        owners.setdefault(draft.number, draft)
    orphans = []
    for row, values in lines:
        number = values.pop(NUMBER, "")
        owner = owners.get(number)
        if owner is None:
            orphans.append((row, number))
        else:
            owner.lines.append((row, values))
    return orphans


def rows(sheet: Any, fields: Sequence[Field]) -> list[tuple[int, dict[str, str]]]:
    """Rows of a sheet by official name, empty rows left out. Raises SheetUnreadable, SheetTooLarge, HeadingIncomplete."""
    most, megabytes = limits()
    width = len(fields) + 10
    try:
        lines = list(islice(sheet.iter_rows(max_row=most + 2, max_col=width, values_only=True), most + 2))
    except Exception as error:  # the reader raises its own and the language's errors for broken files
        raise SheetUnreadable from error
    if len(lines) > most + 1:
        raise SheetTooLarge(rows=most, mb=megabytes)
    known = {one.name: one for one in fields}
    labels = {one.label: one.name for one in fields}
    names = [name_of(text, known, labels) for text in (lines[0] if lines else ())]
    missing = [one.label for one in fields if not one.nullable and one.name not in names]
    missing += [NUMBER] if NUMBER not in names else []
    if missing:
        raise HeadingIncomplete(names="、".join(missing))
    return [
        (at, {n: as_wire(known.get(n), value) for n, value in zip(names, line, strict=False) if n})
        for at, line in enumerate(lines[1:], 2)
        if any(value not in (None, "") for value in line)
    ]


def name_of(text: Any, known: Mapping[str, Field], labels: Mapping[str, str]) -> str:
    """The official name a heading means, "" for a column of the sender's own."""
    parts = [part.strip().removesuffix(MARK.strip()).strip() for part in str(text or "").split("\n")]
    if NUMBER in parts:
        return NUMBER
    return next((part for part in parts if part in known), labels.get(parts[0], ""))


def as_wire(one: Field | None, value: Any) -> str:
    """A cell as the wire writes it; what does not fit is left for the check of the message to tell."""
    match value:
        case None:
            return ""
        case datetime() | date():
            return f"{value:%Y%m%d}" if one and one.wire.store is Store.DAY else f"{value:%Y%m%d%H%M%S}"
        case bool():
            return str(value)
        case int():
            text = str(value)
            return text.zfill(one.wire.width) if one and zeros_lost(one) else text
        case float():
            exact = Decimal(repr(value))
            return as_wire(one, int(exact)) if exact == exact.to_integral() else f"{exact:f}"
    text = str(value).strip().removeprefix("'")
    if one and one.wire.store in {Store.DAY, Store.MOMENT}:
        return "".join(character for character in text if character not in " -:/T")
    return text


def zeros_lost(one: Field) -> bool:
    """Is it a code of fixed width, of which a spreadsheet that takes it for a number drops the leading zeros?"""
    return bool(one.wire.codes) and not one.wire.name.startswith("C..")


def cells_of(message: Message) -> dict[tuple[str, str], str]:
    """(sheet, official name) → letter of its column in the template."""
    return {
        (name, one.name): get_column_letter(at)
        for name, fields in blocks(message)
        for at, one in enumerate(fields, 2)
    }


def rejected_book(message: Message, drafts: Iterable[tuple[Draft, str]]) -> bytes:
    """Documents that were not taken, with their lines and the reason: correct them and upload the file again."""
    book = new_book(message, ["未通过原因 reason"])
    fields = dict(blocks(message))
    numbers: defaultdict[str, int] = defaultdict(int)
    for at, (draft, reason) in enumerate(drafts, 1):
        numbers[draft.number] += 1
        number = draft.number if draft.number and numbers[draft.number] == 1 else f"{draft.number}-{at}"
        values = [number, *(draft.head.get(f.name, "") for f in fields[HEAD]), reason]
        book[HEAD].append([harmless(text) for text in values])
        for _row, line in draft.lines:
            book[LINES].append(
                [harmless(text) for text in (number, *(line.get(f.name, "") for f in fields[LINES]))]
            )
    return saved(book)

"""An enterprise's parcels as a file: CSV in a stream, xlsx written row by row. Cells never become formulas."""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook

from customs.models import Parcel, TaxBill
from customs.permissions import EXPORT
from customs.selectors.parcels import ParcelFilter, parcels_of
from customs.selectors.taxes import BillFilter, bills, of_guarantor
from portal import audit
from portal.enums import Verb
from portal.errors import Refusal
from portal.permissions import require
from portal.selectors import organisation_codes

if TYPE_CHECKING:
    from portal.models import User

MAX_ROWS = 100_000
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins so would be run by a spreadsheet (OWASP: CSV injection)."""

COLUMNS: tuple[tuple[str, str | Promise], ...] = (
    ("invt_no", _("清单编号")),
    ("pre_no", _("预录入编号")),
    ("direction", _("方向")),
    ("trade_mode", _("监管方式")),
    ("ebp_code", _("电商平台")),
    ("ebc_code", _("电商企业")),
    ("order_no", _("订单号")),
    ("logistics_code", _("物流企业")),
    ("logistics_no", _("运单号")),
    ("customs_code", _("申报海关")),
    ("port_code", _("口岸海关")),
    ("loct_no", _("监管场所")),
    ("declared_on", _("申报日")),
    ("state", _("状态")),
    ("regime", _("征税方式")),
    ("dutiable", _("完税价格")),
    ("duty", _("关税")),
    ("consumption_tax", _("消费税")),
    ("vat", _("增值税")),
    ("received_at", _("接收时间")),
    ("decided_at", _("决定时间")),
)
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class UnknownFormat(Refusal):
    """Only csv and xlsx are written."""

    code = "EXPORT.FORMAT"
    message = _("只支持导出 CSV 或 xlsx。")
    field = "format"
    status = 404


class TooManyRows(Refusal):
    """More rows than one file takes; narrow down."""

    code = "EXPORT.ROWS"
    message = _("一次最多导出 %(limit)s 行，请缩小筛选范围。")
    status = 422


@dataclass(frozen=True)
class Export:
    """A file to hand out: name, type and its bytes in pieces."""

    name: str
    content_type: str
    content: Iterable[bytes]


BILL_COLUMNS: tuple[tuple[str, str | Promise], ...] = (
    ("tax_no", _("税单编号")),
    ("state", _("状态")),
    ("order_no", _("订单号")),
    ("assure_code", _("担保企业")),
    ("customs_code", _("申报海关")),
    ("dutiable", _("完税价格")),
    ("duty", _("关税")),
    ("vat", _("增值税")),
    ("consumption_tax", _("消费税")),
    ("released_on", _("放行日")),
    ("due_from", _("缴纳起")),
    ("due_to", _("缴纳止")),
    ("payment", _("缴款书")),
)


def export_bills(*, actor: "User", organisation_id: int, wanted: BillFilter, file_format: str) -> Export:
    """The tax bills that the enterprise guarantees and that fit. Raises NotPermitted, UnknownFormat, TooManyRows."""
    require(actor, EXPORT, organisation_id=organisation_id)
    if file_format not in TYPES:
        raise UnknownFormat
    found = bills(of_guarantor(organisation_codes(organisation_id)), wanted)
    if found[MAX_ROWS:].exists():
        raise TooManyRows(limit=MAX_ROWS)
    audit.record(
        Verb.DATA_EXPORTED,
        actor=actor,
        organisation_id=organisation_id,
        subject="tax_bills",
        detail={"format": file_format},
    )
    headings = [str(label) for _name, label in BILL_COLUMNS]
    rows = (bill_row(bill) for bill in found.iterator(chunk_size=2_000))
    write = csv_pieces if file_format == "csv" else xlsx_pieces
    name = f"tax-bills-{timezone.localtime():%Y%m%d-%H%M%S}.{file_format}"
    return Export(name, TYPES[file_format], write(headings, rows))


def bill_row(bill: TaxBill) -> list[Any]:
    """Cells in the order of BILL_COLUMNS."""
    known = {
        "state": bill.get_state_display(),
        "order_no": bill.parcel.order_no,
        "payment": bill.payment.number if bill.payment else "",
    }
    return [known.get(name, getattr(bill, name, "")) for name, _label in BILL_COLUMNS]


def export_parcels(*, actor: "User", organisation_id: int, wanted: ParcelFilter, file_format: str) -> Export:
    """The parcels that fit, with headings in the active language. Raises NotPermitted, UnknownFormat, TooManyRows."""
    require(actor, EXPORT, organisation_id=organisation_id)
    if file_format not in TYPES:
        raise UnknownFormat
    found = parcels_of(organisation_id, organisation_codes(organisation_id), wanted)
    if found[MAX_ROWS:].exists():
        raise TooManyRows(limit=MAX_ROWS)
    audit.record(
        Verb.DATA_EXPORTED,
        actor=actor,
        organisation_id=organisation_id,
        subject="parcels",
        detail={"format": file_format},
    )
    headings = [str(label) for _name, label in COLUMNS]
    rows = (parcel_row(parcel) for parcel in found.iterator(chunk_size=2_000))
    write = csv_pieces if file_format == "csv" else xlsx_pieces
    name = f"parcels-{timezone.localtime():%Y%m%d-%H%M%S}.{file_format}"
    return Export(name, TYPES[file_format], write(headings, rows))


def parcel_row(parcel: Parcel) -> list[Any]:
    """Cells in the order of COLUMNS: labels for choices, numbers as numbers, China standard time."""
    row: list[Any] = []
    for name, _label in COLUMNS:
        shown = getattr(parcel, f"get_{name}_display", None)
        value = shown() if shown else getattr(parcel, name)
        row.append(timezone.localtime(value).replace(tzinfo=None) if isinstance(value, datetime) else value)
    return row


def neutral(value: Any) -> Any:
    """Text that a spreadsheet would run is given an apostrophe."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value


class Echo:
    """A file that hands every line straight back to the generator."""

    def write(self, text: str) -> str:
        return text


def csv_pieces(headings: list[str], rows: Iterable[list[Any]]) -> Iterator[bytes]:
    """UTF-8 with the mark spreadsheets need to recognise it; one piece per row."""
    writer: Any = csv.writer(Echo())
    yield b"\xef\xbb\xbf" + writer.writerow(headings).encode()
    for row in rows:
        yield writer.writerow([csv_text(neutral(value)) for value in row]).encode()


def csv_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def xlsx_pieces(headings: list[str], rows: Iterable[list[Any]]) -> Iterator[bytes]:
    """A workbook written row by row into a temporary file, then handed out in pieces."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("parcels")
    sheet.append(headings)
    for row in rows:
        sheet.append([neutral(value) for value in row])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        yield from pieces(file)


def pieces(file: IO[bytes], size: int = 64 * 1024) -> Iterator[bytes]:
    while piece := file.read(size):
        yield piece

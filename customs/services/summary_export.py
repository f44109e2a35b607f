"""A summary as a file: every list line with the declaration and the line it went into."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs.permissions import EXPORT
from customs.selectors.summaries import application_of, summary_rows
from customs.services.exporting import TYPES, Export, TooManyRows, UnknownFormat, csv_pieces, xlsx_pieces
from customs.services.summary_answers import DeclarationUnknown
from portal import audit
from portal.enums import Verb
from portal.permissions import require

if TYPE_CHECKING:
    from portal.models import User

MAX_ROWS = 1_000_000
"""A sheet holds 1,048,576 rows."""
COLUMNS: tuple[str | Promise, ...] = (
    _("汇总申请编号"),
    _("汇总统一编号"),
    _("报关单编号"),
    _("运抵国（地区）"),
    _("出境关别"),
    _("报关单项号"),
    _("商品编码"),
    _("商品名称"),
    _("清单编号"),
    _("运单号"),
    _("清单商品项号"),
    _("法定数量"),
    _("法定计量单位"),
    _("总价"),
    _("币制"),
    _("结关时间"),
)


def export_summary(*, actor: "User", organisation_id: int, application_id: int, file_format: str) -> Export:
    """All lines of a request. Raises NotPermitted, UnknownFormat, DeclarationUnknown, TooManyRows."""
    require(actor, EXPORT, organisation_id=organisation_id)
    if file_format not in TYPES:
        raise UnknownFormat
    application = application_of(organisation_id, application_id)
    if application is None:
        raise DeclarationUnknown
    if sum(application.declarations.values_list("list_lines", flat=True)) > MAX_ROWS:
        raise TooManyRows(limit=MAX_ROWS)
    audit.record(
        Verb.DATA_EXPORTED,
        actor=actor,
        organisation_id=organisation_id,
        subject=f"summary:{application.pk}",
        detail={"format": file_format},
    )
    write = csv_pieces if file_format == "csv" else xlsx_pieces
    name = f"summary-{application.sum_no or application.pk}.{file_format}"
    return Export(name, TYPES[file_format], write([str(one) for one in COLUMNS], cells(application.pk)))


def cells(application_id: int) -> Iterator[list[Any]]:
    return (in_china(row) for row in summary_rows(application_id))


def in_china(row: Sequence[Any]) -> list[Any]:
    """Times in China standard time, as a spreadsheet wants them."""
    return [
        timezone.localtime(value).replace(tzinfo=None) if isinstance(value, datetime) else value
        for value in row
    ]

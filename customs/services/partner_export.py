"""What partners have reported as a file: events and stock, with headings in the active language."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs.models import StockReport
from customs.permissions import EXPORT
from customs.services.exporting import (
    MAX_ROWS,
    TYPES,
    Export,
    TooManyRows,
    UnknownFormat,
    csv_pieces,
    xlsx_pieces,
)
from exchange.services.partners import contract_named
from portal import audit
from portal.enums import Verb
from portal.permissions import require

if TYPE_CHECKING:
    from portal.models import User

CHUNK = 2_000
EVENTS: tuple[str | Promise, ...] = (
    _("发生时间"),
    _("接收时间"),
    _("合作方"),
    _("合作方代码"),
    _("合约"),
    _("环节"),
    _("运单、订单或商品货号"),
    _("事件编号"),
)
STOCK: tuple[str | Promise, ...] = (
    _("发生时间"),
    _("仓储企业"),
    _("仓库"),
    _("货主"),
    _("商品货号"),
    _("批次"),
    _("类型"),
    _("入库"),
    _("出库"),
    _("结余"),
    _("差额"),
)


def export_events(
    *, actor: "User", found: "QuerySet[Any]", file_format: str, organisation_id: int | None = None
) -> Export:
    """Events that the caller may see; for an enterprise its right is checked here. Raises NotPermitted, UnknownFormat, TooManyRows."""
    return written("partner-events", EVENTS, event_cells, actor, found, file_format, organisation_id)


def export_stock(
    *, actor: "User", found: "QuerySet[StockReport]", file_format: str, organisation_id: int
) -> Export:
    """Stock of an enterprise. Raises NotPermitted, UnknownFormat, TooManyRows."""
    return written("warehouse-stock", STOCK, stock_cells, actor, found, file_format, organisation_id)


def written(
    name: str,
    headings: tuple[str | Promise, ...],
    cells: Callable[[Any], list[Any]],
    actor: "User",
    found: "QuerySet[Any]",
    file_format: str,
    organisation_id: int | None,
) -> Export:
    """The rows as a file, audited."""
    if organisation_id is not None:
        require(actor, EXPORT, organisation_id=organisation_id)
    if file_format not in TYPES:
        raise UnknownFormat
    if found[MAX_ROWS:].exists():
        raise TooManyRows(limit=MAX_ROWS)
    audit.record(
        Verb.DATA_EXPORTED,
        actor=actor,
        organisation_id=organisation_id,
        subject=name,
        detail={"format": file_format},
    )
    rows = (cells(one) for one in found.iterator(chunk_size=CHUNK))
    write = csv_pieces if file_format == "csv" else xlsx_pieces
    file = f"{name}-{timezone.localtime():%Y%m%d-%H%M%S}.{file_format}"
    return Export(file, TYPES[file_format], write([str(one) for one in headings], rows))


def event_cells(one: Any) -> list[Any]:
    """Cells in the order of EVENTS."""
    title, kind = words_of(one)
    told = [timezone.localtime(at).replace(tzinfo=None) for at in (one.happened_at, one.received_at)]
    firm = one.connection.organisation.name
    return [*told, firm, one.partner_code, title, kind, one.subject, one.event_id]


def words_of(one: Any) -> tuple[str, str]:
    """What an event's contract and its kind are called."""
    contract = contract_named(one.connection.contract)
    if contract is None:
        return one.connection.contract, one.kind
    codes = next(field.codes for field in contract.fields if field.name == "kind")
    return str(contract.title), str(codes.get(one.kind, one.kind))


def stock_cells(one: Any) -> list[Any]:
    """Cells in the order of STOCK."""
    at = timezone.localtime(one.happened_at).replace(tzinfo=None)
    place = [one.warehouse_code, one.warehouse, one.owner_code, one.sku, one.batch]
    amounts = [one.qty_in, one.qty_out, one.balance, one.difference]
    return [at, *place, str(one.get_kind_display()), *amounts]

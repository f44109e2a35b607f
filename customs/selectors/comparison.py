"""Side by side: which fields of the four documents mean the same, and where they differ (rules E.3, normalised as in E.4)."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs.enums import Direction
from customs.messages import registry
from customs.messages.fields import Field
from customs.selectors.documents import ROLES, Document, DocumentSet, coded, plain, shown_text
from portal.personal_data import normalise_name, normalise_phone

Normaliser = Callable[[Any], Any]


def same(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Subject:
    """One meaning: its columns by document, how values are made comparable, and whether they must agree."""

    label: str | Promise
    columns: dict[str, str]
    normalise: Normaliser = same
    must_agree: bool = True


@dataclass(frozen=True)
class Cell:
    """A value in one document; `differs` when it disagrees with another document. `clear` only after unmasking."""

    document: Document
    text: str = ""
    wire: str = ""
    differs: bool = False
    clear: str = ""


@dataclass(frozen=True)
class Line:
    """One meaning across the documents."""

    label: str | Promise
    cells: Sequence[Cell]
    differs: bool
    hidden: bool = False
    """The difference lies in what the mask hides."""


def everywhere(column: str, *roles: str) -> dict[str, str]:
    return dict.fromkeys(roles, column)


IMPORT = (
    Subject(_("订单编号"), everywhere("order_no", "order", "payment", "inventory")),
    Subject(_("电商平台"), everywhere("ebp_code", "order", "payment", "inventory")),
    Subject(_("电商企业"), everywhere("ebc_code", "order", "inventory")),
    Subject(_("支付企业"), everywhere("pay_code", "order", "payment")),
    Subject(_("支付交易编号"), everywhere("pay_transaction_id", "order", "payment")),
    Subject(_("物流企业"), everywhere("logistics_code", "waybill", "inventory")),
    Subject(_("运单编号"), everywhere("logistics_no", "waybill", "inventory")),
    Subject(
        _("订购人 / 支付人姓名"),
        {"order": "buyer_name", "payment": "payer_name", "inventory": "buyer_name"},
        normalise_name,
    ),
    Subject(
        _("订购人 / 支付人证件号码"),
        {"order": "buyer_id_number", "payment": "payer_id_number", "inventory": "buyer_id_number"},
    ),
    Subject(
        _("订购人 / 支付人电话"),
        {"order": "buyer_telephone", "payment": "telephone", "inventory": "buyer_telephone"},
        normalise_phone,
        must_agree=False,
    ),
    Subject(_("收货人"), everywhere("consignee", "order", "waybill"), normalise_name),
    Subject(_("收货人电话"), everywhere("consignee_telephone", "order", "waybill"), normalise_phone),
    Subject(_("收货地址"), everywhere("consignee_address", "order", "waybill", "inventory"), normalise_name),
    Subject(_("币制"), everywhere("currency", *ROLES)),
    Subject(_("商品价格"), {"order": "goods_value"}),
    Subject(_("订单运杂费"), {"order": "freight"}),
    Subject(_("非现金抵扣"), {"order": "discount"}),
    Subject(_("代扣税款"), {"order": "tax_total"}),
    Subject(_("实际支付金额"), {"order": "actual_paid", "payment": "amount_paid"}),
    Subject(_("运费"), everywhere("freight", "waybill", "inventory")),
    Subject(_("保费"), everywhere("insured_fee", "waybill", "inventory")),
    Subject(_("件数"), everywhere("pack_no", "waybill", "inventory")),
    Subject(_("毛重（公斤）"), {"waybill": "weight", "inventory": "gross_weight"}),
    Subject(_("净重（公斤）"), {"inventory": "net_weight"}),
    Subject(_("支付时间"), {"payment": "pay_time"}),
    Subject(_("报送时间"), everywhere("app_time", *ROLES), must_agree=False),
)
EXPORT = (
    Subject(_("订单编号"), everywhere("order_no", "order", "payment", "inventory")),
    Subject(_("电商平台"), everywhere("ebp_code", "order", "payment", "inventory")),
    Subject(_("电商企业"), everywhere("ebc_code", "order", "payment", "inventory")),
    Subject(_("支付企业"), {"payment": "pay_name"}),
    Subject(_("支付交易编号"), {"payment": "pay_no"}),
    Subject(_("物流企业"), everywhere("logistics_code", "waybill", "inventory")),
    Subject(_("运单编号"), everywhere("logistics_no", "waybill", "inventory")),
    Subject(_("生产销售企业"), {"inventory": "owner_code"}),
    Subject(_("商品金额"), {"order": "goods_value"}),
    Subject(_("收款金额"), {"payment": "charge"}),
    Subject(_("币制"), everywhere("currency", "order", "payment")),
    Subject(_("运费"), everywhere("freight", "waybill", "inventory"), must_agree=False),
    Subject(_("保费"), everywhere("insured_fee", "waybill", "inventory"), must_agree=False),
    Subject(_("件数"), everywhere("pack_no", "waybill", "inventory")),
    Subject(_("毛重（公斤）"), everywhere("gross_weight", "waybill", "inventory")),
    Subject(_("净重（公斤）"), {"inventory": "net_weight"}),
    Subject(_("运抵国（地区）"), {"inventory": "country"}),
    Subject(_("报送时间"), everywhere("app_time", *ROLES), must_agree=False),
)
SUBJECTS = {Direction.IMPORT: IMPORT, Direction.EXPORT: EXPORT}


def compared(documents: DocumentSet, clear: dict[str, dict[str, str]] | None = None) -> list[Line]:
    """One line per meaning that at least one document that arrived can hold."""
    lines = [_line(subject, documents, clear or {}) for subject in SUBJECTS[Direction(documents.direction)]]
    return [line for line in lines if any(cell.text for cell in line.cells)]


def _line(subject: Subject, documents: DocumentSet, clear: dict[str, dict[str, str]]) -> Line:
    values = {
        role: _comparable(documents[role], column, subject.normalise)
        for role, column in subject.columns.items()
        if documents[role].value(column) not in (None, "")
    }
    differing = _differing(values) if subject.must_agree else set()
    cells = [_cell(documents[role], subject, role in differing, clear) for role in documents.documents]
    shown = {cell.text for cell in cells if cell.text}
    return Line(subject.label, cells, bool(differing), bool(differing) and len(shown) == 1)


def _differing(values: dict[str, Any]) -> set[str]:
    """Documents to mark: those against the majority; all when there is none."""
    counts = Counter(values.values())
    if len(counts) < 2:
        return set()
    usual, times = counts.most_common(1)[0]
    if times * 2 <= len(values):
        return set(values)
    return {role for role, value in values.items() if value != usual}


def _comparable(document: Document, column: str, normalise: Normaliser) -> Any:
    if column.endswith("_id_number"):
        return document.value(column.removesuffix("_number") + "_hash")
    return normalise(document.value(column))


def _cell(document: Document, subject: Subject, differs: bool, clear: dict[str, dict[str, str]]) -> Cell:
    column = subject.columns.get(document.role)
    if column is None or not document.arrived:
        return Cell(document)
    field = field_of(document.code, column)
    return Cell(
        document,
        shown_text(field, document.row),
        field.name,
        differs,
        clear.get(document.role, {}).get(column, ""),
    )


def field_of(code: str, column: str) -> Field:
    """The field of a message behind a column."""
    return next(f for f in registry()[code].fields if f.column == column)


@dataclass(frozen=True)
class GoodsCell:
    """One property of a line of goods in both documents; one text when they agree."""

    label: str | Promise
    order: str
    inventory: str
    differs: bool


@dataclass(frozen=True)
class GoodsLine:
    """A line of the order beside the line of the inventory with the same number."""

    gnum: int
    cells: Sequence[GoodsCell]
    differs: bool


GOODS: tuple[tuple[str | Promise, str, str, str, Normaliser], ...] = (
    (_("商品名称"), "item_name", "gname", "", normalise_name),
    (_("商品编码"), "", "gcode", "", same),
    (_("数量"), "qty", "qty", "", same),
    (_("单位"), "unit", "unit", "unit", same),
    (_("单价"), "price", "price", "", same),
    (_("总价"), "total_price", "total_price", "", same),
    (_("国别（地区）"), "country", "country", "country", same),
)
"""Label, column of the order line, column of the inventory line, code table, normalisation (rule E.09)."""


def goods(documents: DocumentSet) -> list[GoodsLine]:
    """Lines of order and inventory side by side, joined by line number."""
    ordered = {line.gnum: line for line in documents["order"].lines}
    listed = {line.gnum: line for line in documents["inventory"].lines}
    both = documents["order"].arrived and documents["inventory"].arrived
    found = []
    for gnum in sorted(ordered.keys() | listed.keys()):
        cells = [
            _goods_cell(spec, ordered.get(gnum), listed.get(gnum), documents.direction) for spec in GOODS
        ]
        one_sided = both and (gnum not in ordered or gnum not in listed)
        found.append(GoodsLine(gnum, cells, one_sided or any(cell.differs for cell in cells)))
    return found


def _goods_cell(
    spec: tuple[str | Promise, str, str, str, Normaliser], ordered: Any, listed: Any, direction: str
) -> GoodsCell:
    label, order_column, inventory_column, table, normalise = spec
    left = getattr(ordered, order_column, None) if ordered is not None and order_column else None
    right = getattr(listed, inventory_column, None) if listed is not None else None
    comparable = left not in (None, "") and right not in (None, "")
    if direction == Direction.EXPORT and order_column in ("country", "item_name"):
        comparable = False
    differs = comparable and normalise(left) != normalise(right)
    return GoodsCell(label, _text(left, table), _text(right, table), differs)


def _text(value: Any, table: str) -> str:
    if value is None or value == "":
        return ""
    return coded(table, value) if table else plain(value)

"""Checks of a filed good: which columns it has, which codes it may use, what makes its value impossible (rules G.5)."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum import ean

from filing.enums import CiqCategory

NO_BARCODE = {"无", "none", "-"}
"""Goods without a barcode say so (interface specification 202205, field barCode)."""

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
MOST_DIGITS = 14


@dataclass(frozen=True)
class Column:
    """One column of the goods table: name in the model, both headings, width, code table, is it needed, example."""

    name: str
    label: str
    label_en: str
    width: int
    table: str = ""
    required: bool = True
    kind: str = "text"
    example: str = ""

    @property
    def title(self) -> str | Promise:
        return gettext_lazy(self.label)


COLUMNS = (
    Column("sku", "企业商品货号", "SKU", 60, example="FJ-0001"),
    Column("gtin", "商品条码", "GTIN", 14, required=False, kind="gtin", example="6901234567892"),
    Column("name", "商品名称", "Name", 250, example="全脂奶粉"),
    Column("name_en", "英文名称", "English name", 250, required=False, example="Whole milk powder"),
    Column("hs_code", "商品编码", "HS code (10 digits)", 10, kind="hs", example="0402210000"),
    Column("brand", "品牌", "Brand", 100, example="海丝"),
    Column("specification", "规格型号", "Specification", 250, example="800 克/罐"),
    Column("composition", "成分含量", "Composition", 250, required=False, example="生牛乳 100%"),
    Column("grade", "等级", "Grade", 60, required=False, example="一级"),
    Column("unit", "申报计量单位", "Declared unit", 3, table="unit", example="122"),
    Column("unit1", "法定计量单位", "Legal unit", 3, table="unit", example="035"),
    Column("unit2", "第二计量单位", "Second unit", 3, table="unit", required=False),
    Column("country", "原产国（地区）", "Origin", 3, table="country", example="609"),
    Column("currency", "币制", "Currency", 3, table="currency", example="142"),
    Column("price_low", "最低单价", "Lowest price", 20, kind="price", example="80.00"),
    Column("price_high", "最高单价", "Highest price", 20, kind="price", example="120.00"),
    Column("ciq_category", "检验检疫类别", "CIQ category", 16, required=False, kind="ciq", example="food"),
    Column("item_record_no", "账册备案料号", "Bonded item record", 30, required=False),
)
NAMES = tuple(column.name for column in COLUMNS)


@dataclass(frozen=True)
class GoodsFault:
    """One thing that is wrong with a good: at which column, what to do."""

    code: str
    field: str
    sentence: str


Codes = Callable[[str], frozenset[str]]
"""Table name → known codes."""


def plain(value: Any) -> str:
    """A cell as text: no control characters, NFKC for codes typed full-width, whole numbers without “.0”."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return CONTROL.sub("", unicodedata.normalize("NFKC", str(value))).strip()


def cleaned(row: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the known columns; prices as Decimal when they are numbers, “无” as no barcode."""
    values: dict[str, Any] = {name: plain(row.get(name)) for name in NAMES}
    if values["gtin"].lower() in NO_BARCODE:
        values["gtin"] = ""
    for name in ("price_low", "price_high"):
        values[name] = price(values[name])
    return values


def price(text: str) -> Decimal | str:
    """Decimal of a plain number with at most fourteen digits before and five after the point; else the text."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    _sign, _digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or exponent < -5 or number.adjusted() >= MOST_DIGITS:
        return text
    return number


def faults(values: Mapping[str, Any], codes: Codes) -> Iterator[GoodsFault]:
    """Everything wrong with cleaned values; nothing: the good can be filed."""
    for column in COLUMNS:
        value = values[column.name]
        if value in ("", None):
            if column.required:
                yield GoodsFault("G.GOODS.REQUIRED", column.name, _("请填写“%s”。") % _(column.label))
            continue
        if len(str(value)) > column.width:
            sentence = _("“%(label)s”不得超过 %(width)s 个字符。") % {
                "label": _(column.label),
                "width": column.width,
            }
            yield GoodsFault("G.GOODS.LENGTH", column.name, sentence)
        elif column.table and value not in codes(column.table):
            sentence = _("“%(label)s”的代码 %(value)s 不在代码表中。") % {
                "label": _(column.label),
                "value": value,
            }
            yield GoodsFault("G.GOODS.CODE", column.name, sentence)
        else:
            yield from KINDS.get(column.kind, nothing)(column, value, codes)
    low, high = values["price_low"], values["price_high"]
    if isinstance(low, Decimal) and isinstance(high, Decimal) and high < low:
        yield GoodsFault("G.GOODS.PRICES", "price_high", _("最高单价不得低于最低单价。"))


def faults_of_codes(name: str, value: str, codes: Codes) -> list[GoodsFault]:
    """What is wrong with one code while it is typed; an empty one is not wrong yet."""
    column = next(column for column in COLUMNS if column.name == name)
    value = plain(value)
    if not value or value.lower() in NO_BARCODE:
        return []
    return list(KINDS[column.kind](column, value, codes))


def nothing(column: Column, value: Any, codes: Codes) -> Iterator[GoodsFault]:
    yield from ()


def gtin_fault(column: Column, value: str, codes: Codes) -> Iterator[GoodsFault]:
    """GS1 General Specifications 7.9: 8, 12, 13 or 14 digits, the last one checks the others."""
    if not is_gtin(value):
        yield GoodsFault(
            "G.GOODS.GTIN",
            column.name,
            _("商品条码校验位不符：应为 8、12、13 或 14 位 GS1 条码；没有条码请填“无”。"),
        )


def is_gtin(value: str) -> bool:
    digits = value.isascii() and value.isdigit() and len(value) in {8, 12, 13, 14}
    return bool(digits and ean.calc_check_digit(value[:-1].zfill(13)) == value[-1])


def hs_fault(column: Column, value: str, codes: Codes) -> Iterator[GoodsFault]:
    """Ten digits whose first six are in the Harmonized System."""
    if not (value.isascii() and value.isdigit() and len(value) == 10):
        yield GoodsFault("G.GOODS.HS", column.name, _("商品编码应为 10 位数字。"))
    elif value[:6] not in codes("hs6"):
        yield GoodsFault("G.GOODS.HS", column.name, _("商品编码前六位 %s 不在协调制度中。") % value[:6])


def price_fault(column: Column, value: Any, codes: Codes) -> Iterator[GoodsFault]:
    if not isinstance(value, Decimal) or value <= 0:
        yield GoodsFault("G.GOODS.PRICE", column.name, _("单价应为大于零的数字，最多五位小数。"))


def ciq_fault(column: Column, value: str, codes: Codes) -> Iterator[GoodsFault]:
    if value not in CiqCategory.values:
        sentence = _("检验检疫类别应为 %s 之一，或留空。") % "、".join(CiqCategory.values)
        yield GoodsFault("G.GOODS.CIQ", column.name, sentence)


KINDS: dict[str, Callable[[Column, Any, Codes], Iterator[GoodsFault]]] = {
    "gtin": gtin_fault,
    "hs": hs_fault,
    "price": price_fault,
    "ciq": ciq_fault,
}

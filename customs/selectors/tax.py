"""The tax of a parcel step by step: what was computed from what, in the numbers that were used (rules D.4, D.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs.enums import Regime
from customs.models import Parcel, TaxLine
from customs.selectors.documents import DocumentSet, decimal_text

ZERO = Decimal(0)
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Step:
    """One line of the computation: the rule in words, the same with numbers, and its result in CNY."""

    label: str | Promise
    formula: str | Promise
    numbers: str
    result: Decimal
    basis: str = ""

    @property
    def shown(self) -> str:
        return decimal_text(self.result)


@dataclass(frozen=True)
class GoodsTax:
    """Steps of one line of goods."""

    gnum: int
    name: str
    code: str
    steps: Sequence[Step]
    total: Decimal


@dataclass(frozen=True)
class TaxSheet:
    """The whole computation. `declared` is what the order collected; `difference` computed minus declared."""

    regime: str
    lines: Sequence[GoodsTax]
    dutiable: Decimal
    duty: Decimal
    consumption_tax: Decimal
    vat: Decimal
    declared: Decimal | None

    @property
    def total(self) -> Decimal:
        return self.duty + self.consumption_tax + self.vat

    @property
    def difference(self) -> Decimal | None:
        return None if self.declared is None else self.total - self.declared

    @property
    def shown_dutiable(self) -> str:
        return decimal_text(self.dutiable)

    @property
    def shown_declared(self) -> str:
        return "" if self.declared is None else decimal_text(self.declared)

    @property
    def shown_difference(self) -> str:
        return "" if self.difference is None else decimal_text(self.difference)


def tax_sheet(parcel: Parcel, documents: DocumentSet) -> TaxSheet | None:
    """The computation of an import parcel; None when nothing was computed (export, or rejected before)."""
    lines = list(TaxLine.objects.filter(parcel_id=parcel.pk).order_by("gnum"))
    if not lines:
        return None
    goods = {line.gnum: line for line in documents["inventory"].lines}
    order = documents["order"]
    return TaxSheet(
        regime=parcel.get_regime_display(),
        lines=[_goods_tax(line, goods.get(line.gnum), parcel.regime == Regime.FULL) for line in lines],
        dutiable=sum((line.dutiable for line in lines), ZERO),
        duty=sum((line.duty for line in lines), ZERO),
        consumption_tax=sum((line.consumption_tax for line in lines), ZERO),
        vat=sum((line.vat for line in lines), ZERO),
        declared=order.value("tax_total"),
    )


def _goods_tax(line: TaxLine, goods: object, full: bool) -> GoodsTax:
    value = getattr(goods, "total_price", line.dutiable)
    duty = line.dutiable * line.duty_rate if full else ZERO
    consumption = (line.dutiable + duty) * line.ct_rate / (1 - line.ct_rate)
    steps = [
        _dutiable_step(line, value),
        _duty_step(line, full),
        _consumption_step(line, duty),
        _vat_step(line, duty, consumption),
    ]
    return GoodsTax(
        line.gnum,
        getattr(goods, "gname", "") or "",
        getattr(goods, "gcode", "") or "",
        steps,
        line.duty + line.consumption_tax + line.vat,
    )


def _dutiable_step(line: TaxLine, value: Decimal) -> Step:
    return Step(
        _("完税价格"),
        _("商品总价 + 按价格比例分摊的运费和保费"),
        f"{decimal_text(value)} + {decimal_text(line.dutiable - value)}",
        line.dutiable,
        "财关税〔2016〕18号 第一条",
    )


def _duty_step(line: TaxLine, full: bool) -> Step:
    if not full:
        return Step(_("关税"), _("限值以内，关税税率暂为零"), "0", line.duty, "财关税〔2016〕18号 第三条")
    return Step(
        _("关税"),
        _("完税价格 × 关税税率"),
        f"{decimal_text(line.dutiable)} × {percent(line.duty_rate)}",
        line.duty,
        "财关税〔2018〕49号 第二条",
    )


def _consumption_step(line: TaxLine, duty: Decimal) -> Step:
    rate = percent(line.ct_rate)
    if not line.ct_rate:
        return Step(_("消费税"), _("非应税消费品"), "0", line.consumption_tax)
    base = f"({decimal_text(line.dutiable)} + {decimal_text(duty)}) ÷ (1 − {rate}) × {rate}"
    return Step(
        _("消费税"),
        _("（完税价格 + 关税）÷（1 − 消费税税率）× 消费税税率 × 征收比例"),
        f"{base} × {percent(line.factor)}",
        line.consumption_tax,
        "消费税暂行条例 第九条",
    )


def _vat_step(line: TaxLine, duty: Decimal, consumption: Decimal) -> Step:
    base = f"({decimal_text(line.dutiable)} + {decimal_text(duty)} + {decimal_text(round(consumption, 5))})"
    return Step(
        _("增值税"),
        _("（完税价格 + 关税 + 消费税）× 增值税税率 × 征收比例"),
        f"{base} × {percent(line.vat_rate)} × {percent(line.factor)}",
        line.vat,
        "增值税法 第十四条；财关税〔2016〕18号 第三条",
    )


def percent(rate: Decimal) -> str:
    """0.13 → 13%."""
    return f"{(rate * HUNDRED).normalize():f}%"

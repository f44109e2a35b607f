"""Dutiable price and tax as pure functions (rules D.3–D.6): the reference that the pipeline's SQL must equal to the cent."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from customs.enums import Regime

CENT = Decimal("0.01")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates of one line on its declaration day: duty, consumption tax, VAT, as fractions."""

    duty: Decimal
    consumption_tax: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True)
class Tax:
    """Tax of one line in CNY, each part rounded to the cent, half up."""

    duty: Decimal
    consumption_tax: Decimal
    vat: Decimal

    @property
    def total(self) -> Decimal:
        return self.duty + self.consumption_tax + self.vat


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def dutiable_prices(values: Sequence[Decimal], extra: Decimal) -> list[Decimal]:
    """Spread freight and insurance over the lines by value share so that the shares add up exactly (D.4).

    Share of line k = cumulative share up to k, rounded to the cent, minus the same up to k−1. Coupons do not lower the price.
    """
    total, before, given = sum(values, ZERO), ZERO, ZERO
    prices = []
    for value in values:
        before += value
        upto = cents(before * extra / total) if total else ZERO
        prices.append(value + upto - given)
        given = upto
    if prices and not total:
        prices[-1] += extra
    elif prices:
        prices[-1] += extra - given
    return prices


def regime(
    price: Decimal, items: Decimal, *, single_limit: Decimal, full_allowed: bool, max_items: int
) -> Regime:
    """Reduced up to and including the single limit; one item above it pays in full from 2019 on; else general trade (D.3)."""
    if price <= single_limit:
        return Regime.REDUCED
    if full_allowed and items <= max_items:
        return Regime.FULL
    return Regime.GENERAL


def line_tax(price: Decimal, rates: Rates, *, factor: Decimal, full: bool = False) -> Tax:
    """Tax of one line (D.5): within the limits duty 0 and VAT, CT × factor; in full duty at tariff, no factor."""
    duty = price * rates.duty if full else ZERO
    share = Decimal(1) if full else factor
    consumption = (price + duty) * rates.consumption_tax / (1 - rates.consumption_tax)
    vat = (price + duty + consumption) * rates.vat
    return Tax(cents(duty), cents(consumption * share), cents(vat * share))

"""The register's values of a business day as one row, made when the first parcel of that day and version is decided."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from customs.models import RegisterDay
from customs.rules.quarantine import ciq_prefixes
from portal import rules

RISK_RULES = (
    "Q.01",
    "Q.02",
    "Q.03",
    "Q.04",
    "Q.13",
    "Q.14",
    "Q.16",
    "Q.20",
    "Q.MANUAL_SCORE",
    "Q.INSPECT_SCORE",
    "Q.DUPLICATE",
    "D.SECURITY",
)
RECEIPT_MODES = ("9610", "1210", "9710", "9810")
"""Export modes; 0110 with DS never had a receipt in the three documents."""
ANY_CITY = "any"
BEGINNING = date(2016, 4, 8)
"""Retail import rules begin here (财关税〔2016〕18号); earlier days are read as this one."""

_known: set[tuple[date, int]] = set()


def ensure_days(days: Iterable[date]) -> int:
    """Make the rows of these days for the register's present version; returns the version."""
    version = rules.version()
    fresh = {(day, version) for day in days} - _known
    if fresh:
        RegisterDay.objects.bulk_create(
            [register_day(day, version) for day, version in sorted(fresh)], ignore_conflicts=True
        )
        transaction.on_commit(lambda: _known.update(fresh))
    return version


def forget_days() -> None:
    """Drop the process copy (after a database was replaced)."""
    _known.clear()


def cosmetics_rate(on: date) -> Decimal:
    """30 % on all cosmetics until 2016-09-30, 15 % on high-end cosmetics since (register D.CT.*)."""
    try:
        return Decimal(rules.value("D.CT.COSMETICS_HIGH", on))
    except rules.RuleNotFound:
        return Decimal(rules.value("D.CT.COSMETICS", on))


def register_day(day: date, version: int) -> RegisterDay:
    """All values that decide parcels declared on a day."""
    on = max(day, BEGINNING)

    def get(rule_id: str, key: str = "value") -> Any:
        return rules.value(rule_id, on, key)

    return RegisterDay(
        day=day,
        version=version,
        single_limit=get("D.LIMIT.SINGLE"),
        year_limit=get("D.LIMIT.YEAR"),
        full_allowed=get("D.SINGLE_ITEM_FULL_TAX", "allowed"),
        max_items=get("D.SINGLE_ITEM_FULL_TAX", "max_items"),
        factor=get("D.VAT_CT_FACTOR"),
        vat_std=get("D.VAT.STD"),
        vat_low=get("D.VAT.LOW"),
        ct_cosmetics=cosmetics_rate(on),
        ct_wine=get("D.CT.WINE"),
        ct_watch=get("D.CT.WATCH"),
        ct_watch_from=get("D.CT.WATCH", "threshold"),
        sum_tol=get("E.SUM_TOL"),
        tax_tol=get("E.TAX_RECOMPUTE_TOL"),
        weight_tol=get("E.WEIGHT_TOL"),
        address_pass=float(get("E.ADDRESS_PASS")),
        address_manual=float(get("E.ADDRESS_MANUAL")),
        charge_tol=get("E.CHARGE_TOL"),
        simple_max=get("B.SIMPLE.MAX"),
        auto_release=get("C.AUTO_RELEASE"),
        wait_hours=get("E.WAIT_HOURS"),
        risk={rule_id: rules.entry(rule_id, on).param for rule_id in RISK_RULES},
        exchange_rates=rules.entry("D.FX", on).param,
        modes=modes(on),
    )


def modes(on: date) -> dict[str, Any]:
    """What holds on a day by supervision mode and office:

    `receipt` modes that need a receipt of money, `b2b` modes of B2B exports and their `mark`, `list_max` highest value of a B2B list in CNY,
    `warehouse_filing` must 9810 warehouses be filed, `digits` least digits of a simplified code by mode, `simple` offices that take
    four-digit lists, `no_1210` and `no_1239` offices where these modes are not used, `ciq` prefixes of goods that need the second verdict
    by mode.
    """
    offices = rules.entry("A.CITY_OFFICES", on).param
    bonded = rules.value("A.1210.CITIES", on)
    return {
        "receipt": [mode for mode in RECEIPT_MODES if optional(f"B.RECEIPT_REQUIRED.{mode}", on)],
        "b2b": rules.value("A.B2B.MODES", on),
        "mark": rules.entry("A.B2B.MODES", on).param.get("mark", ""),
        "list_max": str(rules.value("A.B2B.LIST_MAX", on)),
        "warehouse_filing": bool(optional("A.9810.FILING_REQUIRED", on)),
        "digits": rules.entry("B.SIMPLE.HS_DIGITS", on).param,
        "simple": offices_of(offices, rules.value("B.SIMPLE.CITIES", on)),
        "no_1210": []
        if bonded == ANY_CITY
        else offices_of(offices, [city for city in offices if city not in bonded]),
        "no_1239": offices_of(offices, optional("A.1239.EXCLUDED_CITIES", on) or offices),
        "ciq": ciq_prefixes(on),
    }


def optional(rule_id: str, on: date) -> Any:
    """The value of a rule that has a beginning or an end; None outside of it."""
    try:
        return rules.value(rule_id, on)
    except rules.RuleNotFound:
        return None


def offices_of(offices: dict[str, list[str]], cities: Iterable[str]) -> list[str]:
    """Customs offices in these cities."""
    return sorted(code for city in cities for code in offices.get(city, ()))

"""Load the tariff sample (rates, tax classes, the positive list by eight-digit code) and the export conditions by prefix."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from customs.models import ExportCondition, TariffLine

DATA = Path(__file__).resolve().parent.parent / "data"
FILE = DATA / "tariff.csv"
CONDITIONS = DATA / "export_conditions.csv"
SINCE = date(2016, 4, 8)


@transaction.atomic
def load_tariff() -> int:
    """Insert or update every line of the CSV; returns how many there are. Rates are fractions (0.05 = 5 %)."""
    with FILE.open(encoding="utf-8", newline="") as file:
        lines = [
            TariffLine(
                code=row["code"],
                valid_from=SINCE,
                name=row["name"],
                duty_rate=Decimal(row["duty_rate"]),
                vat_class=row["vat_class"],
                ct_class=row["ct_class"],
                positive_list=row["positive_list"] == "1",
                export_refund_rate=Decimal(row["export_refund_rate"]),
                source=row["source"],
            )
            for row in csv.DictReader(file)
        ]
    TariffLine.objects.bulk_create(
        lines,
        update_conflicts=True,
        unique_fields=["code", "valid_from"],
        update_fields=[
            "name",
            "duty_rate",
            "vat_class",
            "ct_class",
            "positive_list",
            "export_refund_rate",
            "source",
        ],
    )
    load_export_conditions()
    return len(lines)


def load_export_conditions() -> int:
    """Insert or update what leaves only against a licence or pays export duty; returns how many lines there are."""
    with CONDITIONS.open(encoding="utf-8", newline="") as file:
        conditions = [
            ExportCondition(**{**row, "rate": Decimal(row["rate"]), "valid_to": row["valid_to"] or None})
            for row in csv.DictReader(file)
        ]
    ExportCondition.objects.bulk_create(
        conditions,
        update_conflicts=True,
        unique_fields=["prefix", "kind", "valid_from"],
        update_fields=["name", "name_en", "rate", "valid_to", "source", "confidence"],
    )
    return len(conditions)

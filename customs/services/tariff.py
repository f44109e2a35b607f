"""Load the tariff sample: rates, tax classes and the positive list by eight-digit code."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from customs.models import TariffLine

FILE = Path(__file__).resolve().parent.parent / "data" / "tariff.csv"
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
    return len(lines)

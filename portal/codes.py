"""Load code tables and the rule register from CSV; running it again changes nothing that is equal."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction

from portal.models import Code, RegisterVersion, RuleValue
from portal.selectors import forget_codes

DATA = Path(__file__).parent / "data"

TABLES: dict[str, tuple[str, str]] = {
    "customs_district": ("customs_districts.csv", "海关关区代码表（2018年前名称）"),
    "country": ("countries.csv", "海关国别（地区）代码表"),
    "currency": ("currencies.csv", "海关币制代码表"),
    "unit": ("units.csv", "海关计量单位代码表"),
    "transport_mode": ("transport_modes.csv", "海关运输方式代码表"),
    "supervision_mode": ("supervision_modes.csv", "海关监管方式代码表"),
    "package_type": ("package_types.csv", "海关包装种类代码表（2018年后）"),
    "wrap_type": ("wrap_types_old.csv", "CEB报文包装种类（一位代码）"),
    "admin_division": ("admin_divisions.csv", "行政区划代码（现行与历史）"),
    "hs_chapter": ("hs_chapters.csv", "协调制度2022年版：章"),
    "hs_heading": ("hs_headings.csv", "协调制度2022年版：品目"),
    "hs6": ("hs6.csv", "协调制度2022年版：子目"),
}
"""Table → (file, source line)."""

NAMES = frozenset({"code", "name_zh", "name_en"})


def rows(table: str) -> Iterator[Code]:
    """The codes of one CSV file; columns besides code and names go to `extra`."""
    name, source = TABLES[table]
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            extra = {k: v for k, v in row.items() if k not in NAMES and v}
            zh, en = row.get("name_zh") or "", row.get("name_en") or ""
            yield Code(
                table=table, code=row["code"], name_zh=zh or en, name_en=en, source=source, extra=extra
            )


@transaction.atomic
def load_codes() -> int:
    """Insert and update every code; returns how many codes there are."""
    total = 0
    for table in TABLES:
        loaded = Code.objects.bulk_create(
            rows(table),
            batch_size=2_000,
            update_conflicts=True,
            unique_fields=["table", "code"],
            update_fields=["name_zh", "name_en", "source", "extra"],
        )
        total += len(loaded)
    forget_codes()
    return total


def rule_value(row: dict[str, str]) -> RuleValue:
    """One line of rules.csv."""
    return RuleValue(
        rule_id=row["rule_id"],
        title=row["title"],
        param=json.loads(row["param"]),
        selector_date=row["selector"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"] or None,
        source=row["source"],
        confidence=row["confidence"],
    )


@transaction.atomic
def load_rules() -> int:
    """Insert the dated values that are not there yet; values changed by two people since are left alone."""
    known = set(RuleValue.objects.values_list("rule_id", flat=True))
    with (DATA / "rules.csv").open(encoding="utf-8", newline="") as file:
        fresh = [rule_value(row) for row in csv.DictReader(file) if row["rule_id"] not in known]
    RuleValue.objects.bulk_create(fresh)
    if fresh:
        RegisterVersion.objects.create(note=f"loaded {len(fresh)} values")
    return len(fresh)

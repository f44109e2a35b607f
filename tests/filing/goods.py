"""A good that can be filed, and the code tables it needs."""

from typing import Any

import pytest

from portal.codes import rows
from portal.models import Code
from portal.selectors import forget_codes


def good(sku: str = "A", **changes: Any) -> dict[str, Any]:
    return {
        "sku": sku, "gtin": "6901234567892", "name": "全脂奶粉", "hs_code": "0402210000", "brand": "海丝",
        "specification": "800 克/罐", "unit": "122", "unit1": "035", "country": "142", "currency": "142",
        "price_low": "80", "price_high": "120", **changes,
    }  # fmt: skip


@pytest.fixture
def loaded_codes(register: None) -> None:
    """Units, countries, currencies and the Harmonized System."""
    for table in ("unit", "country", "currency", "hs6", "hs_heading", "hs_chapter"):
        Code.objects.bulk_create(rows(table), ignore_conflicts=True)
    forget_codes()

"""Fill the tables with history: copies of stored parcels under other numbers, by set-based SQL."""

from django.apps import apps
from django.db import connection

from exchange.tables import POSITIONS

TABLES = {
    "importorder": {"id": "id + {shift}", "order_no": "order_no || '{mark}'"},
    "importorderline": {"head_id": "head_id + {shift}"},
    "importpayment": {"id": "id + {shift}", "order_no": "order_no || '{mark}'"},
    "importwaybill": {"id": "id + {shift}", "logistics_no": "logistics_no || '{mark}'"},
    "importinventory": {
        "id": "id + {shift}",
        "order_no": "order_no || '{mark}'",
        "logistics_no": "logistics_no || '{mark}'",
    },
    "importinventoryline": {"head_id": "head_id + {shift}"},
    "parcel": {
        "id": "id + {shift}",
        "order_no": "order_no || '{mark}'",
        "logistics_no": "logistics_no || '{mark}'",
        "order_id": "order_id + {shift}",
        "payment_id": "payment_id + {shift}",
        "waybill_id": "waybill_id + {shift}",
    },
    "taxline": {"parcel_id": "parcel_id + {shift}"},
}
"""Model → columns that differ in a copy."""
FAR = 1 << 40
"""Copies have ids far above the real ones, so they never meet."""


def fill(first_message: int, parcels: int, wanted: int) -> None:
    """Copy the parcels of the messages from `first_message` on until about `wanted` are stored."""
    low = first_message * POSITIONS
    with connection.cursor() as cursor:
        for number in range(max(wanted // parcels, 1)):
            for name, changed in TABLES.items():
                copy_rows(cursor, name, changed, low, shift=FAR + number * (1 << 32), mark=f"H{number}")
        cursor.execute("ANALYZE")


def copy_rows(cursor: object, name: str, changed: dict[str, str], low: int, *, shift: int, mark: str) -> None:
    model = apps.get_model("customs", name)
    columns = [f.column for f in model._meta.concrete_fields if f.column]
    values = [changed[c].format(shift=shift, mark=mark) if c in changed else c for c in columns]
    key = next(c for c in ("head_id", "parcel_id", "id") if c in columns)
    cursor.execute(  # type: ignore[attr-defined]
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {', '.join(values)}"
        f" FROM {model._meta.db_table} WHERE {key} >= {low} AND {key} < {FAR}"
    )

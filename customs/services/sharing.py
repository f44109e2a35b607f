"""What agencies may know of lists: a row in their feed for each status from release on. No buyer, no value, no goods."""

from collections.abc import Sequence

from django.db import connection

from customs.enums import ParcelState
from exchange.tables import SHARED_DOCUMENT, SHARED_DOCUMENT_COLUMNS

STATUS: dict[str, str] = {
    ParcelState.RELEASED: "800",
    ParcelState.CLEARED: "899",
    ParcelState.RETURNED: "700",
}
"""State of a parcel → official status told to agencies (rules C.2)."""


def share_with_agencies(parcel_ids: Sequence[int], state: str) -> int:
    """These lists have reached a state: told once each; returns how many were new. One statement."""
    columns = ", ".join(SHARED_DOCUMENT_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {SHARED_DOCUMENT} ({columns})"  # noqa: S608 -- names of tables
            " SELECT p.id, CASE p.direction WHEN 'I' THEN 'CEB621Message' ELSE 'CEB603Message' END, p.invt_no, %s,"
            " p.customs_code, p.port_code, p.trade_mode, now() FROM customs_parcel p WHERE p.id = ANY(%s)"
            " ON CONFLICT (subject_id, status) DO NOTHING",
            [STATUS[state], list(parcel_ids)],
        )
        return int(cursor.rowcount)

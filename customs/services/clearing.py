"""Lists whose formalities are closed: each gets a row with the moment, by which it is summarised and counted (rules B.2, C.2)."""

from collections.abc import Sequence

from django.db import connection

NOTE = """
INSERT INTO customs_clearedlist (id, invt_no, sender_id, agent_code, ebc_code, ebc_name, customs_code, loct_no, trade_mode,
    statistics_flag, cleared_at, cleared_month, returned)
SELECT p.id, p.invt_no, p.sender_id, p.agent_code, p.ebc_code, i.ebc_name, p.customs_code, coalesce(i.loct_no, ''), p.trade_mode,
    i.statistics_flag,
    now(), date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai')::date, false
FROM customs_parcel p JOIN customs_exportinventory i ON i.id = p.id
WHERE p.id = ANY(%s)
ON CONFLICT DO NOTHING
"""


def note_cleared(parcel_ids: Sequence[int]) -> None:
    """These export lists are cleared now: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE, [list(parcel_ids)])

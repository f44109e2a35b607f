"""Lists that were cleared before get their row, with the moment of the step that cleared them."""

from django.db import migrations

CLEARED = """
INSERT INTO customs_clearedlist (id, invt_no, sender_id, agent_code, ebc_code, ebc_name, customs_code, loct_no, statistics_flag,
    cleared_at, cleared_month, returned)
SELECT p.id, p.invt_no, p.sender_id, p.agent_code, p.ebc_code, i.ebc_name, p.customs_code, coalesce(i.loct_no, ''), i.statistics_flag,
    t.at, date_trunc('month', t.at AT TIME ZONE 'Asia/Shanghai')::date, p.state = 'returned'
FROM customs_parcel p
JOIN customs_exportinventory i ON i.id = p.id
JOIN LATERAL (
    SELECT max(at) AS at FROM portal_transitionlog
    WHERE model = 'customs.Parcel' AND object_id = p.id AND transition = 'clear'
) t ON t.at IS NOT NULL
WHERE p.direction = 'E'
"""


class Migration(migrations.Migration):
    dependencies = [("customs", "0012_summaries"), ("portal", "0001_initial")]

    operations = [migrations.RunSQL(CLEARED, migrations.RunSQL.noop)]

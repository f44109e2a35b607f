"""Normalisation and masks in SQL: the same as portal.personal_data (a test compares them); queue vacuumed eagerly."""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION customs_plain_name(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT upper(translate(regexp_replace(normalize(value, NFKC), '\s+', '', 'g'), '•・∙‧', '····'))
$$;
CREATE FUNCTION customs_plain_phone(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN length(d) > 11 AND d LIKE '86%' THEN substr(d, 3) ELSE d END
    FROM (SELECT regexp_replace(normalize(value, NFKC), '[^0-9]', '', 'g') AS d) digits
$$;
CREATE FUNCTION customs_plain_address(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT upper(regexp_replace(normalize(value, NFKC), '[\s,.;:、。，；：()（）#\-_/]+', '', 'g'))
$$;
CREATE FUNCTION customs_mask_name(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN length(value) <= 2 THEN '*' || substr(value, 2)
                ELSE left(value, 1) || repeat('*', length(value) - 2) || right(value, 1) END
$$;
CREATE FUNCTION customs_mask_phone(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN length(value) < 8 THEN repeat('*', length(value))
                ELSE left(value, 3) || repeat('*', length(value) - 7) || right(value, 4) END
$$;
CREATE FUNCTION customs_mask_address(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(substring(value FROM '^(.*?(?:区|县|旗))'), left(value, 6)) || '****'
$$;
CREATE SEQUENCE customs_list_number;
ALTER TABLE customs_queue SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500,
                               autovacuum_vacuum_cost_delay = 0);
ALTER TABLE customs_waiting SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);
"""

BACKWARD = """
DROP SEQUENCE customs_list_number;
DROP FUNCTION customs_mask_address(text);
DROP FUNCTION customs_mask_phone(text);
DROP FUNCTION customs_mask_name(text);
DROP FUNCTION customs_plain_address(text);
DROP FUNCTION customs_plain_phone(text);
DROP FUNCTION customs_plain_name(text);
"""


class Migration(migrations.Migration):
    dependencies = [("customs", "0002_parcels"), ("portal", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

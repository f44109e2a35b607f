"""Tables of filing that set-based SQL of higher apps may read."""

REGISTERED_CODE = "filing_registeredcode"
"""(code, enterprise_type, organisation_id, valid_from, valid_to): which code is filed as what, and when."""

AGREED_CODE = "filing_agreedcode"
"""(client_code, agent_code, kind, valid_from, valid_to): which code acts for which, in what, and when."""

SUPERVISED_SITE = "filing_supervisedsite"
"""(code, customs_code, state, organisation_id, valid_from, valid_to): which site is run by whom, under which office, and when."""

FILED_WAREHOUSE = "filing_filedwarehouse"
"""(name, country, organisation_id, valid_from, valid_to): which exporter has filed which overseas warehouse, and when."""

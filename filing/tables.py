"""Tables of filing that set-based SQL of higher apps may read."""

REGISTERED_CODE = "filing_registeredcode"
"""(code, enterprise_type, organisation_id, valid_from, valid_to): which code is filed as what, and when."""

AGREED_CODE = "filing_agreedcode"
"""(client_code, agent_code, kind, valid_from, valid_to): which code acts for which, in what, and when."""

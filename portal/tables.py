"""Tables of the platform that set-based SQL of higher apps may read."""

CODE = "portal_code"
"""Code tables: ("table", code, name_zh, name_en)."""

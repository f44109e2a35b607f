"""Tables of the platform that set-based SQL of higher apps may name."""

CODE = "portal_code"
"""Code tables: ("table", code, name_zh, name_en)."""

AUDIT = "portal_auditentry"
"""The audit trail; append only: (at, verb, actor_id, client_id, organisation_id, subject, detail). For statements that must not
cost a round trip more; everybody else calls `portal.audit.record`."""

"""Tables of the platform: people, code tables, rule register, audit trail, workflow history, events."""

from portal.models.audit import AuditEntry, AuditLink
from portal.models.codes import Code
from portal.models.people import Agency, ApiClient, Membership, Office, Organisation, Post, User
from portal.models.process import Event, EventHandling, Heartbeat, TransitionLog
from portal.models.rules import RegisterVersion, RuleChange, RuleValue

__all__ = [
    "Agency",
    "ApiClient",
    "AuditEntry",
    "AuditLink",
    "Code",
    "Event",
    "EventHandling",
    "Heartbeat",
    "Membership",
    "Office",
    "Organisation",
    "Post",
    "RegisterVersion",
    "RuleChange",
    "RuleValue",
    "TransitionLog",
    "User",
]

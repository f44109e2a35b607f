"""Tables of the platform: people, code tables, rule register, audit trail, workflow history, events, letters."""

from portal.models.audit import AuditEntry, AuditLink
from portal.models.codes import Code
from portal.models.letters import Contact, Delivery, Letter, LetterText, Preference
from portal.models.people import Agency, ApiClient, Membership, Office, Organisation, Post, User
from portal.models.process import Event, EventHandling, Heartbeat, TransitionLog
from portal.models.rules import RegisterVersion, RuleChange, RuleValue

__all__ = [
    "Agency",
    "ApiClient",
    "AuditEntry",
    "AuditLink",
    "Code",
    "Contact",
    "Delivery",
    "Event",
    "EventHandling",
    "Heartbeat",
    "Letter",
    "LetterText",
    "Membership",
    "Office",
    "Organisation",
    "Post",
    "Preference",
    "RegisterVersion",
    "RuleChange",
    "RuleValue",
    "TransitionLog",
    "User",
]

"""Tables of the platform: people, codes, rule register, audit trail, workflow history, events, letters, documents."""

from portal.models.access import Administrator, Invitation, OrganisationUserPermission
from portal.models.audit import BY_PEOPLE, AuditEntry, AuditLink
from portal.models.calendar import CalendarDay
from portal.models.codes import Code
from portal.models.desk import (
    Absence,
    Assignment,
    CaseNote,
    CaseTask,
    Countersignature,
    InformationRequest,
    SavedFilter,
)
from portal.models.document import Attachment, StoredDocument
from portal.models.letters import Contact, Delivery, Letter, LetterText, OutgoingMail, Preference
from portal.models.people import Agency, ApiClient, Membership, Office, Organisation, Post, User
from portal.models.process import Event, EventHandling, Heartbeat, TransitionLog
from portal.models.rules import RegisterVersion, RuleChange, RuleValue
from portal.models.site import Article, Service
from portal.models.standing import Standstill

__all__ = [
    "BY_PEOPLE",
    "Absence",
    "Administrator",
    "Agency",
    "ApiClient",
    "Article",
    "Assignment",
    "Attachment",
    "AuditEntry",
    "AuditLink",
    "CalendarDay",
    "CaseNote",
    "CaseTask",
    "Code",
    "Contact",
    "Countersignature",
    "Delivery",
    "Event",
    "EventHandling",
    "Heartbeat",
    "InformationRequest",
    "Invitation",
    "Letter",
    "LetterText",
    "Membership",
    "Office",
    "Organisation",
    "OrganisationUserPermission",
    "OutgoingMail",
    "Post",
    "Preference",
    "RegisterVersion",
    "RuleChange",
    "RuleValue",
    "SavedFilter",
    "Service",
    "Standstill",
    "StoredDocument",
    "TransitionLog",
    "User",
]

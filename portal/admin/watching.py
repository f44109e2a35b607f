"""What the audit administrator reads."""

from django.contrib import admin

from portal.back_office import ReadOnly
from portal.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly):
    """The audit trail: read by the audit administrator, changed by nobody."""

    readers = ("audit.read",)
    list_display = ["at", "verb", "actor_id", "client_id", "organisation_id", "subject"]
    list_filter = ["verb"]
    search_fields = ["subject"]
    date_hierarchy = "at"

"""Back office: who is filed as what, to read. Filings change by their own cases only."""

from django.contrib import admin

from filing.models import EnterpriseFiling, Registration
from portal.back_office import ReadOnly


@admin.register(Registration)
class RegistrationAdmin(ReadOnly):
    """Registrations of enterprises."""

    readers = ("account.manage",)
    list_display = ["organisation", "enterprise_type", "state", "valid_from", "valid_to"]
    list_filter = ["enterprise_type", "state"]
    search_fields = ["organisation__name", "organisation__uscc", "organisation__customs_code"]


@admin.register(EnterpriseFiling)
class EnterpriseFilingAdmin(ReadOnly):
    """Filing cases: case work belongs to the officials' desk. Encrypted numbers are left out."""

    readers = ("account.manage",)
    list_display = ["number", "organisation", "kind", "state", "office", "submitted_at", "decided_at"]
    list_filter = ["state", "kind", "office"]
    list_select_related = ["organisation"]
    search_fields = ["name", "uscc", "customs_code"]
    exclude = ["legal_id_encrypted", "contact_phone_encrypted", "bank_account_encrypted"]

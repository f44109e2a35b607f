"""Back office: who is filed as what, to read (filings change by their own cases only), and the registers of places."""

from django.contrib import admin

from filing.models import EnterpriseFiling, FiledWarehouse, Registration, SupervisedSite
from portal.admin.tables import Noted
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


@admin.register(SupervisedSite)
class SupervisedSiteAdmin(Noted):
    """Supervised sites: the comparison of declarations reads them."""

    writers = ("codes.manage",)
    list_display = ["code", "name", "customs_code", "organisation", "state", "valid_from", "valid_to"]
    list_filter = ["state", "customs_code"]
    list_select_related = ["organisation"]
    autocomplete_fields = ["organisation"]
    search_fields = ["code", "name"]


@admin.register(FiledWarehouse)
class FiledWarehouseAdmin(Noted):
    """Overseas warehouses filed with customs while that was required."""

    writers = ("codes.manage",)
    list_display = ["filing_no", "name", "country", "organisation", "valid_from", "valid_to"]
    list_select_related = ["organisation"]
    autocomplete_fields = ["organisation"]
    search_fields = ["filing_no", "name"]

"""Back office: who is filed as what, to read. Filings change by their own cases only."""

from django.contrib import admin

from filing.models import Registration
from portal.back_office import ReadOnly


@admin.register(Registration)
class RegistrationAdmin(ReadOnly):
    """Registrations of enterprises."""

    readers = ("account.manage",)
    list_display = ["organisation", "enterprise_type", "state", "valid_from", "valid_to"]
    list_filter = ["enterprise_type", "state"]
    search_fields = ["organisation__name", "organisation__uscc", "organisation__customs_code"]

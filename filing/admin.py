"""Back office: who is filed as what. Saving goes through the filing services, so published codes stay true."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from filing.enums import EnterpriseType
from filing.models import Registration
from filing.services.registration import register_enterprise


@admin.register(Registration)
class RegistrationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Registrations of enterprises."""

    list_display = ["organisation", "enterprise_type", "state", "valid_from", "valid_to"]
    list_filter = ["enterprise_type", "state"]
    search_fields = ["organisation__name", "organisation__uscc", "organisation__customs_code"]
    fields = ["organisation", "enterprise_type", "valid_from", "valid_to"]
    autocomplete_fields = ["organisation"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Registration, form: Any, change: bool) -> None:
        """One service call: registration, published codes and audit together."""
        stored = register_enterprise(
            organisation_id=obj.organisation_id,
            enterprise_type=EnterpriseType(obj.enterprise_type),
            valid_from=obj.valid_from,
            valid_to=obj.valid_to,
            actor=request.user,  # type: ignore[arg-type]
        )
        obj.pk = stored.pk

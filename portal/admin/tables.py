"""Code tables, agencies and their offices."""

from django.contrib import admin

from portal.back_office import Guarded
from portal.models import Agency, Code, Office


@admin.register(Agency)
class AgencyAdmin(Guarded):
    """Agencies."""

    writers = ("codes.manage",)
    list_display = ["code", "name"]
    search_fields = ["code", "name"]


@admin.register(Office)
class OfficeAdmin(Guarded):
    """Offices of agencies."""

    writers = ("codes.manage",)
    list_display = ["code", "name", "agency"]
    list_filter = ["agency"]
    search_fields = ["code", "name"]


@admin.register(Code)
class CodeAdmin(Guarded):
    """Code tables."""

    writers = ("codes.manage",)
    list_display = ["table", "code", "name_zh", "name_en", "valid_from", "valid_to"]
    list_filter = ["table"]
    search_fields = ["code", "name_zh", "name_en"]

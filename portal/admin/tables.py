"""Code tables, the working calendar, agencies and their offices; tables can be taken out and brought in as files."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Model
from django.http import HttpRequest
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.resources import ModelResource
from import_export.results import Result

from portal.back_office import Guarded, person
from portal.models import Agency, Article, CalendarDay, Code, Office, Service
from portal.services.tables import note_table_change


class Noted(Guarded):
    """Every change is audited, and the processes read the table anew."""

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        note_table_change(obj._meta.label, "change" if change else "add", [str(obj)], person(request))

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        name = str(obj)
        super().delete_model(request, obj)
        note_table_change(obj._meta.label, "delete", [name], person(request))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        names = [str(one) for one in queryset]
        super().delete_queryset(request, queryset)
        note_table_change(queryset.model._meta.label, "delete", names, person(request))


class Exchanged(ImportExportMixin, Noted):  # type: ignore[misc]  # no types
    """A table that can be taken out as xlsx and brought in as CSV or xlsx: first a preview of every change, then all or nothing."""

    import_formats = (CSV, XLSX)
    export_formats = (XLSX,)
    skip_export_form = True

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.may(request, self.writers)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_export_queryset(self, request: HttpRequest) -> Any:
        """What the filters show; everything where the address asks for nonsense."""
        try:
            return super().get_export_queryset(request)
        except IncorrectLookupParameters:
            return self.get_queryset(request)

    def process_result(self, result: Result, request: HttpRequest) -> Any:
        """Called after the confirmed import."""
        rows = [f"{row.import_type} {row.object_repr}" for row in result.rows if row.import_type != "skip"]
        note_table_change(self.model._meta.label, "import", rows, person(request))
        return super().process_result(result, request)


class CodeResource(ModelResource):  # type: ignore[misc]  # no types
    """A code is known by its table and its characters."""

    class Meta:
        model = Code
        exclude = ("id",)
        import_id_fields = ("table", "code")
        skip_unchanged = True
        use_transactions = True


class CalendarResource(ModelResource):  # type: ignore[misc]  # no types
    """A day is known by its date."""

    class Meta:
        model = CalendarDay
        import_id_fields = ("day",)
        skip_unchanged = True
        use_transactions = True


@admin.register(Agency)
class AgencyAdmin(Noted):
    """Agencies."""

    writers = ("codes.manage",)
    list_display = ["code", "name"]
    search_fields = ["code", "name"]


@admin.register(Office)
class OfficeAdmin(Noted):
    """Offices of agencies."""

    writers = ("codes.manage",)
    list_display = ["code", "name", "agency"]
    list_filter = ["agency"]
    search_fields = ["code", "name"]


@admin.register(Code)
class CodeAdmin(Exchanged):
    """Code tables."""

    resource_classes = [CodeResource]
    writers = ("codes.manage",)
    list_display = ["table", "code", "name_zh", "name_en", "valid_from", "valid_to"]
    list_filter = ["table"]
    search_fields = ["code", "name_zh", "name_en"]


@admin.register(CalendarDay)
class CalendarDayAdmin(Exchanged):
    """Public holidays and make-up days, by the yearly notice of the State Council."""

    resource_classes = [CalendarResource]
    writers = ("calendar.manage",)
    list_display = ["day", "working", "name", "source"]
    list_filter = ["working"]
    search_fields = ["name", "source"]
    date_hierarchy = "day"


@admin.register(Article)
class ArticleAdmin(Noted):
    """Notices, known issues and the other texts of the public site."""

    writers = ("site.manage",)
    list_display = ["kind", "code", "title_zh", "published_at", "until"]
    list_filter = ["kind"]
    search_fields = ["code", "title_zh", "title_en", "body_zh"]


@admin.register(Service)
class ServiceAdmin(Noted):
    """The catalogue of services."""

    writers = ("site.manage",)
    list_display = ["code", "audience", "title_zh", "limit_zh", "position"]
    list_filter = ["audience"]
    search_fields = ["code", "title_zh", "title_en"]

"""Back office of the platform's staff: code tables, rule register, accounts, clients. Never for case work."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal import rules
from portal.errors import Refusal
from portal.models import (
    Agency,
    AuditEntry,
    Code,
    Membership,
    Office,
    Organisation,
    Post,
    RuleChange,
    RuleValue,
    User,
)

admin.site.site_header = _("后台管理")
admin.site.site_title = _("后台管理")


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shown, searched, never changed here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    """Enterprises a person works for."""

    model = Membership
    extra = 0
    autocomplete_fields = ["organisation"]


class PostInline(admin.TabularInline):  # type: ignore[type-arg]
    """Posts an official holds."""

    model = Post
    extra = 0
    autocomplete_fields = ["office"]


@admin.register(User)
class PortalUserAdmin(UserAdmin):  # type: ignore[type-arg]
    """Accounts with their memberships and posts."""

    inlines = [MembershipInline, PostInline]


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Enterprises."""

    list_display = ["name", "uscc", "customs_code", "district", "is_active"]
    search_fields = ["name", "uscc", "customs_code"]
    list_filter = ["is_active"]


@admin.register(Agency)
class AgencyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Agencies."""

    list_display = ["code", "name"]
    search_fields = ["code", "name"]


@admin.register(Office)
class OfficeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Offices of agencies."""

    list_display = ["code", "name", "agency"]
    list_filter = ["agency"]
    search_fields = ["code", "name"]


class ApiClientAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Machines of enterprises and agencies; secrets are hashed and never shown. Registered by the OAuth app (see settings)."""

    list_display = ["client_id", "name", "organisation", "agency", "allowed_scopes"]
    search_fields = ["client_id", "name"]
    exclude = ["client_secret"]
    readonly_fields = ["client_id"]


@admin.register(Code)
class CodeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Code tables."""

    list_display = ["table", "code", "name_zh", "name_en", "valid_from", "valid_to"]
    list_filter = ["table"]
    search_fields = ["code", "name_zh", "name_en"]


@admin.register(RuleValue)
class RuleValueAdmin(ReadOnlyAdmin):
    """The register in force; it changes by two people only (see rule changes)."""

    list_display = ["rule_id", "title", "param", "valid_from", "valid_to", "source", "confidence"]
    list_filter = ["confidence", "selector_date"]
    search_fields = ["rule_id", "title", "source"]


@admin.register(RuleChange)
class RuleChangeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Propose a value; somebody else approves it. Both go through the register's services."""

    list_display = ["rule_id", "param", "valid_from", "state", "proposed_by", "decided_by"]
    list_filter = ["state"]
    fields = ["rule_id", "scope", "param", "valid_from", "source", "reason"]
    actions = ["approve", "refuse"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: RuleChange, form: Any, change: bool) -> None:
        """Proposing is a service call; a refusal becomes a message and nothing is stored."""
        try:
            stored = rules.propose_change(
                rule_id=obj.rule_id,
                scope=obj.scope,
                param=obj.param,
                valid_from=obj.valid_from,
                source=obj.source,
                reason=obj.reason,
                actor=person(request),
            )
        except (Refusal, rules.RuleNotFound) as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            obj.pk = stored.pk

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """A proposal that was refused has no row to log."""
        return super().log_addition(request, obj, message) if obj.pk else None

    @admin.action(description=_("复核通过"))
    def approve(self, request: HttpRequest, chosen: QuerySet[RuleChange]) -> None:
        self._decide(request, chosen, approve=True)

    @admin.action(description=_("否决"))
    def refuse(self, request: HttpRequest, chosen: QuerySet[RuleChange]) -> None:
        self._decide(request, chosen, approve=False)

    def _decide(self, request: HttpRequest, chosen: QuerySet[RuleChange], *, approve: bool) -> None:
        for change in chosen:
            try:
                if approve:
                    rules.approve_change(change_id=change.pk, actor=person(request))
                else:
                    rules.refuse_change(change_id=change.pk, actor=person(request))
            except Refusal as refusal:
                self.message_user(request, f"{change.rule_id}: {refusal.sentence}", messages.ERROR)
            else:
                self.message_user(request, f"{change.rule_id}: {_('已办理。')}", messages.SUCCESS)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """The audit trail."""

    list_display = ["at", "verb", "actor_id", "client_id", "organisation_id", "subject"]
    list_filter = ["verb"]
    search_fields = ["subject"]


def person(request: HttpRequest) -> User:
    """The signed-in member of staff."""
    assert isinstance(request.user, User)  # noqa: S101 -- the admin site lets nobody else in
    return request.user

"""Accounts, posts, enterprises, machines: the system administrator's part. Administrators and locks: the security administrator's."""

from typing import Any

from axes.models import AccessAttempt
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.back_office import Guarded, GuardedInline, ReadOnly, person
from portal.errors import Refusal
from portal.models import Administrator, Membership, Organisation, Post, User
from portal.services.posts import (
    HoldsOffice,
    appoint_administrator,
    dismiss_administrator,
    post_given,
    post_withdrawn,
    release_lock,
    reset_factors,
)
from portal.services.sessions import end_sessions_by_security


class MembershipInline(GuardedInline):
    """Enterprises a person works for; their own administrators change that."""

    model = Membership
    readers = ("account.manage", "session.end")


class PostFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """Refuses in the form what the service would refuse."""

    def clean(self) -> None:
        super().clean()
        if any(form.has_changed() for form in self.forms) and hasattr(self.instance, "administrator"):
            raise ValidationError(HoldsOffice.message)


class PostInline(GuardedInline):
    """Posts an official holds."""

    model = Post
    formset = PostFormSet
    readers = ("session.end",)
    writers = ("post.appoint",)
    autocomplete_fields = ["office"]


@admin.register(User)
class PortalUserAdmin(Guarded, UserAdmin):  # type: ignore[type-arg]
    """Accounts with their posts. Nobody is deleted (the audit trail names them): they are switched off."""

    readers = ("session.end",)
    writers = ("account.manage",)
    inlines = [MembershipInline, PostInline]
    list_display = ["username", "last_name", "email", "is_active", "last_login"]
    list_filter = ["is_active", "posts__role"]
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("人员"), {"fields": ("last_name", "first_name", "email", "is_active")}),
        (_("时间"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {"classes": ("wide",), "fields": ("username", "email", "last_name", "password1", "password2")},
        ),
    )
    readonly_fields = ["last_login", "date_joined"]
    actions = ["end_sessions", "forget_factors"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_security_permission(self, request: HttpRequest) -> bool:
        return self.may(request, ("session.end",))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Appointments are written to the audit trail in the transaction of the form."""
        super().save_formset(request, form, formset, change)
        if formset.model is not Post:
            return
        for post in formset.new_objects + [changed for changed, _fields in formset.changed_objects]:
            post_given(post=post, actor=person(request))
        for post in formset.deleted_objects:
            post_withdrawn(post=post, actor=person(request))

    @admin.action(description=_("结束所选人员的全部登录会话"), permissions=["security"])
    def end_sessions(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        ended = sum(end_sessions_by_security(user_id=one.pk, actor=person(request)) for one in chosen)
        self.message_user(request, _("已结束 %(count)d 个登录会话。") % {"count": ended}, messages.SUCCESS)

    @admin.action(description=_("重置所选人员的双因素认证"), permissions=["security"])
    def forget_factors(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        for one in chosen:
            try:
                reset_factors(user_id=one.pk, actor=person(request))
            except Refusal as refusal:
                self.message_user(request, f"{one.username}: {refusal.sentence}", messages.ERROR)
            else:
                self.message_user(request, f"{one.username}: {_('已办理。')}", messages.SUCCESS)


class AppointmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses in the form what the service would refuse."""

    class Meta:
        model = Administrator
        fields = ["user", "role"]


@admin.register(Administrator)
class AdministratorAdmin(Guarded):
    """The three separate administrators; appointed and dismissed by the security administrator, never by oneself."""

    readers = ("account.manage",)
    writers = ("administrator.appoint",)
    form = AppointmentForm
    list_display = ["user", "role", "appointed_by", "appointed_at"]
    list_filter = ["role"]
    autocomplete_fields = ["user"]
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Administrator, form: Any, change: bool) -> None:
        """One service call; a refusal becomes a message and nothing is stored."""
        try:
            stored = appoint_administrator(user_id=obj.user_id, role=obj.role, actor=person(request))
        except Refusal as refusal:
            self.message_user(request, refusal.sentence, messages.ERROR)
        else:
            obj.pk = stored.pk

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """An appointment that was refused has no row to log."""
        return super().log_addition(request, obj, message) if obj.pk else None

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> Any:
        """After a refusal only its sentence is shown."""
        return (
            super().response_add(request, obj, post_url_continue)
            if obj.pk
            else self.response_post_save_add(request, obj)
        )

    def delete_model(self, request: HttpRequest, obj: Administrator) -> None:
        try:
            dismiss_administrator(administrator_id=obj.pk, actor=person(request))
        except Refusal as refusal:
            self.message_user(request, refusal.sentence, messages.ERROR)


@admin.register(Organisation)
class OrganisationAdmin(ReadOnly):
    """Enterprises; they change by their own filings."""

    readers = ("account.manage",)
    list_display = ["name", "uscc", "customs_code", "district", "is_active"]
    search_fields = ["name", "uscc", "customs_code"]
    list_filter = ["is_active"]


class ApiClientAdmin(Guarded):
    """Machines of enterprises and agencies; secrets are hashed and never shown. Registered by the OAuth app (see settings)."""

    writers = ("client.manage",)
    list_display = ["client_id", "name", "organisation", "agency", "allowed_scopes"]
    search_fields = ["client_id", "name"]
    exclude = ["client_secret"]
    readonly_fields = ["client_id"]


@admin.register(AccessAttempt)
class LockAdmin(ReadOnly):
    """Failed sign-ins that count towards a lock; the security administrator releases a lock."""

    readers = ("lock.release",)
    list_display = ["username", "ip_address", "attempt_time", "failures_since_start"]
    search_fields = ["username", "ip_address"]
    actions = ["release"]

    def has_release_permission(self, request: HttpRequest) -> bool:
        return self.may(request, ("lock.release",))

    @admin.action(description=_("解除锁定"), permissions=["release"])
    def release(self, request: HttpRequest, chosen: QuerySet[AccessAttempt]) -> None:
        for attempt in chosen:
            release_lock(attempt_id=attempt.pk, actor=person(request))
        self.message_user(request, _("已办理。"), messages.SUCCESS)

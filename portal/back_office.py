"""The back office (`/admin/`): who comes in, and what each of the three administrators finds there.

Django's own model permissions are not used: nobody is a superuser, and a table is shown to whoever holds the permission that
its admin class names (`portal.permissions`). A table whose class names none is shown to nobody.
"""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.people import standing_of_request
from portal.permissions import has

if TYPE_CHECKING:
    from portal.models import User

RULE_WORK = ("rule.propose", "rule.approve")


class BackOffice(admin.AdminSite):
    """Open to administrators, and to officials who propose or approve values of the rule register."""

    site_header = _("后台管理")
    site_title = _("后台管理")
    index_title = _("本人可办理的事项")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        standing = standing_of_request(request)
        if standing.administrator:
            return True
        return standing.official and any(has(person(request), permission) for permission in RULE_WORK)


class Guarded(admin.ModelAdmin):  # type: ignore[type-arg]
    """A table shown to holders of one of `readers`; changed by holders of one of `writers`, where there are any."""

    readers: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()

    def may(self, request: HttpRequest, permissions: tuple[str, ...]) -> bool:
        return any(has(person(request), permission) for permission in permissions)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, self.readers + self.writers)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request, self.writers)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, self.writers)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, self.writers)


class ReadOnly(Guarded):
    """Shown, searched, never changed here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class GuardedInline(admin.TabularInline):  # type: ignore[type-arg]
    """Lines of another table inside a form, shown and changed like the form itself."""

    extra = 0
    readers: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return any(has(person(request), one) for one in self.readers + self.writers)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return any(has(person(request), one) for one in self.writers)

    has_change_permission = has_add_permission
    has_delete_permission = has_add_permission


def person(request: HttpRequest) -> "User":
    """The signed-in member of staff."""
    return cast("User", request.user)

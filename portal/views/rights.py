"""Who may do what: every permission by role, and who holds which post."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from portal.enums import PostRole
from portal.people import standing_of_request
from portal.permissions import has
from portal.rights import matrices
from portal.selectors import administrators, agency_choices, holders, posts_of

PAGE = 25


@require_GET
@never_cache
@login_required
def rights(request: HttpRequest) -> HttpResponse:
    """The tables of permissions, searched by word."""
    user: Any = request.user
    if not has(user, "rights.read"):
        raise PermissionDenied
    asked = clean(request, "q")
    tables = [table.narrowed(asked) for table in matrices()]
    context = {
        "tables": [table for table in tables if table.lines],
        "fields": [{"name": "q", "label": _("权限"), "value": asked, "hint": _("例如：放行、导出")}],
        "sees_holders": has(user, "rights.holders"),
        "layout": layout(request),
    }
    return render(request, "portal/people/rights.html", context)


@require_GET
@never_cache
@login_required
def posts(request: HttpRequest) -> HttpResponse:
    """Holders of posts: a chief sees the own agencies, an administrator all, with the three administrators."""
    user: Any = request.user
    if not has(user, "rights.holders"):
        raise PermissionDenied
    administrator = standing_of_request(request).administrator
    agencies = None if administrator else {post.agency_id for post in posts_of(user)}
    asked = {name: clean(request, name) for name in ("q", "role", "agency")}
    role = asked["role"] if asked["role"] in PostRole.values else ""
    found = holders(agencies=agencies, text=asked["q"], role=role, agency=asked["agency"])
    context = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "administrators": administrators() if administrator else [],
        "fields": holder_fields(asked, all_agencies=bool(administrator)),
        "layout": layout(request),
    }
    return render(request, "portal/people/posts.html", context)


def clean(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\x00", "").strip()[:100]


def layout(request: HttpRequest) -> str:
    """Administrators without a post have no desk: a plain frame."""
    return "portal/console.html" if standing_of_request(request).official else "portal/app.html"


def holder_fields(asked: dict[str, str], *, all_agencies: bool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": "q", "label": _("姓名、用户名或机构"), "value": asked["q"]},
        {
            "name": "role",
            "label": _("岗位"),
            "kind": "select",
            "value": asked["role"],
            "choices": [("", _("全部")), *PostRole.choices],
        },
    ]
    if all_agencies:
        found.append(
            {
                "name": "agency",
                "label": _("部门"),
                "kind": "select",
                "value": asked["agency"],
                "choices": [("", _("全部")), *agency_choices()],
            }
        )
    return found

"""The devices a person is signed in on, and signing them out."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.errors import Refusal
from portal.services.sessions import end_other_sessions, end_own_session

BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """Browser and system in a few words; "" when the browser says neither."""
    found = [next((name for mark, name in known if mark in user_agent), "") for known in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in found if name)


@require_safe
@never_cache
@login_required
def devices(request: HttpRequest) -> HttpResponse:
    """Every live session of this person, the present one first."""
    actor: Any = request.user
    rows = [
        {
            "id": one.pk,
            "device": device(one.user_agent) or _("未知设备"),
            "ip": one.ip,
            "since": one.created_at,
            "here": one.session_key == request.session.session_key,
        }
        for one in UserSession.objects.purge_and_list(actor)
    ]
    rows.sort(key=lambda row: (not row["here"], -row["since"].timestamp()))
    return render(request, "portal/people/sessions.html", {"rows": rows})


@require_POST
@login_required
def end_one(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign one device out."""
    actor: Any = request.user
    try:
        end_own_session(session_id=session_id, actor=actor)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("该设备已退出登录。"))
    return redirect("sessions")


@require_POST
@login_required
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign every other device out."""
    actor: Any = request.user
    ended = end_other_sessions(actor=actor, current_key=request.session.session_key or "")
    messages.success(
        request,
        ngettext("已让另外 %(count)d 台设备退出登录。", "已让另外 %(count)d 台设备退出登录。", ended)
        % {"count": ended},
    )
    return redirect("sessions")

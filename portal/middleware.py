"""What stands before every page of a person: whose enterprise it is, how long a session lives, the second factor of officials."""

import time
from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from portal import audit
from portal.enums import Verb
from portal.people import acting_for, limit, standing_of_request

Answer = Callable[[HttpRequest], HttpResponseBase]

SEEN_AT = "seen_at"
SIGNED_IN_AT = "signed_in_at"
WRITE_SECONDS = 30
"""The moment of the last request is stored at most this often, so that reading costs no write."""

OPEN_PATHS = ("/accounts/", "/language/", "/static/", "/healthz", "/readyz")
"""What an official reaches before the second factor is enrolled: enrolment itself, signing out, the language."""


def elsewhere(request: HttpRequest, url: str) -> HttpResponseBase:
    """Leads a person away from the page asked for, a partial request of HTMX included."""
    if getattr(request, "htmx", None):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def sign_in_again(request: HttpRequest) -> HttpResponseBase:
    back = {"next": request.get_full_path()} if request.method in {"GET", "HEAD"} else {}
    query = f"?{urlencode(back)}" if back and not getattr(request, "htmx", None) else ""
    return elsewhere(request, reverse("account_login") + query)


class Standing:
    """`request.standing` (official, administrator, factor) and `request.organisation`, each looked up at most once."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.standing = SimpleLazyObject(lambda: standing_of_request(request))  # type: ignore[attr-defined]
        request.organisation = SimpleLazyObject(lambda: acting_for(request))  # type: ignore[attr-defined]
        return self.answer(request)


class SessionLimits:
    """Officials and administrators are signed out when idle or after the longest working session (P.SESSION.*)."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and not request.path.startswith("/static/"):
            reason = self.over(request)
            if reason:
                return self.end(request, reason)
        return self.answer(request)

    def over(self, request: HttpRequest) -> str:
        """ "idle", "absolute" or "" while the session may go on."""
        now, session = time.time(), request.session
        if not standing_of_request(request).bound:
            return ""
        if now - session.setdefault(SIGNED_IN_AT, now) >= limit("P.SESSION.ABSOLUTE_HOURS") * 3600:
            return "absolute"
        seen = session.setdefault(SEEN_AT, now)
        if now - seen >= limit("P.SESSION.IDLE_MINUTES") * 60:
            return "idle"
        if now - seen >= WRITE_SECONDS:
            session[SEEN_AT] = now
        return ""

    def end(self, request: HttpRequest, reason: str) -> HttpResponseBase:
        audit.record(Verb.SESSION_ENDED, actor=request.user, detail={"reason": reason})  # type: ignore[arg-type]
        logout(request)
        texts = {
            "idle": _("您较长时间没有操作，系统已自动退出，请重新登录。"),
            "absolute": _("已达到连续登录的最长时间，请重新登录。"),
        }
        messages.info(request, texts[reason])
        return sign_in_again(request)


class SecondFactor:
    """An official or administrator without a second factor is led to enrolment; without having shown it, to the sign-in."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated or not standing_of_request(request).bound:
            return self.answer(request)
        if not standing_of_request(request).factor:
            if request.path.startswith(OPEN_PATHS):
                return self.answer(request)
            return elsewhere(request, reverse("mfa_activate_totp"))
        if shown(request) or request.path.startswith("/static/"):
            return self.answer(request)
        audit.record(Verb.SESSION_ENDED, actor=request.user, detail={"reason": "factor"})
        logout(request)
        return sign_in_again(request)


def shown(request: HttpRequest) -> bool:
    """Has a second factor (or a passkey with user verification) been shown in this session?"""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)

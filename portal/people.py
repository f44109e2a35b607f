"""Signing in and up: who may sign up by themselves, where a person lands, the accounts of the demo."""

import json
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from portal.letters_inbox import first_language
from portal.selectors import is_official


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # no types
    """Enterprise staff are invited, officials are appointed: nobody signs up by themselves yet."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        user = request.user
        if not user.is_authenticated:
            return reverse("account_login")
        if is_official(user):
            return reverse("console:queues")
        if user.memberships.exists():
            return reverse("customs:home")
        if user.is_staff:
            return reverse("admin:index")
        return reverse("home")


def remember_first_language(user: Any, request: HttpRequest | None = None, **_signal: Any) -> None:
    """Receiver of sign-ins: letters are written in the language of the page, unless another one was chosen before."""
    first_language(user, get_language() or "")


def demo_accounts() -> list[dict[str, Any]]:
    """Accounts of the demo for the sign-in page; [] outside demo mode or before the demo is loaded."""
    path = settings.VAR_DIR / "demo.json"
    if not settings.DEMO or not path.is_file():
        return []
    try:
        accounts = json.loads(path.read_text("utf-8")).get("accounts", [])
    except ValueError:
        return []
    return [
        {**account, "fill": json.dumps({"login": account["username"], "password": account["password"]})}
        for account in accounts
    ]

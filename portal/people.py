"""Signing in and up: who may sign up, where a person lands, factors and limits, whose enterprise it is, the demo's accounts."""

import csv
import json
import time
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.cache import cache as shared
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from portal import rules
from portal.enums import AdministratorRole
from portal.letters_inbox import first_language
from portal.personal_data import decrypt, encrypt
from portal.selectors import NOBODY, Standing, memberships_of, standing_of

if TYPE_CHECKING:
    from allauth.mfa.models import Authenticator

    from portal.models import Membership, Organisation, User

ACTING_FOR = "acting_for"
"""Key of the session under which the chosen enterprise's id is kept."""

FRESH_SECONDS = 300
"""How long a sign-in counts as fresh; afterwards changes of factors ask for the password again."""

STEP = 30
"""Seconds a code of the authenticator app lives (RFC 6238)."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # no types
    """Enterprise staff register or are invited, officials are appointed: nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Whoever signed in a moment ago need not repeat the password before enrolling a factor."""
        records = get_authentication_records(self.request, self.request.user)
        if any(time.time() - record.get("at", 0) < FRESH_SECONDS for record in records):
            return False
        return bool(super().is_reauthentication_required(app=app))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        standing = standing_of_request(request)
        if not request.user.is_authenticated:
            return reverse("account_login")
        if standing.official:
            return reverse("console:queues")
        if acting_for(request):
            return reverse("customs:home")
        if standing.administrator == AdministratorRole.AUDIT and "console" in settings.DOORS:
            return reverse("console_audit")
        if standing.administrator:
            return reverse("admin:index")
        return reverse("home")


def remember_first_language(user: Any, request: HttpRequest | None = None, **_signal: Any) -> None:
    """Receiver of sign-ins: letters are written in the language of the page, unless another one was chosen before."""
    first_language(user, get_language() or "")


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # no types
    """Secrets of factors are encrypted; officials and administrators may not give up their last factor."""

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)

    def get_totp_label(self, user: "User") -> str:
        return user.get_username()

    def can_delete_authenticator(self, authenticator: "Authenticator") -> bool:
        if authenticator.type == authenticator.Type.RECOVERY_CODES:
            return True
        others = (
            type(authenticator)
            .objects.filter(
                user_id=authenticator.user_id,
                type__in=[authenticator.Type.TOTP, authenticator.Type.WEBAUTHN],
            )
            .exclude(pk=authenticator.pk)
        )
        return not standing_of(authenticator.user_id).bound or others.exists()


def standing_of_request(request: HttpRequest) -> Standing:
    """Official, administrator, factor of whoever asks; one query for a request."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return NOBODY
    known: tuple[int, Standing] | None = getattr(request, "_standing", None)
    if known is None or known[0] != user.pk:
        known = (user.pk, standing_of(user.pk))
        request._standing = known  # type: ignore[attr-defined]
    return known[1]


def acting_for(request: HttpRequest) -> "Organisation | None":
    """The enterprise this person acts for: the one chosen in the session, else the first; None without a membership.

    Looked up again at every request, so that whoever was removed has nothing at the next one.
    """
    mine = [one.organisation for one in enterprises_of(request)]
    chosen = request.session.get(ACTING_FOR)
    return next((one for one in mine if one.pk == chosen), mine[0] if mine else None)


def enterprises_of(request: HttpRequest) -> "list[Membership]":
    """Memberships of whoever asks at active enterprises, oldest first; one query for a request."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    known: tuple[int, list[Membership]] | None = getattr(request, "_memberships", None)
    if known is None or known[0] != user.pk:
        known = (user.pk, list(memberships_of(user).order_by("id")))
        request._memberships = known  # type: ignore[attr-defined]
    return known[1]


def choose_enterprise(request: HttpRequest, organisation_id: int) -> bool:
    """Act for another of one's enterprises from now on; False when it is not one's own."""
    if not memberships_of(request.user).filter(organisation_id=organisation_id).exists():  # type: ignore[arg-type]
        return False
    request.session[ACTING_FOR] = organisation_id
    return True


def limit(rule_id: str) -> int:
    """A limit on accounts and sessions in force today; as delivered while the register has not been loaded."""
    try:
        return int(rules.value(rule_id, timezone.localdate()))
    except rules.RuleNotFound:
        return delivered(rule_id)


@cache
def delivered(rule_id: str) -> int:
    """The value of the register as delivered. Raises LookupError for an unknown rule."""
    with (settings.BASE_DIR / "portal" / "data" / "rules.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["rule_id"] == rule_id and not row["valid_to"]:
                return int(json.loads(row["param"])["value"])
    raise LookupError(rule_id)


def failures_allowed(request: HttpRequest | None = None, credentials: Any = None) -> int:
    """Failed sign-ins before the account is locked (P.LOCKOUT.FAILURES)."""
    return limit("P.LOCKOUT.FAILURES")


def lock_out_time(request: HttpRequest | None = None) -> timedelta:
    """How long an account stays locked (P.LOCKOUT.MINUTES)."""
    return timedelta(minutes=limit("P.LOCKOUT.MINUTES"))


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


def demo_code(user: "User") -> dict[str, str]:
    """Secret and current code of a demo official's second factor; {} outside demo mode.

    Several people try the demonstration with the same account, and a code serves once: a neighbouring one is offered then.
    """
    secret = next((one.get("totp", "") for one in demo_accounts() if one["username"] == user.username), "")
    if not secret:
        return {}
    now = int(time.time()) // STEP
    codes = [format_hotp_value(hotp_value(secret, counter)) for counter in (now, now + 1, now - 1)]
    used = shared.get_many([f"allauth.mfa.totp.used?user={user.pk}&code={code}" for code in codes])
    free = [code for code in codes if f"allauth.mfa.totp.used?user={user.pk}&code={code}" not in used]
    code = (free or codes)[0]
    return {"secret": secret, "code": code, "fill": json.dumps({"code": code})}

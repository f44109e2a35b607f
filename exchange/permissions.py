"""Who may use which part of the exchange: machines by OAuth2 scope, people by role or post.

* `messages:write` and `receipts:read` belong to enterprises: a machine sends and reads for its own enterprise only.
* `tasks:read`, `decisions:write` and `documents:read` belong to agencies: a machine sees its own agency's tasks only, of the kinds
  that its purpose covers; documents need a purpose that covers them.
* `webhooks:manage` belongs to either: a machine manages the webhooks of its own enterprise or agency.
* `records:read` and `grants:write` belong to agencies: what a machine reads of the shared data is decided field by field by the
  grants (`exchange.selectors.disclosure`).
* People: `journal.read` (officials' journal), `journal.read_raw` (officials, original bytes),
  `message.read_raw` (enterprise, its own original bytes), `webhook.manage` (enterprise) and `webhook.manage_agency` (officials);
  all are defined in `portal.permissions`.
  `outage.explain` and `outage.confirm` (officials who run the exchange), `outage.statement` (enterprise).
  `certificate.manage` (enterprise) and `certificate.keep` (back office) file and revoke signing certificates.

A token is looked up once and then trusted for at most five seconds by this process, so a revoked token may work
that much longer.
"""

import hashlib
import threading
import time
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import get_access_token_model
from oauth2_provider.scopes import BaseScopes
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from exchange.enums import Scope
from portal import rules
from portal.enums import AdministratorRole, MemberRole, PostRole
from portal.errors import Refusal
from portal.permissions import ADMINISTRATOR_PERMISSIONS, MEMBER_PERMISSIONS, POST_PERMISSIONS
from portal.rights import SENTENCES
from portal.selectors import posts_of

CERTIFICATES = "certificate.manage"
KEEP_CERTIFICATES = "certificate.keep"
MEMBER_PERMISSIONS[CERTIFICATES] = frozenset({MemberRole.ADMINISTRATOR})
ADMINISTRATOR_PERMISSIONS[KEEP_CERTIFICATES] = frozenset({AdministratorRole.SYSTEM})
EXPLAIN_OUTAGE = "outage.explain"
CONFIRM_OUTAGE = "outage.confirm"
STATE_OUTAGE = "outage.statement"
POST_PERMISSIONS[EXPLAIN_OUTAGE] = frozenset({PostRole.CLERK, PostRole.REVIEWER, PostRole.CHIEF})
POST_PERMISSIONS[CONFIRM_OUTAGE] = frozenset({PostRole.REVIEWER, PostRole.CHIEF})
MEMBER_PERMISSIONS[STATE_OUTAGE] = frozenset({MemberRole.ADMINISTRATOR, MemberRole.DECLARANT})
SENTENCES.update(
    {
        CERTIFICATES: _("登记、吊销本企业的签名证书"),
        KEEP_CERTIFICATES: _("代企业登记、吊销签名证书"),
        EXPLAIN_OUTAGE: _("填写平台中断的原因"),
        CONFIRM_OUTAGE: _("复核他人填写的中断原因，撤销确认"),
        STATE_OUTAGE: _("为本企业申请系统中断证明"),
    }
)

WATCH = "agency.watch"
"""Post: see how the exchange with agencies goes."""
CLEAR = "agency.clear"
"""Post: say what an agency's unknown code means, ask the agency again."""
TRUST_SECONDS = 5.0
MAX_TRUSTED = 4096
"""Tokens remembered by one process; the oldest leave first."""


class NotAuthenticated(Refusal):
    """No token, an unknown one or an expired one."""

    code = "AUTH.TOKEN"
    message = _("需要有效的访问令牌。")
    basis = "RFC 6750"
    status = 401


class ScopeMissing(Refusal):
    """The token is good but not for this."""

    code = "AUTH.SCOPE"
    message = _("访问令牌不含所需权限范围 %(scope)s。")
    basis = "RFC 6750"
    status = 403


class WrongPurpose(Refusal):
    """The client was registered for another purpose."""

    code = "AUTH.PURPOSE"
    message = _("该接口客户端登记的使用目的不包括此类数据。")
    basis = "个人信息保护法 第六条"
    status = 403


class WrongParty(Refusal):
    """An agency's machine at an enterprise's door, or the reverse, or an enterprise that is no longer active."""

    code = "AUTH.PARTY"
    message = _("该接口客户端不属于有效的企业或部门，不能使用此接口。")
    status = 403


@dataclass(frozen=True, slots=True)
class Caller:
    """The machine that calls, and for whom."""

    client: Any
    scopes: frozenset[str]
    organisation_id: int | None
    organisation_codes: frozenset[str]
    agency_code: str | None
    expires: float

    is_authenticated = True

    @property
    def pk(self) -> int:
        """Primary key of the API client."""
        return int(self.client.pk)


_trusted: dict[str, tuple[float, Caller | None]] = {}
_lock = threading.Lock()


def caller_of(authorization: str) -> Caller:
    """The caller named by an Authorization header. Raises NotAuthenticated."""
    kind, _space, token = authorization.partition(" ")
    token = token.strip()
    if kind.lower() != "bearer" or not token or len(token) > 512:
        raise NotAuthenticated
    now = time.monotonic()
    known = _trusted.get(token)
    if known is None or known[0] < now:
        known = _remember(token, now)
    caller = known[1]
    if caller is None or caller.expires <= time.time():
        raise NotAuthenticated
    return caller


def require_scope(caller: Caller, scope: str) -> None:
    """Raises ScopeMissing."""
    if scope not in caller.scopes:
        raise ScopeMissing(scope=scope)


def enterprise_of(caller: Caller) -> int:
    """Id of the active enterprise the machine works for. Raises WrongParty."""
    if caller.organisation_id is None:
        raise WrongParty
    return caller.organisation_id


def agency_of(caller: Caller) -> str:
    """Code of the agency the machine works for. Raises WrongParty."""
    if caller.agency_code is None:
        raise WrongParty
    return caller.agency_code


def kinds_of(client: Any) -> frozenset[str] | None:
    """Kinds of tasks that a client's purpose covers (P.PURPOSE.KINDS, dated); None = every kind of its agency.

    No client: the platform itself took the answer of an agency it called.
    """
    if client is None or not client.purpose:
        return None
    return frozenset(_of_purpose("P.PURPOSE.KINDS", client.purpose))


def require_documents(client: Any) -> None:
    """Documents are for clients whose purpose needs them (P.PURPOSE.DOCUMENTS, dated). Raises WrongPurpose."""
    purpose = client.purpose if client is not None else ""
    try:
        allowed = rules.value("P.PURPOSE.DOCUMENTS", timezone.localdate())
    except rules.RuleNotFound:
        allowed = []
    if not purpose or purpose not in allowed:
        raise WrongPurpose


def _of_purpose(rule_id: str, purpose: str) -> list[str]:
    """What the register lists for a purpose today; nothing while it lists nothing."""
    try:
        return list(rules.value(rule_id, timezone.localdate(), purpose))
    except rules.RuleNotFound:
        return []


def agencies_of(user: Any, permission: str) -> list[str]:
    """Codes of the agencies where a post of this person includes the permission."""
    roles = POST_PERMISSIONS[permission]
    return sorted({post.agency.code for post in posts_of(user) if post.role in roles})


def forget_tokens() -> None:
    """Drop what this process remembers of tokens."""
    _trusted.clear()


def _remember(token: str, now: float) -> tuple[float, Caller | None]:
    entry = (now + TRUST_SECONDS, _look_up(token))
    with _lock:
        if len(_trusted) >= MAX_TRUSTED:
            del _trusted[next(iter(_trusted))]
        _trusted.pop(token, None)
        _trusted[token] = entry
    return entry


def _look_up(token: str) -> Caller | None:
    checksum = hashlib.sha256(token.encode()).hexdigest()
    found = (
        get_access_token_model()
        .objects.select_related("application__organisation", "application__agency")
        .filter(token_checksum=checksum, expires__gt=timezone.now(), application__isnull=False)
        .first()
    )
    if found is None:
        return None
    client = found.application
    organisation = client.organisation if client.organisation and client.organisation.is_active else None
    return Caller(
        client=client,
        scopes=frozenset(found.scope.split()) & frozenset(client.allowed_scopes.split()),
        organisation_id=organisation.pk if organisation else None,
        organisation_codes=organisation.codes if organisation else frozenset(),
        agency_code=client.agency.code if client.agency else None,
        expires=found.expires.timestamp(),
    )


class MachineAuthentication(BaseAuthentication):
    """The same check for DRF views: `request.user` is the Caller."""

    def authenticate(self, request: Request) -> tuple[Caller, None]:
        """Raises AuthenticationFailed, which leaves as 401."""
        try:
            return caller_of(request.META.get("HTTP_AUTHORIZATION", "")), None
        except NotAuthenticated as refusal:
            raise AuthenticationFailed(refusal.message, code=refusal.code) from refusal

    def authenticate_header(self, request: Request) -> str:
        """RFC 6750 section 3."""
        return 'Bearer realm="api"'


class ClientScopes(BaseScopes):  # type: ignore[misc]
    """A client may ask only for the scopes it was given."""

    def get_all_scopes(self) -> dict[str, str]:
        """All scopes with a sentence each."""
        return {scope.value: str(scope.label) for scope in Scope}

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """Scopes of this client."""
        return application.allowed_scopes.split() if application else list(self.get_all_scopes())

    def get_default_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """Without a wish: all scopes of this client."""
        return self.get_available_scopes(application, request)

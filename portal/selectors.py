"""What is read from the platform's tables: codes, people, agencies."""

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from time import monotonic
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.contrib.postgres.search import TrigramWordSimilarity
from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Left, Upper
from django.utils.translation import get_language

from portal.enums import AdministratorRole, InvitationState, MemberRole, RequestState
from portal.models import (
    Administrator,
    Agency,
    ApiClient,
    AuditEntry,
    Code,
    Heartbeat,
    InformationRequest,
    Invitation,
    Membership,
    Office,
    Organisation,
    Post,
    TransitionLog,
    User,
)
from portal.permissions import POST_PERMISSIONS

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
    from django.utils.functional import Promise

CODES_VERSION_KEY = "portal:codes:version"
_codes: dict[str, tuple[float, dict[str, tuple[str, str]], frozenset[str]]] = {}
RECHECK_CODES = 60.0
"""Seconds after which a process reads a table anew: a change by staff reaches all processes within a minute."""

_lock = threading.Lock()


def code_table(table: str) -> dict[str, tuple[str, str]]:
    """code → (Chinese name, English name) of one table; kept in the process for a minute."""
    read_at, known, _known_codes = _codes.get(table, (0.0, {}, frozenset()))
    if not known or monotonic() - read_at > RECHECK_CODES:
        with _lock:
            rows = Code.objects.filter(table=table).values_list("code", "name_zh", "name_en")
            known = {code: (zh, en) for code, zh, en in rows}
            if known:
                _codes[table] = (monotonic(), known, frozenset(known))
    return known


def code_set(table: str) -> frozenset[str]:
    """All codes of a table, e.g. `code_set("currency")`."""
    known = code_table(table)
    return _codes[table][2] if known else frozenset()


def code_name(table: str, code: str, language: str = "zh-hans") -> str:
    """Name of a code in a language; the code itself when unknown."""
    zh, en = code_table(table).get(code, (code, code))
    return (en or zh) if language.startswith("en") else zh


def hs_search(text: str, *, limit: int) -> list[str]:
    """Six-digit codes of the Harmonized System by number or by words of a heading (Chinese, English) or subheading (English).

    Words that are nowhere found as written are looked for by likeness (trigrams), so that a slip of the pen still finds them.
    """
    text = " ".join(text.split())[:60]
    if not text:
        return []
    codes = Code.objects.filter(table="hs6")
    if text.isascii() and text.replace(".", "").isdigit():
        found = codes.filter(code__startswith=text.replace(".", "")[:6])
        return list(found.order_by("code").values_list("code", flat=True)[:limit])
    upper = text.upper()
    headings = Code.objects.annotate(zh=Upper("name_zh"), en=Upper("name_en")).filter(table="hs_heading")
    named = headings.filter(Q(zh__contains=upper) | Q(en__contains=upper)).values_list("code", flat=True)[:40]
    worded = codes.annotate(en=Upper("name_en"), heading=Left("code", 4))
    found = worded.filter(Q(en__contains=upper) | Q(heading__in=list(named)))
    close = list(
        found.annotate(likeness=TrigramWordSimilarity(text, "name_en"))
        .order_by("-likeness", "code")
        .values_list("code", flat=True)[:limit]
    )
    return close or alike(text, limit)


def alike(text: str, limit: int) -> list[str]:
    """Codes whose English name holds a word like this one."""
    likeness = TrigramWordSimilarity(text, "name_en")
    found = Code.objects.filter(table="hs6").annotate(likeness=likeness).filter(likeness__gt=0.4)
    return list(found.order_by("-likeness", "code").values_list("code", flat=True)[:limit])


def forget_codes() -> None:
    """Drop this process's copy of the code tables (after loading new ones)."""
    _codes.clear()
    cache.delete(CODES_VERSION_KEY)


def codes_in_force(table: str, on: date) -> QuerySet[Code]:
    in_force = Q(valid_from__isnull=True) | Q(valid_from__lte=on)
    return Code.objects.filter(in_force, Q(valid_to__isnull=True) | Q(valid_to__gt=on), table=table)


@dataclass(frozen=True)
class Standing:
    """What a signed-in person is to the platform."""

    official: bool = False
    administrator: str = ""
    staff: bool = False
    factor: bool = False
    auditor: bool = False

    @property
    def bound(self) -> bool:
        """Must this person show a second factor and keep the session limits?"""
        return self.official or bool(self.administrator) or self.staff


NOBODY = Standing()


def standing_of(user_id: int) -> Standing:
    """Post, administrator's role, enrolled factor and right to the audit trail of a person, in one query."""
    factors = Authenticator.objects.filter(
        user_id=OuterRef("pk"), type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    )
    posts = Post.objects.filter(user_id=OuterRef("pk"))
    row = (
        User.objects.filter(pk=user_id, is_active=True)
        .values_list(
            Exists(posts),
            "administrator__role",
            "is_staff",
            Exists(factors),
            Exists(posts.filter(role__in=POST_PERMISSIONS["audit.read"])),
        )
        .first()
    )
    if row is None:
        return NOBODY
    official, administrator, staff, factor, auditor = row
    return Standing(
        official, administrator or "", staff, factor, auditor or administrator == AdministratorRole.AUDIT
    )


def is_official(user: "AbstractBaseUser | AnonymousUser") -> bool:
    return bool(user.is_authenticated and Post.objects.filter(user_id=user.pk).exists())


def posts_of(user: User) -> list[Post]:
    return list(Post.objects.filter(user=user).select_related("agency", "office"))


def office_codes_of(user: User, agency: str) -> list[str] | None:
    """Office codes an official may see at an agency; None = all offices; [] = none."""
    posts = [p for p in posts_of(user) if p.agency.code == agency]
    if any(p.office is None for p in posts):
        return None
    return [p.office.code for p in posts if p.office]


def has_factor(user_path: str) -> Exists:
    """Annotation: has the person at `user_path` enrolled a second factor?"""
    factors = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return Exists(Authenticator.objects.filter(user_id=OuterRef(user_path), type__in=factors))


def holders(
    *, agencies: Collection[int] | None, text: str = "", role: str = "", agency: str = ""
) -> QuerySet[Post]:
    """Posts with their holders, by agency, office and name. `agencies` bounds what is seen; None = all."""
    found = Post.objects.select_related("user", "agency", "office").annotate(factor=has_factor("user_id"))
    if agencies is not None:
        found = found.filter(agency_id__in=agencies)
    if role:
        found = found.filter(role=role)
    if agency:
        found = found.filter(agency__code=agency)
    if text:
        found = found.filter(
            Q(user__last_name__icontains=text)
            | Q(user__first_name__icontains=text)
            | Q(user__username__icontains=text)
            | Q(office__name__icontains=text)
            | Q(office__code=text)
        )
    return found.order_by("agency__code", "office__code", "user__last_name", "id")


def administrators() -> QuerySet[Administrator]:
    """The three administrators with their accounts."""
    found = Administrator.objects.select_related("user", "appointed_by").annotate(
        factor=has_factor("user_id")
    )
    return found.order_by("role", "id")


def agency_choices() -> list[tuple[str, str]]:
    """(code, name) of every agency."""
    return list(Agency.objects.values_list("code", "name"))


def agency_id_of(code: str) -> int | None:
    """Primary key of an agency, None when nobody knows it."""
    return Agency.objects.filter(code=code).values_list("pk", flat=True).first()


def agency_names() -> dict[str, str]:
    """Code → name of every agency, in the active language where it is known."""
    english = (get_language() or "").startswith("en")
    return {
        code: (english and name_en) or name
        for code, name, name_en in Agency.objects.values_list("code", "name", "name_en")
    }


def memberships_of(user: User) -> QuerySet[Membership]:
    return Membership.objects.filter(user=user, organisation__is_active=True).select_related("organisation")


def organisation_of(user: User) -> Organisation | None:
    """The enterprise a person acts for (the first one when there are several)."""
    membership = memberships_of(user).order_by("id").first()
    return membership.organisation if membership else None


def members(organisation_id: int, *, text: str = "", role: str = "") -> QuerySet[Membership]:
    """Members of an enterprise with their accounts, by name."""
    found = Membership.objects.filter(organisation_id=organisation_id).select_related("user")
    if role:
        found = found.filter(role=role)
    if text:
        named = Q(user__last_name__icontains=text) | Q(user__first_name__icontains=text)
        found = found.filter(named | Q(user__email__icontains=text) | Q(user__username__icontains=text))
    return found.order_by("user__last_name", "id")


def open_invitations(organisation_id: int) -> QuerySet[Invitation]:
    """Invitations of an enterprise that wait for an answer, newest first."""
    return Invitation.objects.filter(organisation_id=organisation_id, state=InvitationState.OPEN)


def organisation_by_code(code: str) -> Organisation | None:
    """By USCC or customs code."""
    return Organisation.objects.filter(Q(uscc=code) | Q(customs_code=code)).first()


def organisations_by_codes(codes: Iterable[str]) -> dict[str, Organisation]:
    """Code (customs code or USCC) → enterprise, of those that are known."""
    wanted = set(codes)
    found = Organisation.objects.filter(Q(uscc__in=wanted) | Q(customs_code__in=wanted))
    return {code: one for one in found for code in one.codes if code in wanted}


def organisation_by_id(organisation_id: int) -> Organisation | None:
    return Organisation.objects.filter(pk=organisation_id).first()


def has_organisations() -> bool:
    """Is any enterprise known here?"""
    return Organisation.objects.exists()


def organisations_by_uscc(numbers: Iterable[str]) -> QuerySet[Organisation]:
    """Enterprises with these USCCs."""
    return Organisation.objects.filter(uscc__in=list(numbers))


def organisation_names(ids: Iterable[int]) -> dict[int, str]:
    return dict(Organisation.objects.filter(pk__in=list(ids)).values_list("id", "name"))


def organisation_codes(organisation_id: int) -> frozenset[str]:
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    return organisation.codes if organisation else frozenset()


def machine_count(organisation_id: int) -> int:
    """How many API clients the enterprise has."""
    number: int = ApiClient.objects.filter(organisation_id=organisation_id).count()
    return number


def open_requests(organisation_id: int) -> int:
    """Requests for information that wait for the enterprise's answer."""
    return InformationRequest.objects.filter(organisation_id=organisation_id, state=RequestState.OPEN).count()


def can_declare(user: User, organisation_id: int) -> bool:
    roles = [MemberRole.ADMINISTRATOR, MemberRole.DECLARANT]
    return Membership.objects.filter(user=user, organisation_id=organisation_id, role__in=roles).exists()


def api_client(client_id: str) -> ApiClient | None:
    found: ApiClient | None = (
        ApiClient.objects.select_related("organisation", "agency").filter(client_id=client_id).first()
    )
    return found


def agencies() -> QuerySet[Agency]:
    return Agency.objects.all()


def offices(agency: str) -> QuerySet[Office]:
    return Office.objects.filter(agency__code=agency)


def transitions_of(model_label: str, object_id: int) -> QuerySet[TransitionLog]:
    return TransitionLog.objects.filter(model=model_label, object_id=object_id)


def heartbeat(name: str) -> Heartbeat | None:
    return Heartbeat.objects.filter(name=name).first()


def audit_of(organisation_id: int, subject: str, verb: str) -> QuerySet[AuditEntry]:
    """Acts of one kind on an enterprise's object: who looked at its data, oldest first."""
    return AuditEntry.objects.filter(organisation_id=organisation_id, subject=subject, verb=verb).order_by(
        "id"
    )


def audit_by_verb(organisation_id: int, verb: str) -> QuerySet[AuditEntry]:
    """Acts of one kind on an enterprise's data, newest first."""
    return AuditEntry.objects.filter(organisation_id=organisation_id, verb=verb).order_by("-id")


def acts_counted(organisation_ids: Iterable[int], verb: str) -> int:
    """How many acts of one kind there were on the data of these enterprises."""
    return AuditEntry.objects.filter(organisation_id__in=list(organisation_ids), verb=verb).count()


def user_name(user_id: int | None) -> str:
    """Full name of a person, or the sign-in name; "—" when nobody acted."""
    user = User.objects.filter(pk=user_id).first() if user_id else None
    return (user.get_full_name() or user.get_username()) if user else "—"


@dataclass(frozen=True)
class Figure:
    """A number that everybody may see on the home page; `unit` follows the value."""

    code: str
    label: "str | Promise"
    value: "int | float | None"
    unit: "str | Promise" = ""


FIGURES_SECONDS = 30
"""The public sees numbers at most this old; public traffic costs the database one look in this time per process."""

_figure_sources: "list[Callable[[], Sequence[Figure]]]" = []
_figures: "tuple[float, list[Figure]]" = (0.0, [])


def register_figures(source: "Callable[[], Sequence[Figure]]") -> None:
    """An app brings numbers for the home page."""
    if source not in _figure_sources:
        _figure_sources.append(source)


def public_figures() -> list[Figure]:
    """All registered figures, kept in the process for FIGURES_SECONDS."""
    global _figures
    taken_at, figures = _figures
    if monotonic() - taken_at > FIGURES_SECONDS or not taken_at:
        figures = [figure for source in _figure_sources for figure in source()]
        _figures = (monotonic(), figures)
    return figures

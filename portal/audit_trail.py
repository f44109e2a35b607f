"""The audit trail as people read it: searched and paged in SQL over millions of rows, told in words.

Officials with `audit.read` see acts of their own agency and office, the audit administrator everything. An enterprise sees who
looked at or changed its data; officials are named by agency, office and post only.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext

from portal.audit_subjects import Door, in_words
from portal.enums import Verb
from portal.models import BY_PEOPLE, Agency, ApiClient, AuditEntry, Membership, Organisation, Post, User
from portal.permissions import POST_PERMISSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = 50
MOST_PEOPLE = 200
"""People a name may stand for in a search."""

OFFICE_WORK = (Verb.CASE_NOTED, Verb.CASE_ASSIGNED, Verb.COUNTERSIGN_PROPOSED, Verb.COUNTERSIGNED)
"""How an office divides its work: no look at and no change of an enterprise's data, so not shown to it."""

REASONS_TOLD = frozenset({Verb.PERSONAL_DATA_SHOWN, Verb.MESSAGE_READ, Verb.PARCEL_REJECTED})
"""Acts whose reason the enterprise is told; other reasons are remarks of the office."""


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """What to look for; empty means any. `who` is officials, own or machines (enterprise page only)."""

    person: str = ""
    verb: str = ""
    subject: str = ""
    enterprise: str = ""
    since: date | None = None
    until: date | None = None
    who: str = ""


@dataclass(frozen=True)
class Act:
    """One entry in words."""

    entry: AuditEntry
    verb: str | Promise
    actor: str
    subject: str
    url: str
    reason: str
    enterprise: str = ""
    detail: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class TrailPage:
    """Acts newest first; `older` is the position for the next page, "" on the last one."""

    acts: list[Act]
    older: str


def trail_for_official(user: User, wanted: TrailFilter) -> "QuerySet[AuditEntry]":
    """Acts this holder of `audit.read` may see, newest first."""
    found = matching(wanted)
    watched = watched_people(user)
    if watched is not None:
        found = found.filter(actor_id__in=watched)
    if wanted.person:
        found = found.filter(actor_id__in=people_called(wanted.person))
    if wanted.enterprise:
        found = found.filter(organisation_id__in=enterprises_called(wanted.enterprise))
    return found


def trail_for_enterprise(organisation_id: int, wanted: TrailFilter) -> "QuerySet[AuditEntry]":
    """Who looked at or changed an enterprise's data, newest first, without what its own systems sent."""
    found = (
        matching(wanted)
        .filter(organisation_id=organisation_id)
        .filter(BY_PEOPLE)
        .exclude(verb__in=OFFICE_WORK)
    )
    officials = Post.objects.order_by().values("user_id")
    conditions = {
        "officials": Q(actor_id__in=officials),
        "own": Q(actor_id__isnull=False) & ~Q(actor_id__in=officials),
        "machines": Q(actor_id__isnull=True),
    }
    return found.filter(conditions.get(wanted.who, Q()))


def matching(wanted: TrailFilter) -> "QuerySet[AuditEntry]":
    """Verb, subject and days."""
    found = AuditEntry.objects.order_by("-at", "-id")
    if wanted.verb:
        found = found.filter(verb=wanted.verb)
    if wanted.subject:
        found = found.filter(subject=wanted.subject)
    if wanted.since:
        found = found.filter(at__gte=midnight(wanted.since))
    if wanted.until:
        found = found.filter(at__lt=midnight(wanted.until + timedelta(days=1)))
    return found


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def watched_people(user: User) -> list[int] | None:
    """Colleagues whose acts a post with `audit.read` covers; None = everybody (the audit administrator, who has no post)."""
    posts = list(
        Post.objects.filter(user=user, role__in=POST_PERMISSIONS["audit.read"]).values_list(
            "agency_id", "office_id"
        )
    )
    if not posts:
        return None
    covered = Q()
    for agency_id, office_id in posts:
        covered |= (
            Q(agency_id=agency_id) if office_id is None else Q(agency_id=agency_id, office_id=office_id)
        )
    return sorted(set(Post.objects.filter(covered).values_list("user_id", flat=True)))


def people_called(text: str) -> list[int]:
    """By sign-in name or part of the name."""
    called = Q(username__iexact=text) | Q(last_name__icontains=text) | Q(first_name__icontains=text)
    return list(User.objects.filter(called).order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])


def enterprises_called(text: str) -> list[int]:
    """By USCC, customs code or part of the name."""
    called = Q(uscc=text) | Q(customs_code=text) | Q(name__icontains=text)
    return list(Organisation.objects.filter(called).order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])


def slice_of(found: "QuerySet[AuditEntry]", before: str, size: int = PAGE) -> tuple[list[AuditEntry], str]:
    """One page by position: (entries, position of the next page). A wrong position means the newest page."""
    with suppress(ValueError, OverflowError):
        moment, number = before.split("_")
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(moment))
        found = found.filter(Q(at__lt=at) | Q(at=at, pk__lt=int(number)), at__lte=at)
    rows = list(found[: size + 1])
    if len(rows) <= size:
        return rows, ""
    last = rows[size - 1]
    micros = (last.at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return rows[:size], f"{micros}_{last.pk}"


def told_to_official(found: "QuerySet[AuditEntry]", before: str = "") -> TrailPage:
    """A page with names, enterprises and details. Five queries, whatever the page."""
    entries, older = slice_of(found, before)
    return TrailPage(acts_for_official(entries), older)


def acts_for_official(entries: Sequence[AuditEntry]) -> list[Act]:
    posts, people, clients = actors_of(entries)
    names = dict(
        Organisation.objects.filter(pk__in={e.organisation_id for e in entries}).values_list("pk", "name")
    )

    def actor(entry: AuditEntry) -> str:
        if entry.actor_id is None:
            return clients.get(entry.client_id or 0, gettext("系统"))
        words = [people.get(entry.actor_id, f"#{entry.actor_id}"), posts.get(entry.actor_id, "")]
        return " · ".join(word for word in words if word)

    return [
        act(entry, actor(entry), "console", names.get(entry.organisation_id or 0, ""), detailed=True)
        for entry in entries
    ]


def told_to_enterprise(organisation_id: int, found: "QuerySet[AuditEntry]", before: str = "") -> TrailPage:
    """A page for the enterprise: officials by agency, office and post, one's own staff by name."""
    entries, older = slice_of(found, before)
    return TrailPage(acts_for_enterprise(organisation_id, entries), older)


def acts_for_enterprise(organisation_id: int, entries: Sequence[AuditEntry]) -> list[Act]:
    posts, people, clients = actors_of(entries)
    own = set(Membership.objects.filter(organisation_id=organisation_id).values_list("user_id", flat=True))

    def actor(entry: AuditEntry) -> str:
        if entry.actor_id is None:
            return clients.get(entry.client_id or 0, gettext("系统"))
        if entry.actor_id in posts:
            return posts[entry.actor_id]
        return people[entry.actor_id] if entry.actor_id in own else gettext("其他人员")

    return [act(entry, actor(entry), "enterprise") for entry in entries]


def actors_of(
    entries: Sequence[AuditEntry],
) -> "tuple[Mapping[int, str], Mapping[int, str], Mapping[int, str]]":
    """Posts in words and names by person, names by API client: three queries."""
    ids = {entry.actor_id for entry in entries if entry.actor_id}
    people = {
        user.pk: f"{user.last_name}{user.first_name}".strip() or user.get_username()
        for user in User.objects.filter(pk__in=ids)
    }
    clients = ApiClient.objects.filter(pk__in={e.client_id for e in entries if e.client_id})
    machines = {
        client.pk: f"{agency_name(client.agency) if client.agency else client.name} · {gettext('系统接口')}"
        for client in clients.select_related("agency")
    }
    return posts_in_words(ids), people, machines


def posts_in_words(user_ids: Iterable[int]) -> dict[int, str]:
    """Person → agency, office and role: what others are told instead of an official's name."""
    found: dict[int, str] = {}
    posts = Post.objects.filter(user_id__in=set(user_ids)).select_related("agency", "office").order_by("pk")
    for post in posts:
        where = [agency_name(post.agency), str(post.office) if post.office else gettext("全部机构")]
        found.setdefault(post.user_id, " · ".join([*where, str(post.get_role_display())]))
    return found


def act(entry: AuditEntry, actor: str, door: Door, enterprise: str = "", *, detailed: bool = False) -> Act:
    """The entry in words; `door` says whose pages its object is linked to."""
    subject, url = in_words(entry.subject, door)
    detail = entry.detail if isinstance(entry.detail, dict) else {}
    return Act(
        entry=entry,
        verb=Verb(entry.verb).label if entry.verb in Verb.values else entry.verb,
        actor=actor,
        subject=subject,
        url=url,
        reason=str(detail.get("reason", "")) if detailed or entry.verb in REASONS_TOLD else "",
        enterprise=enterprise,
        detail=[(name, in_one_line(value)) for name, value in detail.items() if name != "reason"]
        if detailed
        else (),
    )


def in_one_line(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Truncator(text).chars(200)


def agency_name(agency: Agency) -> str:
    """In the language of the page, as far as the register has it."""
    english = (get_language() or "").startswith("en")
    return (agency.name_en or agency.name) if english else agency.name

"""Nothing stands still unseen: every state that somebody must leave has an owner, a time limit and a notice.

Apps declare their states (`stands`, or `rests` for states in which nothing is owed). The sweep finds what is beyond its limit, does what
can be done automatically, tells the owner once and keeps count; the public sees the number. Limits are hours of the register rule
P.STANDING.HOURS after the moment in the column `since`: a due date with 0, or a beginning with the time that is allowed.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal import letters, rules
from portal.enums import AdministratorRole, MemberRole, Owner, PostRole
from portal.models import Standstill
from portal.selectors import Figure, administrators
from portal.workbench import Desk

HOURS = "P.STANDING.HOURS"
BATCH = 200


@dataclass(frozen=True)
class Standing:
    """States of a model that must be left. `told` says in words what the owner and the other side are told, and when.

    `where` narrows the rows (for tables without states it is the only condition); `act(ids)` does what can be done without people.
    `queue` is the queue of the desk on which the object has its page.
    """

    kind: str
    label: str | Promise
    model: str
    states: Collection[str]
    since: str
    owner: Owner
    told: str | Promise
    state_field: str = "state"
    agency: str = ""
    agency_field: str = ""
    office_field: str = ""
    organisation_field: str = ""
    where: Q = field(default_factory=Q)
    act: Callable[[list[int]], None] | None = None
    queue: str = ""
    key: str = "pk"

    @property
    def rows(self) -> "QuerySet[Any]":
        """Everything that stands in these states."""
        found: QuerySet[Any] = apps.get_model(self.model)._default_manager.filter(self.where).order_by()
        return found.filter(**{f"{self.state_field}__in": list(self.states)}) if self.states else found

    def beyond(self, now: datetime) -> "QuerySet[Any]":
        """What stands longer than the rule allows today."""
        if not self.since:
            return self.rows
        hours = int(rules.value(HOURS, timezone.localtime(now).date(), self.kind))
        limit: datetime | date = now - timedelta(hours=hours)
        column = apps.get_model(self.model)._meta.get_field(self.since)
        if not isinstance(column, models.DateTimeField):
            limit = timezone.localtime(now - timedelta(hours=hours)).date()
        return self.rows.filter(**{f"{self.since}__lt": limit})


_standings: dict[str, Standing] = {}
_resting: dict[tuple[str, str], str | Promise] = {}


def stands(*found: Standing) -> None:
    """Declare states that somebody must leave; the last declaration of a kind holds."""
    _standings.update({one.kind: one for one in found})


def rests(model: str, states: Collection[str], why: str | Promise) -> None:
    """Declare states with a way out in which nobody owes anything."""
    _resting.update({(model, str(state)): why for state in states})


def standings() -> list[Standing]:
    return list(_standings.values())


def standing(kind: str) -> Standing | None:
    return _standings.get(kind)


def covered(model: str, state: str) -> bool:
    """Has this state an owner and a limit, or a reason to rest?"""
    watched = any(one.model == model and state in one.states for one in _standings.values())
    return watched or (model, state) in _resting


def sweep(now: datetime | None = None) -> dict[str, int]:
    """Find, act, tell once, and end what moved on. Returns how many are new by kind."""
    moment = now or timezone.now()
    return {one.kind: new for one in standings() if (new := sweep_one(one, moment))}


@transaction.atomic
def sweep_one(one: Standing, now: datetime) -> int:
    """One kind; a part at a time, so a backlog is found over several sweeps."""
    end_moved(one, now)
    known = Standstill.objects.filter(kind=one.kind, ended_at=None, object_id=OuterRef(one.key))
    columns = [
        one.key,
        *filter(None, (one.since, one.agency_field, one.office_field, one.organisation_field)),
    ]
    found = list(
        one.beyond(now).filter(~Exists(known)).order_by(one.since or one.key).values(*columns)[:BATCH]
    )
    rows = [
        Standstill(
            kind=one.kind,
            object_id=row[one.key],
            owner=one.owner,
            agency=str(row[one.agency_field] or "") if one.agency_field else one.agency,
            office=str(row[one.office_field] or "") if one.office_field else "",
            organisation_id=row[one.organisation_field] if one.organisation_field else None,
            since=moment_of(row[one.since]) if one.since else now,
            found_at=now,
        )
        for row in found
    ]
    written = Standstill.objects.bulk_create(rows, ignore_conflicts=True)
    if one.act and written:
        one.act([row.object_id for row in written])
    tell(one, written)
    return len(written)


def moment_of(value: datetime | date) -> datetime:
    if isinstance(value, datetime):
        return value
    return timezone.make_aware(datetime.combine(value, time.max))


def end_moved(one: Standing, now: datetime) -> int:
    """Close what is not beyond its limit any more; returns how many."""
    still = one.beyond(now).filter(**{one.key: OuterRef("object_id")})
    return Standstill.objects.filter(~Exists(still), kind=one.kind, ended_at=None).update(ended_at=now)


def tell(one: Standing, rows: Sequence[Standstill]) -> None:
    """One letter for each owner; where nobody holds the post, the platform's system administrators are told."""
    keepers = list(administrators().filter(role=AdministratorRole.SYSTEM).values_list("user_id", flat=True))
    for (agency, office, organisation_id), count in Counter(map(addressee, rows)).items():
        params: dict[str, str | Promise] = {"kind": one.label, "count": str(count)}
        told = 0
        if organisation_id:
            told = letters.send(
                "portal.standing_still",
                organisation_id=organisation_id,
                roles=[MemberRole.ADMINISTRATOR, MemberRole.DECLARANT],
                params=params,
            )
        elif agency:
            told = letters.send(
                "portal.standing_still",
                post=(agency, office or None, {PostRole.CHIEF}),
                params=params,
                link="/console/standing/",
            )
        if not told:
            letters.send("portal.standing_still", users=keepers, params=params)


def addressee(row: Standstill) -> tuple[str, str, int | None]:
    """Whom a letter about it goes to: an office's chiefs, an enterprise, or ("", "", None) the platform."""
    if row.owner == Owner.OFFICE:
        return row.agency, row.office, None
    return "", "", row.organisation_id if row.owner == Owner.ENTERPRISE else None


def standing_still(desk: Desk) -> "QuerySet[Standstill]":
    """What an official may see: the own offices' and what the platform itself owes, the longest first."""
    seen = Q(agency="")
    for agency in {post.agency.code for post in desk.posts}:
        offices = desk.offices(agency)
        own = Q(agency=agency)
        seen |= own if offices is None else own & Q(office__in=[*offices, ""])
    return Standstill.objects.filter(seen, ended_at=None).order_by("since", "pk")


def counts() -> dict[str, int]:
    """How many stand beyond their limit now, by kind; kinds without any are 0."""
    open_ones = Standstill.objects.filter(ended_at=None).order_by()
    found = dict(open_ones.values_list("kind").annotate(number=Count("pk")))
    return {one.kind: found.get(one.kind, 0) for one in standings()}


def standing_figure() -> list[Figure]:
    """For the public home page."""
    number = Standstill.objects.filter(ended_at=None).count()
    return [Figure("standing", _("超过规定时限"), number, _("件"))]

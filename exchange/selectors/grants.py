"""Which agency may have which fields for which purpose, today: standing grants of the law, and granted requests.

The granted requests are copied into the process; the copy is renewed when their version grows (asked at most once a second), so a
decision costs no query per row. Days are compared at every look-up: an expired grant ends at midnight whatever the copy's age.
"""

import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db.models import Max, Q, QuerySet

from exchange.enums import GrantState
from exchange.models import GrantVersion, SharingGrant
from exchange.models.sharing import OPEN
from exchange.selectors.catalogue import rows_of

RECHECK_SECONDS = 1.0
EVERYTHING = "*"
Key = tuple[str, str, str]
"""(agency, object, purpose)."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Fields of an object for an agency and a purpose, from a day to the day before another. `id` None: by law."""

    id: int | None
    agency: str
    object: str
    purpose: str
    fields: frozenset[str]
    since: date
    until: date | None
    basis: str

    @property
    def key(self) -> Key:
        return self.agency, self.object, self.purpose

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


@cache
def standing_grants() -> tuple[Grant, ...]:
    """What the law itself grants (`exchange/data/standing_grants.csv`): an agency that is asked may read the question."""
    return tuple(
        Grant(
            None,
            row["agency"],
            row["object"],
            row["purpose"],
            frozenset(row["fields"].split()),
            date.fromisoformat(row["since"]),
            date.fromisoformat(row["until"]) if row["until"] else None,
            row["basis"],
        )
        for row in rows_of("standing_grants.csv")
    )


_copy: dict[Key, list[Grant]] = {}
_version = -1
_renewed = 0
_checked = 0.0


def renewals() -> int:
    """How often this process has renewed its copy; what is worked out from the copy holds as long as this number."""
    refresh()
    return _renewed


def refresh(*, force: bool = False) -> None:
    """Renew the copy if a grant has changed."""
    global _version, _renewed, _checked
    if not force and _version >= 0 and time.monotonic() - _checked < RECHECK_SECONDS:
        return
    _checked = time.monotonic()
    current = GrantVersion.objects.aggregate(last=Max("id"))["last"] or 0
    if current != _version or force:
        fresh: dict[Key, list[Grant]] = defaultdict(list)
        for grant in (*standing_grants(), *stored_grants()):
            fresh[grant.key].append(grant)
        _copy.clear()
        _copy.update(fresh)
        _version, _renewed = current, _renewed + 1


def refresh_at_next_question() -> None:
    """Forget the copy."""
    global _version
    _version = -1


def stored_grants() -> list[Grant]:
    """Granted requests, also those whose time has not come."""
    rows = SharingGrant.objects.filter(state=GrantState.GRANTED).select_related("agency")
    return [
        Grant(
            row.pk, row.agency.code, row.object, row.purpose, frozenset(row.fields), row.since, row.until,
            row.legal_basis,
        )
        for row in rows
    ]  # fmt: skip


def granted_fields(agency: str, object_code: str, purpose: str, on: date) -> frozenset[str]:
    """Names of the fields granted for this purpose on a day; `*` stands for all."""
    refresh()
    found = (grant.fields for grant in _copy.get((agency, object_code, purpose), ()) if grant.holds(on))
    return frozenset().union(*found)


def grants_on(on: date, *, agency: str = "", object_code: str = "") -> list[Grant]:
    """Every grant that holds on a day, by agency and object."""
    refresh()
    return sorted(
        (
            grant
            for grants in _copy.values()
            for grant in grants
            if grant.holds(on)
            and (not agency or grant.agency == agency)
            and (not object_code or grant.object == object_code)
        ),
        key=lambda grant: (grant.agency, grant.object, grant.purpose, grant.since),
    )


def grants_of(agencies: list[str], *, text: str = "", state: str = "") -> "QuerySet[SharingGrant]":
    """Requests and grants of these agencies, newest first."""
    found = SharingGrant.objects.filter(agency__code__in=agencies).select_related("agency", "asked_by")
    if state:
        found = found.filter(state=state)
    if text:
        found = found.filter(
            Q(object__icontains=text) | Q(reason__icontains=text) | Q(fields__contains=[text])
        )
    return found.order_by("-pk")


def owned_grants(owner: str) -> "QuerySet[SharingGrant]":
    """Requests and grants about an agency's data."""
    return SharingGrant.objects.filter(owner=owner).select_related("agency", "taken_by")


def grant_of(agencies: list[str], grant_id: int) -> SharingGrant | None:
    """One request or grant of these agencies."""
    return grants_of(agencies).filter(pk=grant_id).first()


def open_grant(agency: str, object_code: str, purpose: str) -> SharingGrant | None:
    """The request that waits for an answer, if any."""
    return SharingGrant.objects.filter(
        agency__code=agency, object=object_code, purpose=purpose, state__in=OPEN
    ).first()


def shared_before(object_code: str, fields: list[str]) -> bool:
    """Has every one of these fields been granted to anybody (rules P.2: then the answer is due sooner)?"""
    rows = SharingGrant.objects.filter(
        object=object_code, state__in=[GrantState.GRANTED, GrantState.EXPIRED, GrantState.REVOKED]
    ).values_list("fields", flat=True)
    return set(fields) <= {name for row in rows for name in row}

"""The audit trail: append-only entries, chained by hash.

Promise: an act and its entry commit together; nobody updates or deletes entries (database triggers); `seal()` chains
committed entries in order, one sealer at a time; `verify()` names the first entry that is missing or changed.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from portal.enums import Verb
from portal.models import AuditEntry, AuditLink, Heartbeat

if TYPE_CHECKING:
    from portal.models import ApiClient, User

SEALER_LOCK = 718_001
"""Advisory lock number of the only sealer."""

GENESIS = "0" * 64
VERIFIER = "audit-verifier"
"""Name of the heartbeat that remembers how far the chain is verified."""

BATCH = 5_000


def record(
    verb: Verb,
    *,
    actor: "User | None" = None,
    client: "ApiClient | None" = None,
    organisation_id: int | None = None,
    subject: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Append one entry in the current transaction. `detail` never holds personal data in clear."""
    AuditEntry.objects.create(
        at=timezone.now(),
        verb=verb,
        actor_id=actor.pk if actor else None,
        client_id=client.pk if client else None,
        organisation_id=organisation_id,
        subject=subject,
        detail=detail or {},
    )


def canonical(entry: AuditEntry) -> bytes:
    """The bytes that are hashed: every column, sorted, without ambiguity."""
    return json.dumps(
        {
            "id": entry.pk,
            "at": entry.at.isoformat(),
            "verb": entry.verb,
            "actor": entry.actor_id,
            "client": entry.client_id,
            "organisation": entry.organisation_id,
            "subject": entry.subject,
            "detail": entry.detail,
        },
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()


def chained(previous: str, entry: AuditEntry) -> str:
    return hashlib.sha256(previous.encode() + canonical(entry)).hexdigest()


def seal() -> int:
    """Chain up to 5,000 committed entries; returns how many. Another sealer at work: does nothing, returns 0."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
            if not cursor.fetchone()[0]:
                return 0
        last = AuditLink.objects.order_by("-position").first()
        position, previous = (last.position, last.hash) if last else (0, GENESIS)
        links = []
        for entry in unsealed():
            position += 1
            previous = chained(previous, entry)
            links.append(AuditLink(position=position, entry_id=entry.pk, hash=previous))
        AuditLink.objects.bulk_create(links)
    return len(links)


def unsealed() -> Iterator[AuditEntry]:
    """Committed entries without a link, oldest first.

    Ids are not commit order: an entry that commits late has an id below the last sealed one, so the anti-join looks
    back over a day instead of only above the last id.
    """
    return AuditEntry.objects.raw(
        """SELECT e.* FROM portal_auditentry e
           WHERE e.at > coalesce((SELECT max(s.at) FROM portal_auditentry s JOIN portal_auditlink k ON k.entry_id = s.id
                                  WHERE k.position > (SELECT max(position) - 1000 FROM portal_auditlink)),
                                 '-infinity'::timestamptz) - interval '1 day'
             AND NOT EXISTS (SELECT 1 FROM portal_auditlink l WHERE l.entry_id = e.id)
           ORDER BY e.id LIMIT %s""",
        [BATCH],
    ).iterator()


def verify() -> tuple[int, int | None]:
    """Recompute the whole chain: (number of good links, position of the first broken one or None)."""
    good, previous = 0, GENESIS
    while True:
        found = verify_from(good, previous)
        if found.broken is not None or found.position == good:
            return found.position, found.broken
        good, previous = found.position, found.hash


@dataclass(frozen=True)
class Verified:
    """How far the chain is good, the hash there, and the first broken position if one was met."""

    position: int
    hash: str
    broken: int | None


def verify_from(position: int, previous: str, limit: int = BATCH) -> Verified:
    """Recompute up to `limit` links after a good position whose hash is `previous`: two queries."""
    links = list(AuditLink.objects.filter(position__gt=position).order_by("position")[:limit])
    entries = AuditEntry.objects.in_bulk([link.entry_id for link in links])
    for link in links:
        entry = entries.get(link.entry_id)
        if link.position != position + 1 or entry is None or chained(previous, entry) != link.hash:
            return Verified(position, previous, position + 1)
        position, previous = link.position, link.hash
    return Verified(position, previous, None)


@transaction.atomic
def verify_on(links: int = 100_000) -> Verified:
    """Go on verifying where the last run stopped, and remember how far it is good (shown on the audit page).

    A break stays until `verify_again` starts from the beginning.
    """
    beat = Heartbeat.objects.select_for_update().get_or_create(
        name=VERIFIER, defaults={"at": timezone.now(), "detail": {}}
    )[0]
    known = beat.detail
    found = Verified(known.get("position", 0), known.get("hash", GENESIS), known.get("broken"))
    for _ in range(0, links, BATCH):
        before = found
        if found.broken is None:
            found = verify_from(found.position, found.hash)
        if found.broken is not None or found.position == before.position:
            break
    whole = known.get("whole_at")
    if found.broken is None and not AuditLink.objects.filter(position__gt=found.position).exists():
        whole = whole or timezone.now().isoformat()
    beat.detail = {**asdict(found), "whole_at": whole}
    beat.at = timezone.now()
    beat.save(update_fields=["at", "detail"])
    return found


def verify_again() -> None:
    """Forget how far the chain was good: the next runs recompute it from the first link."""
    Heartbeat.objects.filter(name=VERIFIER).delete()


@dataclass(frozen=True)
class ChainState:
    """What the audit page says about the chain. `whole_at`: when every link there was had been verified."""

    last: int
    verified: int
    broken: int | None
    checked_at: datetime | None
    whole_at: datetime | None


def chain_state() -> ChainState:
    """Length of the chain, how far it is verified, the first broken position. Two queries."""
    last = AuditLink.objects.order_by("-position").values_list("position", flat=True).first() or 0
    beat = Heartbeat.objects.filter(name=VERIFIER).first()
    known = beat.detail if beat else {}
    whole = known.get("whole_at")
    return ChainState(
        last,
        known.get("position", 0),
        known.get("broken"),
        beat.at if beat else None,
        datetime.fromisoformat(whole) if whole else None,
    )


@dataclass(frozen=True)
class Excerpted:
    """An entry with its place in the chain: `hash` = SHA-256 of `previous` and `canonical`. Not sealed yet: position None."""

    canonical: str
    position: int | None
    previous: str
    hash: str


def excerpt(subject: str) -> tuple[list[Excerpted], tuple[int, str]]:
    """The entries about a subject, oldest first, as they hang in the chain; and the chain's last (position, hash). Four queries."""
    entries = list(AuditEntry.objects.filter(subject=subject).order_by("id"))
    links = {link.entry_id: link for link in AuditLink.objects.filter(entry_id__in=[e.pk for e in entries])}
    before = AuditLink.objects.filter(position__in=[link.position - 1 for link in links.values()])
    hashes = {link.position: link.hash for link in before}
    found = []
    for entry in entries:
        link = links.get(entry.pk)
        text = canonical(entry).decode()
        if link is None:
            found.append(Excerpted(text, None, "", ""))
        else:
            found.append(Excerpted(text, link.position, hashes.get(link.position - 1, GENESIS), link.hash))
    last = AuditLink.objects.order_by("-position").first()
    return found, (last.position, last.hash) if last else (0, GENESIS)

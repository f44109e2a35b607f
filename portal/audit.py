"""The audit trail: append-only entries, chained by hash.

Promise: an act and its entry commit together; nobody updates or deletes entries (database triggers); `seal()` chains
committed entries in order, one sealer at a time; `verify()` names the first entry that is missing or changed.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from portal.enums import Verb
from portal.models import AuditEntry, AuditLink

if TYPE_CHECKING:
    from portal.models import ApiClient, User

SEALER_LOCK = 718_001
"""Advisory lock number of the only sealer."""

GENESIS = "0" * 64
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
    """Recompute the chain: (number of good links, position of the first broken one or None)."""
    previous, good = GENESIS, 0
    links = AuditLink.objects.order_by("position").iterator(chunk_size=BATCH)
    expected = 1
    for link in links:
        entry = AuditEntry.objects.filter(pk=link.entry_id).first()
        if link.position != expected or entry is None or chained(previous, entry) != link.hash:
            return good, expected
        previous, good, expected = link.hash, good + 1, expected + 1
    return good, None

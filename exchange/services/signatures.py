"""Checking the signatures of stored messages, in bulk, with what the register of certificates says.

Promise: each message is checked once; result, audit entry and news commit with the caller's work on its documents. Verification
itself needs no database and runs on a few threads: parser, canonical form and libcrypto let go of the interpreter.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from os import cpu_count

import orjson
from django.db import connection, transaction
from django.utils import timezone

from exchange.enums import SignatureState
from exchange.events import SIGNATURES_REFUSED
from exchange.messages import MessageRefused
from exchange.messages.signatures import (
    BadSignature,
    Flaw,
    Inspection,
    inspect,
    key_name,
    read_certificate,
    verify,
)
from exchange.models import Message, SignatureCheck, SignerCertificate
from exchange.selectors.signatures import certificates_named, signature_policy
from exchange.services.journal import unpacked
from portal import events
from portal.enums import Verb
from portal.tables import AUDIT


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the check of one message said; `flaw` None: the signature holds."""

    message_id: int
    flaw: Flaw | None
    detail: str = ""
    inspection: Inspection | None = None
    certificate: SignerCertificate | None = None


@cache
def threads() -> ThreadPoolExecutor:
    """As many as there are processors; made when the first signature comes."""
    return ThreadPoolExecutor(max_workers=min(cpu_count() or 1, 8), thread_name_prefix="signature")


@transaction.atomic
def check_messages(message_ids: Sequence[int]) -> list[Outcome]:
    """Verify and record these messages, which must not have been checked before. Five statements, however many messages."""
    messages = list(
        Message.objects.filter(pk__in=list(message_ids)).values_list("pk", "sender_id", "received_at", "raw")
    )
    bodies = [unpacked(pk, bytes(raw)) for pk, _sender, _at, raw in messages]
    inspected = list(threads().map(inspection_of, bodies))
    register = register_for([(row[1], one) for row, one in zip(messages, inspected, strict=True)])
    outcomes = list(
        threads().map(
            lambda row, one: judged(row[0], row[1], row[2], one, register.for_(row[1], one)),
            messages,
            inspected,
        )
    )
    record(outcomes, {row[0]: row[1] for row in messages})
    return outcomes


def check_now(message_id: int) -> Flaw | None:
    """Check one message where its documents are stored, in the same transaction; None when it holds or nothing is verified."""
    if not signature_policy(timezone.localdate()).verify:
        return None
    return check_messages([message_id])[0].flaw


def inspection_of(body: bytes) -> Inspection | BadSignature | None:
    """What `inspect` says, a refusal as a value."""
    try:
        return inspect(body)
    except BadSignature as bad:
        return bad
    except MessageRefused as refusal:
        return BadSignature(Flaw.FORM, refusal.code)


@dataclass(frozen=True, slots=True)
class Register:
    """The certificates that a batch needs."""

    by_fingerprint: dict[str, SignerCertificate]
    by_owner: dict[tuple[int, str], SignerCertificate]

    def for_(self, sender_id: int, inspection: Inspection | BadSignature | None) -> SignerCertificate | None:
        """The certificate that stands in the signature; where none does, the sender's of that name."""
        if not isinstance(inspection, Inspection):
            return None
        if inspection.certificate is not None:
            return self.by_fingerprint.get(inspection.certificate.fingerprint)
        return self.by_owner.get((sender_id, key_name(inspection.key_name)))


def register_for(wanted: Sequence[tuple[int, Inspection | BadSignature | None]]) -> Register:
    """One query for a whole batch."""
    signed = [(sender, one) for sender, one in wanted if isinstance(one, Inspection)]
    return Register(
        *certificates_named(
            {one.certificate.fingerprint for _sender, one in signed if one.certificate},
            {(sender, key_name(one.key_name)) for sender, one in signed if one.certificate is None},
        )
    )


def judged(
    message_id: int,
    sender_id: int,
    at: datetime,
    inspection: Inspection | BadSignature | None,
    certificate: SignerCertificate | None,
) -> Outcome:
    """The whole judgement of one signature, at the moment the message came in."""
    if inspection is None:
        return Outcome(message_id, Flaw.ABSENT)
    if isinstance(inspection, BadSignature):
        return Outcome(message_id, inspection.flaw, inspection.detail)
    try:
        demand_standing(inspection, certificate, sender_id, at)
    except BadSignature as bad:
        return Outcome(message_id, bad.flaw, bad.detail, inspection, certificate)
    return Outcome(message_id, None, "", inspection, certificate)


def demand_standing(
    inspection: Inspection, certificate: SignerCertificate | None, sender_id: int, at: datetime
) -> None:
    """Digest, certificate on file, owner, period, revocation, key: in this order. Raises BadSignature."""
    if not inspection.unchanged:
        raise BadSignature(Flaw.DIGEST)
    if certificate is None:
        raise BadSignature(Flaw.UNKNOWN, inspection.key_name)
    if certificate.organisation_id != sender_id:
        raise BadSignature(Flaw.FOREIGN, certificate.serial)
    if certificate.revoked_at is not None and certificate.revoked_at <= at:
        raise BadSignature(Flaw.REVOKED, certificate.serial)
    if at < certificate.valid_from:
        raise BadSignature(Flaw.EARLY, certificate.serial)
    if certificate.valid_to <= at:
        raise BadSignature(Flaw.EXPIRED, certificate.serial)
    verify(inspection, read_certificate(certificate.pem.encode()))


def record(outcomes: Sequence[Outcome], senders: dict[int, int]) -> None:
    """Result and audit entry of every message, and the news of the bad ones."""
    now = timezone.now()
    SignatureCheck.objects.bulk_create(
        [
            SignatureCheck(
                message_id=one.message_id,
                state=SignatureState.BAD if one.flaw else SignatureState.GOOD,
                flaw=one.flaw or "",
                detail=one.detail[:200],
                algorithm=one.inspection.algorithm.name if one.inspection else "",
                key_name=one.inspection.key_name if one.inspection else "",
                certificate=one.certificate,
                checked_at=now,
            )
            for one in outcomes
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {AUDIT} (at, verb, organisation_id, subject, detail)"  # noqa: S608 -- name of a table
            " SELECT %s, %s, r.sender, 'exchange.message:' || r.message, r.detail::jsonb"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS r (sender, message, detail)",
            [
                now,
                Verb.SIGNATURE_CHECKED.value,
                [senders[one.message_id] for one in outcomes],
                [one.message_id for one in outcomes],
                [orjson.dumps(told(one)).decode() for one in outcomes],
            ],
        )
    if bad := [one.message_id for one in outcomes if one.flaw]:
        events.publish(SIGNATURES_REFUSED, bad)


def told(outcome: Outcome) -> dict[str, str]:
    """What the audit trail keeps of a check."""
    said = {"state": (SignatureState.BAD if outcome.flaw else SignatureState.GOOD).value}
    if outcome.flaw:
        said["flaw"] = outcome.flaw.value
    if outcome.inspection:
        said["algorithm"] = outcome.inspection.algorithm.name
    if outcome.certificate:
        said["certificate"] = outcome.certificate.serial
    return said

"""Certificates on file, results of checks, and what the rule register asks of signatures on a day."""

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from exchange.models import SignatureCheck, SignerCertificate
from exchange.tables import POSITIONS
from portal import rules

RULE = "X.SIGNATURE"
"""{"verify": bool, "required": [message codes]} by day of receipt."""

RECHECK_SECONDS = 60.0
"""Intake reads the rule once a minute and process, like the code tables."""


@dataclass(frozen=True, slots=True)
class SignaturePolicy:
    """Are signatures verified, and which messages must carry one when they are declared (appStatus 2)?"""

    verify: bool = True
    required: frozenset[str] = frozenset()


_today: tuple[float, SignaturePolicy] = (0.0, SignaturePolicy())


def signature_policy(on: date) -> SignaturePolicy:
    """The policy of a day; without a row in force, what is signed is verified and nothing must be."""
    try:
        param = rules.entry(RULE, on).param
    except rules.RuleNotFound:
        return SignaturePolicy()
    return SignaturePolicy(bool(param.get("verify", True)), frozenset(param.get("required") or ()))


def policy_at_the_door() -> SignaturePolicy:
    """Today's policy as intake needs it: at most a minute old, usually without a query."""
    global _today
    if time.monotonic() >= _today[0]:
        _today = (time.monotonic() + RECHECK_SECONDS, signature_policy(timezone.localdate()))
    return _today[1]


def forget_policy() -> None:
    """Read the rule anew at the next message."""
    global _today
    _today = (0.0, SignaturePolicy())


def certificates_of(organisation_id: int, text: str = "") -> QuerySet[SignerCertificate]:
    """An enterprise's certificates, newest first; those whose number or subject fit the text."""
    found = SignerCertificate.objects.filter(organisation_id=organisation_id)
    return found.filter(Q(serial__icontains=text) | Q(subject__icontains=text)) if text else found


def certificate_of(organisation_id: int, certificate_id: int) -> SignerCertificate | None:
    """One certificate of an enterprise, None when there is none or it is another's."""
    return SignerCertificate.objects.filter(pk=certificate_id, organisation_id=organisation_id).first()


def certificates_named(
    fingerprints: Collection[str], owners: Collection[tuple[int, str]]
) -> tuple[dict[str, SignerCertificate], dict[tuple[int, str], SignerCertificate]]:
    """Certificates by fingerprint, and by (owner, serial) for signatures that only name theirs. One query."""
    wanted = Q(fingerprint__in=list(fingerprints)) | Q(
        organisation_id__in=[owner for owner, _serial in owners],
        serial__in=[serial for _owner, serial in owners],
    )
    found = list(SignerCertificate.objects.filter(wanted).order_by("filed_at", "pk"))
    return {c.fingerprint: c for c in found}, {(c.organisation_id, c.serial): c for c in found}


def check_of(message_id: int) -> SignatureCheck | None:
    """The result for one message, None when it is unsigned or not checked yet."""
    return SignatureCheck.objects.select_related("certificate").filter(pk=message_id).first()


def checks_of(message_ids: Iterable[int]) -> dict[int, SignatureCheck]:
    """Results by message. One query."""
    found = SignatureCheck.objects.select_related("certificate").filter(pk__in=list(message_ids))
    return {check.pk: check for check in found}


def checks_of_documents(document_ids: Iterable[int]) -> dict[int, SignatureCheck]:
    """Results by document: each document has that of its message. One query."""
    ids = list(document_ids)
    checks = checks_of({one // POSITIONS for one in ids})
    return {one: checks[one // POSITIONS] for one in ids if one // POSITIONS in checks}

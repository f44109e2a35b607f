"""The signature doctor: one message examined by the verifier of the intake, with what the register says of its certificate.

Nothing of the message is stored. The same report is behind the page, the API and the command.
"""

import base64
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.messages import MessageRefused
from exchange.messages.signatures import (
    ADVICE,
    WORDINGS,
    Advice,
    BadSignature,
    Flaw,
    Inspection,
    diagnose,
    key_name,
)
from exchange.messages.signatures.algorithms import DIGESTS
from exchange.models import SignerCertificate
from exchange.selectors.signatures import certificates_named
from exchange.services.signatures import demand_standing
from portal.errors import Refusal

LARGEST = 2 * 1024 * 1024
"""Bytes of a message: ten times a usual one. Every usual slip is made again on the whole of it."""


class NothingToExamine(Refusal):
    """No bytes, or more than a message may have."""

    code = "SIGNATURE.BODY"
    message = _("请选择一份报文（不超过 2 MB）。")
    field = "message"


class NotAMessage(Refusal):
    """The bytes are an envelope without a readable message."""

    code = "SIGNATURE.MESSAGE"
    message = _("无法读取：传输信封中没有有效的报文。")
    field = "message"


@dataclass(frozen=True, slots=True)
class Report:
    """What the doctor found. `flaw` None: the door would accept the signature of this enterprise now.

    `register` is the certificate on file, of whoever owns it; `foreign`: not of the enterprise that asks.
    """

    flaw: Flaw | None
    detail: str
    inspection: Inspection | None
    advice: tuple[Advice, ...]
    register: SignerCertificate | None
    foreign: bool

    @property
    def signed(self) -> bool:
        return self.flaw != Flaw.ABSENT

    @property
    def verdict(self) -> Advice | None:
        """The flaw in words, None for a good signature."""
        return None if self.flaw is None else Advice(WORDINGS[self.flaw].zh, WORDINGS[self.flaw].en)

    @property
    def number(self) -> str:
        """The platform's four digits, empty for a good signature."""
        return "" if self.flaw is None else WORDINGS[self.flaw].number

    @property
    def stated(self) -> str:
        """DigestValue of the message, base64."""
        return base64.b64encode(self.inspection.stated).decode() if self.inspection else ""

    @property
    def computed(self) -> str:
        """The digest as it must be, base64."""
        return base64.b64encode(self.inspection.computed).decode() if self.inspection else ""

    @property
    def digest_name(self) -> str:
        """Name of the digest."""
        return DIGESTS[self.inspection.digest_uri].upper() if self.inspection else ""


def examine(*, body: bytes, organisation_id: int | None) -> Report:
    """Examine a message for an enterprise, or for nobody (then the owner of the certificate is not held against anybody).

    Raises NothingToExamine, NotAMessage.
    """
    if not 0 < len(body) <= LARGEST:
        raise NothingToExamine
    try:
        found = diagnose(body)
    except MessageRefused:
        raise NotAMessage from None
    filed = on_file(found.inspection, organisation_id)
    flaw, detail = found.flaw, found.detail
    if found.inspection is not None and flaw in (None, Flaw.UNKNOWN):
        flaw, detail = standing(found.inspection, filed, organisation_id)
    return Report(
        flaw=flaw,
        detail=detail,
        inspection=found.inspection,
        advice=tuple(ADVICE[slip] for slip in found.slips),
        register=filed,
        foreign=filed is not None
        and organisation_id is not None
        and filed.organisation_id != organisation_id,
    )


def on_file(inspection: Inspection | None, organisation_id: int | None) -> SignerCertificate | None:
    """The certificate of the signature in the register, by fingerprint, else by the enterprise and KeyName."""
    if inspection is None:
        return None
    if inspection.certificate is not None:
        fingerprint = inspection.certificate.fingerprint
        return certificates_named([fingerprint], [])[0].get(fingerprint)
    if organisation_id is None:
        return None
    owner = (organisation_id, key_name(inspection.key_name))
    return certificates_named([], [owner])[1].get(owner)


def standing(
    inspection: Inspection, filed: SignerCertificate | None, organisation_id: int | None
) -> tuple[Flaw | None, str]:
    """What the door would say now."""
    owner = organisation_id if organisation_id is not None or filed is None else filed.organisation_id
    try:
        demand_standing(inspection, filed, owner or 0, timezone.now())
    except BadSignature as bad:
        return bad.flaw, bad.detail
    return None, ""


def as_json(report: Report) -> dict[str, object]:
    """The report as the API shows it."""
    found = report.inspection
    certificate = found.certificate if found else None
    verdict = report.verdict
    return {
        "accepted": report.flaw is None,
        "flaw": report.flaw.value if report.flaw else None,
        "number": report.number or None,
        "message_zh": verdict.zh if verdict else "",
        "message_en": verdict.en if verdict else "",
        "detail": report.detail,
        "advice": [{"message_zh": one.zh, "message_en": one.en} for one in report.advice],
        "algorithm": found.algorithm.name if found else None,
        "digest_algorithm": report.digest_name or None,
        "digest_stated": report.stated or None,
        "digest_computed": report.computed or None,
        "key_name": found.key_name if found else None,
        "certificate_subject": certificate.subject if certificate else None,
        "certificate_serial": certificate.serial if certificate else None,
        "certificate_sha256": certificate.fingerprint if certificate else None,
        "register": register_word(report),
        "canonical": base64.b64encode(found.document).decode() if found else None,
    }


def register_word(report: Report) -> str:
    """State of the certificate in the register: valid, early, expired, revoked, foreign, unknown."""
    if report.register is None:
        return "unknown"
    return "foreign" if report.foreign else report.register.standing.value

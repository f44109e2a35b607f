"""Texts signed outside of XML: does a certificate on file stand behind one?"""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime

from exchange.messages.signatures import ALGORITHMS, BadSignature, key_name, read_certificate
from exchange.messages.signatures.algorithms import holds
from exchange.models import SignerCertificate


def certificate_in_force(organisation_id: int, number: str, at: datetime) -> SignerCertificate | None:
    """The enterprise's certificate of this number, if it counts at that moment."""
    return (
        SignerCertificate.objects.filter(
            organisation_id=organisation_id,
            serial=key_name(number),
            revoked_at=None,
            valid_from__lte=at,
            valid_to__gt=at,
        )
        .order_by("-filed_at")
        .first()
    )


def is_signed(certificate: SignerCertificate, texts: Sequence[str], value: str) -> bool:
    """Is `value` (Base64) the owner's signature of one of these texts (UTF-8), under an algorithm that fits the key?"""
    try:
        signature = base64.b64decode("".join(value.split()), validate=True)
        spki = read_certificate(certificate.pem.encode()).spki
        fitting = [one for one in ALGORITHMS.values() if one.key == certificate.key]
        return any(holds(one, spki, text.encode(), signature) for one in fitting for text in texts)
    except (binascii.Error, BadSignature, ValueError):
        return False

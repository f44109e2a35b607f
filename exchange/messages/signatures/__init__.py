"""Electronic signatures of messages: verify, sign, read certificates. Knows no database and no framework."""

from exchange.messages.signatures.algorithms import ALGORITHMS, Algorithm
from exchange.messages.signatures.certificates import Certificate, key_name, read_certificate
from exchange.messages.signatures.diagnosis import ADVICE, Advice, Diagnosis, Slip, diagnose
from exchange.messages.signatures.faults import WORDINGS, BadSignature, Flaw
from exchange.messages.signatures.signing import Signer, new_signer, sign_document, signer_of
from exchange.messages.signatures.xmldsig import Inspection, genuine, inspect, verify

__all__ = [
    "ADVICE",
    "ALGORITHMS",
    "WORDINGS",
    "Advice",
    "Algorithm",
    "BadSignature",
    "Certificate",
    "Diagnosis",
    "Flaw",
    "Inspection",
    "Signer",
    "Slip",
    "diagnose",
    "genuine",
    "inspect",
    "key_name",
    "new_signer",
    "read_certificate",
    "sign_document",
    "signer_of",
    "verify",
]

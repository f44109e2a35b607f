"""Certificates of signers: what the register keeps of them. Chains are not built: a certificate counts because it is on file."""

import hashlib
import re
import warnings
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.utils import CryptographyDeprecationWarning

from exchange.messages.signatures import openssl
from exchange.messages.signatures.algorithms import kind_of_key
from exchange.messages.signatures.faults import BadSignature, Flaw

MAX_CERTIFICATE = 8192
"""Bytes of a certificate; real ones have one to two thousand."""
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+?)-----END CERTIFICATE-----")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as read. `serial` is upper-case hexadecimal without leading zeroes, as KeyName writes it."""

    der: bytes
    serial: str
    subject: str
    issuer: str
    valid_from: datetime
    valid_to: datetime
    key: str
    spki: bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def pem(self) -> str:
        """For people and programs."""
        return x509.load_der_x509_certificate(self.der).public_bytes(Encoding.PEM).decode()


def read_certificate(data: bytes) -> Certificate:
    """From PEM or DER. Raises BadSignature (KEY, UNSUPPORTED)."""
    if b"-----BEGIN" in data:
        try:
            data = (
                x509.load_pem_x509_certificate(data).public_bytes(Encoding.DER) if _PEM.search(data) else b""
            )
        except ValueError as error:
            raise BadSignature(Flaw.KEY, str(error)[:120]) from None
    if not 0 < len(data) <= MAX_CERTIFICATE:
        raise BadSignature(Flaw.KEY, f"{len(data)} bytes")
    return _read(data)


@lru_cache(maxsize=1024)
def _read(der: bytes) -> Certificate:
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", CryptographyDeprecationWarning
        )  # serial numbers that RFC 5280 would not allow
        try:
            read = x509.load_der_x509_certificate(der)
            serial, subject, issuer = read.serial_number, read.subject, read.issuer
            spki = _public_key(read, der)
            return Certificate(
                der=der,
                serial=f"{serial:X}",
                subject=subject.rfc4514_string()[:400],
                issuer=issuer.rfc4514_string()[:400],
                valid_from=read.not_valid_before_utc,
                valid_to=read.not_valid_after_utc,
                key=kind_of_key(spki),
                spki=spki,
            )
        except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
            raise BadSignature(Flaw.KEY, str(error)[:120]) from None


def _public_key(read: x509.Certificate, der: bytes) -> bytes:
    try:
        return read.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except UnsupportedAlgorithm:
        try:
            return openssl.public_of_certificate(der)
        except openssl.OpenSSLMissing as missing:
            raise BadSignature(Flaw.UNSUPPORTED, str(missing)) from None
        except openssl.KeyRejected as rejected:
            raise BadSignature(Flaw.KEY, str(rejected)) from None


def key_name(text: str) -> str:
    """A KeyName as the register writes serials: hexadecimal in upper case, without separators and leading zeroes."""
    return re.sub(r"[\s:]", "", text).upper().lstrip("0")

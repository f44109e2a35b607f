"""The algorithms of the port's signatures, by their official identifiers (interface specification 202205, chapter 6).

RSA with SHA-1 is what cards issued before the SM2 ones make; it is accepted here, in verifying what others signed, and nowhere
else in the platform. RSA keys have 1024 to 4096 bits: shorter ones are no protection, longer ones a way to keep us busy.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from exchange.messages.signatures import openssl
from exchange.messages.signatures.faults import BadSignature, Flaw

C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
PORT = "http://www.chinaport.gov.cn/2022/04/xmldsig#"

DIGESTS = {
    "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    f"{PORT}sm3": "sm3",
}
"""Identifier of a digest → its name in hashlib."""

LEAST_RSA, MOST_RSA = 1024, 4096
LARGEST_EXPONENT = 2**33
RAW_SM2 = 64
"""Bytes of an SM2 signature written as r and s one after the other."""


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A way to sign: `key` is RSA or SM2."""

    name: str
    uri: str
    key: str
    digest_uri: str


RSA_SHA1 = Algorithm(
    "RSA-SHA1", "http://www.w3.org/2000/09/xmldsig#rsa-sha1", "RSA", "http://www.w3.org/2000/09/xmldsig#sha1"
)
RSA_SHA256 = Algorithm(
    "RSA-SHA256",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "RSA",
    "http://www.w3.org/2001/04/xmlenc#sha256",
)
SM2_SM3 = Algorithm("SM2-SM3", f"{PORT}sm2-sm3", "SM2", f"{PORT}sm3")
ALGORITHMS = {one.uri: one for one in (RSA_SHA1, RSA_SHA256, SM2_SM3)}
_HASHES: dict[str, Any] = {RSA_SHA1.name: SHA1, RSA_SHA256.name: SHA256}


def digest(uri: str, data: bytes) -> bytes:
    """Digest under an official identifier. Raises BadSignature for another one."""
    name = DIGESTS.get(uri)
    if name is None:
        raise BadSignature(Flaw.ALGORITHM, uri[:120])
    try:
        return hashlib.new(name, data, usedforsecurity=name != "sha1").digest()
    except ValueError:
        raise BadSignature(Flaw.UNSUPPORTED, name) from None


def kind_of_key(spki: bytes) -> str:
    """RSA or SM2, with the bounds of RSA keys. Raises BadSignature for any other key."""
    key = _rsa(spki)
    if key is None:
        return "SM2"
    return "RSA"


def holds(algorithm: Algorithm, spki: bytes, data: bytes, value: bytes) -> bool:
    """Is `value` the signature of these bytes by the owner of the key? Raises BadSignature when the key cannot be used."""
    key = _rsa(spki)
    if (key is None) != (algorithm.key == "SM2"):
        raise BadSignature(Flaw.KEY, f"{algorithm.name}: {'SM2' if key is None else 'RSA'}")
    if key is None:
        return _holds_sm2(spki, data, value)
    try:
        key.verify(value, data, PKCS1v15(), _HASHES[algorithm.name]())
    except InvalidSignature:
        return False
    return True


def _holds_sm2(spki: bytes, data: bytes, value: bytes) -> bool:
    """Both ways to write r and s occur: one after the other, as XML signatures do, and as DER, as cards do."""
    if len(value) == RAW_SM2:
        r, s = (int.from_bytes(half, "big") for half in (value[:32], value[32:]))
        value = encode_dss_signature(r, s)
    try:
        return openssl.verify(spki, data, value)
    except openssl.OpenSSLMissing as missing:
        raise BadSignature(Flaw.UNSUPPORTED, str(missing)) from None
    except openssl.KeyRejected as rejected:
        raise BadSignature(Flaw.KEY, str(rejected)) from None


@lru_cache(maxsize=1024)
def _rsa(spki: bytes) -> rsa.RSAPublicKey | None:
    """The RSA key within the bounds, None for an SM2 key. Raises BadSignature."""
    try:
        key = load_der_public_key(spki)
    except UnsupportedAlgorithm:
        if not openssl.available():
            raise BadSignature(Flaw.UNSUPPORTED, "SM2") from None
        try:
            openssl.public_key(spki)
        except openssl.KeyRejected as rejected:
            raise BadSignature(Flaw.KEY, str(rejected)) from None
        return None
    except ValueError as error:
        raise BadSignature(Flaw.KEY, str(error)[:120]) from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise BadSignature(Flaw.KEY, type(key).__name__)
    if not LEAST_RSA <= key.key_size <= MOST_RSA or key.public_numbers().e > LARGEST_EXPONENT:
        raise BadSignature(Flaw.KEY, f"RSA {key.key_size}")
    return key

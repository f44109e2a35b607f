"""Signing a document as the port does: for the platform's own papers, for the demonstration and for tests."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from cryptography.x509.oid import NameOID
from lxml import etree

from exchange.messages.signatures import openssl
from exchange.messages.signatures.algorithms import (
    C14N,
    ENVELOPED,
    RSA_SHA1,
    RSA_SHA256,
    SM2_SM3,
    Algorithm,
    digest,
    holds,
)
from exchange.messages.signatures.certificates import Certificate, read_certificate
from exchange.messages.signatures.xmldsig import DS, DS_NAMESPACE, canonical

RSA_BITS = 2048


@dataclass(frozen=True)
class Signer:
    """A private key (PKCS#8) with its certificate."""

    pkcs8: bytes
    certificate: Certificate
    algorithm: Algorithm

    def sign(self, data: bytes) -> bytes:
        """The signature value of these bytes; SM2 as DER."""
        if self.algorithm is SM2_SM3:
            return openssl.sign(self.pkcs8, data)
        key = _rsa_key(self.pkcs8)
        signed: bytes = key.sign(data, PKCS1v15(), SHA1() if self.algorithm is RSA_SHA1 else SHA256())  # noqa: S303 -- as old cards do
        return signed

    def fits(self, data: bytes, value: bytes) -> bool:
        """Is this value a signature of these bytes by the owner of the certificate?"""
        return holds(self.algorithm, self.certificate.spki, data, value)


@lru_cache(maxsize=8)
def _rsa_key(pkcs8: bytes) -> Any:
    """Reading a private key tests its primes, which takes longer than signing."""
    return load_der_private_key(pkcs8, None)


def signer_of(pkcs8: bytes, certificate: bytes, *, legacy: bool = False) -> Signer:
    """From PKCS#8 DER and a certificate (PEM or DER). `legacy`: RSA with SHA-1. Raises BadSignature."""
    read = read_certificate(certificate)
    algorithm = SM2_SM3 if read.key == "SM2" else RSA_SHA1 if legacy else RSA_SHA256
    return Signer(pkcs8, read, algorithm)


def new_signer(
    kind: str, *, name: str, serial: int, days: int = 1095, legacy: bool = False, bits: int = RSA_BITS
) -> Signer:
    """A new key with a certificate signed by itself, for demonstrations and tests. `kind` is RSA or SM2."""
    if kind == "SM2":
        pkcs8 = openssl.generate()
        return signer_of(pkcs8, openssl.self_signed(pkcs8, name=name, serial=serial, days=days))
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, SHA256())
    )
    pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return signer_of(pkcs8, certificate.public_bytes(Encoding.DER), legacy=legacy)


def sign_document(body: bytes, signer: Signer, *, before: str = "") -> bytes:
    """The document with the signature as its last element, or before the child named `before` (export: ExtendMessage)."""
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, strip_cdata=False))
    computed = digest(signer.algorithm.digest_uri, canonical(root.getroottree()))
    signature = _signature(signer, computed)
    following = root.find(before) if before else None
    if following is None:
        root.append(signature)
    else:
        following.addprevious(signature)
    value = signer.sign(canonical(signature[0]))
    signature[1].text = base64.b64encode(value).decode()
    written: bytes = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)
    return written


def _signature(signer: Signer, computed: bytes) -> Any:
    signature = etree.Element(f"{DS}Signature", nsmap={"ds": DS_NAMESPACE})
    info = etree.SubElement(signature, f"{DS}SignedInfo")
    etree.SubElement(info, f"{DS}CanonicalizationMethod", Algorithm=C14N)
    etree.SubElement(info, f"{DS}SignatureMethod", Algorithm=signer.algorithm.uri)
    reference = etree.SubElement(info, f"{DS}Reference", URI="")
    transforms = etree.SubElement(reference, f"{DS}Transforms")
    etree.SubElement(transforms, f"{DS}Transform", Algorithm=ENVELOPED)
    etree.SubElement(reference, f"{DS}DigestMethod", Algorithm=signer.algorithm.digest_uri)
    etree.SubElement(reference, f"{DS}DigestValue").text = base64.b64encode(computed).decode()
    etree.SubElement(signature, f"{DS}SignatureValue")
    key_info = etree.SubElement(signature, f"{DS}KeyInfo")
    etree.SubElement(key_info, f"{DS}KeyName").text = signer.certificate.serial
    data = etree.SubElement(key_info, f"{DS}X509Data")
    certificate = etree.SubElement(data, f"{DS}X509Certificate")
    certificate.text = base64.b64encode(signer.certificate.der).decode()
    return signature

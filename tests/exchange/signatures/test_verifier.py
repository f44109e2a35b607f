"""XML signatures: what holds, and every way to make one that must not."""

import base64
import re
from collections.abc import Callable
from typing import Any

import pytest

from exchange.messages.signatures import (
    BadSignature,
    Flaw,
    Signer,
    inspect,
    new_signer,
    read_certificate,
    sign_document,
    verify,
)
from tests.exchange.building import envelope, order, orders, xml

BODY = orders("S-1", "S-2", message_guid="0A17E9B1-5E11-4E7C-9D0E-6A9B5B0F1C11")
DS = b"http://www.w3.org/2000/09/xmldsig#"


@pytest.fixture(scope="module")
def signers() -> dict[str, Signer]:
    return {
        "RSA-SHA256": new_signer("RSA", name="甲", serial=0xA1),
        "RSA-SHA1": new_signer("RSA", name="乙", serial=0xB2, legacy=True, bits=1024),
        "SM2-SM3": new_signer("SM2", name="丙", serial=0xC3),
    }


@pytest.fixture(scope="module")
def rsa(signers: dict[str, Signer]) -> Signer:
    return signers["RSA-SHA256"]


def check(body: bytes, signer: Signer) -> None:
    found = inspect(body)
    assert found is not None
    verify(found, signer.certificate)


def flaw(body: bytes, signer: Signer) -> Flaw:
    """Why it is refused."""
    with pytest.raises(BadSignature) as refusal:
        check(body, signer)
    return refusal.value.flaw


@pytest.mark.parametrize("name", ["RSA-SHA256", "RSA-SHA1", "SM2-SM3"])
def test_good_signatures_hold(signers: dict[str, Signer], name: str) -> None:
    signed = sign_document(BODY, signers[name])
    found = inspect(signed)
    assert found is not None
    assert found.algorithm.name == name
    assert found.unchanged
    assert found.key_name == signers[name].certificate.serial
    assert found.certificate == signers[name].certificate
    verify(found, signers[name].certificate)


def test_signature_inside_an_envelope_holds(rsa: Signer) -> None:
    check(envelope(sign_document(BODY, rsa)), rsa)


def test_unsigned_message_has_nothing_to_inspect() -> None:
    assert inspect(BODY) is None


def test_canonical_form_forgives_what_xml_forgives(rsa: Signer) -> None:
    """Quotes, declaration, order of attributes, comments: not part of what was signed (C14N 20010315)."""
    signed = sign_document(BODY, rsa)
    root = re.search(rb"<ceb:CEB311Message[^>]*>", signed)
    assert root is not None
    turned = (
        root.group(0)
        .replace(b'"', b"'")
        .replace(b" version='1.0'", b"")
        .replace(b" guid=", b" version='1.0'  guid=")
    )
    check(signed.replace(root.group(0), turned + b"<!-- a note -->"), rsa)


def test_both_ways_to_write_an_sm2_signature_hold(signers: dict[str, Signer]) -> None:
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    signed = sign_document(BODY, signers["SM2-SM3"])
    found = inspect(signed)
    assert found is not None
    r, s = decode_dss_signature(found.value)
    raw = base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    check(signed.replace(base64.b64encode(found.value), raw), signers["SM2-SM3"])


Change = Callable[[bytes], bytes]
HOSTILE: dict[str, tuple[Change, Flaw]] = {
    "changed value": (lambda b: b.replace(b"S-2", b"S-3"), Flaw.DIGEST),
    "indented after signing": (lambda b: b.replace(b"<ceb:OrderHead>", b"\n  <ceb:OrderHead>"), Flaw.DIGEST),
    "instruction added": (lambda b: b.replace(b"<ceb:OrderHead>", b"<?x y?><ceb:OrderHead>", 1), Flaw.DIGEST),
    "stated digest changed to fit": (
        lambda b: b.replace(b"<ds:DigestValue>", b"<ds:DigestValue>AAAA"),
        Flaw.DIGEST,
    ),
    "signature value changed": (
        lambda b: re.sub(rb"(<ds:SignatureValue>)(.{8})", rb"\g<1>AAAAAAAA", b),
        Flaw.VALUE,
    ),
    "SignedInfo changed": (lambda b: b.replace(b"<ds:SignedInfo>", b"<ds:SignedInfo> "), Flaw.VALUE),
    "reference to a part": (lambda b: b.replace(b'URI=""', b'URI="#part"'), Flaw.REFERENCE),
    "reference without URI": (lambda b: b.replace(b' URI=""', b""), Flaw.REFERENCE),
    "extra transform": (
        lambda b: b.replace(
            b"</ds:Transforms>",
            b'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>1</ds:XPath></ds:Transform></ds:Transforms>',
        ),
        Flaw.REFERENCE,
    ),
    "exclusive canonical form": (
        lambda b: b.replace(
            b"http://www.w3.org/TR/2001/REC-xml-c14n-20010315", b"http://www.w3.org/2001/10/xml-exc-c14n#"
        ),
        Flaw.ALGORITHM,
    ),
    "HMAC with the public key": (
        lambda b: b.replace(b"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", DS + b"hmac-sha1"),
        Flaw.ALGORITHM,
    ),
    "md5 digest": (
        lambda b: b.replace(
            b"http://www.w3.org/2001/04/xmlenc#sha256", b"http://www.w3.org/2001/04/xmldsig-more#md5"
        ),
        Flaw.ALGORITHM,
    ),
    "two references": (
        lambda b: re.sub(rb"(<ds:Reference.*</ds:Reference>)", rb"\1\1", b),
        Flaw.REFERENCE,
    ),
    "two signatures": (lambda b: re.sub(rb"(<ds:Signature .*</ds:Signature>)", rb"\1\1", b), Flaw.SEVERAL),
    "no signature value": (
        lambda b: re.sub(rb"<ds:SignatureValue>.*</ds:SignatureValue>", b"", b),
        Flaw.FORM,
    ),
    "object inside": (lambda b: b.replace(b"</ds:Signature>", b"<ds:Object/></ds:Signature>"), Flaw.FORM),
    "key fetched from elsewhere": (
        lambda b: b.replace(b"<ds:KeyName>", b'<ds:RetrievalMethod URI="http://example.org/"/><ds:KeyName>'),
        Flaw.FORM,
    ),
    "comment inside a digest": (
        lambda b: b.replace(b"<ds:DigestValue>", b"<ds:DigestValue><!-- -->"),
        Flaw.FORM,
    ),
    "comment inside SignedInfo": (
        lambda b: b.replace(b"<ds:SignedInfo>", b"<ds:SignedInfo><!-- -->"),
        Flaw.FORM,
    ),
    "not base64": (lambda b: b.replace(b"<ds:DigestValue>", b"<ds:DigestValue>%%"), Flaw.FORM),
    "certificate of noise": (
        lambda b: re.sub(rb"<ds:X509Certificate>[^<]*<", b"<ds:X509Certificate>TUFERQ==<", b),
        Flaw.KEY,
    ),
    "language attribute above": (
        lambda b: b.replace(b"<ceb:CEB311Message ", b'<ceb:CEB311Message xml:lang="zh" '),
        Flaw.FORM,
    ),
    "moved into a document": (
        lambda b: (lambda s: b.replace(s, b"").replace(b"</ceb:OrderHead>", b"</ceb:OrderHead>" + s, 1))(
            re.search(rb"<ds:Signature .*</ds:Signature>", b).group(0)  # type: ignore[union-attr]
        ),
        Flaw.FORM,
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_signature_is_refused(rsa: Signer, name: str) -> None:
    change, expected = HOSTILE[name]
    signed = sign_document(BODY, rsa)
    changed = change(signed)
    assert changed != signed
    assert flaw(changed, rsa) == expected


def test_signed_message_wrapped_in_another_is_refused(rsa: Signer) -> None:
    """Signature wrapping: the signed document moves into ExtendMessage of a message the signer never saw."""
    signed = sign_document(BODY, rsa)
    signature = re.search(rb"<ds:Signature .*</ds:Signature>", signed)
    assert signature is not None
    other = orders("S-666")
    inner = signed[signed.index(b"<ceb:CEB311Message") :].replace(signature.group(0), b"")
    wrapped = other.replace(
        b"</ceb:CEB311Message>", b"<x>" + inner + b"</x>" + signature.group(0) + b"</ceb:CEB311Message>"
    )
    assert flaw(wrapped, rsa) == Flaw.DIGEST


def test_signature_copied_onto_another_message_is_refused(rsa: Signer) -> None:
    signature = re.search(rb"<ds:Signature .*</ds:Signature>", sign_document(BODY, rsa))
    assert signature is not None
    copied = xml("CEB311Message", [order("S-9")], extra=signature.group(0).decode())
    assert flaw(copied, rsa) == Flaw.DIGEST


def test_key_of_somebody_else_does_not_fit(rsa: Signer, signers: dict[str, Signer]) -> None:
    signed = sign_document(BODY, rsa)
    assert flaw(signed, new_signer("RSA", name="丁", serial=4)) == Flaw.VALUE
    assert flaw(signed, signers["SM2-SM3"]) == Flaw.KEY


@pytest.mark.parametrize("bits", [512, 8192, 16384])
def test_short_and_huge_keys_are_refused(bits: int) -> None:
    """512 bits protect nothing; huge keys only keep a server busy."""
    pem = certificate_with(bits)
    with pytest.raises(BadSignature) as refusal:
        read_certificate(pem)
    assert refusal.value.flaw == Flaw.KEY


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<a",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"\xff\xfe<\x00a\x00",
        b"<a>" * 300 + b"</a>" * 300,
    ],
)
def test_what_is_no_plain_xml_is_refused(body: bytes) -> None:
    with pytest.raises(BadSignature) as refusal:
        inspect(body)
    assert refusal.value.flaw == Flaw.FORM


def certificate_with(bits: int) -> Any:
    """A self-signed certificate around a public key of any size, without making the key: the numbers need not be primes."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
    from cryptography.x509.oid import NameOID

    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    maker = new_signer("RSA", name="x", serial=1)
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(RSAPublicNumbers(65537, (1 << (bits - 1)) + 12345).public_key())
        .serial_number(5)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(load_der_private_key(maker.pkcs8, None), SHA256())  # type: ignore[arg-type]
    )
    return made.public_bytes(Encoding.PEM)

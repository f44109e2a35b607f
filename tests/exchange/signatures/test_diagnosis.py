"""The doctor names the slip: each is made here as clients make it, and must be found again."""

import base64
import hashlib
import re
from collections.abc import Callable

import pytest
from lxml import etree

from exchange.messages.signatures import ADVICE, Flaw, Signer, Slip, diagnose, new_signer, sign_document
from exchange.messages.signatures.algorithms import RSA_SHA256, digest
from exchange.messages.signatures.xmldsig import DS, canonical
from tests.exchange.building import order, xml

GUID = "0A17E9B1-5E11-4E7C-9D0E-6A9B5B0F1C11"
BODY = xml("CEB311Message", [order("D-1")], message_guid=GUID)
INDENTED = etree.tostring(
    (lambda root: etree.indent(root, space="  ") or root)(etree.fromstring(BODY)),  # type: ignore[func-returns-value]
    xml_declaration=True,
    encoding="UTF-8",
)


@pytest.fixture(scope="module")
def rsa() -> Signer:
    return new_signer("RSA", name="甲", serial=0xA1)


def digest_of(found: bytes, wrong: bytes, rsa: Signer) -> bytes:
    """The message signed as by a client that digests `wrong` instead of the canonical document."""
    return stated(found, base64.b64encode(hashlib.sha256(wrong).digest()), rsa)


def stated(body: bytes, value: bytes, rsa: Signer) -> bytes:
    """The message with another DigestValue, and SignedInfo signed rightly."""
    root = etree.fromstring(sign_document(body, rsa))
    next(root.iter(f"{DS}DigestValue")).text = value.decode()
    return resigned(root, rsa)


def resigned(root: etree._Element, rsa: Signer) -> bytes:
    info = next(root.iter(f"{DS}SignedInfo"))
    next(root.iter(f"{DS}SignatureValue")).text = base64.b64encode(rsa.sign(canonical(info))).decode()
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def value_over(body: bytes, data: Callable[[etree._Element], bytes], rsa: Signer) -> bytes:
    """The message with a signature value over something else."""
    root = etree.fromstring(sign_document(body, rsa))
    next(root.iter(f"{DS}SignatureValue")).text = base64.b64encode(rsa.sign(data(root))).decode()
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def canonical_of(body: bytes) -> bytes:
    return canonical(etree.fromstring(body).getroottree())


def indent(body: bytes) -> bytes:
    """As a formatter leaves it, the signature included."""
    root = etree.fromstring(body)
    etree.indent(root, space="    ")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def compact(body: bytes) -> bytes:
    root = etree.fromstring(body, etree.XMLParser(remove_blank_text=True))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


Make = Callable[[Signer], bytes]
SLIPS: dict[str, tuple[Make, Slip]] = {
    "indented after signing": (lambda s: indent(sign_document(BODY, s)), Slip.INDENTED),
    "compacted after signing": (lambda s: compact(sign_document(INDENTED, s)), Slip.COMPACTED),
    "blank before the signature left out": (
        lambda s: sign_document(BODY, s).replace(b"<ds:Signature ", b"\n<ds:Signature "),
        Slip.AROUND,
    ),
    "prefix dropped": (
        lambda s: re.sub(rb"(</?)ceb:", rb"\1", sign_document(BODY, s)).replace(b"xmlns:ceb=", b"xmlns="),
        Slip.PREFIX,
    ),
    "declaration added": (
        lambda s: sign_document(BODY, s).replace(
            b"<ceb:CEB311Message ",
            b'<ceb:CEB311Message xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ',
        ),
        Slip.NAMESPACES,
    ),
    "declaration removed": (
        lambda s: sign_document(
            BODY.replace(
                b"<ceb:CEB311Message ",
                b'<ceb:CEB311Message xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ',
            ),
            s,
        ).replace(b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"', b""),
        Slip.NAMESPACES,
    ),
    "bytes of the file": (
        lambda s: digest_of(BODY, BODY, s).replace(
            b"<?xml version='1.0' encoding='UTF-8'?>\n", b'<?xml version="1.0" encoding="UTF-8"?>'
        ),
        Slip.RAW_BYTES,
    ),
    "SHA-1 under the name of SHA-256": (
        lambda s: stated(BODY, base64.b64encode(hashlib.sha1(canonical_of(BODY)).digest()), s),  # noqa: S324
        Slip.MISLABELLED,
    ),
    "hexadecimal": (
        lambda s: stated(BODY, base64.b64encode(hashlib.sha256(canonical_of(BODY)).hexdigest().encode()), s),
        Slip.HEXADECIMAL,
    ),
    "signed before the transfer block": (
        lambda s: digest_of(
            BODY, canonical_of(re.sub(rb"<ceb:BaseTransfer>.*</ceb:BaseTransfer>", b"", BODY)), s
        ),
        Slip.EARLY,
    ),
    "signature of another message": (
        lambda s: digest_of(BODY, canonical_of(xml("CEB311Message", [order("D-2")])), s),
        Slip.OTHER_DOCUMENT,
    ),
    "SignedInfo alone": (
        lambda s: value_over(
            BODY,
            lambda root: canonical_of(
                etree.tostring(next(root.iter(f"{DS}SignedInfo")), method="c14n", exclusive=True)
            ),
            s,
        ),
        Slip.INFO_ALONE,
    ),
    "SignedInfo indented": (
        lambda s: sign_document(BODY, s).replace(b"<ds:SignedInfo>", b"<ds:SignedInfo>\n  "),
        Slip.INFO_INDENTED,
    ),
    "digest signed": (
        lambda s: value_over(BODY, lambda _: digest(RSA_SHA256.digest_uri, canonical_of(BODY)), s),
        Slip.DIGEST_SIGNED,
    ),
    "document signed": (lambda s: value_over(BODY, lambda _: canonical_of(BODY), s), Slip.DOCUMENT_SIGNED),
    "another key": (lambda s: value_over(BODY, lambda _: b"nothing of it", s), Slip.OTHER_KEY),
}


@pytest.mark.parametrize("name", SLIPS)
def test_each_slip_is_named(rsa: Signer, name: str) -> None:
    make, expected = SLIPS[name]
    found = diagnose(make(rsa))
    assert found.flaw in (Flaw.DIGEST, Flaw.VALUE)
    assert found.slips == (expected,)


def test_a_good_signature_has_no_slip(rsa: Signer) -> None:
    found = diagnose(sign_document(BODY, rsa))
    assert (found.flaw, found.slips) == (None, ())


def test_values_changed_and_another_key_is_no_guess(rsa: Signer) -> None:
    body = value_over(BODY, lambda _: b"x", rsa).replace(b"D-1", b"D-7")
    assert diagnose(body).slips == (Slip.CHANGED,)


def test_key_name_of_another_certificate_is_noted(rsa: Signer) -> None:
    signed = sign_document(BODY, rsa).replace(b"<ds:KeyName>A1<", b"<ds:KeyName>B2<")
    found = diagnose(signed)
    assert (found.flaw, found.slips) == (None, (Slip.KEY_NAME,))


def test_unsigned_and_broken_messages_are_told_apart() -> None:
    assert diagnose(BODY).flaw == Flaw.ABSENT
    assert diagnose(b"<a").flaw == Flaw.FORM


def test_every_slip_has_words_in_both_languages() -> None:
    assert set(ADVICE) == set(Slip)
    assert all(one.zh and one.en for one in ADVICE.values())

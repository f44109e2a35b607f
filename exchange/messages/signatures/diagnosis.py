"""Why a signature does not hold, in plain words: the likely slips are made again, one by one, until the stated digest (or the
signature value) comes out. What comes out so is proved, not guessed.
"""

import base64
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lxml import etree

from exchange.messages.envelope import CEB, enveloped
from exchange.messages.errors import MessageRefused
from exchange.messages.signatures.algorithms import DIGESTS, digest, holds
from exchange.messages.signatures.certificates import Certificate, key_name
from exchange.messages.signatures.faults import BadSignature, Flaw
from exchange.messages.signatures.xmldsig import DS, Inspection, canonical, genuine, inspect, parse, without

INDENTS = ("  ", "    ", "\t", "")
LATER_PARTS = ("BaseTransfer", "BaseSubscribe", "ExtendMessage")
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_SIGNATURE = re.compile(rb"<(?:\w+:)?Signature[\s>].*</(?:\w+:)?Signature\s*>", re.DOTALL)
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*\?>\s*")


class Slip(StrEnum):
    """What was done wrongly by whoever signed or passed the message on."""

    INDENTED = "indented"
    COMPACTED = "compacted"
    AROUND = "around"
    PREFIX = "prefix"
    NAMESPACES = "namespaces"
    EXCLUSIVE = "exclusive"
    RAW_BYTES = "raw_bytes"
    MISLABELLED = "mislabelled"
    HEXADECIMAL = "hexadecimal"
    EARLY = "early"
    OTHER_DOCUMENT = "other_document"
    CHANGED = "changed"
    INFO_ALONE = "info_alone"
    INFO_INDENTED = "info_indented"
    DIGEST_SIGNED = "digest_signed"
    DOCUMENT_SIGNED = "document_signed"
    OTHER_KEY = "other_key"
    KEY_NAME = "key_name"


@dataclass(frozen=True, slots=True)
class Advice:
    """What happened and what to do, in both languages."""

    zh: str
    en: str


ADVICE = {
    Slip.INDENTED: Advice(
        "报文在签名之后被重新缩进（元素之间加了空白）。签名后不要再格式化，按原字节发送。",
        "The message was re-indented after signing (blanks between elements). Send the bytes as they were signed.",
    ),
    Slip.COMPACTED: Advice(
        "报文在签名之后被压缩（元素之间的空白被删去）。签名后不要再格式化，按原字节发送。",
        "The blanks between elements were removed after signing. Send the bytes as they were signed.",
    ),
    Slip.AROUND: Advice(
        "计算摘要时连同 Signature 前后的空白一起去掉了。只去掉 Signature 元素本身，其余空白一律保留。",
        "The blanks beside Signature were left out of the digest. Take away the element alone and keep every blank.",
    ),
    Slip.PREFIX: Advice(
        "命名空间前缀在签名之后被改动（如 ceb: 与默认命名空间互换）。前缀属于被签内容，不得改动。",
        "The namespace prefix was changed after signing (ceb: against the default namespace). Prefixes are part of what is signed.",
    ),
    Slip.NAMESPACES: Advice(
        "根元素的命名空间声明（如 xmlns:xsi）在签名之后被增删。命名空间声明属于被签内容。",
        "Namespace declarations of the root (such as xmlns:xsi) were added or removed after signing. They are part of what is signed.",
    ),
    Slip.EXCLUSIVE: Advice(
        "使用了 exclusive 规范化。请使用 REC-xml-c14n-20010315（inclusive）。",
        "The exclusive canonical form was used. Use REC-xml-c14n-20010315 (inclusive).",
    ),
    Slip.RAW_BYTES: Advice(
        "摘要是对文件字节直接计算的，没有先规范化（C14N）。",
        "The digest was taken from the bytes of the file without canonicalisation.",
    ),
    Slip.MISLABELLED: Advice(
        "摘要值正确，但 DigestMethod 写的不是所用的算法。",
        "The digest is right, but DigestMethod names another algorithm than the one used.",
    ),
    Slip.HEXADECIMAL: Advice(
        "DigestValue 是十六进制文字，应为摘要字节的 Base64。",
        "DigestValue holds hexadecimal text; it must be base64 of the digest's bytes.",
    ),
    Slip.EARLY: Advice(
        "签名之后又加入了传输信息等内容。请在报文全部完成后再签名。",
        "Parts such as the transfer block were added after signing. Sign when the message is complete.",
    ),
    Slip.OTHER_DOCUMENT: Advice(
        "签名是真的，但签的是另一份内容：签名取自别的报文，或签名后内容被改动。",
        "The signature is genuine but covers another document: it was taken from another message, or the content was changed afterwards.",
    ),
    Slip.CHANGED: Advice(
        "内容与签名时不同，且不是常见的格式差异：字段值被改动，或签名取自别的报文。",
        "The content is not what was signed, and no usual difference of form explains it: values were changed, or the signature belongs elsewhere.",
    ),
    Slip.INFO_ALONE: Advice(
        "SignedInfo 是脱离报文单独规范化的。须在报文中就地规范化，继承根元素的命名空间声明。",
        "SignedInfo was canonicalised apart from the message. Canonicalise it in its place, with the namespaces it inherits.",
    ),
    Slip.INFO_INDENTED: Advice(
        "SignedInfo 在签名之后被重新缩进。", "SignedInfo was re-indented after signing."
    ),
    Slip.DIGEST_SIGNED: Advice(
        "签名值是对摘要值签的，应对规范化后的 SignedInfo 签名。",
        "The digest was signed; the canonical SignedInfo must be.",
    ),
    Slip.DOCUMENT_SIGNED: Advice(
        "签名值是对整份报文签的，应对规范化后的 SignedInfo 签名。",
        "The whole message was signed; the canonical SignedInfo must be.",
    ),
    Slip.OTHER_KEY: Advice(
        "签名值与所附证书的公钥不符：用另一把私钥签名，或附错了证书。",
        "The value does not fit the certificate: another private key was used, or the wrong certificate enclosed.",
    ),
    Slip.KEY_NAME: Advice(
        "KeyName 与所附证书的编号不一致。", "KeyName is not the number of the enclosed certificate."
    ),
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is known of a signature without any register. `flaw` None: it holds for the certificate it was held against."""

    flaw: Flaw | None
    detail: str
    inspection: Inspection | None
    slips: tuple[Slip, ...] = ()


def diagnose(body: bytes, certificate: Certificate | None = None) -> Diagnosis:
    """Examine a message; against `certificate`, else the one that stands in it. Raises MessageRefused for what is no message."""
    try:
        found = inspect(body)
    except BadSignature as bad:
        return Diagnosis(bad.flaw, bad.detail, None)
    if found is None:
        return Diagnosis(Flaw.ABSENT, "", None)
    against = certificate or found.certificate
    notes = tuple(name_slips(found))
    if not found.unchanged:
        return Diagnosis(Flaw.DIGEST, "", found, (explain_digest(body, found, against), *notes))
    if against is None:
        return Diagnosis(Flaw.UNKNOWN, found.key_name, found, notes)
    try:
        good = genuine(found, against)
    except BadSignature as bad:
        return Diagnosis(bad.flaw, bad.detail, found, notes)
    if good:
        return Diagnosis(None, "", found, notes)
    return Diagnosis(Flaw.VALUE, "", found, (explain_value(body, found, against), *notes))


def name_slips(found: Inspection) -> Iterator[Slip]:
    """KeyName and the enclosed certificate must name each other."""
    if found.certificate and found.key_name and key_name(found.key_name) != found.certificate.serial:
        yield Slip.KEY_NAME


def explain_digest(body: bytes, found: Inspection, certificate: Certificate | None) -> Slip:
    """The slip with which the stated digest comes out."""
    if found.stated in (found.computed.hex().encode(), found.computed.hex().upper().encode()):
        return Slip.HEXADECIMAL
    for uri in DIGESTS:
        if uri != found.digest_uri and digest(uri, found.document) == found.stated:
            return Slip.MISLABELLED
    business = business_bytes(body)
    for slip, variant in document_variants(business):
        if digest(found.digest_uri, variant) == found.stated:
            return slip
    try:
        if certificate is not None and genuine(found, certificate):
            return Slip.OTHER_DOCUMENT
    except BadSignature:
        pass
    return Slip.CHANGED


def explain_value(body: bytes, found: Inspection, certificate: Certificate) -> Slip:
    """The slip with which the signature value holds after all."""
    info = next(parse(business_bytes(body)).iter(f"{DS}SignedInfo"))
    alone = etree.fromstring(etree.tostring(info, method="c14n", exclusive=True))
    tight = deepcopy(info.getroottree()).getroot()
    strip_blanks(next(tight.iter(f"{DS}SignedInfo")))
    variants: tuple[tuple[Slip, Callable[[], bytes]], ...] = (
        (Slip.INFO_ALONE, lambda: canonical(alone)),
        (Slip.INFO_INDENTED, lambda: canonical(next(tight.iter(f"{DS}SignedInfo")))),
        (Slip.DIGEST_SIGNED, lambda: found.computed),
        (Slip.DIGEST_SIGNED, lambda: base64.b64encode(found.computed)),
        (Slip.DOCUMENT_SIGNED, lambda: found.document),
    )
    for slip, data in variants:
        if holds(found.algorithm, certificate.spki, data(), found.value):
            return slip
    return Slip.OTHER_KEY


def business_bytes(body: bytes) -> bytes:
    """The message, out of its envelope if it has one."""
    try:
        inside = enveloped(parse(body))
    except MessageRefused:
        inside = None
    return body if inside is None else inside


def document_variants(body: bytes) -> Iterator[tuple[Slip, bytes]]:
    """Every usual way to come to other bytes than the canonical form of this document without its signature."""
    yield from blanks_beside(body)
    yield from whitespace_variants(body)
    document = unsigned(body)
    yield from name_variants(document)
    yield Slip.EXCLUSIVE, etree.tostring(parse(document), method="c14n", exclusive=True)
    for part in LATER_PARTS:
        yield Slip.EARLY, canonical(lacking(document, part))
    yield from raw_variants(body)


def unsigned(body: bytes) -> bytes:
    """Canonical document without its signature."""
    root = parse(body)
    return without(next(root.iter(f"{DS}Signature")))


def blanks_beside(body: bytes) -> Iterator[tuple[Slip, bytes]]:
    """The blanks before, behind or on both sides of the signature taken away with it."""
    for before, behind in ((True, False), (False, True), (True, True)):
        root = parse(body)
        signature = next(root.iter(f"{DS}Signature"))
        if behind:
            signature.tail = None
        previous = signature.getprevious()
        if before and previous is not None:
            previous.tail = None
        yield Slip.AROUND, without(signature)


def whitespace_variants(body: bytes) -> Iterator[tuple[Slip, bytes]]:
    """Without the blanks between elements, or with those of a usual formatter, the signature in its place or gone."""
    for indent in INDENTS:
        slip = Slip.COMPACTED if indent else Slip.INDENTED
        for first_removed in (True, False):
            root = parse(unsigned(body) if first_removed else body)
            strip_blanks(root)
            if indent:
                etree.indent(root, space=indent)
            signature = next(root.iter(f"{DS}Signature"), None)
            yield slip, canonical(root.getroottree()) if signature is None else without(signature)


def strip_blanks(root: Any) -> None:
    """Remove text between elements that is nothing but blanks."""
    for element in root.iter(etree.Element):
        if len(element) and not (element.text or "").strip():
            element.text = None
        if element is not root and not (element.tail or "").strip():
            element.tail = None


def name_variants(document: bytes) -> Iterator[tuple[Slip, bytes]]:
    """Another prefix; declarations added or removed."""
    namespace = CEB.strip("{}").encode()
    if b"<ceb:" in document:
        plain = document.replace(b"<ceb:", b"<").replace(b"</ceb:", b"</")
        yield Slip.PREFIX, plain.replace(b'xmlns:ceb="' + namespace, b'xmlns="' + namespace)
    else:
        prefixed = re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1ceb:", document)
        yield Slip.PREFIX, prefixed.replace(b'xmlns="' + namespace, b'xmlns:ceb="' + namespace)
    root = parse(document)
    etree.cleanup_namespaces(root)
    yield Slip.NAMESPACES, canonical(root.getroottree())
    for also in (
        XSI,
        'xmlns:xsd="http://www.w3.org/2001/XMLSchema" ' + XSI,
        'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"',
    ):
        declared = re.sub(rb"^<([\w:]+)", rb"<\1 " + also.encode(), document, count=1)
        try:
            yield Slip.NAMESPACES, canonical(parse(declared).getroottree())
        except BadSignature:
            continue


def lacking(document: bytes, part: str) -> Any:
    """The document tree without the elements of a name and the blanks behind them."""
    root = parse(document)
    for element in root.findall(f"{CEB}{part}"):
        root.remove(element)
    return root.getroottree()


def raw_variants(body: bytes) -> Iterator[tuple[Slip, bytes]]:
    """The bytes of the file with the signature cut out, with and without declaration, as they are and with other line ends."""
    cut = _SIGNATURE.sub(b"", body)
    for text in (cut, _DECLARATION.sub(b"", cut), body, cut.strip()):
        yield Slip.RAW_BYTES, text
        yield Slip.RAW_BYTES, text.replace(b"\r\n", b"\n")
        yield Slip.RAW_BYTES, text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

"""Enveloped XML signatures as the port uses them: one signature over the whole message, inclusive C14N without comments.

`inspect(body)` reads a message and computes what its signature should say; `verify(inspection, certificate)` asks the key. Both
the intake's check and the signature doctor stand on these two; there is no second implementation. The message is parsed anew from
its bytes with comments and instructions kept: what a signer signed is the document, not what a reader makes of it.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from lxml import etree

from exchange.messages.envelope import enveloped
from exchange.messages.signatures.algorithms import ALGORITHMS, C14N, ENVELOPED, Algorithm, digest, holds
from exchange.messages.signatures.certificates import Certificate, read_certificate
from exchange.messages.signatures.faults import BadSignature, Flaw

DS_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"
DS = f"{{{DS_NAMESPACE}}}"
XML_ATTRIBUTES = "{http://www.w3.org/XML/1998/namespace}"
MAX_VALUE = 4096
"""Characters of a base64 value inside a signature, a certificate apart."""
SHAPE = ("SignedInfo", "SignatureValue", "KeyInfo")


@dataclass(frozen=True, slots=True)
class Inspection:
    """A signature before its key is asked.

    `document` and `signed_info` are canonical bytes; `certificate` stands in the message and is trusted by nobody.
    """

    algorithm: Algorithm
    digest_uri: str
    stated: bytes
    computed: bytes
    signed_info: bytes
    value: bytes
    document: bytes
    key_name: str = ""
    certificate: Certificate | None = None

    @property
    def unchanged(self) -> bool:
        """Is the message what was signed?"""
        return self.stated == self.computed


def inspect(body: bytes, *, inside: bool = True) -> Inspection | None:
    """Read the signature of a message, by default of the one inside an envelope; None when there is none.

    Raises BadSignature (FORM, ALGORITHM, REFERENCE, SEVERAL, KEY), MessageRefused for bytes that are no message.
    """
    root = parse(body)
    business = enveloped(root) if inside else None
    return inspect_tree(root if business is None else parse(business))


def parse(body: bytes) -> Any:
    """The document with its comments and instructions. Raises BadSignature for what is no plain XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, LookupError, ValueError) as error:
        raise BadSignature(Flaw.FORM, str(error)[:120]) from None
    if root.getroottree().docinfo.doctype:
        raise BadSignature(Flaw.FORM, "DOCTYPE")
    return root


def inspect_tree(root: Any) -> Inspection | None:
    """The same for a parsed document, which loses its signature."""
    found = list(root.iter(f"{DS}Signature"))
    if not found:
        return None
    if len(found) > 1:
        raise BadSignature(Flaw.SEVERAL, str(len(found)))
    signature = found[0]
    if signature.getparent() is not root:
        raise BadSignature(Flaw.FORM, "not a child of the root")
    _demand_plain(root, signature)
    info, value, key_info = _parts(signature)
    algorithm, digest_uri, stated = _signed_info(info)
    name, certificate = _key_info(key_info)
    signed_info = canonical(info)
    document = without(signature)
    return Inspection(
        algorithm=algorithm,
        digest_uri=digest_uri,
        stated=stated,
        computed=digest(digest_uri, document),
        signed_info=signed_info,
        value=_decoded(value),
        document=document,
        key_name=name,
        certificate=certificate,
    )


def verify(inspection: Inspection, certificate: Certificate) -> None:
    """The digest and the key. Raises BadSignature (DIGEST, VALUE, KEY, UNSUPPORTED)."""
    if not inspection.unchanged:
        raise BadSignature(Flaw.DIGEST)
    if not genuine(inspection, certificate):
        raise BadSignature(Flaw.VALUE)


def genuine(inspection: Inspection, certificate: Certificate) -> bool:
    """Did the owner of the key sign what SignedInfo says, whatever the message holds now? Raises BadSignature."""
    return holds(inspection.algorithm, certificate.spki, inspection.signed_info, inspection.value)


def canonical(element: Any) -> bytes:
    """Inclusive canonical form without comments, of a document or of an element in its place. Raises BadSignature."""
    try:
        written: bytes = etree.tostring(element, method="c14n", exclusive=False, with_comments=False)
    except (etree.C14NError, ValueError) as error:
        raise BadSignature(Flaw.FORM, str(error)[:120]) from None
    return written


def without(signature: Any) -> bytes:
    """Canonical document after the enveloped-signature transform: the element goes, the text behind it stays."""
    root, tail = signature.getroottree(), signature.tail or ""
    before, parent = signature.getprevious(), signature.getparent()
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    signature.tail = None
    parent.remove(signature)
    return canonical(root)


def _demand_plain(root: Any, signature: Any) -> None:
    """No comment or instruction inside the signature; no xml:… attribute above it, which its canonical form would inherit."""
    if any(not isinstance(node.tag, str) for node in signature.iter()):
        raise BadSignature(Flaw.FORM, "comment in the signature")
    above = (*root.attrib, *signature.attrib)
    if any(name.startswith(XML_ATTRIBUTES) for name in above):
        raise BadSignature(Flaw.FORM, "xml: attribute")


def _parts(signature: Any) -> tuple[Any, Any, Any]:
    names = [etree.QName(child).localname if child.tag.startswith(DS) else "?" for child in signature]
    if tuple(names) not in (SHAPE, SHAPE[:2]):
        raise BadSignature(Flaw.FORM, " ".join(names)[:120])
    return signature[0], signature[1], signature[2] if len(names) == len(SHAPE) else None


def _signed_info(info: Any) -> tuple[Algorithm, str, bytes]:
    tags = [child.tag for child in info]
    if tags != [f"{DS}CanonicalizationMethod", f"{DS}SignatureMethod", f"{DS}Reference"]:
        raise BadSignature(Flaw.REFERENCE if tags.count(f"{DS}Reference") > 1 else Flaw.FORM, "SignedInfo")
    method = _method(info[0])
    if method != C14N:
        raise BadSignature(Flaw.ALGORITHM, method[:120])
    algorithm = ALGORITHMS.get(_method(info[1]))
    if algorithm is None:
        raise BadSignature(Flaw.ALGORITHM, _method(info[1])[:120])
    return algorithm, *_reference(info[2])


def _reference(reference: Any) -> tuple[str, bytes]:
    """Digest method and stated digest of the only reference: the whole message, the enveloped-signature transform alone."""
    tags = [child.tag for child in reference]
    if tags != [f"{DS}Transforms", f"{DS}DigestMethod", f"{DS}DigestValue"] or reference.get("URI") != "":
        raise BadSignature(Flaw.REFERENCE, f"URI={reference.get('URI')!r}"[:120])
    transforms = [_method(one) for one in reference[0]]
    if transforms not in ([ENVELOPED], [ENVELOPED, C14N]):
        raise BadSignature(Flaw.REFERENCE, " ".join(transforms)[:120])
    return _method(reference[1]), _decoded(reference[2])


def _method(element: Any) -> str:
    """The algorithm of a method; parameters inside it (XPath, XSLT, output lengths) are not taken."""
    if len(element) or (element.text or "").strip():
        raise BadSignature(Flaw.REFERENCE, etree.QName(element).localname)
    return str(element.get("Algorithm", ""))


def _key_info(element: Any) -> tuple[str, Certificate | None]:
    """KeyName and X509Certificate, each once at most; nothing that makes us look elsewhere."""
    if element is None:
        return "", None
    names = [child for child in element if child.tag == f"{DS}KeyName"]
    data = [child for child in element if child.tag == f"{DS}X509Data"]
    inside = [child for one in data for child in one]
    certificates = [child for child in inside if child.tag == f"{DS}X509Certificate"]
    if len(names) + len(data) != len(element) or max(len(names), len(certificates), len(data)) > 1:
        raise BadSignature(Flaw.FORM, "KeyInfo")
    name = (names[0].text or "").strip()[:200] if names else ""
    der = _decoded(certificates[0], 4 * MAX_VALUE) if certificates else b""
    return name, read_certificate(der) if der else None


def _decoded(element: Any, limit: int = MAX_VALUE) -> bytes:
    text = "".join((element.text or "").split())
    if len(element) or len(text) > limit:
        raise BadSignature(Flaw.FORM, etree.QName(element).localname)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadSignature(Flaw.FORM, etree.QName(element).localname) from None

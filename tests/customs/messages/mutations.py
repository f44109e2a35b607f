"""Systematic damage to valid messages, the same on every run: what a schema must refuse and what it must let pass."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import permutations
from typing import Any

from lxml import etree

from customs.messages.codec import Message
from customs.messages.fields import NS, Field

VALUES = (
    "",
    " ",
    "0",
    "1",
    "2",
    "3",
    "4",
    "9",
    "A",
    "E",
    "I",
    "a",
    "-1",
    "+1",
    "1.5",
    "1.123456",
    "1.12345",
    "NaN",
    "INF",
    "1e400",
    "1e4",
    "0x10",
    "１",
    "字",
    "12",
    "123",
    "1234",
    "12345",
    "123456",
    "99999",
    "100000",
    "999999999",
    "1000000000",
    "2147483648",
    "12345678901234",
    "1234567890123456789",
    "12345678901234567890",
    "99999999999999.12345",
    "999999999999999.12345",
    "20261123",
    "20261332",
    "20260231",
    "18991231",
    "20261123101530",
    "20261123241530",
    "20261123106030",
    "20261123101530123",
    "2026-11-23T10:15:30",
    " 20261123",
    "-301010",
    "-1234567890",
    "1" * 18,
    "1" * 19,
    "4f3c2b1a-0000-4000-8000-000000000001",
    "4F3C2B1A_0000_4000_8000_00000000000Z",
    "4F3C2B1A-0000-4000-8000-00000000000",
    "4F3C2B1A-0000-4000-8000-0000000000012",
    "4F3C2B1A-0000-4000-8000-00000000000字",
    "35 1",
    "350102",
    "35010",
    "190110100",
    "19011010001",
    "A123456789",
)
"""Values put into every element, whatever its type."""
LENGTHS = (1, 10, 18, 19, 20, 30, 32, 37, 50, 60, 100, 200, 250, 255, 500, 510, 1000, 2000)
"""Text of exactly this length and of one character more."""

Change = Callable[[Any], None]


def remove(element: Any) -> None:
    element.getparent().remove(element)


def repeat(element: Any) -> None:
    element.addnext(deepcopy(element))


def swap(element: Any) -> None:
    """Change places with the next element; the last one goes first."""
    following = element.getnext()
    if following is not None:
        following.addnext(element)
    else:
        element.getparent().insert(0, element)


def misspell(element: Any) -> None:
    element.tag += "X"


def leave_namespace(element: Any) -> None:
    element.tag = etree.QName(element).localname


def nest(element: Any) -> None:
    etree.SubElement(element, NS + "note").text = "x"


def add_attribute(element: Any) -> None:
    element.set("lang", "zh")


STRUCTURE: tuple[Change, ...] = (remove, repeat, swap, misspell, leave_namespace, nest, add_attribute)


def setter(value: str) -> Change:
    def change(element: Any) -> None:
        element.text = value

    return change


CHANGES: tuple[Change, ...] = (
    *STRUCTURE,
    *(setter(value) for value in VALUES),
    *(setter("字" * n) for width in LENGTHS for n in (width, width + 1)),
)
"""The order is the order of the marks in the recorded verdicts."""


def complete(message: Message, root: Any) -> Any:
    """The message with every optional element of the table present, so that each can be damaged."""
    for document in root.findall(NS + message.document):
        head = document.find(NS + message.head) if message.head else document
        fill(head, message.fields)
        for line in document.findall(NS + message.lines) if message.lines else ():
            fill(line, message.line_fields)
    return root


def fill(block: Any, fields: tuple[Field, ...]) -> None:
    for place, field in enumerate(fields):
        if block.find(NS + field.name) is None:
            element = etree.Element(NS + field.name)
            element.text = field.wire.example
            block.insert(place, element)


def leaves(message: Message, root: Any) -> Iterator[tuple[str, str]]:
    """(name, path) of each element of the first document and of the transfer block."""
    document = root.find(NS + message.document)
    tree = root.getroottree()
    blocks = [document, root.find(NS + "BaseTransfer")]
    for block in blocks:
        for element in block.iter() if block is not None else ():
            path = tree.getelementpath(element)
            yield path.replace(NS, ""), path


def verdicts(message: Message, root: Any, is_valid: Callable[[Any], bool]) -> Iterator[tuple[str, str]]:
    """(element, one mark per change: `1` accepted, `0` refused); the tree is left as it was."""
    for name, path in list(leaves(message, root)):
        marks = ""
        for change in CHANGES:
            copy = deepcopy(root)
            change(copy.find(path))
            marks += "01"[is_valid(copy)]
        yield name, marks


def counts(message: Message, root: Any, is_valid: Callable[[Any], bool]) -> Iterator[tuple[str, str]]:
    """Limits of repetition: most documents, one more; most lines, one more."""
    blocks = [(message.document, message.max_documents or MANY)]
    if message.lines:
        blocks.append((f"{message.document}/{message.lines}", message.max_lines or MANY))
    for name, most in blocks:
        path = "/".join(NS + step for step in name.split("/"))
        marks = ""
        for wanted in (most, most + 1):
            copy = deepcopy(root)
            first = copy.find(path)
            for _ in range(wanted - len(first.getparent().findall(first.tag))):
                first.addnext(deepcopy(first))
            marks += "01"[is_valid(copy)]
        yield f"{name}, {most} and one more", marks


def attributes(root: Any, is_valid: Callable[[Any], bool]) -> Iterator[tuple[str, str]]:
    """Attributes of the root: absent, empty, of every value."""
    for name in ("guid", "version"):
        marks = ""
        for value in (None, *VALUES):
            copy = deepcopy(root)
            if value is None:
                copy.attrib.pop(name)
            else:
                copy.set(name, value)
            marks += "01"[is_valid(copy)]
        yield f"@{name}", marks


MANY = 150
"""Repetitions where there is no limit: both counts must pass."""

TRAILERS = {
    "BaseSubscribe": "<ceb:BaseSubscribe><ceb:status>ALL</ceb:status><ceb:dxpMode>DXP</ceb:dxpMode>"
    "<ceb:dxpAddress>DXPENT0000000001</ceb:dxpAddress></ceb:BaseSubscribe>",
    "ExtendMessage": "<ceb:ExtendMessage><ceb:name>x</ceb:name><ceb:version>1</ceb:version><ceb:Message/></ceb:ExtendMessage>",
    "Signature": "<ds:Signature><ds:SignedInfo>"
    '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>'
    '<ds:SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"/><ds:Reference URI="">'
    '<ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/><ds:DigestValue>AAAA</ds:DigestValue>'
    "</ds:Reference></ds:SignedInfo><ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature>",
}
"""What may follow the transfer block; import and export schemas differ in its order."""


def trailers(root: Any, is_valid: Callable[[Any], bool]) -> Iterator[tuple[str, str]]:
    """Every choice and order of trailing blocks, and one subscriber too many."""
    orders = [order for size in (1, 2, 3) for order in permutations(TRAILERS, size)]
    for order in [*orders, ("BaseSubscribe",) * 5, ("BaseSubscribe",) * 6]:
        copy = deepcopy(root)
        text = "".join(TRAILERS[name] for name in order)
        spaces = 'xmlns:ceb="http://www.chinaport.gov.cn/ceb" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
        copy.extend(list(etree.fromstring(f"<x {spaces}>{text}</x>")))
        yield " then ".join(order), "01"[is_valid(copy)]


def record(message: Message, root: Any, is_valid: Callable[[Any], bool]) -> dict[str, str]:
    """All verdicts on one message."""
    return {
        **dict(attributes(root, is_valid)),
        **dict(counts(message, root, is_valid)),
        **dict(trailers(root, is_valid)),
        **dict(verdicts(message, root, is_valid)),
    }

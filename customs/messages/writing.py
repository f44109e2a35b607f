"""From values to the official XML: elements in the order of the field table, default namespace as customs writes it."""

from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from customs.messages.codec import TRANSFER_FIELDS, Message
from customs.messages.fields import NAMESPACE, NS, UNBOUNDED, Field

Values = Mapping[str, Any]
"""Wire name → text; the element of the lines → a list of such values."""


def write(
    message: Message,
    documents: Sequence[Values],
    *,
    guid: str,
    version: str = "1.0",
    transfer: Values | None = None,
) -> bytes:
    """A whole message; enterprises' messages need `transfer`, receipts have none.

    Optional fields without a value are left out.
    """
    root = etree.Element(NS + message.code, {"guid": guid, "version": version}, nsmap={None: NAMESPACE})
    for values in documents:
        document = etree.SubElement(root, NS + message.document)
        head = etree.SubElement(document, NS + message.head) if message.head else document
        _fill(head, message.fields, values)
        for line in values.get(message.lines, ()) if message.lines else ():
            _fill(etree.SubElement(document, NS + message.lines), message.line_fields, line)
    if transfer is not None:
        _fill(etree.SubElement(root, NS + "BaseTransfer"), TRANSFER_FIELDS, transfer)
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def _fill(block: Any, fields: Sequence[Field], values: Values) -> None:
    for field in fields:
        text = values.get(field.name, "")
        if text == "" and field.optional:
            continue
        element = etree.SubElement(block, NS + field.name)
        as_data = field.wire is UNBOUNDED and "]]>" not in text
        element.text = etree.CDATA(text) if as_data else text

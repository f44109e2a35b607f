"""Parcels as CEB messages."""

from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

from customs.messages import registry
from customs.messages.codec import Message
from customs.messages.fields import Field
from tools.parcels.cast import SENDERS, Enterprise
from tools.parcels.drawing import Generator
from tools.parcels.facts import Parcel


def block(fields: Iterable[Field], values: dict[str, str]) -> str:
    """Elements of one block in wire order."""
    parts = []
    for one in fields:
        value = values.get(one.name, "")
        if value or not one.optional:
            parts.append(f"<ceb:{one.name}>{escape(value)}</ceb:{one.name}>")
    return "".join(parts)


def document_xml(message: Message, head: dict[str, str], lines: list[dict[str, str]]) -> str:
    """One document element."""
    inner = block(message.fields, head)
    if message.head:
        inner = f"<ceb:{message.head}>{inner}</ceb:{message.head}>"
    inner += "".join(
        f"<ceb:{message.lines}>{block(message.line_fields, line)}</ceb:{message.lines}>" for line in lines
    )
    return f"<ceb:{message.document}>{inner}</ceb:{message.document}>"


def message_xml(code: str, documents: Sequence[str], guid: str, sender: Enterprise) -> bytes:
    """A whole message around documents."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><ceb:{code} xmlns:ceb="http://www.chinaport.gov.cn/ceb" guid="{guid}"'
        f' version="1.0">{"".join(documents)}<ceb:BaseTransfer><ceb:copCode>{sender.code}</ceb:copCode>'
        f"<ceb:copName>{sender.name}</ceb:copName><ceb:dxpMode>DXP</ceb:dxpMode><ceb:dxpId>{dxp_id(sender)}</ceb:dxpId>"
        f"</ceb:BaseTransfer></ceb:{code}>"
    ).encode()


def dxp_id(sender: Enterprise) -> str:
    """DXPENT and ten digits, made from the code."""
    return "DXPENT" + f"{sum(ord(c) * 31**i for i, c in enumerate(sender.code)) % 10**10:010d}"


def messages(
    parcels: Sequence[Parcel], generator: Generator, *, per_message: int = 100
) -> Iterator[tuple[str, bytes]]:
    """(root name, XML) of all documents of the parcels, up to `per_message` in one message, inventories last."""
    by_code: dict[str, list[str]] = {}
    for parcel in parcels:
        for code, (head, lines) in parcel.documents().items():
            by_code.setdefault(code, []).append(document_xml(registry()[code], head, lines))
    for code in sorted(by_code):
        documents = by_code[code]
        for start in range(0, len(documents), per_message):
            part = documents[start : start + per_message]
            yield code, message_xml(code, part, generator.guid(), SENDERS[code])

"""From bytes to one business message: hardened XML parsing and the transport envelopes.

Envelopes: DxpMsg (terminal node) and DxpMsgSv (transport node), interface specification 202205 chapters 4-5;
the business message stands base64-encoded in DxpMsg/Data. Bounds: no DTD, no entities, no network,
depth ≤ 32, no comments or processing instructions.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from lxml import etree

from exchange.messages.errors import MessageRefused, refused

DXP = "{http://www.chinaport.gov.cn/dxp}"
CEB = "{http://www.chinaport.gov.cn/ceb}"
MAX_DEPTH = 32
_ENVELOPES = {f"{DXP}DxpMsg", f"{DXP}DxpMsgSv"}
_ENCODINGS = {"UTF-8", "UTF8", "GB2312", "GBK", "GB18030"}
"""UTF-8 is the rule; older clients of the port declare a Chinese code page and really use it."""
_DEEP = etree.XPath("boolean(." + "/*" * (MAX_DEPTH - 1) + ")")
_ENCODING_ERRORS = {
    etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING,
    etree.ErrorTypes.ERR_INVALID_ENCODING,
    81,
}
_DECLARED = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


@dataclass(frozen=True, slots=True)
class Opened:
    """A business message out of its envelope; `sender_id` and `cop_msg_id` are empty without one."""

    root: Any
    code: str
    cop_msg_id: str = ""
    sender_id: str = ""


def open_message(body: bytes) -> Opened:
    """Parse and unwrap. Raises MessageRefused (400: not readable, 422: not a CEB message)."""
    root = parse_xml(body)
    if root.tag not in _ENVELOPES:
        return _business_message(root, "", "")
    message = _terminal_node(root)
    cop_msg_id = _text(message, "CopMsgId")
    try:
        return _business_message(parse_xml(_data(message)), cop_msg_id, _text(message, "SenderId"))
    except MessageRefused as refusal:
        refusal.cop_msg_id = cop_msg_id
        raise


def enveloped(root: Any) -> bytes | None:
    """The bytes of the business message inside an envelope; None when the root is no envelope. Raises MessageRefused."""
    if root.tag not in _ENVELOPES:
        return None
    return _data(_terminal_node(root))


def business_body(body: bytes) -> bytes:
    """The bytes of the business message: what stands in the envelope, or the body itself. Raises MessageRefused."""
    inside = enveloped(parse_xml(body))
    return body if inside is None else inside


def write_envelope(
    content: bytes, *, message_type: str, cop_msg_id: str, sender: str, receiver: str, created: datetime
) -> bytes:
    """DxpMsg around a message, as the port sends it."""
    root = etree.Element(f"{DXP}DxpMsg", {"ver": "1.0"}, nsmap={None: DXP.strip("{}")})
    info = etree.SubElement(root, f"{DXP}TransInfo")
    etree.SubElement(info, f"{DXP}CopMsgId").text = cop_msg_id
    etree.SubElement(info, f"{DXP}SenderId").text = sender
    receivers = etree.SubElement(info, f"{DXP}ReceiverIds")
    etree.SubElement(receivers, f"{DXP}ReceiverId").text = receiver
    etree.SubElement(info, f"{DXP}CreatTime").text = created.isoformat(timespec="seconds")
    etree.SubElement(info, f"{DXP}MsgType").text = message_type
    etree.SubElement(root, f"{DXP}Data").text = base64.b64encode(content).decode()
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def _terminal_node(root: Any) -> Any:
    """DxpMsg, alone or inside the transport node's envelope."""
    message = root if root.tag == f"{DXP}DxpMsg" else root.find(f"{DXP}DxpMsg")
    if message is None:
        raise refused(
            422, "0002", "传输信封中没有 DxpMsg", "The envelope holds no DxpMsg", "/DxpMsgSv/DxpMsg"
        )
    return message


def parse_xml(body: bytes) -> Any:
    """The root element. Raises MessageRefused 400 with the line where reading stopped."""
    _refuse_declarations(body)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise _not_readable(error) from None
    except (LookupError, ValueError):
        raise _wrong_encoding() from None
    if root.getroottree().docinfo.doctype:
        raise _declared()
    if any(_DEEP(child) for child in _open_ended(root)):
        raise _too_deep()
    return root


def _refuse_declarations(body: bytes) -> None:
    """UTF-16 and other code pages could hide a DTD from a search, so they are refused first."""
    head = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if body[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in head[:8]:
        raise _wrong_encoding()
    declared = _DECLARED.match(head)
    if declared and declared.group(1).decode("ascii").upper() not in _ENCODINGS:
        raise _wrong_encoding()
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise _declared()


def _open_ended(root: Any) -> list[Any]:
    """Children that may hold any content (ExtendMessage, signature, envelope parts) stand at the end; the
    depth of documents is bounded by their schema, and libxml2 itself stops at 256 levels.
    """
    return list(islice(root.iterchildren(reversed=True), 8))


def _business_message(root: Any, cop_msg_id: str, sender_id: str) -> Opened:
    name = etree.QName(root)
    if f"{{{name.namespace}}}" != CEB or not name.localname.endswith("Message"):
        raise refused(
            422,
            "0999",
            f"不是 CEB 报文：根元素为 {name.localname[:60]}",
            f"Not a CEB message: the root element is {name.localname[:60]}",
            f"/{name.localname[:60]}",
        )
    return Opened(root, name.localname, cop_msg_id, sender_id)


def _text(message: Any, name: str) -> str:
    return (message.findtext(f"{DXP}TransInfo/{DXP}{name}") or "").strip()[:255]


def _data(message: Any) -> bytes:
    text = message.findtext(f"{DXP}Data") or ""
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data:
        raise refused(
            400,
            "0001",
            "传输信封的 Data 不是有效的 Base64 内容",
            "Data of the envelope is not valid base64",
            "/DxpMsg/Data",
        )
    return data


def _not_readable(error: etree.XMLSyntaxError) -> MessageRefused:
    line, column = error.position
    if error.code in _ENCODING_ERRORS:
        return _wrong_encoding()
    if "depth" in (error.msg or "").lower():
        return _too_deep()
    return refused(
        400,
        "0001",
        f"报文不是格式良好的 XML：第 {line} 行第 {column} 列处无法继续读取",
        f"The message is not well-formed XML: reading stopped at line {line}, column {column}",
        f"line {line}",
    )


def _wrong_encoding() -> MessageRefused:
    return refused(400, "0001", "字符编码不符：请使用 UTF-8", "Wrong character encoding: use UTF-8")


def _declared() -> MessageRefused:
    return refused(400, "0001", "报文不得包含 DTD 或实体声明", "A message may not declare a DTD or entities")


def _too_deep() -> MessageRefused:
    return refused(
        400, "0001", f"元素嵌套超过 {MAX_DEPTH} 层", f"Elements are nested more than {MAX_DEPTH} levels deep"
    )

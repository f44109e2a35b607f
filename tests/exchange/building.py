"""CEB messages for tests, built from the field tables with overrides."""

import base64
import uuid
from typing import Any
from xml.sax.saxutils import escape

from customs.messages import registry
from customs.messages.fields import Kind

PLATFORM = "35019609P1"
SHOP = "3508W6000A"
BUYER = ("11010519491231002X", "张三")
"""The well-known made-up number whose check character fits."""


def guid() -> str:
    return str(uuid.uuid4()).upper()


def order(number: str, **values: str) -> dict[str, Any]:
    """Head values of an import order that passes every check."""
    return {"orderNo": number, "ebpCode": PLATFORM, "ebcCode": SHOP, "guid": guid(), **values}


def xml(
    code: str,
    documents: list[dict[str, Any]],
    *,
    cop_code: str = PLATFORM,
    dxp_id: str = "DXPENT0000000001",
    message_guid: str | None = None,
    head: str = "",
    extra: str = "",
) -> bytes:
    """A whole message; each document is {wire name: text, "lines": [{…}]}."""
    message = registry()[code]
    body = "".join(_document(message, values) for values in documents)
    transfer = (
        f"<ceb:BaseTransfer><ceb:copCode>{cop_code}</ceb:copCode><ceb:copName>平台</ceb:copName>"
        f"<ceb:dxpMode>DXP</ceb:dxpMode><ceb:dxpId>{dxp_id}</ceb:dxpId></ceb:BaseTransfer>"
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<ceb:{code} xmlns:ceb="http://www.chinaport.gov.cn/ceb" '
        f'guid="{message_guid or guid()}" version="1.0">{body}{transfer}{extra}</ceb:{code}>'
    ).encode()


def orders(*numbers: str, **values: str) -> bytes:
    """One 311 with these order numbers."""
    return xml("CEB311Message", [order(number, **values) for number in numbers])


def envelope(message: bytes, *, sender: str = "DXPENT0000000001", cop_msg_id: str = "MSG-1") -> bytes:
    """DxpMsg around a message."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><DxpMsg xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"><TransInfo>'
        f"<CopMsgId>{cop_msg_id}</CopMsgId><SenderId>{sender}</SenderId><ReceiverIds><ReceiverId>DXPEDCCEB0000002"
        "</ReceiverId></ReceiverIds><CreatTime>2026-11-20T10:00:00</CreatTime><MsgType>CEB311Message</MsgType>"
        f"</TransInfo><Data>{base64.b64encode(message).decode()}</Data></DxpMsg>"
    ).encode()


def _document(message: Any, values: dict[str, Any]) -> str:
    head = "".join(_element(f, values) for f in message.fields if not f.optional or f.name in values)
    if message.head:
        head = f"<ceb:{message.head}>{head}</ceb:{message.head}>"
    lines = "".join(
        f"<ceb:{message.lines}>"
        + "".join(_element(f, line) for f in message.line_fields if not f.optional or f.name in line)
        + f"</ceb:{message.lines}>"
        for line in (values.get("lines", [{}]) if message.lines else [])
    )
    return f"<ceb:{message.document}>{head}{lines}</ceb:{message.document}>"


def _element(field: Any, values: dict[str, Any]) -> str:
    known = {"currency": "142", "appTime": "20261120101530", "buyerName": BUYER[1], "payerName": BUYER[1]}
    default = BUYER[0] if field.kind is Kind.RESIDENT_NUMBER else known.get(field.name, field.wire.example)
    return f"<ceb:{field.name}>{escape(str(values.get(field.name, default)))}</ceb:{field.name}>"

"""Real-time payment data (公告 2018 年第 165 号、第 179 号): the JSON of both directions, its field table, the signed text, the answers.

Customs asks: form field `openReq`. The platform uploads: form field `payExInfoStr`. The signed text is the top-level members as they
stand in the upload, joined by `||`, each written `"name":"text"`. Only 10000, 20000 and 20004 are published; the other codes of the
range 20001–21000 are the platform's own.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from customs.messages.faults import MessageError, fault
from customs.messages.fields import AMOUNT, MOMENT, Field, Store, choice, pattern, text

ASK_FIELD, UPLOAD_FIELD = "openReq", "payExInfoStr"
SUCCESS, FAILURE = "10000", "20000"
UNREADABLE, UNKNOWN_SESSION, BAD_SIGNATURE, NO_CERTIFICATE, BAD_FIELD = (
    "20001",
    "20002",
    "20003",
    "20004",
    "20005",
)
MOST_BYTES = 2 * 1024 * 1024
MOST_LISTS, MOST_GOODS, MOST_FAULTS = 100, 500, 25
SIGNED = ("sessionID", "payExchangeInfoHead", "payExchangeInfoLists", "serviceTime")
"""Members of the signed text in their order. The published table writes payExchangeInfoList, its samples payExchangeInfoLists."""

SESSION = Field(
    "sessionID", "会话编号", text(36), "Number customs gave to its request; the upload repeats it"
)
SERVICE_TIME = Field(
    "serviceTime",
    "系统时间",
    pattern("N13", "[0-9]{10,17}", 17, "1544519952469"),
    "Moment of the message, milliseconds since 1970",
)
CERTIFICATE = Field("certNo", "证书编号", text(64), "Number of the certificate that signs")
SIGNATURE = Field("signValue", "签名", text(4000), "Signature of the signed text, Base64")
HEAD = (
    Field("guid", "系统唯一序号", text(36), "Unique id of the record inside the platform's system"),
    Field(
        "initalRequest", "原始请求", text(8000), "Original request of the platform to the payment enterprise"
    ),
    Field("initalResponse", "原始响应", text(8000), "Original answer of the payment enterprise"),
    Field("ebpCode", "电商平台代码", text(18), "Customs registration of the platform"),
    Field("payCode", "支付企业代码", text(18), "Customs registration of the payment enterprise"),
    Field(
        "payTransactionId",
        "交易流水号",
        text(60),
        "Transaction number that can be checked at the clearing house",
    ),
    Field("totalAmount", "交易金额", AMOUNT, "Amount of the transaction"),
    Field("currency", "币制", text(4), "Customs currency code"),
    Field("verDept", "验核机构", choice("1", "2", "3"), "1 UnionPay 银联, 2 NetsUnion 网联, 3 other"),
    Field(
        "payType", "支付类型", choice("1", "2", "3", "4"), "1 app, 2 pc, 3 scan code, 4 other", optional=True
    ),
    Field("tradingTime", "交易成功时间", MOMENT, "Moment of payment. YYYYMMDDhhmmss"),
    Field("note", "备注", text(1000), "Remark", optional=True),
)
ORDER = (
    Field("orderNo", "订单编号", text(60), "Every order of the original request"),
    Field("recpAccount", "收款账号", text(60), "Account of the seller"),
    Field(
        "recpCode",
        "收款企业代码",
        text(18),
        "Social credit code of the seller; foreign sellers leave it out",
        optional=True,
    ),
    Field("recpName", "收款企业名称", text(100), "Name of the seller"),
)
GOODS = (
    Field("gname", "商品名称", text(250), "Name of the goods"),
    Field("itemLink", "商品展示链接", text(3000), "Page of the goods; several joined by ;"),
)


class Unreadable(Exception):
    """Not the JSON of an upload."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload as read. `signed_texts` are the texts its signature may be of: members as they stand, and without blanks between."""

    session_id: str
    head: dict[str, str]
    orders: list[dict[str, Any]]
    service_time: str
    cert_no: str
    sign_value: str
    signed_texts: tuple[str, ...]


def ask_text(*, order_no: str, session_id: str, service_time: int) -> str:
    """The value of `openReq`. `service_time` in milliseconds since 1970."""
    return json.dumps(
        {"orderNo": order_no, "sessionID": session_id, "serviceTime": service_time},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def read_answer(body: bytes) -> tuple[str, str]:
    """(code, message) of an answer; the code of failure for what is none."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return FAILURE, ""
    if not isinstance(answer, dict):
        return FAILURE, ""
    return str(answer.get("code", FAILURE))[:10], str(answer.get("message") or "")[:200]


def answer(code: str, message: str, *, total: int, service_time: int) -> dict[str, Any]:
    """The answer to an upload."""
    return {"code": code, "message": message, "total": total, "serviceTime": service_time}


def read_upload(given: str) -> tuple[Upload, list[MessageError]]:
    """An upload and what is wrong with its fields. Raises Unreadable."""
    if len(given.encode("utf-8", "replace")) > MOST_BYTES:
        raise Unreadable
    members = members_of(given)
    head = as_value(members, "payExchangeInfoHead", dict)
    orders = as_value(members, "payExchangeInfoLists", list)
    if not orders or len(orders) > MOST_LISTS or not all(isinstance(one, dict) for one in orders):
        raise Unreadable
    single = {
        f.name: members.get(f.name, ("", ""))[0] for f in (SESSION, SERVICE_TIME, CERTIFICATE, SIGNATURE)
    }
    faults = list(faults_of("", (SESSION, SERVICE_TIME, CERTIFICATE, SIGNATURE), single))
    faults += faults_of("/payExchangeInfoHead", HEAD, head)
    for at, order in enumerate(orders, 1):
        faults += order_faults(f"/payExchangeInfoLists[{at}]", order)
    upload = Upload(
        session_id=written(single["sessionID"]),
        head={f.name: written(head.get(f.name)) for f in HEAD},
        orders=[as_order(one) for one in orders],
        service_time=written(single["serviceTime"]),
        cert_no=written(single["certNo"]),
        sign_value=written(single["signValue"]),
        signed_texts=signed_texts(members),
    )
    return upload, faults[:MOST_FAULTS]


def order_faults(path: str, order: Mapping[str, Any]) -> Iterator[MessageError]:
    """What is wrong with one order and its goods."""
    yield from faults_of(path, ORDER, order)
    goods = order.get("goodsInfo")
    if not isinstance(goods, list) or not goods or len(goods) > MOST_GOODS:
        yield fault(f"{path}/goodsInfo", "CEB.SCHEMA.EMPTY")
        return
    for at, one in enumerate(goods, 1):
        yield from faults_of(f"{path}/goodsInfo[{at}]", GOODS, one if isinstance(one, dict) else {})


def as_order(order: Mapping[str, Any]) -> dict[str, Any]:
    """An order with the members of the field table alone."""
    goods = order.get("goodsInfo")
    listed = goods if isinstance(goods, list) else []
    return {
        **{f.name: written(order.get(f.name)) for f in ORDER},
        "goodsInfo": [
            {f.name: written(one.get(f.name)) for f in GOODS}
            for one in listed[:MOST_GOODS]
            if isinstance(one, dict)
        ],
    }


def members_of(given: str) -> dict[str, tuple[Any, str]]:
    """Top-level members of a JSON object: name → (value, its text as it stands). Raises Unreadable."""
    decoder = json.JSONDecoder(parse_float=Decimal, parse_constant=refuse)
    blank = re.compile(r"[ \t\r\n]*")
    found: dict[str, tuple[Any, str]] = {}

    def skip(at: int, mark: str = "") -> int:
        match = blank.match(given, at)
        at = match.end() if match else at
        if mark and given[at : at + 1] != mark:
            raise Unreadable
        return at + len(mark)

    try:
        at = skip(0, "{")
        while True:
            name, at = decoder.raw_decode(given, skip(at))
            start = skip(skip(at, ":"))
            value, at = decoder.raw_decode(given, start)
            if not isinstance(name, str) or name in found:
                raise Unreadable
            found[name] = value, given[start:at]
            at = skip(at)
            if given[at : at + 1] == "}":
                break
            at = skip(at, ",")
    except (ValueError, RecursionError, InvalidOperation):
        raise Unreadable from None
    if skip(at + 1) != len(given):
        raise Unreadable
    return found


def refuse(constant: str) -> Any:
    """NaN and Infinity are no JSON."""
    raise ValueError(constant)


def as_value(members: Mapping[str, tuple[Any, str]], name: str, kind: type) -> Any:
    """An object or list that stands in the upload itself or as text. Raises Unreadable."""
    value = members.get(name, (None, ""))[0]
    if isinstance(value, str):
        try:
            value = json.loads(value, parse_float=Decimal, parse_constant=refuse)
        except (ValueError, RecursionError):
            raise Unreadable from None
    if not isinstance(value, kind):
        raise Unreadable
    return value


def signed_texts(members: Mapping[str, tuple[Any, str]]) -> tuple[str, ...]:
    """Texts the signature may be of."""
    standing, compact = [], []
    for name in SIGNED:
        value, raw = members.get(name, ("", ""))
        standing.append(f'"{name}":"{value if isinstance(value, str) else raw}"')
        compact.append(f'"{name}":"{value if isinstance(value, str) else without_blanks(raw)}"')
    return tuple(dict.fromkeys(("||".join(standing), "||".join(compact))))


def without_blanks(raw: str) -> str:
    """JSON without the blanks between its tokens; strings and numbers keep their spelling."""
    return re.sub(r'("(?:[^"\\]|\\.)*")|[ \t\r\n]+', lambda match: match.group(1) or "", raw)


def written(value: Any) -> str:
    """A scalar as text, "" for anything else."""
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return ""
    return f"{value:f}" if isinstance(value, Decimal) and value.is_finite() else str(value)


def faults_of(path: str, fields: Sequence[Field], values: Mapping[str, Any]) -> Iterator[MessageError]:
    """What is wrong with a block, by the same facets as the XML schema."""
    for one in fields:
        value = written(values.get(one.name))
        place = f"{path}/{one.name}"
        if not value.strip():
            if not one.nullable:
                yield fault(place, "CEB.SCHEMA.MISSING", label=one.label, name=one.name)
        elif code := wrong(one, value):
            yield fault(
                place,
                code,
                value=value[:60],
                length=str(len(value)),
                limit=str(one.wire.width),
                allowed=", ".join(v for k, v in one.wire.facets if k == "enumeration"),
            )


def wrong(one: Field, value: str) -> str:
    """The code of what is wrong with a value, "" when it fits."""
    if "\x00" in value:
        return "CEB.SCHEMA.PATTERN"
    if one.wire.store is Store.NUMBER:
        return "" if re.fullmatch(r"[0-9]{1,14}(\.[0-9]{1,5})?", value, re.ASCII) else "CEB.SCHEMA.NUMBER"
    if len(value) > one.wire.width:
        return "CEB.SCHEMA.LENGTH"
    listed = [v for facet, v in one.wire.facets if facet == "enumeration"]
    if listed and value not in listed:
        return "CEB.SCHEMA.VALUE"
    expected = dict(one.wire.facets).get("pattern")
    return "CEB.SCHEMA.PATTERN" if expected and not re.fullmatch(expected, value, re.ASCII) else ""

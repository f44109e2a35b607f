"""What is wrong with a message: every fault with element path, stable code and a sentence in Chinese and English.

Order: schema, then calendar, code tables, resident numbers, line numbers, repeated business keys. Never raises for bad input.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from lxml import etree

from customs.messages.codec import NS, Message, Parsed, Table

Codes = Callable[[str], frozenset[str]]
"""Gives the codes of a table, e.g. `currency`."""

SENTENCES: dict[str, tuple[str, str]] = {
    "CEB.SCHEMA.MISSING": (
        "缺少元素：此处应为 {expected}",
        "An element is missing: expected {expected} here",
    ),
    "CEB.SCHEMA.UNEXPECTED": (
        "元素不应出现在此处；应为 {expected}",
        "This element is not expected here; expected {expected}",
    ),
    "CEB.SCHEMA.EMPTY": ("必填项不能为空", "A required value is empty"),
    "CEB.SCHEMA.LENGTH": ("长度不符：{value}", "The length is wrong: {value}"),
    "CEB.SCHEMA.VALUE": ("取值不在允许范围内：{value}", "The value is not among the permitted ones: {value}"),
    "CEB.SCHEMA.PATTERN": ("格式不符：{value}", "The format is wrong: {value}"),
    "CEB.SCHEMA.NUMBER": ("不是有效数值：{value}", "Not a valid number: {value}"),
    "CEB.SCHEMA.ATTRIBUTE": ("属性缺失或不符：{value}", "An attribute is missing or wrong: {value}"),
    "CEB.SCHEMA.OTHER": ("不符合报文规范：{value}", "Does not follow the message specification: {value}"),
    "CEB.MOMENT": ("日期或时间不存在：{value}", "There is no such date or time: {value}"),
    "CEB.CODE.CURRENCY": (
        "币制代码不在代码表中：{value}",
        "The currency code is not in the code table: {value}",
    ),
    "CEB.CODE.COUNTRY": (
        "国家（地区）代码不在代码表中：{value}",
        "The country code is not in the code table: {value}",
    ),
    "CEB.CODE.UNIT": ("计量单位代码不在代码表中：{value}", "The unit code is not in the code table: {value}"),
    "CEB.CODE.CUSTOMS_DISTRICT": (
        "关区代码不在代码表中：{value}",
        "The customs office code is not in the code table: {value}",
    ),
    "CEB.CODE.SUPERVISION_MODE": (
        "监管方式代码不在代码表中：{value}",
        "The supervision mode is not in the code table: {value}",
    ),
    "CEB.CODE.TRANSPORT_MODE": (
        "运输方式代码不在代码表中：{value}",
        "The transport mode is not in the code table: {value}",
    ),
    "CEB.CODE.WRAP_TYPE": (
        "包装种类代码不在代码表中：{value}",
        "The packing code is not in the code table: {value}",
    ),
    "CEB.ID.LENGTH": ("身份证号码应为18位", "A resident number has 18 characters"),
    "CEB.ID.CHECK": (
        "身份证号码校验位不符（GB 11643-1999）",
        "The check character of the resident number is wrong (GB 11643-1999)",
    ),
    "CEB.ID.DATE": ("身份证号码中的出生日期不存在", "The birth date in the resident number does not exist"),
    "CEB.ID.FUTURE": (
        "身份证号码中的出生日期晚于业务日期",
        "The birth date in the resident number lies in the future",
    ),
    "CEB.ID.REGION": ("身份证号码中的行政区划代码不存在", "The region in the resident number does not exist"),
    "CEB.ID.TYPE": ("证件类型仅支持身份证（1）", "Only resident identity cards (1) are accepted"),
    "CEB.LINE.REPEATED": ("商品序号重复：{value}", "The line number occurs twice: {value}"),
    "CEB.DUPLICATE": (
        "同一报文内业务主键重复：{value}",
        "The business key occurs twice in the message: {value}",
    ),
}
"""Stable codes of faults and their sentences. Basis: interface specification 202205; ID.*: GB 11643-1999."""

FACETS = {
    etree.ErrorTypes.SCHEMAV_CVC_MINLENGTH_VALID: "CEB.SCHEMA.EMPTY",
    etree.ErrorTypes.SCHEMAV_CVC_MAXLENGTH_VALID: "CEB.SCHEMA.LENGTH",
    etree.ErrorTypes.SCHEMAV_CVC_LENGTH_VALID: "CEB.SCHEMA.LENGTH",
    etree.ErrorTypes.SCHEMAV_CVC_ENUMERATION_VALID: "CEB.SCHEMA.VALUE",
    etree.ErrorTypes.SCHEMAV_CVC_PATTERN_VALID: "CEB.SCHEMA.PATTERN",
    etree.ErrorTypes.SCHEMAV_CVC_TOTALDIGITS_VALID: "CEB.SCHEMA.NUMBER",
    etree.ErrorTypes.SCHEMAV_CVC_FRACTIONDIGITS_VALID: "CEB.SCHEMA.NUMBER",
    etree.ErrorTypes.SCHEMAV_CVC_MININCLUSIVE_VALID: "CEB.SCHEMA.NUMBER",
    etree.ErrorTypes.SCHEMAV_CVC_MAXINCLUSIVE_VALID: "CEB.SCHEMA.NUMBER",
    etree.ErrorTypes.SCHEMAV_CVC_DATATYPE_VALID_1_2_1: "CEB.SCHEMA.NUMBER",
    etree.ErrorTypes.SCHEMAV_CVC_COMPLEX_TYPE_4: "CEB.SCHEMA.ATTRIBUTE",
    etree.ErrorTypes.SCHEMAV_CVC_COMPLEX_TYPE_3_2_1: "CEB.SCHEMA.ATTRIBUTE",
    etree.ErrorTypes.SCHEMAV_CVC_COMPLEX_TYPE_3_2_2: "CEB.SCHEMA.ATTRIBUTE",
}
EXPECTED = re.compile(r"Expected is (?:one of )?\(\s*(.*?)\s*\)")
MISSING = re.compile(r"Missing child element")
ATTRIBUTE = re.compile(r"attribute '([^']+)'")
VALUE = re.compile(r"The value '(.*?)'", re.DOTALL)
SHOWN = 60
"""Characters of a wrong value that are shown; resident numbers are never shown."""
PERSONAL = frozenset(
    {
        "buyerIdNumber",
        "payerIdNumber",
        "buyerTelephone",
        "consigneeTelephone",
        "telephone",
        "consigneeAddress",
    }
)
MOST = 200
"""Faults collected of one message; answers show fewer."""


@dataclass(frozen=True, slots=True)
class MessageError:
    """One fault: `path` leads to the element, e.g. `/CEB311Message/Order[2]/OrderHead/currency`."""

    path: str
    code: str
    message_zh: str
    message_en: str


def fault(path: str, code: str, **values: str) -> MessageError:
    zh, en = SENTENCES[code]
    return MessageError(path, code, zh.format(**values), en.format(**values))


def local(tag: Any) -> str:
    return etree.QName(tag).localname if isinstance(tag, str) else "?"


def path_of(element: Any) -> str:
    """Readable path with positions where an element repeats."""
    steps: list[str] = []
    node = element
    while node is not None:
        parent = node.getparent()
        step = local(node.tag)
        if parent is not None:
            twins = [c for c in parent if c.tag == node.tag]
            if len(twins) > 1:
                step += f"[{twins.index(node) + 1}]"
        steps.append(step)
        node = parent
    return "/" + "/".join(reversed(steps))


def schema_faults(message: Message, root: Any) -> list[MessageError]:
    """What the schema finds, one fault an element (the validator repeats itself)."""
    if message.schema.validate(root):
        return []
    judge = message.compiled()
    judge.validate(root)
    prefixes = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    found: dict[tuple[str, str], MessageError] = {}
    for entry in judge.error_log:
        element = element_at(root, entry.path, prefixes)
        problem = schema_fault(entry, element)
        found.setdefault((problem.path, ""), problem)
        if len(found) >= MOST:
            break
    return list(found.values())


def element_at(root: Any, path: str | None, prefixes: dict[str, str]) -> Any:
    """The element the validator speaks of; the root when its path cannot be followed."""
    try:
        nodes = root.xpath(path, namespaces=prefixes) if path else []
    except etree.XPathError:
        nodes = []
    return nodes[0] if nodes and isinstance(nodes[0], etree._Element) else root


def schema_fault(entry: Any, element: Any) -> MessageError:
    """One line of the validator's log in plain words."""
    path, text = path_of(element), entry.message
    attribute = ATTRIBUTE.search(text)
    if attribute:
        return fault(
            f"{path}/@{attribute.group(1)}",
            "CEB.SCHEMA.ATTRIBUTE",
            value=element.get(attribute.group(1)) or "",
        )
    if entry.type == etree.ErrorTypes.SCHEMAV_ELEMENT_CONTENT:
        expected = EXPECTED.search(text)
        names = re.sub(r"\{[^}]*\}", "", expected.group(1)) if expected else "—"
        return fault(
            path, "CEB.SCHEMA.MISSING" if MISSING.search(text) else "CEB.SCHEMA.UNEXPECTED", expected=names
        )
    code = FACETS.get(entry.type, "CEB.SCHEMA.OTHER")
    if code == "CEB.SCHEMA.NUMBER" and not (element.text or "").strip():
        code = "CEB.SCHEMA.EMPTY"
    shown = VALUE.search(text)
    value = shown.group(1) if shown else re.sub(r"\{[^}]*\}", "", text)
    if local(element.tag) in PERSONAL:
        value = "***"
    return fault(path, code, value=value[:SHOWN])


@lru_cache(maxsize=4096)
def exists(moment: str) -> bool:
    """Is there such a day (`YYYYMMDD…`, punctuation ignored)?"""
    try:
        datetime.strptime(moment[:8], "%Y%m%d")  # noqa: DTZ007 -- a calendar day, no moment
    except ValueError:
        return False
    return True


class Paths:
    """Element paths of rows."""

    def __init__(self, message: Message) -> None:
        self.message = message

    def head(self, position: int, name: str = "") -> str:
        path = f"/{self.message.code}/{self.message.document}[{position + 1}]"
        path += f"/{self.message.head}" if self.message.head else ""
        return f"{path}/{name}" if name else path

    def line(self, position: int, number: int, name: str) -> str:
        return f"/{self.message.code}/{self.message.document}[{position + 1}]/{self.message.lines}[{number}]/{name}"


def column_faults(table: Table, rows: list[tuple[str, list[str]]], codes: Codes) -> Iterator[MessageError]:
    """Calendar and code tables of one block; `rows` are (path of the row, values)."""
    for i in [n for n, f in enumerate(table.fields) if f.wire.store in {"moment", "day"}]:
        for path, row in rows:
            if row[i] and not exists(row[i]):
                yield fault(f"{path}/{table.names[i]}", "CEB.MOMENT", value=row[i][:8])
    for i, code_table, name in table.coded:
        wrong = {row[i] for _path, row in rows} - codes(code_table) - {""}
        if wrong:
            for path, row in rows:
                if row[i] in wrong:
                    yield fault(f"{path}/{name}", f"CEB.CODE.{code_table.upper()}", value=row[i])


def identity_faults(paths: Paths, parsed: Parsed) -> Iterator[MessageError]:
    """Resident numbers that cannot exist, and documents other than identity cards."""
    for position, name, code in parsed.identities:
        yield fault(paths.head(position, name), f"CEB.ID.{code}")
    for name in ("buyerIdType", "payerIdType"):
        at = paths.message.head_table.index.get(name)
        if at is not None:
            for position, row in enumerate(parsed.head_rows):
                if row[at] != "1":
                    yield fault(paths.head(position, name), "CEB.ID.TYPE")


def repetition_faults(paths: Paths, parsed: Parsed) -> Iterator[MessageError]:
    """Line numbers and business keys that occur twice."""
    if paths.message.lines:
        gnum = paths.message.line_table.index["gnum"]
        lines = Counter((position, int(row[gnum])) for position, row in parsed.line_rows)
        for (position, number), times in lines.items():
            if times > 1:
                yield fault(paths.head(position), "CEB.LINE.REPEATED", value=str(number))
    keys = Counter(parsed.keys)
    if len(keys) < len(parsed.keys):
        for position, key in enumerate(parsed.keys):
            if keys[key] > 1:
                yield fault(paths.head(position), "CEB.DUPLICATE", value=" + ".join(key)[:SHOWN])


def content_faults(message: Message, parsed: Parsed, codes: Codes) -> list[MessageError]:
    """Everything the schema cannot say."""
    paths = Paths(message)
    heads = [(paths.head(position), row) for position, row in enumerate(parsed.head_rows)]
    found = list(column_faults(message.head_table, heads, codes))
    if message.lines:
        numbers: Counter[int] = Counter()
        lines = []
        for position, row in parsed.line_rows:
            numbers[position] += 1
            lines.append((paths.line(position, numbers[position], "").rstrip("/"), row))
        found += column_faults(message.line_table, lines, codes)
    found += identity_faults(paths, parsed)
    found += repetition_faults(paths, parsed)
    return found[:MOST]


def read(message: Message, root: Any, codes: Codes) -> tuple[Parsed | None, list[MessageError]]:
    """Check and read a message: (rows, no faults) or (None, faults)."""
    faults = schema_faults(message, root)
    if faults:
        return None, faults
    impossible = impossible_moments(message, root)
    if impossible:
        return None, impossible
    parsed = message.parse(root)
    faults = content_faults(message, parsed, codes)
    return (None, faults) if faults else (parsed, [])


def impossible_moments(message: Message, root: Any) -> list[MessageError]:
    """Application times on days that do not exist would stop the identity check; they are told first."""
    tag = NS + "appTime"
    return [
        fault(path_of(element), "CEB.MOMENT", value=element.text)
        for element in root.iter(tag)
        if not exists(element.text)
    ]

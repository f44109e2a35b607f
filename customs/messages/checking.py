"""What is wrong with a message: every fault with element path, stable code and a sentence in Chinese and English.

Order: schema, then calendar, code tables, resident numbers, line numbers, repeated business keys. Never raises for bad input.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from lxml import etree

from customs.messages.codec import Message, Parsed
from customs.messages.faults import MessageError, fault
from customs.messages.fields import NS, Store
from customs.messages.reading import Table

Codes = Callable[[str], frozenset[str]]
"""Gives the codes of a table, e.g. `currency`."""

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
ATTRIBUTE = re.compile(r"attribute '([^']+)'")
VALUE = re.compile(r"(?:The value|':) '(.*?)'", re.DOTALL)
LENGTH = re.compile(r"has a length of '(\d+)'.*length of '(\d+)'", re.DOTALL)
ALLOWED = re.compile(r"element of the set \{(.*?)\}")
NOT_REQUIRED = frozenset({"BaseSubscribe", "ExtendMessage", "Signature", "note"})
SHOWN = 60
"""Characters of a wrong value that are shown; personal data are never shown."""
MOST = 200
"""Faults collected of one message; answers show fewer."""


def local(tag: Any) -> str:
    """The name without its namespace."""
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else "?"


def path_of(message: Message, element: Any) -> str:
    """Readable path; documents, lines and whatever else repeats carry their positions."""
    repeated = {message.document, message.lines}
    steps: list[str] = []
    node = element
    while node is not None:
        parent = node.getparent()
        step = local(node.tag)
        if parent is not None:
            twins = [c for c in parent if c.tag == node.tag]
            if len(twins) > 1 or step in repeated:
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
    spaces = [root.nsmap, *(child.nsmap for child in islice(root.iterchildren(reversed=True), 4))]
    prefixes = {prefix: uri for space in spaces for prefix, uri in space.items() if prefix}
    found: dict[tuple[str, str], MessageError] = {}
    for entry in judge.error_log:
        element = element_at(root, entry.path, prefixes)
        problem = schema_fault(message, entry, element)
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


def schema_fault(message: Message, entry: Any, element: Any) -> MessageError:
    """One line of the validator's log in plain words."""
    text = entry.message
    attribute = ATTRIBUTE.search(text)
    if attribute:
        name = attribute.group(1)
        return fault(
            f"{path_of(message, element)}/@{name}", "CEB.SCHEMA.ATTRIBUTE", value=element.get(name) or ""
        )
    if entry.type == etree.ErrorTypes.SCHEMAV_ELEMENT_CONTENT:
        return content_model_fault(message, element, text)
    code = FACETS.get(entry.type, "CEB.SCHEMA.OTHER")
    if code == "CEB.SCHEMA.NUMBER" and not (element.text or "").strip():
        code = "CEB.SCHEMA.EMPTY"
    return fault(path_of(message, element), code, **shown(message, local(element.tag), text))


def shown(message: Message, name: str, text: str) -> dict[str, str]:
    """What the validator said of a value; personal data are hidden."""
    value, length, allowed = VALUE.search(text), LENGTH.search(text), ALLOWED.search(text)
    said = value.group(1) if value else re.sub(r"\{[^}]*\}", "", text)
    return {
        "value": "***" if name in message.personal else said[:SHOWN],
        "length": length.group(1) if length else "—",
        "limit": length.group(2) if length else "—",
        "allowed": allowed.group(1).replace("'", "") if allowed else "—",
    }


def content_model_fault(message: Message, element: Any, text: str) -> MessageError:
    """An element is missing, misplaced or unknown. A required one that is nowhere beside it is what is missing."""
    found = EXPECTED.search(text)
    names = [local(name) for name in found.group(1).split(", ")] if found else []
    parent = element if "Missing child element" in text else element.getparent()
    if parent is None:
        return fault(path_of(message, element), "CEB.SCHEMA.OTHER", value=local(element.tag))
    there = {local(child.tag) for child in parent}
    optional = NOT_REQUIRED | {f.name for f in message.table_of(local(parent.tag)) if f.optional}
    required = [name for name in names if name not in optional]
    if message.direction and parent.getparent() is None:
        required.append("BaseTransfer")  # the validator forgets it after a repeated element
    name = next((name for name in required if name not in there), "")
    if name:
        return fault(
            f"{path_of(message, parent)}/{name}",
            "CEB.SCHEMA.MISSING",
            name=name,
            label=message.label_of(name),
        )
    return fault(
        path_of(message, element),
        "CEB.SCHEMA.UNEXPECTED",
        value=local(element.tag),
        expected=", ".join(names) or "—",
    )


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


def column_faults(
    table: Table, rows: list[list[str]], path: Callable[[int, str], str], codes: Codes
) -> Iterator[MessageError]:
    """Calendar and code tables of one block; `path` names the element of the nth row."""
    for i in table.days:
        days = {row[i][:8] for row in rows} - {""}
        wrong = {day for day in days if not exists(day)}
        for n, row in enumerate(rows) if wrong else ():
            if row[i][:8] in wrong:
                yield fault(path(n, table.names[i]), "CEB.MOMENT", value=row[i][:8])
    for i, code_table, name in table.coded:
        wrong = {row[i] for row in rows} - codes(code_table) - {""}
        for n, row in enumerate(rows) if wrong else ():
            if row[i] in wrong:
                yield fault(path(n, name), f"CEB.CODE.{code_table.upper()}", value=row[i])


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
        at = paths.message.line_table.index[paths.message.line_key]
        numbered = paths.message.line_fields[at].wire.store is Store.INTEGER  # 01 is 1
        lines = Counter(
            (position, str(int(row[at])) if numbered else row[at]) for position, row in parsed.line_rows
        )
        for (position, number), times in lines.items():
            if times > 1:
                yield fault(paths.head(position), "CEB.LINE.REPEATED", value=number)
    keys = Counter(parsed.keys)
    if len(keys) < len(parsed.keys):
        for position, key in enumerate(parsed.keys):
            if keys[key] > 1:
                yield fault(paths.head(position), "CEB.DUPLICATE", value=" + ".join(key)[:SHOWN])


def content_faults(message: Message, parsed: Parsed, codes: Codes) -> list[MessageError]:
    """Everything the schema cannot say."""
    paths = Paths(message)
    found = list(column_faults(message.head_table, parsed.head_rows, paths.head, codes))
    if message.lines:
        places = [position for position, _row in parsed.line_rows]
        first = {position: n for n, position in reversed(list(enumerate(places)))}

        def path_of_line(n: int, name: str) -> str:
            return paths.line(places[n], n - first[places[n]] + 1, name)

        lines = [row for _position, row in parsed.line_rows]
        found += column_faults(message.line_table, lines, path_of_line, codes)
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
        fault(path_of(message, element), "CEB.MOMENT", value=element.text)
        for element in root.iter(tag)
        if not exists(element.text)
    ]

"""Receipts as official messages: stored lines joined with the documents they answer.

A document that was not stored (repeated, older, unsupported operation) is read from the raw message in the journal: its
position there follows from its id.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from django.db import connection

from customs.messages import registry
from customs.messages.codec import Message
from customs.messages.fields import NS, column_name
from customs.messages.writing import write
from customs.models.documents import HEADS, POSITIONS
from customs.selectors.requests import LISTS
from exchange.messages import ReceiptLine, open_message
from exchange.services import message_body
from exchange.services.journal import message_summary

OWN = frozenset({"returnStatus", "returnTime", "returnInfo"})
"""Fields of a receipt that come from the receipt itself; all others come from the document."""

OF_PARCEL = {"preNo": "pre_no", "invtNo": "invt_no"}
"""Numbers customs gives to a list; known once its parcel was worked on."""
PORT_NUMBER = "coalesce(CASE WHEN length(d.pre_no) = 18 THEN d.pre_no END, 'B' || to_char(d.received_at, 'YYYYMMDD') || lpad(mod(d.id, 1000000000)::text, 9, '0'))"
"""Number the port gives to any other document: B, the day, nine digits (interface specification 202205, preNo)."""

OF_SUMMARY = {"sumNo": "s.sum_no"}
"""Number customs gives to a request to summarise lists; known once it is summarised."""

MAX_IN_PAGE = 64 * 1024
"""Bytes of a refused message that are repeated inside a page of receipts; a page stays within some 30 MB."""

GUID_FORM = re.compile(r"[0-9A-Za-z_-]{36}")
SHANGHAI = ZoneInfo("Asia/Shanghai")
Values = dict[str, str]
JOINS = {
    "p.": "LEFT JOIN customs_parcel p ON p.id = d.id",
    "s.": "LEFT JOIN customs_summaryapplication s ON s.agent_code = d.agent_code AND s.cop_no = d.cop_no",
}
"""Where the numbers stand that customs gives, by alias."""


def describe_receipts(message: Message, lines: Sequence[ReceiptLine]) -> dict[int, list[Values]]:
    """Per receipt the documents it answers: business keys under their official names."""
    wanted = [f.name for f in registry()[message.receipt].fields if f.name not in OWN]
    stored = _stored_documents(message, wanted, lines)
    missing = [line for line in lines if line.id not in stored]
    return {**stored, **_from_journal(message, wanted, missing)}


def write_receipts(message: Message, lines: Sequence[ReceiptLine]) -> dict[int, bytes]:
    """Per receipt the official XML."""
    answer = registry()[message.receipt]
    described = describe_receipts(message, lines)
    return {
        line.id: write(
            answer, [{**document, **_own(line)} for document in described[line.id]], guid=receipt_guid(line)
        )
        for line in lines
    }


def write_format_receipts(lines: Sequence[ReceiptLine]) -> dict[int, bytes]:
    """CEB900 for messages refused as a whole, with the original text; in a page, long ones are left to be read alone."""
    answer = registry()["CEB900Message"]
    written = {}
    for line in lines:
        refused = message_summary(line.message_id)
        if refused.size > MAX_IN_PAGE and len(lines) > 1:
            continue
        values = {
            "guid": refused.guid if GUID_FORM.fullmatch(refused.guid) else receipt_guid(line),
            **_own(line),
            "oriCopMsgId": refused.cop_msg_id,
            "oriMessageType": refused.message_type,
            "oriBizMessage": printable(message_body(line.message_id)),
        }
        written[line.id] = write(answer, [values], guid=receipt_guid(line))
    return written


def receipt_guid(line: ReceiptLine) -> str:
    """The same 36 characters whenever this receipt is read."""
    return str(uuid5(NAMESPACE_URL, f"receipt:{line.id}")).upper()


def return_time(moment: datetime) -> str:
    """YYYYMMDDhhmmssSSS in China standard time."""
    return moment.astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S%f")[:17]


def printable(body: bytes) -> str:
    """Text that XML 1.0 can hold; what it cannot hold becomes U+FFFD."""
    text = body.decode("utf-8", "replace")
    return "".join(c if c in "\t\n\r" or "\x20" <= c <= "\ud7ff" or c >= "\ue000" else "\ufffd" for c in text)


def _own(line: ReceiptLine) -> Values:
    return {"returnStatus": line.status, "returnTime": return_time(line.returned_at), "returnInfo": line.info}


def _stored_documents(
    message: Message, wanted: list[str], lines: Sequence[ReceiptLine]
) -> dict[int, list[Values]]:
    """One query for all lines: each names a range of the primary key, of documents and of their earlier versions."""
    columns = [_column(message, name) for name in wanted]
    joins = [join for prefix, join in JOINS.items() if any(c.startswith(prefix) for c in columns)]
    ranges = [_range(line) for line in lines]
    table = HEADS[message.code]._meta.db_table
    found: dict[int, list[Values]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.receipt, {', '.join(columns)} FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[])"  # noqa: S608 -- names from the field table
            f" AS r (receipt, low, high) JOIN LATERAL (SELECT * FROM {table} WHERE id >= r.low AND id < r.high"
            f" UNION ALL SELECT (jsonb_populate_record(NULL::{table}, head)).* FROM customs_documentversion"
            " WHERE id >= r.low AND id < r.high) d ON true"
            f" {' '.join(joins)} ORDER BY r.receipt, d.id",
            [[line.id for line in lines], [low for low, _high in ranges], [high for _low, high in ranges]],
        )
        for receipt, *values in cursor.fetchall():
            found[receipt].append(dict(zip(wanted, map(_text, values), strict=True)))
    return found


def _column(message: Message, name: str) -> str:
    """Where a field of the receipt stands: with the parcel for lists, else with the document."""
    if name in OF_PARCEL and message.code in LISTS.values():
        return f"p.{OF_PARCEL[name]}"
    if name in OF_SUMMARY:
        return OF_SUMMARY[name]
    return PORT_NUMBER if name == "preNo" else f"d.{column_name(name)}"


def _range(line: ReceiptLine) -> tuple[int, int]:
    if line.document_id is not None:
        return line.document_id, line.document_id + 1
    return line.message_id * POSITIONS, (line.message_id + 1) * POSITIONS


def _from_journal(
    message: Message, wanted: list[str], lines: Sequence[ReceiptLine]
) -> dict[int, list[Values]]:
    """Documents that were not stored, read from the raw messages; each message is opened once."""
    found: dict[int, list[Values]] = {}
    for message_id, group in groupby(
        sorted(lines, key=attrgetter("message_id")), key=attrgetter("message_id")
    ):
        root = open_message(message_body(message_id)).root
        documents = [_values(document, wanted) for document in root.findall(NS + message.document)]
        for line in group:
            number = line.document_id
            found[line.id] = documents if number is None else [documents[number % POSITIONS]]
    return found


def _values(document: Any, wanted: list[str]) -> Values:
    return {name: document.findtext(f".//{NS}{name}") or "" for name in wanted if name not in OF_PARCEL}


def _text(value: Any) -> str:
    return "" if value is None else str(value)

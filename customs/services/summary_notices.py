"""CEB792 汇总结果单: which list line went into which line of which declaration, in parts of so many lines, and the declaration's number later.

A receipt carries one part. Its lines are read when it is asked for: a hundred thousand lists are two hundred receipts, not a message
that fills the memory.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from customs.enums import DECLARATION_CODES, DeclarationState
from customs.messages import registry
from customs.messages.writing import write
from customs.models import SummaryApplication, SummaryDeclaration, SummaryNotice
from customs.services.receipts import receipt_guid, return_time
from exchange.messages import ReceiptLine
from exchange.tables import OUTBOX, POSITIONS, RECEIPT
from portal import rules

RESULT = "CEB792Message"
MOST_IN_PAGE = 50_000
"""Lines in one page of receipts (some 12 MB); parts beyond are left to be read alone."""

PARTS = """
SELECT d.id AS declaration_id, d.decl_seq_no, s.parcel_id, s.gnum, s.part, s.parts, least(%(most)s, s.lines - (s.part - 1) * %(most)s) AS lines
FROM customs_summarydeclaration d JOIN (
    SELECT declaration_id, parcel_id, gnum, (nr - 1) / %(most)s + 1 AS part, (lines + %(most)s - 1) / %(most)s AS parts, lines, nr
    FROM (
        SELECT declaration_id, parcel_id, gnum, row_number() OVER (PARTITION BY declaration_id ORDER BY parcel_id, gnum) AS nr,
            count(*) OVER (PARTITION BY declaration_id) AS lines
        FROM customs_summarisedline WHERE declaration_id IN (
            SELECT id FROM customs_summarydeclaration WHERE application_id = %(application)s)
    ) numbered
) s ON s.declaration_id = d.id AND (s.nr - 1) %% %(most)s = 0
"""
"""The parts of all declarations of a request, each with its first line."""

NUMBER_ONLY = """
SELECT id AS declaration_id, decl_seq_no, 0::bigint AS parcel_id, 0 AS gnum, 1 AS part, 1 AS parts, 0 AS lines
FROM customs_summarydeclaration WHERE id = %(declaration)s
"""
"""A second notice of a declaration tells what became of it; the lines are known."""

TELL = f"""
WITH part AS MATERIALIZED (
    SELECT p.*, nextval(pg_get_serial_sequence('{RECEIPT}', 'id')) AS receipt_id
    FROM ({{parts}}) p ORDER BY declaration_id, part
), told AS (
    INSERT INTO {RECEIPT} (id, organisation_id, message_id, document_id, message_type, status, info, returned_at)
    SELECT receipt_id, %(sender)s, %(document)s / {POSITIONS}, %(document)s, %(kind)s, %(status)s,
        format('汇总统一编号 %%s，第 %%s/%%s 段', decl_seq_no, part, parts), %(now)s FROM part ORDER BY receipt_id
), noted AS (
    INSERT INTO {OUTBOX} (organisation_id, agency, channel, subject) VALUES (%(sender)s, '', 'receipts', 'decided')
)
INSERT INTO customs_summarynotice (receipt_id, declaration_id, state, msg_count, msg_seq_no, first_parcel, first_gnum, lines)
SELECT receipt_id, declaration_id, %(state)s, parts, part, parcel_id, gnum, lines FROM part
"""  # noqa: S608 -- names of tables

LINES = """
SELECT n.receipt, p.invt_no, p.logistics_no, l.gseqno, l.gnum, i.gcode
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::integer[], %s::integer[]) AS n (receipt, declaration, parcel, gnum, lines)
CROSS JOIN LATERAL (
    SELECT parcel_id, gnum, gseqno FROM customs_summarisedline
    WHERE declaration_id = n.declaration AND (parcel_id, gnum) >= (n.parcel, n.gnum)
    ORDER BY parcel_id, gnum LIMIT n.lines
) l
JOIN customs_parcel p ON p.id = l.parcel_id
JOIN customs_exportinventoryline i ON i.head_id = l.parcel_id AND i.gnum = l.gnum
ORDER BY n.receipt, l.parcel_id, l.gnum
"""


def tell_results(application: SummaryApplication, state: DeclarationState, now: datetime) -> None:
    """CEB792 of every declaration of a request, in parts: one statement."""
    most = int(rules.value("B.SUMMARY.RESULT_LINES", timezone.localtime(now).date()))
    tell(PARTS, application, state, now, {"application": application.pk, "most": most})


def tell_again(declaration: SummaryDeclaration, state: DeclarationState, now: datetime) -> None:
    """CEB792 of one declaration with what customs answered."""
    tell(NUMBER_ONLY, declaration.application, state, now, {"declaration": declaration.pk})


def tell(
    parts: str,
    application: SummaryApplication,
    state: DeclarationState,
    now: datetime,
    values: dict[str, Any],
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            TELL.format(parts=parts),
            {
                **values,
                "sender": application.sender_id,
                "document": application.document_id,
                "kind": RESULT,
                "status": DECLARATION_CODES[state],
                "state": state.value,
                "now": now,
            },
        )


def notices_of(lines: Sequence[ReceiptLine]) -> dict[int, SummaryNotice]:
    """What these receipts carry."""
    found = SummaryNotice.objects.select_related("declaration__application")
    return found.in_bulk([line.id for line in lines])


def describe_results(lines: Sequence[ReceiptLine]) -> dict[int, list[dict[str, str]]]:
    """Per receipt the declaration it tells of: its numbers under their official names."""
    wanted = ("sumNo", "declSeqNo", "entryId", "decState", "agentCode", "ebcCode", "msgCount", "msgSeqNo")
    heads = {pk: head_of(notice) for pk, notice in notices_of(lines).items()}
    return {pk: [{name: head[name] for name in wanted}] for pk, head in heads.items()}


def write_results(lines: Sequence[ReceiptLine]) -> dict[int, bytes]:
    """Per receipt the official XML, as many as a page holds."""
    notices = notices_of(lines)
    kept, room = [], MOST_IN_PAGE
    for line in lines:
        notice = notices.get(line.id)
        if notice is not None and (len(lines) == 1 or notice.lines <= room):
            kept.append(line)
            room -= notice.lines
    mapped = mapped_lines([notices[line.id] for line in kept])
    message = registry()[RESULT]
    return {
        line.id: write(
            message,
            [
                {
                    **head_of(notices[line.id]),
                    "guid": receipt_guid(line),
                    "opDate": return_time(line.returned_at),
                    message.lines: mapped.get(line.id, []),
                }
            ],
            guid=receipt_guid(line),
        )
        for line in kept
    }


def mapped_lines(notices: Sequence[SummaryNotice]) -> dict[int, list[dict[str, str]]]:
    """The lines that each notice carries: one query."""
    asked = [one for one in notices if one.lines]
    columns = ("receipt_id", "declaration_id", "first_parcel", "first_gnum", "lines")
    names = ("invtNo", "logisticsNo", "gseqno", "gnum", "gcode")
    found: dict[int, list[dict[str, str]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(LINES, [[getattr(one, column) for one in asked] for column in columns])
        for receipt, *values in cursor.fetchall():
            found[receipt].append(dict(zip(names, map(str, values), strict=True)))
    return found


def head_of(notice: SummaryNotice) -> dict[str, str]:
    """The head of CEB792 as it stood when the notice was given."""
    declaration, application = notice.declaration, notice.declaration.application
    declared = notice.state == DeclarationState.DECLARED
    refused = notice.state == DeclarationState.REFUSED
    return {
        "customsCode": declaration.customs_code,
        "sumNo": declaration.sum_no,
        "declSeqNo": declaration.decl_seq_no,
        "entryId": declaration.entry_id if declared else "",
        "decState": DECLARATION_CODES[notice.state],
        "agentCode": application.agent_code,
        "agentName": application.agent_name,
        "ebcCode": application.ebc_code,
        "ebcName": application.ebc_name,
        "declAgentCode": application.decl_agent_code,
        "declAgentName": application.decl_agent_name,
        "grossWeight": number(declaration.gross_weight),
        "netWeight": number(declaration.net_weight),
        "msgCount": str(notice.msg_count),
        "msgSeqNo": str(notice.msg_seq_no),
        "note": declaration.reason if refused else "",
    }


def number(value: Decimal) -> str:
    return f"{value.normalize():f}"

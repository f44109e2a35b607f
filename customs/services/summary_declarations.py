"""The declarations of one request: stored, mapped line to line, told to the sender (CEB792), put before customs.

Everything is set-based: the lines of the lists are read once into a temporary table, added up there, and mapped by it; only the
groups pass through Python, a block at a time.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection
from django.utils import timezone

from customs.enums import DeclarationState
from customs.matching.summary import GROUPS, LISTS_OF_REQUEST, Draft, Group, declarations, group_of, lines_of
from customs.models import SummaryApplication, SummaryDeclaration, SummaryLine
from customs.services.summary_notices import tell_results
from exchange.agencies.gacc.adapter import AGENCY, declaration_payload
from exchange.enums import TaskKind
from exchange.services import open_tasks
from portal import rules

BLOCK = 200
"""Declarations stored at a time."""
READ = 2_000
"""Groups read at a time."""

BEGIN = f"""
CREATE TEMP TABLE summarising AS {lines_of(LISTS_OF_REQUEST)};
CREATE TEMP TABLE placed (group_no bigint, declaration_id bigint, gseqno integer);
ANALYZE summarising
"""
PLACE = "INSERT INTO placed SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::integer[])"
MAP = """
INSERT INTO customs_summarisedline (parcel_id, gnum, declaration_id, gseqno)
SELECT s.parcel_id, s.gnum, placed.declaration_id, placed.gseqno FROM summarising s JOIN placed USING (group_no)
ORDER BY placed.declaration_id, s.parcel_id, s.gnum
"""
COUNT = """
UPDATE customs_summarydeclaration d SET lists = found.lists
FROM (
    SELECT placed.declaration_id, count(DISTINCT s.parcel_id) AS lists FROM summarising s JOIN placed USING (group_no) GROUP BY 1
) found WHERE found.declaration_id = d.id
"""
IDS = "SELECT nextval(pg_get_serial_sequence('customs_summarydeclaration', 'id')) FROM generate_series(1, %s)"


def customs_number(customs_code: str, serial: int, at: datetime) -> str:
    """Eighteen digits: office, year, ten digits (form of the samples of CEB792)."""
    return f"{customs_code}{timezone.localtime(at):%Y}{serial % 10**10:010d}"


def make_declarations(application: SummaryApplication, now: datetime) -> int:
    """Store the declarations of a request with claimed lists and a number; returns how many."""
    made = 0
    most = int(rules.value("B.SUMMARY.MAX_LINES", timezone.localtime(now).date()))
    with connection.cursor() as cursor:
        cursor.execute(
            BEGIN,
            {
                "application": application.pk,
                "by_producer": application.by_producer,
                "by_name": application.by_name,
            },
        )
        drafts = declarations(read_groups(), most)
        while block := list(islice(drafts, BLOCK)):
            store(application, block, now)
            made += len(block)
        cursor.execute("ANALYZE placed")
        cursor.execute(MAP)
        cursor.execute(COUNT)
        cursor.execute("DROP TABLE summarising, placed")
    tell_results(application, DeclarationState.SUMMARISED, now)
    return made


def read_groups() -> Iterator[Group]:
    """The groups in order, a block in memory at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(GROUPS)
        while rows := cursor.fetchmany(READ):
            yield from map(group_of, rows)


def store(application: SummaryApplication, drafts: list[Draft], now: datetime) -> None:
    """Heads, lines, the place of each group, and customs' tasks."""
    with connection.cursor() as cursor:
        cursor.execute(IDS, [len(drafts)])
        ids = [row[0] for row in cursor.fetchall()]
    heads = [head_of(application, pk, draft, now) for pk, draft in zip(ids, drafts, strict=True)]
    SummaryDeclaration.objects.bulk_create(heads)
    numbered = [
        (pk, n, line) for pk, one in zip(ids, drafts, strict=True) for n, line in enumerate(one.lines, 1)
    ]
    SummaryLine.objects.bulk_create(
        [line_of(pk, number, line) for pk, number, line in numbered], batch_size=5_000
    )
    with connection.cursor() as cursor:
        cursor.execute(
            PLACE,
            [[line.group_no for _pk, _n, line in numbered], *([row[i] for row in numbered] for i in (0, 1))],
        )
    put_before_customs(zip(heads, drafts, strict=True), application.customs_code)


def head_of(application: SummaryApplication, pk: int, draft: Draft, now: datetime) -> SummaryDeclaration:
    first = draft.lines[0]
    return SummaryDeclaration(
        id=pk,
        application=application,
        number=draft.number,
        sender_id=application.sender_id,
        customs_code=application.customs_code,
        sum_no=application.sum_no,
        decl_seq_no=customs_number(application.customs_code, pk, now),
        state=DeclarationState.SUMMARISED,
        ebc_code=application.ebc_code,
        ebc_name=application.ebc_name,
        owner_code=first.owner_code,
        owner_name=first.owner_name,
        trade_mode=draft.head.trade_mode,
        traf_mode=draft.head.traf_mode,
        country=draft.head.country,
        port_code=draft.head.port_code,
        lists=0,
        list_lines=draft.list_lines,
        gross_weight=draft.gross_weight,
        net_weight=draft.net_weight,
        summarised_at=now,
    )


def line_of(declaration_id: int, gseqno: int, line: Group) -> SummaryLine:
    return SummaryLine(
        declaration_id=declaration_id,
        gseqno=gseqno,
        gcode=line.gcode,
        name=line.name,
        destination=line.destination,
        currency=line.currency,
        qty1=line.qty1,
        unit1=line.unit1,
        qty2=line.qty2,
        unit2=line.unit2,
        total=line.total,
        list_lines=line.list_lines,
    )


def put_before_customs(made: Iterable[tuple[SummaryDeclaration, Draft]], district: str) -> None:
    """One task for each declaration: customs accepts it and gives its number, or refuses it."""
    payloads = [
        (
            head.pk,
            declaration_payload(
                head_values(head), [line_values(n, one) for n, one in enumerate(draft.lines, 1)]
            ),
        )
        for head, draft in made
    ]
    open_tasks(agency_code=AGENCY, kind=TaskKind.DECLARATION, payloads=payloads, district=district)


def head_values(head: SummaryDeclaration) -> dict[str, Any]:
    """The head under its official names."""
    return {
        "declSeqNo": head.decl_seq_no,
        "sumNo": head.sum_no,
        "customsCode": head.customs_code,
        "ebcCode": head.ebc_code,
        "ebcName": head.ebc_name,
        "ownerCode": head.owner_code,
        "ownerName": head.owner_name,
        "tradeMode": head.trade_mode,
        "trafMode": head.traf_mode,
        "country": head.country,
        "portCode": head.port_code,
        "grossWeight": f"{head.gross_weight:f}",
        "netWeight": f"{head.net_weight:f}",
    }


def line_values(gseqno: int, line: Group | SummaryLine) -> dict[str, Any]:
    """One line under its official names."""
    return {
        "gseqno": gseqno,
        "gcode": line.gcode,
        "gname": line.name,
        "country": line.destination,
        "currency": line.currency,
        "qty1": f"{line.qty1:f}",
        "unit1": line.unit1,
        "qty2": "" if line.qty2 is None else f"{line.qty2:f}",
        "unit2": line.unit2,
        "totalPrice": f"{line.total:f}",
    }

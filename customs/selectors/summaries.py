"""What is read of cleared lists and their summary: due days, what is left, requests, declarations, lines both ways (rules B.2)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, Q, QuerySet
from django.utils import timezone

from customs.enums import StatisticsFlag
from customs.models import ClearedList, SummarisedLine, SummaryApplication, SummaryDeclaration, SummaryMonth
from exchange.selectors.outages import extended
from portal import rules
from portal.working_days import is_working_day, working_days_after

SHOWN = 50
"""Rows of one page."""


def summary_modes(on: date) -> list[str]:
    """Supervision modes whose lists are summarised: retail. Lists of 9710 and 9810 never are (B.SUMMARY.MODES)."""
    return [str(mode) for mode in rules.value("B.SUMMARY.MODES", on)]


def left_to_summarise() -> Q:
    """Cleared lists that wait to be summarised."""
    return Q(
        application=None,
        statistics_flag=StatisticsFlag.SUMMARY,
        returned=False,
        trade_mode__in=summary_modes(timezone.localdate()),
    )


def month_after(month: date) -> date:
    """First day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def summary_due(month: date) -> date:
    """Last day on which lists cleared in this month are summarised: B.SUMMARY.DAY of the next, on a day off the next working day, and
    so when the platform was out on it (X.OUTAGE.EXTENDS).

    The rules are those in force in the month of clearance.
    """
    following = month_after(month)
    last = following.replace(day=int(rules.value("B.SUMMARY.DAY", month)))
    if is_working_day(last) or not rules.value("B.SUMMARY.SHIFT", month):
        return extended(last)
    return extended(next(working_days_after(last)))


@dataclass(frozen=True, slots=True)
class OpenMonth:
    """Lists of one consignor that one enterprise declared at one office and that were cleared in one month, not summarised yet."""

    ebc_code: str
    ebc_name: str
    agent_code: str
    customs_code: str
    month: date
    lists: int

    @property
    def due_on(self) -> date:
        return summary_due(self.month)

    @property
    def ended(self) -> bool:
        """Is the month over? Before, more lists may come."""
        return month_after(self.month) <= timezone.localdate()

    @property
    def late(self) -> bool:
        return timezone.localdate() > self.due_on

    @property
    def soon(self) -> bool:
        """Within the days of B.SUMMARY.REMIND_DAYS before the last one."""
        left = (self.due_on - timezone.localdate()).days
        return 0 <= left <= int(rules.value("B.SUMMARY.REMIND_DAYS", self.month))


def cleared_for(organisation_id: int, codes: Iterable[str]) -> "QuerySet[ClearedList]":
    """Cleared lists that an enterprise declared, or whose consignor it is."""
    return ClearedList.objects.filter(Q(sender_id=organisation_id) | Q(ebc_code__in=sorted(codes)))


def open_months(organisation_id: int, codes: Iterable[str]) -> list[OpenMonth]:
    """What an enterprise has to summarise, the oldest month first."""
    rows = (
        cleared_for(organisation_id, codes)
        .filter(left_to_summarise())
        .order_by("cleared_month", "ebc_code", "agent_code", "customs_code")
        .values("ebc_code", "agent_code", "customs_code", month=F("cleared_month"))
        .annotate(ebc_name=Max("ebc_name"), lists=Count("pk"))
    )
    return [OpenMonth(**row) for row in rows]


def open_month(
    organisation_id: int, codes: Iterable[str], ebc_code: str, agent_code: str, customs_code: str, month: date
) -> OpenMonth | None:
    """One of `open_months`."""
    wanted = (ebc_code, agent_code, customs_code, month)
    return next(
        (
            one
            for one in open_months(organisation_id, codes)
            if (one.ebc_code, one.agent_code, one.customs_code, one.month) == wanted
        ),
        None,
    )


def applications_page(organisation_id: int, before: str) -> tuple[list[SummaryApplication], str]:
    """An enterprise's requests, the newest first, and the position of the next page."""
    found = SummaryApplication.objects.filter(sender_id=organisation_id).annotate(made=Count("declarations"))
    if before.isascii() and before.isdigit() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows: list[Any] = list(found.order_by("-pk")[: SHOWN + 1])
    return rows[:SHOWN], str(rows[SHOWN - 1].pk) if len(rows) > SHOWN else ""


def application_of(organisation_id: int, application_id: int) -> SummaryApplication | None:
    return SummaryApplication.objects.filter(sender_id=organisation_id, pk=application_id).first()


def application_of_message(
    organisation_id: int, message_id: int, positions: int
) -> SummaryApplication | None:
    """The request that began with a document of this message."""
    first = message_id * positions
    return SummaryApplication.objects.filter(
        sender_id=organisation_id, document_id__gte=first, document_id__lt=first + positions
    ).first()


def declaration_of(
    organisation_id: int, codes: Iterable[str], declaration_id: int
) -> SummaryDeclaration | None:
    """A declaration that an enterprise asked for, or whose consignor it is."""
    own = Q(sender_id=organisation_id) | Q(ebc_code__in=sorted(codes))
    return SummaryDeclaration.objects.select_related("application").filter(own, pk=declaration_id).first()


@dataclass(frozen=True, slots=True)
class MappedLine:
    """One line of a list and where it went."""

    parcel_id: int
    invt_no: str
    logistics_no: str
    gnum: int
    gcode: str
    name: str
    qty1: Decimal
    unit1: str
    total: Decimal
    currency: str
    gseqno: int


MAPPED = """
SELECT s.parcel_id, p.invt_no, p.logistics_no, s.gnum, l.gcode, l.gname, l.qty1, l.unit1, l.total_price, l.currency, s.gseqno
FROM (
    SELECT parcel_id, gnum, gseqno FROM customs_summarisedline
    WHERE declaration_id = %(declaration)s AND (parcel_id, gnum) > (%(parcel)s, %(gnum)s)
        AND (%(gseqno)s = 0 OR gseqno = %(gseqno)s)
    ORDER BY parcel_id, gnum LIMIT %(most)s
) s
JOIN customs_parcel p ON p.id = s.parcel_id
JOIN customs_exportinventoryline l ON l.head_id = s.parcel_id AND l.gnum = s.gnum
ORDER BY s.parcel_id, s.gnum
"""


def mapped_page(declaration_id: int, gseqno: int, after: str) -> tuple[list[MappedLine], str]:
    """List lines of a declaration, or of one of its lines, by position; and the position of the next page."""
    parcel, _tilde, gnum = after.partition("~")
    known = all(text.isascii() and text.isdigit() and len(text) < 19 for text in (parcel, gnum))
    values = {
        "declaration": declaration_id,
        "parcel": int(parcel) if known else 0,
        "gnum": int(gnum) if known and int(gnum) < 100_000 else 0,
        "gseqno": gseqno,
        "most": SHOWN + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(MAPPED, values)
        rows = [MappedLine(*row) for row in cursor.fetchall()]
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    return rows[:SHOWN], f"{last.parcel_id}~{last.gnum}" if last else ""


def summary_of_list(parcel_id: int) -> list[tuple[int, int, SummaryDeclaration]]:
    """(line of the list, line of the declaration, declaration) of a summarised list."""
    rows = SummarisedLine.objects.filter(parcel_id=parcel_id).select_related("declaration").order_by("gnum")
    return [(row.gnum, row.gseqno, row.declaration) for row in rows]


EVERYTHING = """
SELECT d.sum_no, d.decl_seq_no, d.entry_id, d.country, d.port_code, s.gseqno, l.gcode, l.gname, p.invt_no, p.logistics_no, s.gnum,
    l.qty1, l.unit1, l.total_price, l.currency, c.cleared_at
FROM customs_summarydeclaration d
JOIN customs_summarisedline s ON s.declaration_id = d.id
JOIN customs_parcel p ON p.id = s.parcel_id
JOIN customs_clearedlist c ON c.id = s.parcel_id
JOIN customs_exportinventoryline l ON l.head_id = s.parcel_id AND l.gnum = s.gnum
WHERE d.application_id = %s
ORDER BY d.number, s.parcel_id, s.gnum
"""


def summary_rows(application_id: int) -> Iterator[Sequence[Any]]:
    """Every list line of a request with its declaration, a block in memory at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(EVERYTHING, [application_id])
        while rows := cursor.fetchmany(2_000):
            yield from rows


@dataclass(frozen=True, slots=True)
class ClearedLine:
    """A line of a cleared export list for the refund: its declaration is "" while it has none (simplified lists never get one)."""

    parcel_id: int
    invt_no: str
    statistics_flag: str
    cleared_at: datetime
    gnum: int
    gcode: str
    name: str
    qty: Decimal
    unit: str
    total: Decimal
    currency: str
    gseqno: int | None
    sum_no: str
    decl_seq_no: str
    entry_id: str
    owner_code: str


CLEARED_LINES = """
SELECT c.id, c.invt_no, c.statistics_flag, c.cleared_at, l.gnum, l.gcode, coalesce(nullif(l.item_name, ''), l.gname), l.qty, l.unit,
    l.total_price, l.currency, s.gseqno, coalesce(d.sum_no, ''), coalesce(d.decl_seq_no, ''), coalesce(d.entry_id, ''), i.owner_code
FROM customs_clearedlist c
JOIN customs_exportinventory i ON i.id = c.id
JOIN customs_exportinventoryline l ON l.head_id = c.id
LEFT JOIN customs_summarisedline s ON s.parcel_id = c.id AND s.gnum = l.gnum
LEFT JOIN customs_summarydeclaration d ON d.id = s.declaration_id
WHERE c.id = ANY(%s)
ORDER BY c.id, l.gnum
"""


def cleared_lines(parcel_ids: Sequence[int]) -> list[ClearedLine]:
    """Lines of these cleared export lists with the declaration they went into: one query."""
    with connection.cursor() as cursor:
        cursor.execute(CLEARED_LINES, [list(parcel_ids)])
        return [ClearedLine(*row) for row in cursor.fetchall()]


def parcels_of_declarations(declaration_ids: Sequence[int]) -> list[int]:
    """The lists of these declarations (ids of the event SUMMARY_DECLARED)."""
    rows = SummarisedLine.objects.filter(declaration_id__in=list(declaration_ids))
    return sorted(set(rows.values_list("parcel_id", flat=True)))


@dataclass(frozen=True, slots=True)
class LateSummary:
    """Lists that were not summarised in time."""

    organisation_id: int
    ebc_code: str
    month: date
    due_on: date
    lists: int


def late_summaries(month_ids: Sequence[int]) -> list[LateSummary]:
    """What the event SUMMARIES_LATE tells of."""
    rows = SummaryMonth.objects.filter(pk__in=list(month_ids), late_at__isnull=False).order_by("pk")
    return [
        LateSummary(row.organisation_id, row.ebc_code, row.month, row.due_on, row.late_lists) for row in rows
    ]


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """Lists cleared in a month at some offices: of the simplified kind, of the summary kind, summarised, declared with a number."""

    month: date
    simplified: int
    summary: int
    summarised: int
    declared: int

    @property
    def left(self) -> int:
        return self.summary - self.summarised

    @property
    def late(self) -> bool:
        """Is something left after the last day?"""
        return self.left > 0 and timezone.localdate() > summary_due(self.month)


SUMMARY_KIND = "statistics_flag = 'B' AND NOT returned AND trade_mode = ANY(%(modes)s)"
FIGURES = """
SELECT cleared_month, count(*) FILTER (WHERE statistics_flag = 'A'), count(*) FILTER (WHERE {summary}),
    count(*) FILTER (WHERE {summary} AND application_id IS NOT NULL)
FROM customs_clearedlist WHERE cleared_month >= %(since)s AND (%(offices)s::varchar[] IS NULL OR customs_code = ANY(%(offices)s))
GROUP BY 1 ORDER BY 1 DESC
"""
DECLARED = """
SELECT date_trunc('month', declared_at AT TIME ZONE 'Asia/Shanghai')::date, count(*)
FROM customs_summarydeclaration
WHERE declared_at >= %(since)s AND (%(offices)s::varchar[] IS NULL OR customs_code = ANY(%(offices)s)) GROUP BY 1
"""


def month_figures(offices: list[str] | None, since: date) -> list[MonthFigures]:
    """By month of clearance since a month, the newest first; declarations are counted in the month in which they got their number.
    `offices` None = all. Two queries."""
    values = {"since": since, "offices": offices, "modes": summary_modes(timezone.localdate())}
    with connection.cursor() as cursor:
        cursor.execute(DECLARED, values)
        declared = dict(cursor.fetchall())
        cursor.execute(FIGURES.format(summary=SUMMARY_KIND), values)
        return [MonthFigures(*(*row, declared.get(row[0], 0))) for row in cursor.fetchall()]

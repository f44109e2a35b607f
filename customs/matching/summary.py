"""Which lines of cleared lists become which lines of which declaration (rules B.2; 海关总署公告2018年第194号).

One declaration for lists that share consignor, producer (when asked for), supervision mode, transport mode, country of arrival and exit
customs; in it one line for list lines that share code, final destination, currency and statutory units, and the goods name when asked for.
A set-based statement adds up the lines of any number of lists; the pure function `declarations` cuts the groups, in their order, into
declarations of at most so many lines. Preview and summary use the same two.

Weights stand on the list, not on its lines: a line carries the share of its value. Shares are differences of rounded running shares, so
those of a list add up to its weight exactly, wherever its lines go.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

ZERO = Decimal(0)


class Head(NamedTuple):
    """What all lines of a declaration share. `owner` is the producer's key, "" when producers are not told apart."""

    owner: str
    trade_mode: str
    traf_mode: str
    country: str
    port_code: str


class Group(NamedTuple):
    """List lines that become one line, added up. `group_no` counts from 1 in the order of head and line keys."""

    group_no: int
    head: Head
    owner_code: str
    owner_name: str
    gcode: str
    destination: str
    currency: str
    unit1: str
    unit2: str
    name: str
    qty1: Decimal
    qty2: Decimal | None
    total: Decimal
    gross_weight: Decimal
    net_weight: Decimal
    list_lines: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A declaration to be: its lines in order; line n of it is `lines[n - 1]`."""

    number: int
    lines: Sequence[Group]

    @property
    def head(self) -> Head:
        return self.lines[0].head

    @property
    def gross_weight(self) -> Decimal:
        """Kilograms."""
        return sum((line.gross_weight for line in self.lines), ZERO)

    @property
    def net_weight(self) -> Decimal:
        """Kilograms."""
        return sum((line.net_weight for line in self.lines), ZERO)

    @property
    def list_lines(self) -> int:
        return sum(line.list_lines for line in self.lines)

    def totals(self) -> dict[str, Decimal]:
        """Value by currency."""
        found: dict[str, Decimal] = {}
        for line in self.lines:
            found[line.currency] = found.get(line.currency, ZERO) + line.total
        return found


def declarations(groups: Iterable[Group], most_lines: int) -> Iterator[Draft]:
    """Cut groups that come in order of their keys into declarations: a new one for another head, and after `most_lines` lines.

    Holds the lines of one declaration at a time.
    """
    number = 0
    lines: list[Group] = []
    for group in groups:
        if lines and (group.head != lines[0].head or len(lines) == most_lines):
            number += 1
            yield Draft(number, lines)
            lines = []
        lines.append(group)
    if lines:
        yield Draft(number + 1, lines)


LISTS_OF_REQUEST = "c.application_id = %(application)s"
"""The lists that a request has claimed."""

LINES = """
SELECT u.*, round(gross_weight * upto, 5) - round(gross_weight * before, 5) AS gross,
    round(net_weight * upto, 5) - round(net_weight * before, 5) AS net,
    dense_rank() OVER (ORDER BY owner COLLATE "C", trade_mode COLLATE "C", traf_mode COLLATE "C", country COLLATE "C",
        port_code COLLATE "C", gcode COLLATE "C", destination COLLATE "C", currency COLLATE "C", unit1 COLLATE "C",
        unit2 COLLATE "C", name_key COLLATE "C") AS group_no
FROM (
    SELECT c.id AS parcel_id, l.gnum, i.gross_weight, i.net_weight, l.qty1, l.qty2, l.total_price,
        CASE WHEN NOT %(by_producer)s THEN ''
            WHEN i.owner_code = 'NO' THEN 'NO ' || i.owner_name
            ELSE i.owner_code END AS owner,
        CASE WHEN %(by_producer)s THEN i.owner_code ELSE i.ebc_code END AS owner_code,
        CASE WHEN %(by_producer)s THEN i.owner_name ELSE i.ebc_name END AS owner_name,
        i.trade_mode, i.traf_mode, coalesce(nullif(i.country, ''), l.country) AS country, i.port_code,
        l.gcode, l.country AS destination, l.currency, l.unit1, coalesce(l.unit2, '') AS unit2,
        CASE WHEN %(by_name)s THEN coalesce(nullif(l.item_name, ''), l.gname) ELSE '' END AS name_key,
        CASE WHEN %(by_name)s THEN coalesce(nullif(l.item_name, ''), l.gname) ELSE l.gname END AS name,
        CASE WHEN sum(l.total_price) OVER whole > 0
            THEN sum(l.total_price) OVER upto / sum(l.total_price) OVER whole
            ELSE row_number() OVER upto::numeric / count(*) OVER whole END AS upto,
        CASE WHEN sum(l.total_price) OVER whole > 0
            THEN (sum(l.total_price) OVER upto - l.total_price) / sum(l.total_price) OVER whole
            ELSE (row_number() OVER upto - 1)::numeric / count(*) OVER whole END AS before
    FROM customs_clearedlist c
    JOIN customs_exportinventory i ON i.id = c.id
    JOIN customs_exportinventoryline l ON l.head_id = c.id
    WHERE {lists}
    WINDOW whole AS (PARTITION BY c.id), upto AS (PARTITION BY c.id ORDER BY l.gnum)
) u
"""
"""The lines of the lists, each with its group and its share of the list's weights."""

GROUPS = """
SELECT group_no, min(owner), min(trade_mode), min(traf_mode), min(country), min(port_code), min(owner_code), min(owner_name),
    min(gcode), min(destination), min(currency), min(unit1), min(unit2), min(name), sum(qty1), sum(qty2), sum(total_price),
    sum(gross), sum(net), count(*)
FROM summarising GROUP BY group_no ORDER BY group_no
"""
"""The groups of the lines in `summarising`, in order: the columns of `group_of`."""


def lines_of(lists: str) -> str:
    """Statement for the lines of the lists that fit the condition (alias `c`); parameters by_producer, by_name and those of the condition."""
    return LINES.format(lists=lists)


def groups_of(lists: str) -> str:
    """Statement for the groups, without storing anything."""
    return f"WITH summarising AS ({lines_of(lists)}) {GROUPS}"


def group_of(row: Sequence[Any]) -> Group:
    """One row of GROUPS."""
    group_no, *rest = row
    return Group(group_no, Head(*rest[:5]), *rest[5:])

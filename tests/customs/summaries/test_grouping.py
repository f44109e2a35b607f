"""The two halves of the grouping: cutting as a pure function, adding up in SQL against a plain count of the documents."""

from collections import defaultdict
from decimal import Decimal
from random import Random

import pytest
from django.db import connection

from customs.matching.summary import Group, Head, declarations, group_of, groups_of
from customs.models import ClearedList
from tests.customs.summaries.conftest import BAG, DE, SHIRT, US, Summaries


def group(number: int, country: str) -> Group:
    head = Head("", "9610", "2", country, "3501")
    one = Decimal(1)
    return Group(
        number, head, "P", "P", "6109100021", country, "502", "011", "", "T", one, None, one, one, one, 3
    )


@pytest.mark.parametrize(
    ("sizes", "cut"),
    [
        ({US: 0}, []),
        ({US: 50}, [50]),
        ({US: 51}, [50, 1]),
        ({US: 100}, [50, 50]),
        ({DE: 1, US: 101}, [1, 50, 50, 1]),
    ],
)
def test_B_S_8_cutting(sizes: dict[str, int], cut: list[int]) -> None:
    """A new declaration for another head and after fifty lines."""
    groups = [group(n, country) for country, size in sizes.items() for n in range(size)]
    made = list(declarations(groups, 50))
    assert [len(one.lines) for one in made] == cut
    assert [one.number for one in made] == list(range(1, len(cut) + 1))
    assert [line for one in made for line in one.lines] == groups
    assert sum(one.list_lines for one in made) == 3 * len(groups)


def test_nothing_is_lost_or_mixed(summaries: Summaries) -> None:
    """Drawn lists: every sum of SQL equals the sum over the documents, to the last digit, weights too."""
    draw = Random(11)
    parcels = []
    for _ in range(12):
        goods = [(good, draw.randint(1, 9)) for good in (SHIRT, BAG, SHIRT)[: draw.randint(1, 3)]]
        parcel = summaries.draw(*goods, country=draw.choice([US, DE]), trafMode=draw.choice("25"))
        parcel.inventory |= {
            "grossWeight": f"{draw.randint(50, 99)}.12345",
            "netWeight": f"{draw.randint(1, 49)}.00007",
        }
        parcel.waybill["grossWeight"] = parcel.inventory["grossWeight"]
        parcels.append(parcel)
    summaries.clear(*parcels)
    expected: dict[tuple[str, ...], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    weights: dict[str, Decimal] = defaultdict(Decimal)
    for parcel in parcels:
        head = parcel.inventory
        weights[head["country"] + head["trafMode"]] += Decimal(head["grossWeight"])
        for line in parcel.inventory_lines:
            sums = expected[head["trafMode"], head["country"], line["gcode"]]
            sums[0] += Decimal(line["qty1"])
            sums[1] += Decimal(line["totalPrice"])
    with connection.cursor() as cursor:
        cursor.execute(groups_of("true"), {"by_producer": False, "by_name": False})
        groups = [group_of(row) for row in cursor.fetchall()]
    assert {(g.head.traf_mode, g.head.country, g.gcode): [g.qty1, g.total] for g in groups} == expected
    found: dict[str, Decimal] = defaultdict(Decimal)
    for one in declarations(groups, 1):
        found[one.head.country + one.head.traf_mode] += one.gross_weight
    assert found == weights
    assert ClearedList.objects.count() == 12

"""A good as people read it: labels, names of codes, what changed from version to version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from filing.enums import CiqCategory
from filing.models import FiledGoods
from filing.models.goods import GoodsFacts
from filing.rules.goods import COLUMNS, Column
from portal.selectors import code_name


def shown(column: Column, value: Any, language: str) -> str:
    """A value with the name of its code; prices without trailing zeros."""
    if value in ("", None):
        return "—"
    if column.table:
        return f"{value} {code_name(column.table, str(value), language)}"
    if column.kind == "ciq":
        return str(CiqCategory(value).label)
    return f"{value:f}".rstrip("0").rstrip(".") if column.kind == "price" else str(value)


def facts_of(goods: GoodsFacts, language: str) -> list[tuple[str, str]]:
    """(label, value) of every filled column."""
    return [
        (str(column.title), shown(column, value, language))
        for column in COLUMNS
        if (value := getattr(goods, column.name)) not in ("", None)
    ]


@dataclass(frozen=True)
class Change:
    """One version of a good: when, and what differs from the version before it."""

    version: int
    at: datetime
    differences: list[tuple[str, list[tuple[str, str, bool]]]]


def changes_of(goods: FiledGoods, language: str) -> list[Change]:
    """Versions, newest first, each compared with the one before."""
    versions = list(goods.versions.all())
    found = []
    for newer, older in zip(versions, [*versions[1:], None], strict=True):
        differing = [
            column
            for column in COLUMNS
            if older and getattr(newer, column.name) != getattr(older, column.name)
        ]
        rows = [
            (
                str(column.title),
                [
                    (gettext("变更前"), shown(column, getattr(older, column.name), language), True),
                    (gettext("变更后"), shown(column, getattr(newer, column.name), language), True),
                ],
            )
            for column in differing
        ]
        found.append(Change(newer.version, newer.at, rows))
    return found

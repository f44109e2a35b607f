"""The data catalogue (measure 4): every field that may leave the platform, with level, owner, sharing type and legal basis.

It belongs to the product: `exchange/data/shared_objects.csv` and `shared_fields.csv`, read once per process. Whoever adds a column or a
field of the API adds its row; `gaps()` names those that are missing, and a test keeps it empty.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.apps import apps
from django.utils.translation import get_language

from exchange.enums import Level, Mask, Opening, Retention, Sharing

DATA = Path(__file__).parent.parent / "data"
TASK_OBJECT = "task."
"""Beginning of the objects that are tasks; the kind of the task follows."""


@dataclass(frozen=True, slots=True)
class SharedObject:
    """A kind of record. `source` is a model (`customs.Parcel`), a task (`task:KIND`) or a shape of the API (`api:ParcelShape`)."""

    code: str
    source: str
    name_zh: str
    name_en: str
    owner: str

    @property
    def label(self) -> str:
        return in_language(self.name_zh, self.name_en)


@dataclass(frozen=True, slots=True)
class SharedField:
    """One field of an object with everything that decides who may see it."""

    object: str
    name: str
    name_zh: str
    name_en: str
    level: Level
    sharing: Sharing
    mask: Mask | None
    basis: str
    retention: Retention
    open: Opening
    owner: str

    @property
    def label(self) -> str:
        return in_language(self.name_zh, self.name_en)


def in_language(zh: str, en: str) -> str:
    return en if (get_language() or "").startswith("en") else zh


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """Rows of one of the files of this app."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def shared_objects() -> Mapping[str, SharedObject]:
    """Objects by code, in the order of the file."""
    return {row["code"]: SharedObject(**row) for row in rows_of("shared_objects.csv")}


@cache
def shared_fields() -> Mapping[str, Mapping[str, SharedField]]:
    """Object → name → field, in the order of the file."""
    found: dict[str, dict[str, SharedField]] = {code: {} for code in shared_objects()}
    for row in rows_of("shared_fields.csv"):
        found[row["object"]][row["name"]] = SharedField(
            object=row["object"],
            name=row["name"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            level=Level(row["level"]),
            sharing=Sharing(row["sharing"]),
            mask=Mask(row["mask"]) if row["mask"] else None,
            basis=row["basis"],
            retention=Retention(row["retention"]),
            open=Opening(row["open"]),
            owner=shared_objects()[row["object"]].owner,
        )
    return found


def every_field() -> list[SharedField]:
    """All fields, in the order of the file."""
    return [field for fields in shared_fields().values() for field in fields.values()]


@dataclass(frozen=True)
class CatalogueFilter:
    """What somebody looks for; empty parts do not narrow."""

    q: str = ""
    object: str = ""
    level: str = ""
    owner: str = ""
    sharing: str = ""
    open: str = ""


def catalogue(wanted: CatalogueFilter) -> list[SharedField]:
    """Fields that fit the filter."""
    text = wanted.q.strip().casefold()
    return [
        field
        for field in every_field()
        if all(
            getattr(field, name) == getattr(wanted, name)
            for name in ("object", "level", "owner", "sharing", "open")
            if getattr(wanted, name)
        )
        and (not text or text in f"{field.object}.{field.name} {field.name_zh} {field.name_en}".casefold())
    ]


def owners() -> list[str]:
    """Codes of the agencies that answer for data."""
    return sorted({one.owner for one in shared_objects().values()})


def gaps() -> tuple[list[str], list[str]]:
    """(fields of models that the catalogue does not know, rows of the catalogue whose model has no such field)."""
    missing, stale = [], []
    for one in shared_objects().values():
        if ":" in one.source:
            continue
        columns = {column.name for column in apps.get_model(one.source)._meta.concrete_fields}
        known = shared_fields()[one.code].keys()
        missing += [f"{one.code}.{name}" for name in sorted(columns - known - {"pk"})]
        stale += [f"{one.code}.{name}" for name in sorted(known - columns)]
    return missing, stale

"""Open data: totals that apps hand over, made safe and stored for the public pages once a day.

A row that stands for fewer enterprises than the register demands keeps its keys and loses its figures; no sums over rows are published,
so a hidden figure cannot be worked out from the others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from exchange.models import OpenDataset
from exchange.selectors.catalogue import in_language
from portal import rules

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DataColumn:
    """A column of a dataset; `figure` marks what is hidden in small cells."""

    name: str
    name_zh: str
    name_en: str
    figure: bool = False

    @property
    def label(self) -> str:
        return in_language(self.name_zh, self.name_en)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Totals for the public. `compute` gives rows with every column, and `enterprises`: how many stand behind the row."""

    code: str
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    owner: str
    columns: Sequence[DataColumn]
    compute: Callable[[], list[Row]]

    @property
    def title(self) -> str:
        return in_language(self.title_zh, self.title_en)

    @property
    def text(self) -> str:
        return in_language(self.text_zh, self.text_en)


ENTERPRISES = "enterprises"
_datasets: dict[str, Dataset] = {}


def register_dataset(dataset: Dataset) -> None:
    """An app offers totals to the public."""
    _datasets[dataset.code] = dataset


def datasets() -> list[Dataset]:
    """All datasets, by code."""
    return [_datasets[code] for code in sorted(_datasets)]


def dataset_of(code: str) -> Dataset | None:
    return _datasets.get(code)


def compute_datasets() -> int:
    """Compute every dataset anew; returns how many. One that fails leaves the others and its own last rows."""
    least = int(rules.value("P.OPEN.LEAST_ENTERPRISES", timezone.localdate()))
    for dataset in datasets():
        with transaction.atomic():
            rows = [made_safe(dataset, row, least) for row in dataset.compute()]
            hidden = sum(row[ENTERPRISES] is None for row in rows)
            values = {"rows": rows, "suppressed": hidden, "computed_at": timezone.now()}
            OpenDataset.objects.update_or_create(code=dataset.code, defaults=values)
    return len(_datasets)


def made_safe(dataset: Dataset, row: Row, least: int) -> Row:
    """The row as the public may have it."""
    small = row[ENTERPRISES] < least
    return {
        one.name: None if small and (one.figure or one.name == ENTERPRISES) else row[one.name]
        for one in dataset.columns
    }

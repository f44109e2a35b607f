"""Shared records: what an agency reads of the platform's data, field by field as the grants say, logged for each enterprise concerned.

The apps that hold records register a source for an object of the catalogue; a source finds by key and hands over values in clear. What
leaves is decided by `exchange.selectors.disclosure` alone.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.enums import DataUse
from exchange.selectors.catalogue import TASK_OBJECT
from exchange.selectors.disclosure import Disclosed, Reader, disclosed
from portal import audit
from portal.enums import Verb
from portal.errors import Refusal

MOST_KEYS = 100
LONGEST_CASE = 100


@dataclass(frozen=True, slots=True)
class SharedRecord:
    """One record as its app knows it, and the enterprise whose data it is (None: nobody's)."""

    key: str
    organisation_id: int | None
    values: Mapping[str, Any]


def values_of(row: Model) -> dict[str, Any]:
    """Every stored column of a row by its name."""
    return {column.name: getattr(row, column.attname) for column in row._meta.concrete_fields}


Source = Callable[[Sequence[str]], Sequence[SharedRecord]]
_sources: dict[str, Source] = {}


def register_source(object_code: str, source: Source) -> None:
    """`source(keys)` finds the records of an object of the catalogue; unknown keys are left out."""
    _sources[object_code] = source


class ObjectNotServed(Refusal):
    """No records of this object are handed out."""

    code = "RECORDS.OBJECT"
    message = _("没有可读取的数据对象 %(object)s。")
    field = "object"
    status = 404


class PurposeNotStated(Refusal):
    """Whoever reads says what for and for which case."""

    code = "RECORDS.PURPOSE"
    message = _("读取共享数据须写明用途（purpose）和办理的案件或事项编号（case）。")
    field = "purpose"
    basis = "个人信息保护法 第六条"


class KeysMissing(Refusal):
    """Records are asked for by key, at most one hundred at once."""

    code = "RECORDS.KEYS"
    message = _("请给出 1 至 %(most)s 个 key。")
    field = "key"


@dataclass(frozen=True, slots=True)
class SharedView:
    """A record as this agency may have it."""

    key: str
    view: Disclosed


def read_records(
    *, agency_code: str, client: Any, object_code: str, keys: Sequence[str], purpose: str, case: str
) -> list[SharedView]:
    """Records of an object by key. Reading is audited for each enterprise before anything is handed out.

    Raises PurposeNotStated, KeysMissing, ObjectNotServed.
    """
    case = " ".join(case.split())[:LONGEST_CASE]
    if purpose not in set(DataUse.values) - {DataUse.TASK}:
        raise PurposeNotStated
    if not case:
        raise PurposeNotStated(field="case")
    if not 1 <= len(keys) <= MOST_KEYS:
        raise KeysMissing(most=MOST_KEYS)
    source = _sources.get(object_code)
    if source is None or object_code.startswith(TASK_OBJECT):
        raise ObjectNotServed(object=object_code[:60])
    records = source(list(dict.fromkeys(keys)))
    reader = Reader(agency_code, purpose, timezone.localdate())
    views = [
        SharedView(one.key, disclosed(one.values, object_code=object_code, reader=reader)) for one in records
    ]
    log(records, views, reader, client, object_code, case)
    return views


@transaction.atomic
def log(
    records: Sequence[SharedRecord],
    views: Sequence[SharedView],
    reader: Reader,
    client: Any,
    object_code: str,
    case: str,
) -> None:
    """One entry of the audit trail per enterprise: who, for what, which case, which fields in clear and masked."""
    shown: set[str] = set().union(*(one.view.values for one in views)) if views else set()
    hidden: set[str] = set().union(*(one.view.masked for one in views)) if views else set()
    for organisation_id, count in Counter(one.organisation_id for one in records).items():
        audit.record(
            Verb.RECORDS_SHARED,
            client=client,
            organisation_id=organisation_id,
            subject=f"exchange.object:{object_code}",
            detail={
                "agency": reader.agency,
                "purpose": reader.purpose,
                "case": case,
                "object": object_code,
                "records": count,
                "fields": sorted(shown - hidden),
                "masked": sorted(hidden),
            },
        )

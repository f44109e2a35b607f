"""The audit trail as a file (CSV). Each export is itself an act in the trail, with what was asked for."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal import audit
from portal.audit_trail import (
    Act,
    TrailFilter,
    acts_for_enterprise,
    acts_for_official,
    trail_for_enterprise,
    trail_for_official,
)
from portal.enums import Verb
from portal.errors import Refusal
from portal.models import AuditEntry, User
from portal.permissions import require

MAX_ROWS = 50_000
CHUNK = 1_000
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins so would be run by a spreadsheet (OWASP: CSV injection)."""

FOR_OFFICIAL = (_("编号"), _("时间"), _("人员"), _("动作"), _("对象"), _("企业"), _("事由"), _("详情"))
FOR_ENTERPRISE = (_("编号"), _("时间"), _("人员"), _("动作"), _("对象"), _("事由"))


class TooManyActs(Refusal):
    """More rows than one file takes."""

    code = "AUDIT.ROWS"
    message = _("一次最多导出 %(limit)s 行，请缩小筛选范围。")
    field = "since"


@dataclass(frozen=True)
class Export:
    """A file to hand out in pieces."""

    name: str
    content: Iterable[bytes]


@transaction.atomic
def export_for_official(actor: User, wanted: TrailFilter) -> Export:
    """What the official sees for this filter. Raises NotPermitted, TooManyActs."""
    require(actor, "audit.read")
    found = bounded(trail_for_official(actor, wanted))
    note(actor, wanted, None)
    return written("audit", FOR_OFFICIAL, found, acts_for_official, official_row)


@transaction.atomic
def export_for_enterprise(actor: User, organisation_id: int, wanted: TrailFilter) -> Export:
    """What the enterprise sees for this filter. Raises NotPermitted, TooManyActs."""
    require(actor, "audit.export_own", organisation_id=organisation_id)
    found = bounded(trail_for_enterprise(organisation_id, wanted))
    note(actor, wanted, organisation_id)

    def acts(entries: Sequence[AuditEntry]) -> list[Act]:
        return acts_for_enterprise(organisation_id, entries)

    return written("data-access", FOR_ENTERPRISE, found, acts, enterprise_row)


def bounded(found: "QuerySet[AuditEntry]") -> "QuerySet[AuditEntry]":
    """Fixed before the export's own entry is written. Raises TooManyActs."""
    last = AuditEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    found = found.filter(pk__lte=last)
    if found[MAX_ROWS:].exists():
        raise TooManyActs(limit=MAX_ROWS)
    return found


def note(actor: User, wanted: TrailFilter, organisation_id: int | None) -> None:
    asked = {
        name: str(value)
        for name in ("person", "verb", "subject", "enterprise", "since", "until", "who")
        if (value := getattr(wanted, name))
    }
    audit.record(
        Verb.DATA_EXPORTED, actor=actor, organisation_id=organisation_id, subject="audit:", detail=asked
    )


def written(
    stem: str,
    headings: Sequence[Any],
    found: "QuerySet[AuditEntry]",
    acts: Callable[[Sequence[AuditEntry]], list[Act]],
    row: Callable[[Act], list[Any]],
) -> Export:
    """Headings and rows, read a thousand at a time."""

    language = get_language()

    def pieces() -> Iterator[bytes]:
        with translation.override(language):  # the answer is streamed after the request is over
            yield from lines()

    def lines() -> Iterator[bytes]:
        writer: Any = csv.writer(Echo())
        yield b"\xef\xbb\xbf" + writer.writerow([str(heading) for heading in headings]).encode()
        entries = found.iterator(chunk_size=CHUNK)
        while chunk := list(islice(entries, CHUNK)):
            for one in acts(chunk):
                yield writer.writerow([neutral(str(cell)) for cell in row(one)]).encode()

    return Export(f"{stem}-{timezone.localtime():%Y%m%d-%H%M%S}.csv", pieces())


class Echo:
    """A file that hands every line straight back."""

    def write(self, text: str) -> str:
        return text


def neutral(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def enterprise_row(one: Act) -> list[Any]:
    at = timezone.localtime(one.entry.at)
    return [one.entry.pk, f"{at:%Y-%m-%d %H:%M:%S}", one.actor, one.verb, one.subject, one.reason]


def official_row(one: Act) -> list[Any]:
    detail = "; ".join(f"{name}={value}" for name, value in one.detail)
    return [*enterprise_row(one)[:5], one.enterprise, one.reason, detail]

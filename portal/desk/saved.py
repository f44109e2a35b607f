"""Saved ways to look at a queue: one's own and those that colleagues share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.desk.cases import CaseUnknown
from portal.desk.notes import TextMissing
from portal.errors import Refusal
from portal.models import SavedFilter
from portal.permissions import NotPermitted
from portal.workbench import Desk, Queue

MOST = 20


class TooManyFilters(Refusal):
    """A person keeps at most twenty per queue."""

    code = "FILTER.MOST"
    message = _("每个队列最多保存 20 个条件，请先删除不用的。")


@dataclass(frozen=True)
class Kept:
    """A saved filter as the page shows it."""

    id: int
    name: str
    query: str
    own: bool
    shared: bool


def cleaned(queue: Queue, query: str) -> str:
    """Only what the queue knows: search, order and its filters."""
    known = {"q", "sort", *(choice.name for choice in queue.filters)}
    return urlencode([(name, value) for name, value in parse_qsl(query) if name in known and value])[:500]


@transaction.atomic
def save(*, queue: Queue, desk: Desk, name: str, query: str, shared: bool = False) -> SavedFilter:
    """Keep the conditions under a name; the same name again replaces them. Raises NotPermitted, TextMissing, TooManyFilters."""
    if not queue.allowed(desk):
        raise NotPermitted
    name = name.strip()[:40]
    if not name:
        raise TextMissing(field="name")
    own = SavedFilter.objects.filter(person=desk.user, queue=queue.code)
    if not own.filter(name=name).exists() and own.count() >= MOST:
        raise TooManyFilters
    kept, _created = SavedFilter.objects.update_or_create(
        person=desk.user,
        queue=queue.code,
        name=name,
        defaults={"query": cleaned(queue, query), "shared": shared},
    )
    return kept


@transaction.atomic
def forget(*, queue: Queue, desk: Desk, filter_id: int) -> None:
    """Delete an own filter. Raises CaseUnknown."""
    deleted, _by_model = SavedFilter.objects.filter(pk=filter_id, person=desk.user, queue=queue.code).delete()
    if not deleted:
        raise CaseUnknown


def of_queue(queue: Queue, desk: Desk) -> Sequence[Kept]:
    """Own filters and those shared by people of the same agency: one query."""
    agencies = {post.agency_id for post in desk.posts}
    rows = (
        SavedFilter.objects.filter(
            Q(person=desk.user) | Q(shared=True, person__posts__agency_id__in=agencies), queue=queue.code
        )
        .order_by("name", "id")
        .distinct()
    )
    return [
        Kept(row.pk, row.name, f"?{row.query}", row.person_id == desk.user.pk, row.shared) for row in rows
    ]


def current(asked: Mapping[str, str]) -> str:
    """The conditions of the page as a query string."""
    return urlencode({name: value for name, value in asked.items() if value})

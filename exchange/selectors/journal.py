"""Searching the journal. Raw bytes are not read here: see `exchange.services.raw`."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from exchange.models import Message
from exchange.tables import POSITIONS

PAGE = 50
"""Messages of one page."""


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """What to look for; empty means any. `number` is a message number, guid or the id of a document."""

    number: str = ""
    sender: str = ""
    message_type: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None


def journal(wanted: JournalFilter, *, organisation_id: int | None = None) -> QuerySet[Message]:
    """Messages that fit, newest first, without their bytes; of one sender when `organisation_id` is given."""
    found = Message.objects.defer("raw", "refusal").select_related("sender").order_by("-received_at", "-id")
    if organisation_id is not None:
        found = found.filter(sender_id=organisation_id)
    elif wanted.sender:
        text = wanted.sender.strip()
        found = found.filter(
            Q(sender__uscc=text) | Q(sender__customs_code=text) | Q(sender__name__contains=text)
        )
    found = found.filter(**_equal(wanted), **_between(wanted))
    return found.filter(_number(wanted.number.strip())) if wanted.number.strip() else found


def message(message_id: int, *, organisation_id: int | None = None) -> Message | None:
    """One message without its bytes; None when there is none or it is another enterprise's."""
    found = Message.objects.defer("raw").select_related("sender").filter(pk=message_id)
    if organisation_id is not None:
        found = found.filter(sender_id=organisation_id)
    return found.first()


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Messages newest first; `older` is the position for the next page, empty on the last one."""

    messages: list[Message]
    older: str


def journal_page(found: QuerySet[Message], before: str, size: int = PAGE) -> JournalPage:
    """One page by position, so that a journal of millions costs as much as a small one.

    `before` is what an earlier page gave as `older`; anything else means the newest page.
    """
    with suppress(ValueError, OverflowError):
        moment, number = before.split("_")
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(moment))
        found = found.filter(
            Q(received_at__lt=at) | Q(received_at=at, pk__lt=int(number)), received_at__lte=at
        )
    rows = list(found[: size + 1])
    older = f"{microseconds(rows[size - 1].received_at)}_{rows[size - 1].pk}" if len(rows) > size else ""
    return JournalPage(rows[:size], older)


def microseconds(moment: datetime) -> int:
    """Since 1970, exactly as PostgreSQL stores it."""
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))


def _equal(wanted: JournalFilter) -> dict[str, Any]:
    pairs = {"message_type": wanted.message_type, "state": wanted.state}
    return {name: value for name, value in pairs.items() if value}


def _between(wanted: JournalFilter) -> dict[str, datetime]:
    bounds = {}
    if wanted.since:
        bounds["received_at__gte"] = _midnight(wanted.since)
    if wanted.until:
        bounds["received_at__lt"] = _midnight(wanted.until + timedelta(days=1))
    return bounds


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _number(text: str) -> Q:
    fits = Q(guid=text) | Q(cop_msg_id=text)
    if text.isascii() and text.isdigit() and len(text) <= 18:
        fits |= Q(pk=int(text)) | Q(pk=int(text) // POSITIONS)
    return fits

"""What is read of documents typed by hand."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language

from customs.enums import DraftKind
from customs.messages import registry
from customs.messages.composing import DOCUMENTS, SENDERS, STEPS, fields_of, line_fields_of, own_fields
from customs.messages.fields import Field
from customs.models import Parcel, ParcelDraft
from portal.selectors import organisations_by_codes


@dataclass(frozen=True)
class Part:
    """One document of a draft: whose it is to send, and how far it is. `firm_id` None: that firm has no account here."""

    code: str
    label: str | Promise
    mine: bool
    sent: bool
    left_out: bool
    firm_code: str
    firm_name: str
    firm_id: int | None

    @property
    def done(self) -> bool:
        return self.sent or self.left_out


def parts_of(draft: ParcelDraft, facts: Mapping[str, str], codes: Collection[str]) -> list[Part]:
    """The documents of a draft in the order they are sent. One query."""
    wanted = [draft.only] if draft.only else list(DOCUMENTS[DraftKind(draft.kind).direction])
    firms = organisations_by_codes({facts.get(name, "") for code in wanted for name in SENDERS[code]} - {""})
    english = (get_language() or "").startswith("en")
    found = []
    for code in wanted:
        message, fields = registry()[code], SENDERS[code]
        mine = any(facts.get(name) in codes for name in fields if facts.get(name))
        asked = fields[0]
        firm = firms.get(facts.get(asked, ""))
        found.append(
            Part(
                code,
                message.meaning if english else message.label,
                mine,
                code in draft.sent,
                code in draft.left_out,
                facts.get(asked, ""),
                firm.name if firm else facts.get(asked.replace("Code", "Name"), ""),
                firm.pk if firm else None,
            )
        )
    return found


DOCUMENT = "document"
"""The only step of a draft that was handed over."""


def steps_of(draft: ParcelDraft) -> tuple[str, ...]:
    """The steps of the guided way, without the check at its end."""
    return (DOCUMENT,) if draft.only else STEPS


def fields_on(draft: ParcelDraft, step: str) -> list[Field]:
    """What is typed on a step, lines apart."""
    if draft.only:
        return own_fields(registry()[draft.only], registry()[draft.only].fields)
    return fields_of(DraftKind(draft.kind), step)


def lines_on(draft: ParcelDraft) -> list[Field]:
    """What is typed of each line; nothing for documents without lines."""
    if draft.only:
        return own_fields(registry()[draft.only], registry()[draft.only].line_fields)
    return line_fields_of(DraftKind(draft.kind))


def drafts_of(organisation_id: int, text: str = "") -> "QuerySet[ParcelDraft]":
    """An enterprise's drafts, the last saved first; narrowed to an order number that begins so."""
    found = ParcelDraft.objects.filter(organisation_id=organisation_id).select_related("author", "handed_by")
    text = text.strip().replace("\x00", "")
    return (found.filter(order_no__startswith=text) if text else found).order_by("-updated_at", "-pk")


def draft_of(organisation_id: int, draft_id: int) -> ParcelDraft | None:
    return (
        ParcelDraft.objects.filter(organisation_id=organisation_id, pk=draft_id)
        .select_related("handed_by", "author")
        .first()
    )


def last_parcel(organisation_id: int, kind: DraftKind) -> Parcel | None:
    """The newest parcel of this kind that the enterprise declared itself."""
    return (
        Parcel.objects.filter(
            Q(direction=kind.direction, trade_mode=kind.trade_mode), sender_id=organisation_id
        )
        .order_by("-id")
        .first()
    )

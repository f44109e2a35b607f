"""Documents typed by hand: begun, saved with every keystroke, tried out, handed over, sent by the intake.

Who works on a draft: people with `message.submit` of the enterprise it belongs to. Content is encrypted; the buyer's data of an
earlier parcel is never copied.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customs.enums import DraftKind
from customs.messages import registry
from customs.messages.composing import (
    BUYER,
    DOCUMENTS,
    GOODS,
    PARTIES,
    TRANSPORT,
    Composed,
    compose,
    fields_of,
    line_fields_of,
)
from customs.messages.fields import Kind
from customs.models import Parcel, ParcelDraft
from customs.models.documents import HEADS, LINES
from customs.permissions import SUBMIT
from customs.selectors.drafts import Part, fields_on, lines_on, parts_of, steps_of
from customs.services.entering import enter_document
from customs.services.requesting import wire_values
from customs.services.uploading import Upload
from filing.enums import AgreementKind, EnterpriseType
from filing.selectors.agreements import partners_of
from filing.selectors.registration import types_of
from portal import audit, rules
from portal.enums import Verb
from portal.errors import Refusal
from portal.permissions import require
from portal.personal_data import decrypt, encrypt
from portal.selectors import organisations_by_codes

if TYPE_CHECKING:
    from portal.models import Organisation, User

MOST_LINES = 99
"""Lines of an import list (interface specification 202205); one more in export."""
LONGEST = 1000
"""Characters of the longest field of these messages."""
NOT_COPIED = frozenset(
    {"orderNo", "payTransactionId", "payNo", "payTime", "accountingDate", "logisticsNo", "copNo"}
)
"""Numbers and moments that belong to one parcel."""


class DraftUnknown(Refusal):
    """No such draft of this enterprise."""

    code = "DRAFT.UNKNOWN"
    message = _("没有此草稿，或不属于贵企业。")
    status = 404


class DraftSent(Refusal):
    """Everything was sent; a sent document is changed by an amendment."""

    code = "DRAFT.SENT"
    message = _("该草稿已全部报送，不能再修改；需要更正的单证请报送变更。")
    status = 409


class NothingToSend(Refusal):
    """No document of this draft is this enterprise's to send."""

    code = "DRAFT.NOTHING"
    message = _("没有可由贵企业报送的单证，请核对各方企业代码，或移交给应报送的企业。")
    status = 409


class FirmUnknown(Refusal):
    """The enterprise that has to send the document has no account here."""

    code = "DRAFT.FIRM"
    message = _("应报送此单证的企业尚未在本平台注册，请联系对方自行报送。")
    status = 409


@dataclass(frozen=True)
class Content:
    """What a draft holds: facts of the parcel and its lines, by official names."""

    facts: dict[str, str]
    lines: list[dict[str, str]]


def content_of(draft: ParcelDraft) -> Content:
    """Decrypted; empty when the draft was sent."""
    if not draft.content:
        return Content({}, [])
    held = json.loads(decrypt(draft.content))
    return Content(held["facts"], held["lines"])


def sealed(facts: Mapping[str, str], lines: Sequence[Mapping[str, str]]) -> str:
    return encrypt(json.dumps({"facts": dict(facts), "lines": [dict(line) for line in lines]}))


@transaction.atomic
def begin_draft(
    *, actor: "User", organisation: "Organisation", kind: DraftKind, copied: Parcel | None = None
) -> ParcelDraft:
    """A new draft: of an earlier parcel of this direction what does not belong to it alone, else what filings and agreements say.

    Raises NotPermitted.
    """
    require(actor, SUBMIT, organisation_id=organisation.pk)
    facts, lines = copy_of(copied, kind) if copied else (known_parties(organisation, kind), [])
    today = f"{timezone.localdate():%Y%m%d}"
    days = {"declTime": today, "ieDate": today}
    draft = ParcelDraft.objects.create(
        organisation=organisation, author=actor, kind=kind, content=sealed(facts | days, lines)
    )
    note(Verb.DRAFT_BEGUN, draft, actor, kind=kind.value, copied=copied.pk if copied else None)
    return draft


def known_parties(organisation: "Organisation", kind: DraftKind) -> dict[str, str]:
    """The enterprise in the roles it is filed in, and the firms of its agreements to declare."""
    today = timezone.localdate()
    filed = types_of(organisation.pk, today)
    code = organisation.customs_code or organisation.uscc
    roles = {
        EnterpriseType.ECOMMERCE: "ebc",
        EnterpriseType.PLATFORM: "ebp",
        EnterpriseType.PAYMENT: "pay",
        EnterpriseType.LOGISTICS: "logistics",
        EnterpriseType.AGENT: "agent",
    }
    found: dict[str, str] = {}
    for filed_as, role in roles.items():
        if filed_as in filed:
            found |= {f"{role}Code": code, f"{role}Name": organisation.name}
    partners = partners_of(organisation.pk, AgreementKind.DECLARE, today)
    for role, partner in zip(("agent", "ebc"), partners, strict=True):
        if partner and f"{role}Code" not in found:
            found |= {f"{role}Code": partner.customs_code or partner.uscc, f"{role}Name": partner.name}
    if "ebcCode" in found:
        found |= {"assureCode": found["ebcCode"]}
    names = {field.name for field in fields_of(kind, PARTIES)}
    return {name: text for name, text in found.items() if name in names}


def copy_of(parcel: Parcel, kind: DraftKind) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Parties, goods and transport of an earlier parcel, as its documents say; nothing about its buyer."""
    facts: dict[str, str] = {}
    codes = DOCUMENTS[kind.direction]
    ids = (parcel.order_id, parcel.payment_id, parcel.waybill_id, parcel.pk)
    for code, row_id in zip(codes, ids, strict=True):
        row = HEADS[code].objects.filter(pk=row_id).first() if row_id else None
        if row is not None:
            plain = tuple(field for field in registry()[code].fields if field.kind is Kind.PLAIN)
            facts |= wire_values(plain, row)
    names = {f.name for step in (PARTIES, GOODS, TRANSPORT) for f in fields_of(kind, step)}
    if parcel.direction == "E":
        names |= {f.name for f in fields_of(kind, BUYER)}
    rows = LINES[codes[3]].objects.filter(head_id=parcel.pk).order_by("gnum")[:MOST_LINES]
    lines = [wire_values(tuple(line_fields_of(kind)), row) for row in rows]
    return {name: text for name, text in facts.items() if name in names - NOT_COPIED}, lines


def locked(actor: "User", organisation_id: int, draft_id: int) -> ParcelDraft:
    """A draft that may be written. Raises NotPermitted, DraftUnknown, DraftSent."""
    require(actor, SUBMIT, organisation_id=organisation_id)
    draft = (
        ParcelDraft.objects.select_for_update().filter(organisation_id=organisation_id, pk=draft_id).first()
    )
    if draft is None:
        raise DraftUnknown
    if draft.sent_at is not None:
        raise DraftSent
    return draft


@transaction.atomic
def save_draft(
    *,
    actor: "User",
    organisation_id: int,
    draft_id: int,
    facts: Mapping[str, str],
    lines: Sequence[Mapping[str, str]] | None = None,
) -> ParcelDraft:
    """Keep what was typed, right or wrong; names that no step has are left out. `lines` None: as they are.

    Raises NotPermitted, DraftUnknown, DraftSent.
    """
    draft = locked(actor, organisation_id, draft_id)
    held = content_of(draft)
    names = {field.name for step in steps_of(draft) for field in fields_on(draft, step)}
    of_lines = {field.name for field in lines_on(draft)}
    merged = held.facts | {name: legible(text) for name, text in facts.items() if name in names}
    kept = held.lines
    if lines is not None:
        kept = [
            {name: legible(text) for name, text in line.items() if name in of_lines}
            for line in lines[:MOST_LINES]
        ]
    merged |= names_of(merged, names)
    draft.content = sealed(merged, kept)
    draft.order_no = merged.get("orderNo", "")[:60]
    draft.save(update_fields=["content", "order_no", "updated_at"])
    return draft


def names_of(facts: Mapping[str, str], asked: Collection[str]) -> dict[str, str]:
    """The registered names of enterprises of which only the code was typed."""
    unnamed = {
        name.replace("Code", "Name"): facts[name]
        for name in facts
        if name.endswith("Code") and facts[name] and not facts.get(name.replace("Code", "Name"))
    }
    wanted = {name: code for name, code in unnamed.items() if name in asked}
    firms = organisations_by_codes(wanted.values()) if wanted else {}
    return {name: firms[code].name for name, code in wanted.items() if code in firms}


def legible(text: str) -> str:
    """Without characters that no XML can hold, and not longer than any field."""
    return "".join(one for one in text if one.isprintable())[:LONGEST]


def documents_of_draft(draft: ParcelDraft) -> dict[str, Composed]:
    """Every document of the parcel as the draft has it now; of a draft handed over the one document."""
    held = content_of(draft)
    if draft.only:
        return {draft.only: Composed(held.facts, tuple(held.lines))}
    return compose(DraftKind(draft.kind), held.facts, held.lines)


@transaction.atomic
def note_check(*, actor: "User", organisation_id: int, draft_id: int) -> ParcelDraft:
    """A look at the year's limit of a buyer leaves a trace. Raises NotPermitted, DraftUnknown, DraftSent."""
    draft = locked(actor, organisation_id, draft_id)
    note(Verb.DRAFT_CHECKED, draft, actor)
    return draft


@transaction.atomic
def hand_over(*, actor: "User", organisation: "Organisation", draft_id: int, code: str) -> ParcelDraft:
    """Give one document to the enterprise that has to send it: that enterprise gets a draft of this document and no more.

    Raises NotPermitted, DraftUnknown, DraftSent, FirmUnknown.
    """
    draft = locked(actor, organisation.pk, draft_id)
    part = part_of(draft, organisation, code)
    if part.firm_id is None:
        raise FirmUnknown
    document = documents_of_draft(draft)[code]
    other = ParcelDraft.objects.create(
        organisation_id=part.firm_id,
        kind=draft.kind,
        only=code,
        handed_by=organisation,
        order_no=draft.order_no,
        content=sealed(document.head, document.lines),
    )
    draft.left_out = sorted({*draft.left_out, code})
    draft.save(update_fields=["left_out", "updated_at"])
    note(Verb.DRAFT_HANDED_OVER, draft, actor, document=code, to=part.firm_id)
    note(Verb.DRAFT_HANDED_OVER, other, actor, document=code, by=organisation.pk)
    return other


def part_of(draft: ParcelDraft, organisation: "Organisation", code: str) -> Part:
    """One document of the draft. Raises DraftUnknown for a document it has not."""
    facts = content_of(draft).facts
    found = next((one for one in parts_of(draft, facts, organisation.codes) if one.code == code), None)
    if found is None or found.mine:
        raise DraftUnknown
    return found


@transaction.atomic
def leave_out(*, actor: "User", organisation: "Organisation", draft_id: int, code: str) -> ParcelDraft:
    """The other enterprise sends this document by itself. Raises NotPermitted, DraftUnknown, DraftSent."""
    draft = locked(actor, organisation.pk, draft_id)
    part_of(draft, organisation, code)
    draft.left_out = sorted({*draft.left_out, code})
    draft.save(update_fields=["left_out", "updated_at"])
    return draft


def send_draft(*, actor: "User", organisation: "Organisation", draft_id: int) -> list[Upload]:
    """Send this enterprise's documents by the intake, each in a message and a transaction of its own, the list last. What is taken is
    remembered: sending again sends only the rest. When nothing of one's own is left the content is emptied.

    Raises NotPermitted, DraftUnknown, DraftSent, NothingToSend.
    """
    uploads: list[Upload] = []
    while upload := send_next(actor, organisation, draft_id):
        uploads.append(upload)
        if not taken(upload):
            return uploads
    if not uploads:
        raise NothingToSend
    return uploads


def taken(upload: Upload) -> bool:
    """Stored as a whole."""
    return upload.accepted and not upload.errors


@transaction.atomic
def send_next(actor: "User", organisation: "Organisation", draft_id: int) -> Upload | None:
    """The next document of one's own; None when there is none (any more). Raises NotPermitted, DraftUnknown, DraftSent."""
    require(actor, SUBMIT, organisation_id=organisation.pk)
    draft = (
        ParcelDraft.objects.select_for_update().filter(organisation_id=organisation.pk, pk=draft_id).first()
    )
    if draft is None:
        raise DraftUnknown
    facts = content_of(draft).facts
    waiting = [one.code for one in parts_of(draft, facts, organisation.codes) if one.mine and not one.done]
    if not waiting:
        return None
    code, document = waiting[0], documents_of_draft(draft)[waiting[0]]
    upload = enter_document(
        actor=actor,
        organisation=organisation,
        message=registry()[code],
        head=document.head,
        lines=document.lines,
    )
    if taken(upload):
        draft.sent = [*draft.sent, code]
        if len(waiting) == 1:
            draft.sent_at, draft.content = timezone.now(), ""
        draft.save(update_fields=["sent", "sent_at", "content", "updated_at"])
        note(Verb.DRAFT_SENT, draft, actor, document=code)
    return upload


@transaction.atomic
def discard_draft(*, actor: "User", organisation_id: int, draft_id: int) -> None:
    """Delete a draft that was not sent. Raises NotPermitted, DraftUnknown, DraftSent."""
    draft = locked(actor, organisation_id, draft_id)
    note(Verb.DRAFT_DISCARDED, draft, actor)
    draft.delete()


def drop_stale_drafts(now: datetime) -> int:
    """Delete drafts not saved for P.DRAFT.KEEP_DAYS days, sent or not: personal data is kept no longer than it is needed. Returns how many."""
    days = int(rules.value("P.DRAFT.KEEP_DAYS", timezone.localdate(now)))
    dropped, _each = ParcelDraft.objects.filter(updated_at__lt=now - timedelta(days=days)).delete()
    return dropped


def note(verb: Verb, draft: ParcelDraft, actor: "User", **detail: Any) -> None:
    audit.record(
        verb,
        actor=actor,
        organisation_id=draft.organisation_id,
        subject=f"draft:{draft.pk}",
        detail={"kind": draft.kind, **detail},
    )

"""Uploaded tables of documents become CEB messages and take the way of every other message.

Promise: a document of a table is taken once. Identifiers and times of the messages follow from the upload alone, so a table whose
worker was killed is run again from the beginning and the intake answers the parts it has with their first receipts. Documents
that are wrong hold no other back.
"""

import hashlib
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from celery import current_app
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from lxml import etree

from customs.enums import TableState
from customs.messages import registry
from customs.messages.checking import read as check
from customs.messages.codec import Message
from customs.messages.filling import filled, transfer_of
from customs.messages.writing import write
from customs.models import MessageTable
from customs.permissions import SUBMIT
from customs.services.message_sheets import (
    HEAD,
    LINES,
    Draft,
    SheetTooLarge,
    SheetUnreadable,
    cells_of,
    limits,
    read,
    rejected_book,
)
from customs.services.uploading import RowError, refused_documents
from customs.workflow import MESSAGE_TABLE
from exchange.messages import MessageRefused
from exchange.services import Sender, receive_message
from portal import audit, rules
from portal.enums import Verb
from portal.errors import Refusal
from portal.permissions import require
from portal.personal_data import decrypt_bytes, encrypt_bytes
from portal.selectors import code_set, organisation_codes
from portal.workflow import advance_many

if TYPE_CHECKING:
    from portal.models import Organisation, User

AT_ONCE = 24 * 1024
"""Bytes of a file that is worked while the sender waits: some dozens of documents, well under a second."""
MOST_PER_MESSAGE = 100
LOST_AFTER = timedelta(minutes=5)
ZIP = b"PK\x03\x04"
NAMESPACE = uuid.UUID("6f6a1c53-5a6e-4f0e-9a4c-2a4a1d1f7a10")
"""Of the identifiers of documents that come from tables."""
MOST_REASONS = 5
"""Reasons kept of one document."""


class TableRunning(Refusal):
    """The same file is being worked."""

    code = "TABLE.RUNNING"
    message = _("同一文件正在处理，请等待完成。")
    field = "file"
    status = 409


class FileForgotten(Refusal):
    """The file was deleted when its days were over."""

    code = "TABLE.FORGOTTEN"
    message = _("原文件已按保存期限删除，不能再下载未通过的单证。")
    status = 410


class TableFaulty(Refusal):
    """What is wrong does not belong to one document: the enterprise's own name or code."""

    code = "TABLE.FAULTY"
    message = _("无法生成报文：%(sentence)s")


@dataclass(slots=True)
class Work:
    """A table while it is worked."""

    table: MessageTable
    message: Message
    sender: Sender
    transfer: dict[str, str]
    rejects: list[dict[str, Any]] = field(default_factory=list)

    def reject(self, at: int, draft: Draft, errors: Sequence[RowError]) -> None:
        """Note why a document was not taken; `at` is its place among the documents."""
        self.rejects.append(
            {
                "at": at,
                "row": draft.row,
                "errors": [
                    {"cell": e.path, "code": e.code, "zh": e.message_zh, "en": e.message_en}
                    for e in errors[:MOST_REASONS]
                ],
            }
        )


def begin_table(*, actor: "User", organisation_id: int, message: Message, file: Any) -> MessageTable:
    """Keep the file and have it worked: a small one at once, any other after commit in the background.

    Raises NotPermitted, SheetTooLarge, SheetUnreadable, TableRunning.
    """
    require(actor, SUBMIT, organisation_id=organisation_id)
    most, megabytes = limits()
    content = file.read(megabytes * 1024 * 1024 + 1)
    if len(content) > megabytes * 1024 * 1024:
        raise SheetTooLarge(rows=most, mb=megabytes)
    if not content.startswith(ZIP):
        raise SheetUnreadable
    digest = hashlib.sha256(content).hexdigest()
    try:
        with transaction.atomic():
            table = MessageTable.objects.create(
                organisation_id=organisation_id,
                actor_id=actor.pk,
                message_type=message.code,
                name=(file.name or "table.xlsx")[-200:],
                digest=digest,
                content=encrypt_bytes(content, digest.encode()),
                started_at=timezone.now(),
            )
            audit.record(
                Verb.TABLE_UPLOADED,
                actor=actor,
                organisation_id=organisation_id,
                subject=f"message_table:{table.pk}",
                detail={"message": message.code, "sha256": digest, "size": len(content)},
            )
            if len(content) > AT_ONCE:
                transaction.on_commit(lambda: nudge(table.pk), robust=True)
    except IntegrityError:
        raise TableRunning from None
    if len(content) <= AT_ONCE:
        work_table(table.pk)
        table.refresh_from_db()
    return table


def nudge(table_id: int) -> None:
    current_app.send_task("customs.work_message_table", (table_id,), retry=False)


def content_of(table: MessageTable) -> bytes:
    """The file as uploaded. Raises FileForgotten."""
    if table.content is None:
        raise FileForgotten
    return decrypt_bytes(bytes(table.content), table.digest.encode())


def work_table(table_id: int) -> None:
    """Work one table in messages; progress is visible after each. Running it again repeats nothing."""
    table = MessageTable.objects.select_related("organisation").get(pk=table_id)
    if not advance_many(MESSAGE_TABLE, "run", [table_id]):
        return
    try:
        require(
            get_user_model().objects.get(pk=table.actor_id), SUBMIT, organisation_id=table.organisation_id
        )
        message = registry()[table.message_type]
        drafts, orphans = read(message, content_of(table))
        work = Work(table, message, sender_of(table), transfer_for(table.organisation, table.digest))
        send_drafts(work, drafts, orphans)
    except Refusal as refusal:
        end_table(table, "refuse", refusal=refusal.sentence[:300])
    else:
        end_table(table, "finish")


def sender_of(table: MessageTable) -> Sender:
    return Sender(table.organisation_id, organisation_codes(table.organisation_id), actor_id=table.actor_id)


def transfer_for(organisation: "Organisation", digest: str) -> dict[str, str]:
    return transfer_of(
        code=organisation.customs_code or organisation.uscc,
        name=organisation.name,
        dxp_id=organisation.dxp_id or digest[:30],
    )


@transaction.atomic
def end_table(table: MessageTable, step: str, refusal: str = "") -> None:
    MessageTable.objects.filter(pk=table.pk).update(refusal=refusal, finished_at=timezone.now())
    advance_many(MESSAGE_TABLE, step, [table.pk])


def send_drafts(work: Work, drafts: Sequence[Draft], orphans: Sequence[tuple[int, str]]) -> None:
    """Send the documents, as many in a message as it takes."""
    own = MessageTable.objects.filter(pk=work.table.pk)
    total = len(drafts) + len(orphans)
    own.update(total=total, done=0, accepted=0, rejected=0, rejects=[])
    work.rejects = [orphan(row, number) for row, number in orphans]
    size = work.message.max_documents or MOST_PER_MESSAGE
    for start in range(0, len(drafts), size):
        send_part(work, list(enumerate(drafts[start : start + size], start)))
        done = min(start + size, len(drafts)) + len(orphans)
        rejected = len(work.rejects)
        own.update(done=done, rejects=work.rejects, rejected=rejected, accepted=done - rejected)


def orphan(row: int, number: str) -> dict[str, Any]:
    """A line that belongs to no document."""
    error = {
        "cell": f"{LINES}!A{row}",
        "code": "TABLE.LINE",
        "zh": f"表头中没有序号为“{number[:20]}”的单证",
        "en": f"There is no document numbered “{number[:20]}”",
    }
    return {"at": None, "row": row, "errors": [error]}


def send_part(work: Work, part: list[tuple[int, Draft]]) -> None:
    """One message of documents that hold; those that do not are told and left out."""
    while part:
        body = message_of(work, part)
        _read, faults = check(work.message, etree.fromstring(body), code_set)
        if not faults:
            deliver(work, part, body)
            return
        wrong = by_document(work, part, faults)
        for place, errors in sorted(wrong.items()):
            work.reject(*part[place], errors)
        part = [one for place, one in enumerate(part) if place not in wrong]


def message_of(work: Work, part: Sequence[tuple[int, Draft]]) -> bytes:
    """The official message of these documents; the same upload always writes the same bytes."""
    moment = timezone.localtime(work.table.started_at)
    documents = [
        filled(
            work.message,
            draft.head,
            [values for _row, values in draft.lines],
            guid=guid_of(work.table, f"{at}"),
            moment=moment,
        )
        for at, draft in part
    ]
    guid = guid_of(work.table, f"message {part[0][0]}")
    return write(work.message, documents, guid=guid, transfer=work.transfer)


def guid_of(table: MessageTable, name: str) -> str:
    return str(uuid.uuid5(NAMESPACE, f"{table.pk} {table.digest} {name}")).upper()


def deliver(work: Work, part: Sequence[tuple[int, Draft]], body: bytes) -> None:
    """Hand a message to the intake and note the documents it did not store."""
    try:
        acceptance = receive_message(sender=work.sender, body=body)
    except MessageRefused as refusal:
        errors = [RowError("", f.code, f.message_zh, f.message_en) for f in refusal.faults]
        for one in part:
            work.reject(*one, errors)
        return
    for place, error in refused_documents(acceptance, work.sender.organisation_id):
        at, draft = part[place]
        work.reject(
            at, draft, [RowError(f"{HEAD}!A{draft.row}", error.code, error.message_zh, error.message_en)]
        )


def by_document(
    work: Work, part: Sequence[tuple[int, Draft]], faults: Sequence[Any]
) -> dict[int, list[RowError]]:
    """Faults of a message by the place of their document, told by the cells of the table.

    Raises TableFaulty for a fault of the message as a whole.
    """
    cells, found = cells_of(work.message), dict[int, list[RowError]]()
    document = re.compile(rf"/{work.message.document}\[(\d+)\]")
    line = re.compile(rf"/{work.message.lines}\[(\d+)\]") if work.message.lines else None
    for fault in faults:
        at = document.search(fault.path)
        if at is None:
            raise TableFaulty(sentence=fault.message_zh)
        place = int(at[1]) - 1
        draft = part[place][1]
        below = line.search(fault.path) if line else None
        sheet, row = (LINES, draft.lines[int(below[1]) - 1][0]) if below else (HEAD, draft.row)
        column = cells.get((sheet, fault.path.rpartition("/")[2]), "A")
        error = RowError(f"{sheet}!{column}{row}", fault.code, fault.message_zh, fault.message_en)
        found.setdefault(place, []).append(error)
    return found


def rejected_file(*, actor: "User", table: MessageTable) -> bytes:
    """The documents that were not taken, to correct and upload again. Raises NotPermitted, FileForgotten."""
    require(actor, SUBMIT, organisation_id=table.organisation_id)
    message = registry()[table.message_type]
    drafts, _orphans = read(message, content_of(table))
    audit.record(
        Verb.DATA_EXPORTED,
        actor=actor,
        organisation_id=table.organisation_id,
        subject=f"message_table:{table.pk}",
        detail={"rejected": table.rejected},
    )
    chosen = [
        (drafts[one["at"]], "；".join(f"{e['cell']} {e['code']} {e['zh']}" for e in one["errors"]))
        for one in sorted((r for r in table.rejects if r["at"] is not None), key=lambda r: r["at"])
    ]
    return rejected_book(message, chosen)


def sweep_tables() -> int:
    """Begin again what a killed worker or a lost nudge left, forget files whose days are over; returns how many were begun."""
    now = timezone.now()
    days = int(rules.value("C.TABLE.KEEP_DAYS", timezone.localdate()))
    MessageTable.objects.filter(content__isnull=False, finished_at__lt=now - timedelta(days=days)).update(
        content=None
    )
    waiting = MessageTable.objects.filter(
        state__in=[TableState.WAITING, TableState.RUNNING], started_at__lt=now - LOST_AFTER
    )
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:20])
    for table_id in ids:
        work_table(table_id)
    return len(ids)

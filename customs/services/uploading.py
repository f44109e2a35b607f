"""Files that a person of an enterprise uploads: each is a message, taken by the same intake as the machine door's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from customs.permissions import SUBMIT
from customs.selectors.timeline import information
from exchange.messages import MAX_ERRORS, Fault, MessageRefused
from exchange.selectors.receipts import receipts_of_message
from exchange.services import Acceptance, Sender, receive_message
from exchange.tables import POSITIONS
from portal.errors import Refusal
from portal.permissions import require
from portal.selectors import organisation_codes

if TYPE_CHECKING:
    from portal.models import User

MAX_FILES = 50
MAX_BYTES = 16 * 1024 * 1024
"""Of one file; the bound of the machine door."""


class NoFile(Refusal):
    """Nothing was chosen."""

    code = "UPLOAD.EMPTY"
    message = _("请选择要上传的报文文件。")
    field = "files"


class TooManyFiles(Refusal):
    """More files than one upload takes."""

    code = "UPLOAD.FILES"
    message = _("一次最多上传 %(limit)s 个文件。")
    field = "files"


@dataclass(frozen=True)
class RowError:
    """One thing that is wrong: where in the file, official code, sentence in both languages."""

    path: str
    code: str
    message_zh: str
    message_en: str


@dataclass(frozen=True)
class Upload:
    """What became of one file. `errors` of an accepted file are the documents that were not stored, row by row."""

    name: str
    accepted: bool
    acceptance: Acceptance | None = None
    receipt_id: int | None = None
    message_type: str = ""
    errors: Sequence[RowError] = ()
    more_errors: int = 0

    @property
    def stored(self) -> int:
        """Documents of the message that are stored."""
        return self.acceptance.documents - len(self.errors) if self.acceptance else 0


def upload_messages(*, actor: "User", organisation_id: int, files: Sequence[Any]) -> list[Upload]:
    """Hand each uploaded file (name, size, read) to the intake; one answer per file, a refused file leaves nothing but its journal entry.

    Raises NotPermitted, NoFile, TooManyFiles.
    """
    require(actor, SUBMIT, organisation_id=organisation_id)
    if not files:
        raise NoFile
    if len(files) > MAX_FILES:
        raise TooManyFiles(limit=MAX_FILES)
    sender = Sender(organisation_id, organisation_codes(organisation_id), actor_id=actor.pk)
    return [_upload(sender, file) for file in files]


def _upload(sender: Sender, file: Any) -> Upload:
    name = (file.name or "")[:200]
    if (file.size or 0) > MAX_BYTES:
        return Upload(
            name,
            accepted=False,
            errors=[
                RowError(
                    "", "BODY.SIZE", "文件超过 16 MB 上限，请拆分后再传", "The file exceeds 16 MB; split it"
                )
            ],
        )
    try:
        acceptance = receive_message(sender=sender, body=file.read())
    except MessageRefused as refusal:
        return Upload(
            name,
            accepted=False,
            receipt_id=refusal.receipt_id,
            message_type=refusal.message_type,
            errors=_rows(refusal.faults[:MAX_ERRORS]),
            more_errors=max(0, len(refusal.faults) - MAX_ERRORS),
        )
    except Refusal as refusal:
        return Upload(name, accepted=False, errors=[_sentence(refusal)])
    return Upload(
        name,
        accepted=True,
        acceptance=acceptance,
        receipt_id=acceptance.receipt_id,
        message_type=acceptance.message_type,
        errors=_not_stored(acceptance, sender.organisation_id),
    )


def _rows(faults: Iterable[Fault]) -> list[RowError]:
    return [RowError(fault.path, fault.code, fault.message_zh, fault.message_en) for fault in faults]


def _sentence(refusal: Refusal) -> RowError:
    return RowError(refusal.field, refusal.code, refusal.sentence, refusal.sentence)


def _not_stored(acceptance: Acceptance, organisation_id: int) -> list[RowError]:
    return [error for _place, error in refused_documents(acceptance, organisation_id)]


def refused_documents(acceptance: Acceptance, organisation_id: int) -> list[tuple[int, RowError]]:
    """Documents of an accepted message that were answered by an exception receipt: (place in the message, why)."""
    found = []
    for line in receipts_of_message(acceptance.message_id, organisation_id):
        if line.status.startswith("-") and line.document_id is not None:
            _code, sentence = information(line.info)
            place = line.document_id % POSITIONS
            path = f"/{acceptance.message_type}[{place + 1}]"
            found.append((place, RowError(path, line.status, sentence, sentence)))
    return found

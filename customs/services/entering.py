"""One document entered by hand becomes a message and takes the way of every other message."""

import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.utils import timezone

from customs.messages.codec import Message
from customs.messages.filling import filled, transfer_of
from customs.messages.writing import write
from customs.services.uploading import Upload, upload_messages

if TYPE_CHECKING:
    from portal.models import Organisation, User


def enter_document(
    *,
    actor: "User",
    organisation: "Organisation",
    message: Message,
    head: Mapping[str, str],
    lines: Sequence[Mapping[str, str]] = (),
) -> Upload:
    """Write the message of one new document and hand it to the intake. Raises NotPermitted."""
    guid, body = written(organisation, message, head, lines)
    file = ContentFile(body, name=f"{message.code}-{guid}.xml")
    (upload,) = upload_messages(actor=actor, organisation_id=organisation.pk, files=[file])
    return upload


def written(
    organisation: "Organisation",
    message: Message,
    head: Mapping[str, str],
    lines: Sequence[Mapping[str, str]] = (),
) -> tuple[str, bytes]:
    """guid and bytes of the message of one new document."""
    guid = str(uuid.uuid4()).upper()
    transfer = transfer_of(
        code=organisation.customs_code or organisation.uscc,
        name=organisation.name,
        dxp_id=organisation.dxp_id or guid[:30],
    )
    document = filled(message, head, lines, guid=guid, moment=timezone.localtime())
    return guid, write(message, [document], guid=guid, transfer=transfer)

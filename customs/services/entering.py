"""One document entered by hand becomes a message and takes the way of every other message."""

import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.utils import timezone

from customs.messages.codec import Message
from customs.messages.writing import write
from customs.services.uploading import Upload, upload_messages

if TYPE_CHECKING:
    from portal.models import Organisation, User

NEW, DECLARED = "1", "2"
"""appType and appStatus of the interface specification."""


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
    moment = timezone.localtime().strftime("%Y%m%d%H%M%S")
    values = {**head, "guid": guid, "appType": NEW, "appTime": moment, "appStatus": DECLARED}
    numbered = [
        {**line, "gnum": str(number)} if message.own_numbers else dict(line)
        for number, line in enumerate(lines, 1)
    ]
    transfer = {
        "copCode": organisation.customs_code or organisation.uscc,
        "copName": organisation.name,
        "dxpMode": "DXP",
        "dxpId": organisation.dxp_id or guid[:30],
    }
    document = {**values, message.lines: numbered} if message.lines else values
    return guid, write(message, [document], guid=guid, transfer=transfer)

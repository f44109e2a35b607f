"""The original bytes of messages: who may read them, and that it was done."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from exchange.models import Message
from exchange.services.journal import unpacked
from portal import audit
from portal.enums import Verb
from portal.errors import Refusal
from portal.permissions import require
from portal.personal_data import stated_purpose


class MessageUnknown(Refusal):
    """There is no such message, or it is another enterprise's."""

    code = "MESSAGE.UNKNOWN"
    message = _("没有此报文。")
    status = 404


def message_body(message_id: int) -> bytes:
    """Bytes as received, for the platform's own use (rendering); no permission, no audit. Raises MessageUnknown."""
    stored = Message.objects.filter(pk=message_id).values_list("raw", flat=True).first()
    if stored is None:
        raise MessageUnknown
    return unpacked(message_id, bytes(stored))


def read_own_message(*, message_id: int, organisation_id: int, client: Any = None, user: Any = None) -> bytes:
    """Bytes of a message for its sender: a machine with `receipts:read` or a person with `message.read_raw`.

    Audited. Raises MessageUnknown, NotPermitted.
    """
    if user is not None:
        require(user, "message.read_raw", organisation_id=organisation_id)
    if not Message.objects.filter(pk=message_id, sender_id=organisation_id).exists():
        raise MessageUnknown
    return _read(message_id, organisation_id, client=client, user=user)


def read_any_message(*, message_id: int, user: Any, reason: str) -> bytes:
    """Bytes of a message for an official with `journal.read_raw` who gives a reason. Audited with the reason.

    Raises NotPermitted, PurposeMissing, MessageUnknown.
    """
    require(user, "journal.read_raw")
    purpose = stated_purpose(reason)
    sender_id = Message.objects.filter(pk=message_id).values_list("sender_id", flat=True).first()
    if sender_id is None:
        raise MessageUnknown
    return _read(message_id, sender_id, user=user, reason=purpose)


def _read(
    message_id: int, sender_id: int, *, client: Any = None, user: Any = None, reason: str = ""
) -> bytes:
    audit.record(
        Verb.MESSAGE_READ,
        actor=user,
        client=client,
        organisation_id=sender_id,
        subject=f"exchange.message:{message_id}",
        detail={"reason": reason} if reason else None,
    )
    return message_body(message_id)

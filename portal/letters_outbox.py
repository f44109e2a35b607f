"""Django's e-mail backend of this product: a message is written to the outbox and leaves after commit.

Whoever sends (confirmation of an address, new password, invitation) never waits for a mail server and never fails because one
is away. Messages are stored encrypted and erased when they are done with. Delivery follows `portal.letters_delivery`.
"""

import base64
import json
import logging
import smtplib
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from portal import workflow
from portal.enums import DeliveryState
from portal.letters import nudge
from portal.letters_delivery import (
    BATCH,
    LEASE,
    MOST_ATTEMPTS,
    STEPS,
    Failure,
    close_quietly,
    opened,
    pause,
    refused,
    temporary,
)
from portal.models import OutgoingMail
from portal.personal_data import decrypt, encrypt

logger = logging.getLogger(__name__)
MAIL = workflow.workflow("portal.OutgoingMail", "state", list(DeliveryState.values), STEPS)


class OutboxBackend(BaseEmailBackend):
    """`EMAIL_BACKEND`: takes messages in the current transaction."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each message with a recipient to the outbox; returns how many."""
        now = timezone.now()
        kept = OutgoingMail.objects.bulk_create(
            OutgoingMail(payload=packed(message), next_at=now)
            for message in email_messages
            if message.recipients()
        )
        if kept:
            transaction.on_commit(nudge, robust=True)
        return len(kept)


def packed(message: EmailMessage) -> str:
    """Sender, recipients and the message's bytes, encrypted. Raises BadHeaderError for a header with a line break."""
    raw = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # of Django's SafeMIME classes
    envelope = [message.from_email, message.recipients(), base64.b64encode(raw).decode("ascii")]
    return encrypt(json.dumps(envelope))


def deliver_outbox() -> int:
    """Send what is due until nothing is left or nothing of a batch goes out; returns how many went out."""
    sent = 0
    while batch := claim():
        gone = send_batch(batch)
        sent += gone
        if not gone:
            break
    return sent


@transaction.atomic
def claim() -> list[OutgoingMail]:
    """Up to BATCH due messages, leased to the caller and counted as an attempt."""
    now = timezone.now()
    due = OutgoingMail.objects.select_for_update(skip_locked=True).filter(
        state=DeliveryState.WAITING, next_at__lte=now
    )
    batch = list(due.order_by("next_at", "id")[:BATCH])
    for mail in batch:
        mail.attempts += 1
        mail.next_at = now + LEASE
    OutgoingMail.objects.bulk_update(batch, ["attempts", "next_at"])
    return batch


def send_batch(batch: Sequence[OutgoingMail]) -> int:
    """One connection for all; each message's fate is committed at once."""
    server: Any = get_connection(settings.MAIL_TRANSPORT)
    failure = opened(server)
    sent = 0
    try:
        for mail in batch:
            result = failure or handed_over(server, mail)
            note_result(mail, result)
            sent += result is None
    finally:
        close_quietly(server)
    return sent


def handed_over(server: Any, mail: OutgoingMail) -> Failure | None:
    """Give one message to the mail server; the failure if it was not taken."""
    sender, recipients, raw = json.loads(decrypt(mail.payload))
    try:
        server.open()  # again, when an earlier message ended the conversation
        server.connection.sendmail(sender, recipients, base64.b64decode(raw))
    except smtplib.SMTPRecipientsRefused as error:
        return refused(min(code for code, _words in error.recipients.values()))
    except smtplib.SMTPDataError as error:
        return refused(error.smtp_code)
    except (OSError, smtplib.SMTPException) as error:
        close_quietly(server)
        return temporary(error)
    except ValueError:
        return Failure("MAIL.ADDRESS", permanent=True)
    return None


@transaction.atomic
def note_result(mail: OutgoingMail, failure: Failure | None) -> None:
    """Done with and erased, or due again after a pause that doubles."""
    rows = OutgoingMail.objects.filter(pk=mail.pk)
    if failure and not failure.permanent and mail.attempts < MOST_ATTEMPTS:
        rows.update(next_at=timezone.now() + pause(mail.attempts), last_error=failure.code)
    else:
        workflow.advance_many(MAIL, "fail" if failure else "send", [mail.pk])
        rows.update(payload="", done_at=timezone.now(), last_error=failure.code if failure else "")
    if failure:
        logger.warning("outgoing mail %s: %s", mail.pk, failure.code)

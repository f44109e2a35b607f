"""Letters on their way by e-mail and SMS: from the outbox rows, after commit, at least once.

A batch is claimed (its rows are leased), sent without holding a transaction, and noted. What a crash leaves behind comes back
when the lease ends; the same delivery carries the same Message-ID, so a mail program shows it once. A temporary failure waits
longer each time, a permanent one ends the delivery. Errors are kept as codes: no address, name or text reaches a log.
"""

import logging
import smtplib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from portal import workflow
from portal.enums import Channel, DeliveryState
from portal.letters import DIGEST, in_words, sms_words
from portal.models import Contact, Delivery, Letter, LetterText
from portal.personal_data import decrypt
from portal.workflow import Transition

logger = logging.getLogger(__name__)
BATCH = 50
LEASE = timedelta(minutes=15)
"""A claimed row is nobody else's for this time: longer than a batch at the slowest server (50 × EMAIL_TIMEOUT)."""

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
MOST_ATTEMPTS = 12
"""About two days of trying (RFC 5321 §4.5.4.1 asks for 4–5 days of a relay; a letter of yesterday is still in the inbox)."""

ANSWER_WITHIN = timedelta(hours=24)
"""SMS platforms report within a day or never; afterwards the result counts as unclear."""

WAITING, ASKED = {DeliveryState.WAITING}, {DeliveryState.ASKED}
STEPS = [
    Transition("send", frozenset(WAITING | ASKED), DeliveryState.SENT, DeliveryState.SENT.label),
    Transition("hand_over", frozenset(WAITING), DeliveryState.ASKED, DeliveryState.ASKED.label),
    Transition("fail", frozenset(WAITING | ASKED), DeliveryState.FAILED, DeliveryState.FAILED.label),
    Transition("lose", frozenset(ASKED), DeliveryState.UNCLEAR, DeliveryState.UNCLEAR.label),
]
DELIVERY = workflow.workflow("portal.Delivery", "state", list(DeliveryState.values), STEPS)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an e-mail did not go out: a code without personal data, and whether trying again could help."""

    code: str
    permanent: bool


def deliver_mail() -> int:
    """Send what is due until nothing is left or nothing of a batch goes out; returns how many e-mails went out."""
    sent = 0
    while batch := claim(Channel.EMAIL):
        gone = send_batch(batch)
        sent += gone
        if not gone:
            break
    return sent


@transaction.atomic
def claim(channel: Channel) -> list[Delivery]:
    """Up to BATCH due rows, leased to the caller and counted as an attempt."""
    now = timezone.now()
    due = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        channel=channel, state=DeliveryState.WAITING, next_at__lte=now
    )
    batch = list(due.select_related("letter__user").order_by("next_at", "id")[:BATCH])
    for delivery in batch:
        delivery.attempts += 1
        delivery.next_at = now + LEASE
    Delivery.objects.bulk_update(batch, ["attempts", "next_at"])
    return batch


def send_batch(batch: Sequence[Delivery]) -> int:
    """One connection for all; each row's fate is committed at once. Returns how many went out."""
    texts = LetterText.objects.in_bulk({d.letter.code for d in batch}, field_name="code")
    languages = languages_of(d.letter.user_id for d in batch)
    server = get_connection(settings.MAIL_TRANSPORT)
    failure = opened(server)
    sent = 0
    try:
        for delivery in batch:
            result = failure or mailed(
                server, delivery, texts.get(delivery.letter.code), languages[delivery.letter.user_id]
            )
            note_result(delivery, result)
            sent += result is None
    finally:
        close_quietly(server)
    return sent


def languages_of(users: Iterable[int]) -> dict[int, str]:
    """Language of each person, Chinese when nothing is known."""
    ids = set(users)
    known = dict(Contact.objects.filter(user_id__in=ids).values_list("user_id", "language"))
    return {pk: known.get(pk, settings.LANGUAGE_CODE) for pk in ids}


def opened(server: BaseEmailBackend) -> Failure | None:
    """Connect; the failure when the server is away or will not talk to us."""
    try:
        server.open()
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        return temporary(error)
    return None


def close_quietly(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        logger.info("mail server closed badly: %s", type(error).__name__)


def mailed(
    server: BaseEmailBackend, delivery: Delivery, text: LetterText | None, language: str
) -> Failure | None:
    """Send one; the failure if it did not go out."""
    try:
        server.send_messages([message(delivery, text, language, server)])
    except smtplib.SMTPRecipientsRefused as error:
        return refused(min(code for code, _words in error.recipients.values()))
    except smtplib.SMTPDataError as error:
        return refused(error.smtp_code)
    except (OSError, smtplib.SMTPException) as error:
        close_quietly(server)
        return temporary(error)
    except ValueError:  # BadHeaderError, UnicodeError: an address that no header can hold
        return Failure("MAIL.ADDRESS", permanent=True)
    return None


def refused(code: int) -> Failure:
    """RFC 5321 §4.2.1: 5xx is final, 4xx may pass later; anything else is no SMTP and may pass too."""
    return Failure(f"MAIL.SMTP_{code}" if 400 <= code < 600 else "MAIL.SMTP_ODD", permanent=500 <= code < 600)


def temporary(error: Exception) -> Failure:
    return Failure(f"MAIL.{type(error).__name__}"[:60], permanent=False)


def message(
    delivery: Delivery, text: LetterText | None, language: str, server: BaseEmailBackend
) -> EmailMessage:
    """Plain text in the person's language; the subject is one line whatever the parameters hold."""
    letter = delivery.letter
    with translation.override(language):
        title, body = in_words(text, letter, language)
        if letter.code == DIGEST:
            body = "\n".join([body, "", *digest_lines(letter, language)])
        page = letter.link or "/inbox/"
        parts = [
            body,
            settings.BASE_URL + page,
            "--",
            gettext("福建跨境电商公共服务平台"),
            preferences_line(),
        ]
        return EmailMessage(
            subject=" ".join(title.split()),
            body="\n\n".join(parts),
            to=[letter.user.email],
            headers={"Message-ID": message_id(delivery), "Auto-Submitted": "auto-generated"},
            connection=server,
        )


def preferences_line() -> str:
    return gettext("不想再收到此类邮件：") + f"\n{settings.BASE_URL}/inbox/preferences/"


def digest_lines(letter: Letter, language: str) -> list[str]:
    """Titles of the letters a digest is about."""
    ids = [int(pk) for pk in str(letter.params.get("letters", "")).split(",") if pk.isdigit()]
    letters = list(Letter.objects.filter(pk__in=ids, user_id=letter.user_id).order_by("pk"))
    texts = LetterText.objects.in_bulk({one.code for one in letters}, field_name="code")
    return [f"· {in_words(texts.get(one.code), one, language)[0]}" for one in letters]


def message_id(delivery: Delivery) -> str:
    """The same for every attempt, so that a second delivery is recognised."""
    return f"<letter-{delivery.pk}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}>"


@transaction.atomic
def note_result(delivery: Delivery, failure: Failure | None) -> None:
    """Sent, failed for good, or due again after a pause that doubles."""
    if failure is None:
        finish("send", [delivery.pk])
    elif failure.permanent or delivery.attempts >= MOST_ATTEMPTS:
        finish("fail", [delivery.pk], failure.code)
    else:
        again = timezone.now() + pause(delivery.attempts)
        Delivery.objects.filter(pk=delivery.pk).update(next_at=again, last_error=failure.code)
    if failure:
        logger.warning("letter delivery %s: %s", delivery.pk, failure.code)


def pause(attempts: int) -> timedelta:
    """Before the next attempt: 1, 2, 4 … minutes, at most six hours."""
    return min(FIRST_PAUSE * int(2 ** (attempts - 1)), LONGEST_PAUSE)


def finish(step: str, ids: Sequence[int], error: str = "") -> list[int]:
    """Take deliveries through their workflow; returns those that moved (a second time: none)."""
    moved = workflow.advance_many(DELIVERY, step, ids)
    done = None if step == "hand_over" else timezone.now()
    Delivery.objects.filter(pk__in=moved).update(last_error=error[:60], done_at=done)
    return moved


@dataclass(frozen=True, slots=True)
class TextMessage:
    """An SMS to hand to the platform that sends it. Holds the number in clear: never log it."""

    delivery_id: int
    phone: str
    text: str


@transaction.atomic
def take_text_messages(ids: Sequence[int]) -> list[TextMessage]:
    """The SMS among these deliveries that nobody has taken yet, now counted as handed over (call in the handing transaction)."""
    moved = finish("hand_over", ids)
    taken = Delivery.objects.filter(pk__in=moved, channel=Channel.SMS).select_related("letter").order_by("pk")
    contacts = Contact.objects.in_bulk({d.letter.user_id for d in taken}, field_name="user_id")
    texts = LetterText.objects.in_bulk({d.letter.code for d in taken}, field_name="code")
    found = []
    for delivery in taken:
        contact, text = contacts.get(delivery.letter.user_id), texts.get(delivery.letter.code)
        if contact and contact.phone_token and text:
            words = sms_words(text, delivery.letter, contact.language)
            found.append(TextMessage(delivery.pk, decrypt(contact.phone_token), words))
    finish("fail", sorted(set(moved) - {one.delivery_id for one in found}), "SMS.NO_NUMBER")
    Delivery.objects.filter(pk__in=moved).update(attempts=1, next_at=timezone.now() + ANSWER_WITHIN)
    return found


def text_messages_answered(ids: Sequence[int], step: str, error: str = "") -> list[int]:
    """What the SMS platform reported: `send`, `fail` or `lose`; returns those that had not been finished before."""
    return finish(step, ids, error)


def lose_silent_messages(now: datetime) -> int:
    """SMS without an answer for a day: the result is unclear; returns how many."""
    silent = Delivery.objects.filter(state=DeliveryState.ASKED, next_at__lte=now).values_list("pk", flat=True)
    return len(finish("lose", list(silent[:1000]), "SMS.NO_ANSWER"))

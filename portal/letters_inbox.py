"""A person's own letters: the inbox, what was read, what is wanted where. Nobody sees anybody else's."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import transaction
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal import audit
from portal.enums import Channel, DeliveryState, Verb
from portal.errors import Refusal
from portal.letters import in_words
from portal.letters_delivery import finish
from portal.models import Contact, Delivery, Letter, LetterText, Preference
from portal.personal_data import encrypt, keyed_hash, mask_phone, normalise_phone

if TYPE_CHECKING:
    from portal.models import User

BADGE_UP_TO = 99
"""The badge says "99+" above this; more is not counted."""

DEFAULTS = {Channel.INBOX: True, Channel.EMAIL: True, Channel.DIGEST: True, Channel.SMS: True}
"""Without a choice of one's own. Urgent letters always reach the inbox (`portal.letters.channels_for`)."""


class PhoneInvalid(Refusal):
    """Not a mobile number of the mainland (11 digits, beginning with 1; YD/T 1104)."""

    code = "CONTACT.PHONE"
    message = _("手机号应为 11 位数字，以 1 开头。")
    field = "phone"


class LanguageUnknown(Refusal):
    """The platform writes Chinese and English."""

    code = "CONTACT.LANGUAGE"
    message = _("平台没有此语言。")
    field = "language"


@dataclass(frozen=True)
class Shown:
    """A letter in the reader's language."""

    letter: Letter
    title: str
    body: str
    group: str | Promise


@dataclass(frozen=True)
class Choices:
    """What a person wants: per group the wanted channels; language and masked phone."""

    groups: dict[str, set[str]]
    language: str
    phone: str


def unread_count(user: "User") -> int:
    """Unread letters, at most BADGE_UP_TO + 1."""
    unread = Letter.objects.filter(user=user, in_inbox=True, read_at__isnull=True)
    return unread.order_by()[: BADGE_UP_TO + 1].count()


def inbox(user: "User", *, text: str = "", group: str = "", unread: bool = False) -> "QuerySet[Letter]":
    """The person's letters, newest first; `text` is sought in the words and parameters."""
    found = Letter.objects.filter(user=user, in_inbox=True).order_by("-id")
    if group:
        found = found.filter(group=group)
    if unread:
        found = found.filter(read_at__isnull=True)
    return with_text(found, text.strip()[:100]) if text.strip() else found


def with_text(letters: "QuerySet[Letter]", text: str) -> "QuerySet[Letter]":
    columns = ("title_zh", "title_en", "body_zh", "body_en")
    words = Q()
    for column in columns:
        words |= Q(**{f"{column}__icontains": text})
    codes = LetterText.objects.filter(words).values("code")
    return letters.annotate(values=Cast("params", TextField())).filter(
        Q(code__in=codes) | Q(values__icontains=text)
    )


def shown(letters: list[Letter]) -> list[Shown]:
    """Letters in the language of the page; one query for all texts."""
    texts = LetterText.objects.in_bulk({letter.code for letter in letters}, field_name="code")
    language = translation.get_language() or "zh-hans"
    return [
        Shown(letter, *in_words(texts.get(letter.code), letter, language), group_name(letter.group))
        for letter in letters
    ]


def group_name(group: str) -> "str | Promise":
    """Name of the app that writes these letters."""
    try:
        return apps.get_app_config(group).verbose_name
    except LookupError:
        return group


def groups() -> list[str]:
    """Groups that have letters, in a stable order."""
    return list(LetterText.objects.order_by("group").values_list("group", flat=True).distinct())


def deliveries(letter: Letter) -> list[Delivery]:
    """What became of a letter by e-mail and SMS."""
    return list(letter.deliveries.order_by("pk"))


@transaction.atomic
def open_letter(user: "User", letter_id: int) -> Letter | None:
    """The person's letter, read from now on; None when there is none or it is somebody else's."""
    letter = Letter.objects.filter(user=user, in_inbox=True, pk=letter_id).first()
    if letter is not None and letter.read_at is None:
        letter.read_at = timezone.now()
        Letter.objects.filter(pk=letter.pk, read_at__isnull=True).update(read_at=letter.read_at)
    return letter


def mark_unread(user: "User", letter_id: int) -> int:
    return Letter.objects.filter(user=user, in_inbox=True, pk=letter_id).update(read_at=None)


def mark_all_read(user: "User") -> tuple[int, datetime]:
    """(how many, the moment by which `undo_read` finds them again)."""
    now = timezone.now()
    return Letter.objects.filter(user=user, in_inbox=True, read_at__isnull=True).update(read_at=now), now


def undo_read(user: "User", moment: datetime) -> int:
    """Unread again what was marked at this moment; returns how many."""
    return Letter.objects.filter(user=user, in_inbox=True, read_at=moment).update(read_at=None)


@transaction.atomic
def withdraw(user_id: int, organisation_id: int) -> int:
    """Letters about an enterprise leave the inbox of somebody who has left it, and what was not sent yet is not sent."""
    about = Letter.objects.filter(user_id=user_id, organisation_id=organisation_id)
    waiting = Delivery.objects.filter(letter__in=about, state=DeliveryState.WAITING)
    finish("fail", list(waiting.values_list("pk", flat=True)), "LETTER.WITHDRAWN")
    return about.filter(in_inbox=True).update(in_inbox=False)


def choices_of(user: "User") -> Choices:
    """The person's choices with defaults filled in."""
    own = {
        (channel, group): wanted
        for channel, group, wanted in Preference.objects.filter(user=user).values_list(
            "channel", "group", "wanted"
        )
    }
    wanted = {
        group: {c.value for c, default in DEFAULTS.items() if own.get((c.value, group), default)}
        for group in groups()
    }
    contact = Contact.objects.filter(user=user).first() or Contact(user=user)
    return Choices(wanted, contact.language, contact.phone_mask)


@transaction.atomic
def choose(
    user: "User", *, wanted: set[tuple[str, str]], language: str, phone: str, forget_phone: bool
) -> None:
    """Store the (group, channel) pairs that are wanted, the language, and a new phone number ("" keeps the old one).

    Raises PhoneInvalid, LanguageUnknown; nothing has changed then.
    """
    number = checked_phone(phone)
    Preference.objects.bulk_create(
        (
            Preference(user=user, channel=channel, group=group, wanted=(group, channel.value) in wanted)
            for group in groups()
            for channel in DEFAULTS
        ),
        update_conflicts=True,
        unique_fields=["user", "channel", "group"],
        update_fields=["wanted"],
    )
    remember_language(user, language)
    if number:
        store_phone(user, encrypt(number), keyed_hash(number), mask_phone(number))
    elif forget_phone:
        store_phone(user, "", None, "")


def checked_phone(phone: str) -> str:
    """The 11 digits, "" for none. Raises PhoneInvalid."""
    if not phone.strip():
        return ""
    number = normalise_phone(phone)
    if len(number) != 11 or not number.startswith("1"):
        raise PhoneInvalid
    return number


def store_phone(user: "User", token: str, digest: Any, mask: str) -> None:
    Contact.objects.filter(user=user).update(phone_token=token, phone_hash=digest, phone_mask=mask)
    audit.record(Verb.CONTACT_CHANGED, actor=user, subject=f"user:{user.pk}", detail={"phone": mask})


def remember_language(user: "User", language: str) -> None:
    """Letters leave the site in this language. Raises LanguageUnknown."""
    if language not in {"zh-hans", "en"}:
        raise LanguageUnknown
    Contact.objects.update_or_create(user=user, defaults={"language": language})


def first_language(user: "User", language: str) -> None:
    """At sign-in: the language of the page, for somebody who has never chosen one."""
    if language in {"zh-hans", "en"}:
        Contact.objects.get_or_create(user=user, defaults={"language": language})

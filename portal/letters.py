"""Messages to people: written in the transaction of the act, delivered after commit.

`send()` is what every service calls. Words are data (`<app>/data/letters.csv`, both languages); a letter keeps only the code
and the parameters, so it is read in the language of whoever reads it. Titles become subject lines, therefore they hold no
placeholder except those of IMPERSONAL.
"""

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.functional import Promise

from portal import events
from portal.enums import Channel
from portal.models import Contact, Delivery, Letter, LetterText, Membership, Post, Preference, User

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
IMPERSONAL = frozenset({"count", "days", "date", "deadline", "reference"})
"""The only placeholders a title may hold: none of them can say anything about a person."""

PARAM_LENGTH = 500
DIGEST = "portal.digest"
"""The daily e-mail; never shown in the inbox."""

SMS_DUE = "letters.sms_due"
"""Event with ids of deliveries: whoever talks to the SMS platform hands them over."""

Params = Mapping[str, str | Promise]
"""What fills the placeholders: text that means the same in every language, or a lazy translation (kept in both languages)."""

NO_PARAMS: Params = MappingProxyType({})
LANGUAGES = ("zh-hans", "en")
PostAddress = tuple[str, str | None, Collection[str] | None]
"""(agency code, office code or None for every office, post roles or None for every role)."""


def send(
    code: str,
    *,
    users: Iterable[int] = (),
    organisation_id: int | None = None,
    roles: Collection[str] = (),
    post: PostAddress | None = None,
    params: Params = NO_PARAMS,
    link: str = "",
    gather: Collection[str] = (),
) -> int:
    """Write one letter to each recipient in the current transaction; returns how many were written.

    Recipients: `users` (ids), members of the enterprise with one of `roles` (every member when empty), officials of `post`.
    When `users` are given without roles, `organisation_id` only says which enterprise the letter is about. `params` are the
    same in every language or lazy translations. `link` is a path on this site. `gather` names parameters that are numbers: where a person has an unread
    letter of this code and enterprise from today, these are added to it instead of writing another. Raises ValueError for a link elsewhere or a missing parameter,
    LookupError for a code without text.
    """
    text = text_of(code)
    values = checked_params(text, params)
    if link and (not link.startswith("/") or link.startswith(("//", "/\\"))):
        raise ValueError(f"{code}: a letter links only to pages of this site")
    people = recipients(frozenset(users), organisation_id, roles, post)
    with transaction.atomic():
        told = gathered(text, people, values, organisation_id, gather) if gather else set()
        rest = [person for person in people if person.pk not in told]
        return len(told) + write(text, rest, values, link, organisation_id)


def text_of(code: str) -> LetterText:
    """The words of a code; read from the CSV files when the table does not have them yet. Raises LookupError."""
    text = LetterText.objects.filter(code=code).first()
    if text is None:
        load_letter_texts()
        text = LetterText.objects.filter(code=code).first()
    if text is None:
        raise LookupError(f"no letter text {code}")
    return text


def checked_params(text: LetterText, params: Params) -> dict[str, Any]:
    """Every placeholder of the text has a value: bounded text, or one for each language."""
    values = {name: in_languages(value) for name, value in params.items()}
    missing = placeholders(text.title_zh, text.body_zh, text.sms_zh) - values.keys()
    if missing:
        raise ValueError(f"{text.code}: no value for {sorted(missing)}")
    return values


def in_languages(value: str | Promise) -> Any:
    """Bounded text; of a lazy translation its text in each language."""
    if not isinstance(value, Promise):
        return str(value)[:PARAM_LENGTH]
    found = {}
    for language in LANGUAGES:
        with translation.override(language):
            found[language] = str(value)[:PARAM_LENGTH]
    return found


def placeholders(*texts: str) -> set[str]:
    """Names of the placeholders of these texts."""
    return {name for text in texts for name in PLACEHOLDER.findall(text)}


def filled(text: str, params: Mapping[str, Any], language: str = "") -> str:
    """The text with its placeholders replaced; one without a value stays visible. The result is plain text, not HTML."""

    def value(found: re.Match[str]) -> str:
        known = params.get(found.group(1), found.group(0))
        if isinstance(known, dict):
            known = known.get("en" if language.startswith("en") else "zh-hans", "")
        return str(known)

    return PLACEHOLDER.sub(value, text)


def recipients(
    users: frozenset[int], organisation_id: int | None, roles: Collection[str], post: PostAddress | None
) -> list[User]:
    """Active people, each once, in order of their ids."""
    found = Q(pk__in=users)
    if organisation_id is not None and (roles or not users):
        members = Membership.objects.filter(organisation_id=organisation_id)
        members = members.filter(role__in=roles) if roles else members
        found |= Q(pk__in=members.values("user_id"))
    if post is not None:
        found |= Q(pk__in=holders(post))
    return list(User.objects.filter(found, is_active=True).order_by("pk"))


def holders(post: PostAddress) -> Iterable[int]:
    """People whose post answers for this office: the office's own, and posts for all offices of the agency."""
    agency, office, roles = post
    posts = Post.objects.filter(agency__code=agency)
    if office is not None:
        posts = posts.filter(Q(office__code=office) | Q(office__isnull=True))
    if roles:
        posts = posts.filter(role__in=roles)
    return posts.values_list("user_id", flat=True)


def gathered(
    text: LetterText,
    people: list[User],
    params: Mapping[str, Any],
    organisation_id: int | None,
    numbers: Collection[str],
) -> set[int]:
    """Add the numbers to unread letters of today; returns the people who have one."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    waiting = Letter.objects.select_for_update().filter(
        user__in=people,
        code=text.code,
        organisation_id=organisation_id,
        in_inbox=True,
        read_at__isnull=True,
        created_at__gte=start,
    )
    letters = {letter.user_id: letter for letter in waiting.order_by("pk")}
    for letter in letters.values():
        sums = {name: str(int(letter.params.get(name, 0)) + int(params[name])) for name in numbers}
        letter.params = {**letter.params, **sums}
    Letter.objects.bulk_update(letters.values(), ["params"])
    return set(letters)


def write(
    text: LetterText, people: list[User], params: dict[str, Any], link: str, organisation_id: int | None
) -> int:
    """The letters and their places in the outbox, as each person wants them; three statements for any number of people."""
    now = timezone.now()
    ids = [person.pk for person in people]
    choices = {
        (user, channel): wanted
        for user, channel, wanted in Preference.objects.filter(user_id__in=ids, group=text.group).values_list(
            "user_id", "channel", "wanted"
        )
    }
    phones = set(
        Contact.objects.filter(user_id__in=ids).exclude(phone_token="").values_list("user_id", flat=True)
    )
    planned = []
    for person in people:
        channels = channels_for(text, person, person.pk in phones, choices)
        if channels:
            planned.append((person, channels))
    letters = Letter.objects.bulk_create(
        Letter(
            user=person,
            code=text.code,
            group=text.group,
            params=params,
            link=link,
            organisation_id=organisation_id,
            urgent=text.urgent,
            in_inbox=Channel.INBOX in channels,
            created_at=now,
        )
        for person, channels in planned
    )
    outgoing = Delivery.objects.bulk_create(
        Delivery(letter=letter, channel=channel, next_at=now)
        for letter, (_person, channels) in zip(letters, planned, strict=True)
        for channel in sorted(channels & {Channel.EMAIL, Channel.SMS})
    )
    announce(outgoing)
    return len(letters)


def announce(deliveries: list[Delivery]) -> None:
    """After commit: nudge the mail worker, tell who sends SMS. A lost nudge is found by the sweep."""
    events.publish(SMS_DUE, [d.pk for d in deliveries if d.channel == Channel.SMS])
    if any(d.channel == Channel.EMAIL for d in deliveries):
        transaction.on_commit(nudge, robust=True)


def nudge() -> None:
    from portal.tasks import deliver_letters

    deliver_letters.apply_async(retry=False)


def channels_for(
    text: LetterText, person: User, has_phone: bool, choices: Mapping[tuple[int, str], bool]
) -> set[Channel]:
    """Where this letter goes. Urgent ones cannot be switched off on the site; few have an SMS."""
    possible = {
        Channel.INBOX: True,
        Channel.EMAIL: bool(person.email),
        Channel.SMS: bool(text.sms_zh) and has_phone,
    }
    wanted = {c for c in possible if possible[c] and choices.get((person.pk, c), True)}
    return wanted | {Channel.INBOX} if text.urgent else wanted


def in_words(text: LetterText | None, letter: Letter, language: str) -> tuple[str, str]:
    """(title, body) of a letter in a language; the code when its text has been withdrawn."""
    if text is None:
        return letter.code, ""
    english = language.startswith("en")
    title, body = (text.title_en, text.body_en) if english else (text.title_zh, text.body_zh)
    return filled(title, letter.params, language), filled(body, letter.params, language)


def sms_words(text: LetterText, letter: Letter, language: str) -> str:
    """The SMS of a letter in a language."""
    return filled(text.sms_en if language.startswith("en") else text.sms_zh, letter.params, language)


def text_files() -> Iterator[tuple[str, Path]]:
    """(app label, file) of every installed app that brings letters."""
    for app in apps.get_app_configs():
        path = Path(app.path) / "data" / "letters.csv"
        if path.exists():
            yield app.label, path


def text_rows() -> Iterator[LetterText]:
    """Every row of every file. Raises ValueError for a title with a placeholder that may hold personal data."""
    for group, path in text_files():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                loose = placeholders(row["title_zh"], row["title_en"]) - IMPERSONAL
                if loose:
                    raise ValueError(f"{path}: {row['code']}: {sorted(loose)} may not stand in a title")
                yield LetterText(**{**row, "urgent": row["urgent"] == "1", "group": group})


@transaction.atomic
def load_letter_texts() -> int:
    """Insert and update the texts of every installed app; returns how many there are."""
    columns = ["group", "title_zh", "title_en", "body_zh", "body_en", "sms_zh", "sms_en", "urgent", "source"]
    loaded = LetterText.objects.bulk_create(
        text_rows(), update_conflicts=True, unique_fields=["code"], update_fields=columns
    )
    return len(loaded)

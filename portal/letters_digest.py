"""The daily digest: one e-mail with the letters of the day that a person has not read. None when there is nothing."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.enums import Channel
from portal.letters import DIGEST, announce, text_of
from portal.models import Contact, Delivery, Letter, Preference, User

MOST_LINES = 50
"""Letters named in one digest; the number above them counts all."""


@transaction.atomic
def write_digests(day: date) -> int:
    """Write the digests of a day (Asia/Shanghai); returns how many. Running it again the same day writes none."""
    unread = unread_letters(day)
    due = due_people(list(unread), day)
    text, now = text_of(DIGEST), timezone.now()
    letters = Letter.objects.bulk_create(
        Letter(
            user_id=person.pk,
            code=DIGEST,
            group=text.group,
            params={
                "count": str(len(unread[person.pk])),
                "letters": ",".join(map(str, unread[person.pk][:MOST_LINES])),
            },
            link="/inbox/",
            in_inbox=False,
            created_at=now,
        )
        for person in due
    )
    announce(
        Delivery.objects.bulk_create(
            Delivery(letter=letter, channel=Channel.EMAIL, next_at=now) for letter in letters
        )
    )
    Contact.objects.filter(user__in=due).update(digest_day=day)
    return len(letters)


def unread_letters(day: date) -> dict[int, list[int]]:
    """Person → ids of the unread letters of the day, without the groups whose digest the person has switched off."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    found = Letter.objects.filter(
        in_inbox=True, read_at__isnull=True, created_at__gte=start, created_at__lt=start + timedelta(days=1)
    ).order_by("pk")
    off = set(Preference.objects.filter(channel=Channel.DIGEST, wanted=False).values_list("user_id", "group"))
    unread = defaultdict(list)
    for pk, user_id, group in found.values_list("pk", "user_id", "group"):
        if (user_id, group) not in off:
            unread[user_id].append(pk)
    return unread


def due_people(ids: list[int], day: date) -> list[User]:
    """Active people with an address who have had no digest of this day; their contacts are locked against a second run."""
    people = User.objects.filter(pk__in=ids, is_active=True).exclude(email="")
    Contact.objects.bulk_create((Contact(user=person) for person in people), ignore_conflicts=True)
    waiting = Contact.objects.select_for_update(of=("self",)).filter(
        Q(digest_day__isnull=True) | Q(digest_day__lt=day), user__in=people
    )
    return [contact.user for contact in waiting.select_related("user").order_by("user_id")]

"""The daily digest: what was not read today, once, for those who want it."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from portal.letters import DIGEST, send
from portal.letters_delivery import deliver_mail
from portal.letters_digest import write_digests
from portal.models import Contact, Delivery, Letter, Preference, User

PARAMS = {"enterprise": "福州贸易", "count": "3"}


@pytest.fixture(autouse=True)
def local_mail(settings: Any) -> None:
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"


def person(name: str, language: str = "zh-hans") -> User:
    user = User.objects.create(username=name, email=f"{name}@example.com")
    Contact.objects.create(user=user, language=language)
    Preference.objects.create(user=user, channel="email", group="customs", wanted=False)
    return user


def two_letters(user: User) -> None:
    send("customs.parcels_incomplete", users=[user.pk], params=PARAMS)
    send("customs.parcels_selected", users=[user.pk], params=PARAMS)


@pytest.mark.django_db
def test_one_email_names_what_was_not_read_in_the_persons_language() -> None:
    english, chinese = person("e", "en"), person("z")
    two_letters(english)
    two_letters(chinese)
    Letter.objects.filter(user=chinese, code="customs.parcels_selected").update(read_at=timezone.now())
    assert write_digests(timezone.localdate()) == 2
    assert write_digests(timezone.localdate()) == 0
    assert deliver_mail() == 2
    one, two = sorted(mail.outbox, key=lambda message: message.to)
    assert one.subject == "Unread messages today: 2"
    assert "· Parcels lack documents or data do not agree: please correct\n· Parcels were" in one.body
    assert two.subject == "今天有 1 条未读消息"
    assert "布控" not in two.body
    assert "福州贸易" not in one.body + two.body
    assert Letter.objects.filter(code=DIGEST, in_inbox=True).count() == 0


@pytest.mark.django_db
def test_nothing_unread_means_no_email() -> None:
    user = person("a")
    assert write_digests(timezone.localdate()) == 0
    two_letters(user)
    Letter.objects.update(read_at=timezone.now())
    assert write_digests(timezone.localdate()) == 0
    Letter.objects.update(read_at=None, created_at=timezone.now() - timedelta(days=1))
    assert write_digests(timezone.localdate()) == 0
    assert Contact.objects.get().digest_day is None


@pytest.mark.django_db
def test_who_switched_it_off_or_left_gets_none() -> None:
    off, gone, silent = person("off"), person("gone"), person("silent")
    for user in (off, gone, silent):
        two_letters(user)
    Preference.objects.create(user=off, channel="digest", group="customs", wanted=False)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    User.objects.filter(pk=silent.pk).update(email="")
    assert write_digests(timezone.localdate()) == 0


@pytest.mark.django_db(transaction=True)
def test_two_clocks_write_one_digest() -> None:
    two_letters(person("a"))
    written: list[int] = []

    def run() -> None:
        try:
            written.append(write_digests(timezone.localdate()))
        finally:
            connection.close()

    clocks = [threading.Thread(target=run) for _ in range(2)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()
    assert sorted(written) == [0, 1]
    assert Delivery.objects.filter(letter__code=DIGEST).count() == 1

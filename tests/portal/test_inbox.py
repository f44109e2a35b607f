"""The inbox: one's own letters only, safe to show, read and unread, preferences."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.enums import Verb
from portal.letters import send
from portal.models import (
    AuditEntry,
    Contact,
    Delivery,
    Letter,
    Membership,
    Organisation,
    Preference,
    User,
)
from portal.personal_data import decrypt

pytestmark = pytest.mark.django_db
PARAMS = {"enterprise": "福州贸易", "count": "3"}


def person(name: str) -> User:
    return User.objects.create(username=name)


def write(user: User, code: str = "customs.parcels_incomplete", **params: str) -> Letter:
    send(code, users=[user.pk], params={**PARAMS, **params}, link="/enterprise/waiting/")
    return Letter.objects.filter(user=user).latest("pk")


@pytest.fixture
def reader(client: Client) -> User:
    user = person("reader")
    client.force_login(user)
    return user


def page(client: Client, path: str = "/inbox/", **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_only_ones_own_letters_are_shown_opened_and_changed(client: Client, reader: User) -> None:
    mine, theirs = write(reader), write(person("other"), enterprise="别家")
    assert "别家" not in page(client)
    assert client.get(f"/inbox/{theirs.pk}/").status_code == 404
    assert client.post(f"/inbox/{theirs.pk}/unread/").status_code == 404
    client.post("/inbox/read/")
    theirs.refresh_from_db()
    mine.refresh_from_db()
    assert theirs.read_at is None
    assert mine.read_at is not None


def test_nobody_reads_without_signing_in(client: Client) -> None:
    letter = write(person("a"))
    for path in ("/inbox/", f"/inbox/{letter.pk}/", "/inbox/preferences/"):
        assert client.get(path)["Location"].startswith("/accounts/login/")
    assert client.post("/inbox/read/")["Location"].startswith("/accounts/login/")


def test_opening_marks_read_once_and_the_badge_counts(client: Client, reader: User) -> None:
    letter = write(reader)
    write(reader)
    assert '<span class="badge">2</span>' in page(client)
    page(client, f"/inbox/{letter.pk}/")
    letter.refresh_from_db()
    first = letter.read_at
    assert '<span class="badge">1</span>' in page(client, f"/inbox/{letter.pk}/")
    letter.refresh_from_db()
    assert letter.read_at == first
    client.post(f"/inbox/{letter.pk}/unread/")
    assert '<span class="badge">2</span>' in page(client)


def test_all_read_can_be_undone_and_leaves_older_reading_alone(client: Client, reader: User) -> None:
    old, new = write(reader), write(reader)
    earlier = timezone.now() - timedelta(days=1)
    Letter.objects.filter(pk=old.pk).update(read_at=earlier)
    client.post("/inbox/read/")
    assert Letter.objects.filter(read_at__isnull=True).count() == 0
    client.post("/inbox/undo/")
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.read_at, new.read_at) == (earlier, None)
    client.post("/inbox/undo/")
    assert Letter.objects.filter(read_at__isnull=True).count() == 1
    client.post("/inbox/read/")
    assert page(client, "/inbox/").count("/inbox/undo/") == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert page(client, "/inbox/").count("/inbox/undo/") == 0


def test_parameters_are_text_never_markup(client: Client, reader: User) -> None:
    letter = write(reader, enterprise='<script>alert(1)</script>"><img src=x onerror=alert(1)>')
    for shown in (page(client), page(client, f"/inbox/{letter.pk}/")):
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert "&lt;script&gt;alert(1)" in shown


def test_search_filter_and_pages_work_in_sql(client: Client, reader: User) -> None:
    for number in range(45):
        write(reader, enterprise=f"企业{number:02d}")
    write(reader, "customs.parcels_selected")
    with CaptureQueriesContext(
        connection,
    ) as taken:
        first = page(client)
    assert first.count("inbox__letter--unread") == 20
    assert len(taken) <= 12
    assert page(client, page="3").count("inbox__letter--unread") == 6
    assert page(client, q="企业07").count("inbox__letter--unread") == 1
    assert page(client, q="selected for inspection").count("inbox__letter--unread") == 1
    assert page(client, group="portal").count("inbox__letter--unread") == 0
    Letter.objects.filter(code="customs.parcels_selected").update(read_at=timezone.now())
    assert "共 3 页" in page(client, state="unread")
    for hostile in ("%_\\'\"--", "\x00", "x" * 5000):
        page(client, q=hostile, page="-1", group="\x00")


def test_preferences_are_kept_per_group_and_channel(client: Client, reader: User) -> None:
    send("portal.digest", users=[reader.pk], params={"count": "1"})
    assert "13800138000" not in page(client, "/inbox/preferences/")
    answer = client.post(
        "/inbox/preferences/",
        {"wanted": ["customs:inbox", "nothing", "x:y"], "language": "en", "phone": "+86 138 0013 8000"},
    )
    assert answer.status_code == 302
    contact = Contact.objects.get(user=reader)
    assert (contact.language, contact.phone_mask) == ("en", "138****8000")
    assert decrypt(contact.phone_token) == "13800138000"
    assert "13800138000" not in contact.phone_token
    assert list(Preference.objects.filter(wanted=True).values_list("group", "channel")) == [
        ("customs", "inbox")
    ]
    assert "138****8000" in page(client, "/inbox/preferences/")
    entry = AuditEntry.objects.get(verb=Verb.CONTACT_CHANGED)
    assert (entry.actor_id, entry.detail) == (reader.pk, {"phone": "138****8000"})
    client.post("/inbox/preferences/", {"language": "en", "forget_phone": "on"})
    contact.refresh_from_db()
    assert (contact.phone_token, contact.phone_hash, contact.phone_mask) == ("", None, "")


@pytest.mark.parametrize(
    ("field", "value"), [("phone", "12345"), ("phone", "+1 555 0100"), ("language", "xx")]
)
def test_bad_preferences_change_nothing(client: Client, reader: User, field: str, value: str) -> None:
    write(reader)
    answer = client.post("/inbox/preferences/", {"language": "en", "wanted": "customs:inbox", field: value})
    assert answer.status_code == 400
    assert "error-summary" in answer.content.decode()
    assert Preference.objects.count() == 0
    assert Contact.objects.get(user=reader).phone_token == ""


def test_the_language_switch_is_remembered_for_letters(client: Client, reader: User) -> None:
    client.post("/language/setlang/", {"language": "en", "next": "/inbox/"})
    assert Contact.objects.get(user=reader).language == "en"
    client.post("/language/setlang/", {"language": "tlh", "next": "//elsewhere.example/"})
    assert Contact.objects.get(user=reader).language == "en"


def test_who_leaves_an_enterprise_leaves_its_letters(client: Client, reader: User) -> None:
    left, kept = (Organisation.objects.create(uscc=f"91350100MA3500000{n}", name=f"企业{n}") for n in (1, 2))
    User.objects.filter(pk=reader.pk).update(email="reader@example.com")
    for where in (left, kept):
        Membership.objects.create(user=reader, organisation=where, role="declarant")
        send(
            "customs.parcels_incomplete",
            organisation_id=where.pk,
            params={**PARAMS, "enterprise": where.name},
        )
    Membership.objects.get(user=reader, organisation=left).delete()
    shown = page(client)
    assert ("企业1" in shown, "企业2" in shown) == (False, True)
    gone = Letter.objects.get(organisation_id=left.pk)
    assert client.get(f"/inbox/{gone.pk}/").status_code == 404
    assert list(Delivery.objects.order_by("pk").values_list("state", "last_error")) == [
        ("failed", "LETTER.WITHDRAWN"),
        ("waiting", ""),
    ]

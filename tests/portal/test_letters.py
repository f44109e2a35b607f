"""Letters: who gets one, what is written, and what every text promises."""

import pytest
from django.db import transaction
from django.utils import translation

from portal.enums import Channel, MemberRole, PostRole
from portal.letters import (
    filled,
    in_words,
    load_letter_texts,
    send,
    text_of,
)
from portal.models import (
    Agency,
    Contact,
    Delivery,
    Letter,
    LetterText,
    Membership,
    Office,
    Organisation,
    Post,
    Preference,
    User,
)
from portal.personal_data import encrypt

INCOMPLETE = {"enterprise": "福州贸易", "count": "3"}


def organisation(number: int) -> Organisation:
    return Organisation.objects.create(uscc=f"91350100MA350{number:05d}", name=f"企业{number}")


def member(name: str, at: Organisation, role: str, email: str = "") -> User:
    user = User.objects.create(username=name, email=email)
    Membership.objects.create(user=user, organisation=at, role=role)
    return user


@pytest.mark.django_db
def test_loading_twice_changes_nothing() -> None:
    first = load_letter_texts()
    assert load_letter_texts() == first == LetterText.objects.count()


@pytest.mark.django_db
def test_members_with_the_role_get_a_letter_and_other_enterprises_none() -> None:
    ours, theirs = organisation(1), organisation(2)
    admin = member("a", ours, MemberRole.ADMINISTRATOR, "a@example.com")
    member("v", ours, MemberRole.VIEWER)
    member("x", theirs, MemberRole.ADMINISTRATOR)
    sent = send(
        "customs.parcels_incomplete",
        organisation_id=ours.pk,
        roles=[MemberRole.ADMINISTRATOR],
        params=INCOMPLETE,
    )
    assert sent == 1
    letter = Letter.objects.get()
    assert (letter.user_id, letter.organisation_id, letter.read_at) == (admin.pk, ours.pk, None)
    assert list(Delivery.objects.values_list("channel", "state", "attempts")) == [("email", "waiting", 0)]


@pytest.mark.django_db
def test_without_roles_every_active_member_gets_one_and_named_people_only_once() -> None:
    ours = organisation(1)
    first, second = member("a", ours, MemberRole.VIEWER), member("b", ours, MemberRole.FINANCE)
    User.objects.filter(pk=second.pk).update(is_active=False)
    assert send("customs.parcels_incomplete", organisation_id=ours.pk, params=INCOMPLETE) == 1
    assert (
        send(
            "customs.parcels_incomplete",
            users=[first.pk, first.pk],
            organisation_id=ours.pk,
            params=INCOMPLETE,
        )
        == 1
    )


@pytest.mark.django_db
def test_a_post_reaches_its_office_and_the_posts_for_all_offices() -> None:
    agency = Agency.objects.create(code="gacc", name="海关")
    here, there = (Office.objects.create(agency=agency, code=code, name=code) for code in ("3501", "3502"))
    users = [User.objects.create(username=name) for name in ("here", "there", "everywhere", "clerk")]
    for user, office, role in zip(
        users, (here, there, None, here), [*[PostRole.REVIEWER] * 3, PostRole.CLERK], strict=True
    ):
        Post.objects.create(user=user, agency=agency, office=office, role=role)
    send("customs.parcels_incomplete", post=("gacc", "3501", [PostRole.REVIEWER]), params=INCOMPLETE)
    assert sorted(Letter.objects.values_list("user__username", flat=True)) == ["everywhere", "here"]
    assert send("customs.parcels_incomplete", post=("gacc", None, None), params=INCOMPLETE) == 4


@pytest.mark.django_db
def test_a_channel_that_is_off_stays_silent_but_urgent_ones_still_reach_the_site() -> None:
    ours = organisation(1)
    user = member("a", ours, MemberRole.VIEWER, "a@example.com")
    for channel in (Channel.INBOX, Channel.EMAIL):
        Preference.objects.create(user=user, channel=channel, group="customs", wanted=False)
    assert send("customs.parcels_incomplete", organisation_id=ours.pk, params=INCOMPLETE) == 0
    assert send("customs.parcels_selected", organisation_id=ours.pk, params=INCOMPLETE) == 1
    assert Letter.objects.get().in_inbox is True
    assert Delivery.objects.count() == 0


@pytest.mark.django_db
def test_urgent_letters_go_by_sms_where_there_is_a_number() -> None:
    ours = organisation(1)
    user = member("a", ours, MemberRole.VIEWER)
    Contact.objects.create(user=user, phone_token=encrypt("13800138000"), phone_mask="138****8000")
    send("customs.parcels_selected", organisation_id=ours.pk, params=INCOMPLETE)
    send("customs.parcels_incomplete", organisation_id=ours.pk, params=INCOMPLETE)
    assert list(Delivery.objects.values_list("letter__code", "channel")) == [
        ("customs.parcels_selected", "sms")
    ]


@pytest.mark.django_db
def test_what_cannot_be_sent_is_refused_and_nothing_is_written() -> None:
    user = User.objects.create(username="a")
    with pytest.raises(LookupError):
        send("customs.unheard_of", users=[user.pk])
    with pytest.raises(ValueError, match="enterprise"):
        send("customs.parcels_incomplete", users=[user.pk], params={"count": "1"})
    for link in (
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example",
        "javascript:alert(1)",
    ):
        with pytest.raises(ValueError, match="this site"):
            send("customs.parcels_incomplete", users=[user.pk], params=INCOMPLETE, link=link)
    assert Letter.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_letter_disappears_with_the_transaction_that_wrote_it() -> None:
    user = User.objects.create(username="a", email="a@example.com")
    with transaction.atomic():
        send("customs.parcels_incomplete", users=[user.pk], params=INCOMPLETE)
        transaction.set_rollback(True)
    assert (Letter.objects.count(), Delivery.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_letter_is_read_in_the_readers_language() -> None:
    user = User.objects.create(username="a")
    send("customs.parcels_incomplete", users=[user.pk], params={"enterprise": "{count}<b>", "count": "3"})
    letter, text = Letter.objects.get(), text_of("customs.parcels_incomplete")
    assert in_words(text, letter, "en")[1].startswith("{count}<b>: parcels with missing documents")
    assert in_words(text, letter, "zh-hans")[1].startswith("{count}<b>：3 票包裹")
    assert in_words(None, letter, "en") == ("customs.parcels_incomplete", "")


def test_a_placeholder_reaches_no_attribute() -> None:
    assert filled("{count} {count.__class__} {0}", {"count": "3"}) == "3 {count.__class__} {0}"


@pytest.mark.django_db
def test_a_lazy_translation_is_kept_in_both_languages() -> None:
    user = User.objects.create(username="a")
    with translation.override("en"):
        send(
            "customs.parcels_incomplete",
            users=[user.pk],
            params={"enterprise": PostRole.CHIEF.label, "count": "3"},
        )
    letter, text = Letter.objects.get(), text_of("customs.parcels_incomplete")
    assert in_words(text, letter, "zh-hans")[1].startswith("主管：3 票包裹")
    assert in_words(text, letter, "en")[1].startswith("Chief: parcels")

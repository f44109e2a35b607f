"""Webhooks push feeds in order, at least once, signed, without letting a dead receiver slow the others."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.utils import timezone

from exchange.enums import PushState, WebhookState
from exchange.models import FeedPosition, Webhook, WebhookAttempt, WebhookPush
from exchange.selectors.feeds import cursor_of
from exchange.selectors.webhooks import Owner
from exchange.services import pushing
from exchange.services.pushing import forget_old_pushes, push_round
from exchange.services.webhooks import Keeper, enable_webhook, register_webhook, replay_webhook
from exchange.tasks import ROUND, push_webhooks
from portal import rules
from portal.codes import load_rules
from portal.models import Agency, AuditEntry, Letter, Membership, Organisation, RuleValue
from tests.exchange.conftest import Machine, settle
from tests.exchange.receiving_server import Subscriber, subscriber
from tests.exchange.test_feeds import task, write_receipt

pytestmark = pytest.mark.django_db(transaction=True)
Subscribe = Callable[..., tuple[Webhook, str]]


@pytest.fixture(autouse=True)
def on_this_machine(settings: Any) -> None:
    settings.WEBHOOK_DEVELOPMENT = True


@pytest.fixture
def quick(codes: None) -> Iterator[None]:
    """Two seconds for a request."""
    load_rules()
    RuleValue.objects.filter(rule_id="P.WEBHOOK.TIMEOUT_SECONDS").update(param={"value": 2})
    rules.refresh(force=True)
    yield
    rules.refresh(force=True)


@pytest.fixture
def subscribe(platform: Machine) -> Subscribe:
    """Register and prove."""

    def make(
        one: Subscriber, *, owner: Owner | None = None, kinds: Any = ("receipts",)
    ) -> tuple[Webhook, str]:
        settle()  # what was written before is certain now, whatever other tests hold open
        whose = owner or Owner(platform.application.organisation_id)
        webhook, secret = register_webhook(
            Keeper(whose, client=platform.application), url=one.url, kinds=kinds
        )
        settle()
        assert push_round() == 1
        webhook.refresh_from_db()
        assert webhook.state == WebhookState.ACTIVE
        return webhook, secret

    return make


def push() -> int:
    settle()
    return push_round()


def later(webhook: Webhook) -> None:
    """The pause is over."""
    Webhook.objects.filter(pk=webhook.pk).update(next_at=timezone.now())


def test_pages_come_in_order_signed_and_are_counted(platform: Machine, subscribe: Subscribe) -> None:
    owner = platform.application.organisation_id
    with subscriber() as one:
        write_receipt(owner, "before the subscription")
        webhook, secret = subscribe(one)
        for n in range(230):
            write_receipt(owner, str(n))
        assert push() == 3
        assert one.items("info") == [str(n) for n in range(230)]
        assert [page["sequence"] for page in one.pages] == [1, 2, 3]
        assert [page["cursor"] for page in one.pages[1:]] == [page["next"] for page in one.pages[:-1]]
        assert one.most_at_once == 1
        head, body = one.headers[-1], one.bodies[-1]
        signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert head["webhook-signature"] == f"v1,{expected}"
        assert abs(int(head["webhook-timestamp"]) - time.time()) < 60
        assert push() == 0
    assert set(WebhookPush.objects.values_list("state", "status", "attempts", "error")) == {
        ("delivered", 200, 1, "")
    }
    assert WebhookAttempt.objects.filter(webhook=webhook).count() == 4
    assert secret not in Webhook.objects.get().secret


def test_page_that_was_not_taken_comes_again_the_same_and_holds_the_next(
    platform: Machine, subscribe: Subscribe
) -> None:
    owner = platform.application.organisation_id
    with subscriber() as one:
        webhook, _secret = subscribe(one)
        one.status = 500
        write_receipt(owner, "first")
        push()
        write_receipt(owner, "second")
        assert push() == 0
        webhook.refresh_from_db()
        assert (webhook.failures, webhook.last_error) == (1, "HTTP.500")
        assert timedelta(seconds=20) < webhook.next_at - timezone.now() <= timedelta(seconds=30)
        one.status = 200
        later(webhook)
        assert push() == 2
        assert [(page["sequence"], [item["info"] for item in page["items"]]) for page in one.pages] == [
            (1, ["first"]),
            (1, ["first"]),
            (2, ["second"]),
        ]
        assert one.bodies[1] == one.bodies[2]
        assert one.headers[1]["webhook-id"] == one.headers[2]["webhook-id"]
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.failing_since, webhook.last_error) == (0, None, "")


def test_hanging_server_does_not_slow_the_others(
    platform: Machine, other: Machine, subscribe: Subscribe, quick: None
) -> None:
    """Six receivers hang; the seventh has all its pages before the first of them times out."""
    mine, theirs = platform.application.organisation_id, other.application.organisation_id
    with subscriber() as good, subscriber() as bad:
        quick_one, _secret = subscribe(good, owner=Owner(theirs))
        for _n in range(6):
            subscribe(bad)
        bad.hang = 8
        for n in range(250):
            write_receipt(mine, f"hang-{n}")
            write_receipt(theirs, f"good-{n}")
        settle()
        began = time.monotonic()
        push_round(seconds=2)
        assert time.monotonic() - began < 7
        assert good.items("info") == [f"good-{n}" for n in range(250)]
    late = WebhookAttempt.objects.exclude(error="").order_by("id").values_list("pk", "error")
    assert [error for _pk, error in late] == ["HTTP.TIMEOUT"] * 6
    assert WebhookAttempt.objects.filter(webhook=quick_one).latest("id").pk < late[0][0]


def test_server_that_drips_is_cut_at_the_deadline(
    platform: Machine, subscribe: Subscribe, quick: None
) -> None:
    with subscriber() as one:
        subscribe(one)
        one.drip = True
        write_receipt(platform.application.organisation_id, "x")
        settle()
        began = time.monotonic()
        push_round()
        assert time.monotonic() - began < 6
    attempt = WebhookAttempt.objects.latest("id")
    assert (attempt.status, attempt.error) == (None, "HTTP.TIMEOUT")
    assert 1900 <= attempt.latency_ms <= 5000


def test_address_that_does_not_answer_the_challenge_gets_nothing(platform: Machine) -> None:
    owner = platform.application.organisation_id
    with subscriber(proves=False) as one:
        register_webhook(Keeper(Owner(owner), client=platform.application), url=one.url, kinds=["receipts"])
        write_receipt(owner, "secret of the enterprise")
        assert push() == 0
        assert one.pages == []
        webhook = Webhook.objects.get()
        assert (webhook.state, webhook.last_error) == ("pending", "CHALLENGE.ANSWER")
        one.proves = True
        later(webhook)
        assert push() == 2
        assert one.items("info") == ["secret of the enterprise"]


def test_redirect_is_not_followed(platform: Machine, subscribe: Subscribe) -> None:
    with subscriber() as elsewhere, subscriber() as one:
        subscribe(one)
        one.status, one.location = 302, elsewhere.url
        write_receipt(platform.application.organisation_id, "x")
        assert push() == 0
        assert elsewhere.got == []
    assert WebhookAttempt.objects.latest("id").error == "HTTP.302"


def test_enterprise_is_pushed_its_own_receipts_only(
    platform: Machine, other: Machine, subscribe: Subscribe
) -> None:
    with subscriber() as one:
        subscribe(one)
        write_receipt(other.application.organisation_id, "theirs")
        write_receipt(platform.application.organisation_id, "mine")
        push()
        assert one.items("info") == ["mine"]


def test_enterprise_that_is_no_longer_active_is_pushed_nothing(
    platform: Machine, subscribe: Subscribe
) -> None:
    with subscriber() as one:
        webhook, _secret = subscribe(one)
        write_receipt(platform.application.organisation_id, "x")
        Organisation.objects.filter(pk=webhook.organisation_id).update(is_active=False)
        assert push() == 0
        assert one.pages == []
        Organisation.objects.filter(pk=webhook.organisation_id).update(is_active=True)
        assert push() == 1


def test_agency_is_pushed_tasks_without_their_content(
    platform: Machine, police: Machine, gacc: Machine, subscribe: Subscribe
) -> None:
    with subscriber() as one:
        subscribe(one, owner=Owner(agency_code="police_fujian"), kinds=("tasks",))
        number = task("police_fujian", subject=7)
        task("gacc", "INSPECTION")
        assert push() == 1
        item = one.pages[0]["items"][0]
        assert (item["id"], item["kind"], item["subject"]) == (number, "IDENTITY_CHECK", 7)
        assert "payload" not in item
        assert len(one.pages[0]["items"]) == 1


def test_replay_pushes_again_from_a_cursor(platform: Machine, subscribe: Subscribe) -> None:
    owner = platform.application.organisation_id
    with subscriber() as one:
        webhook, _secret = subscribe(one)
        write_receipt(owner, "1")
        push()
        write_receipt(owner, "2")
        push()
        keeper = Keeper(Owner(owner), client=platform.application)
        replay_webhook(keeper, webhook.pk, kind="receipts", cursor=one.pages[1]["cursor"])
        push()
        replay_webhook(keeper, webhook.pk, kind="receipts", cursor="")
        push()
        assert [(page["sequence"], [i["info"] for i in page["items"]]) for page in one.pages] == [
            (1, ["1"]),
            (2, ["2"]),
            (3, ["2"]),
            (4, ["1", "2"]),
        ]


def test_replay_gives_up_the_page_on_its_way(platform: Machine, subscribe: Subscribe) -> None:
    owner = platform.application.organisation_id
    with subscriber() as one:
        webhook, _secret = subscribe(one)
        write_receipt(owner, "1")
        push()
        one.status = 503
        write_receipt(owner, "2")
        push()
        replay_webhook(
            Keeper(Owner(owner), client=platform.application), webhook.pk, kind="receipts", cursor=""
        )
        one.status = 200
        Webhook.objects.update(failures=0)
        push()
        assert [item["info"] for item in one.pages[-1]["items"]] == ["1", "2"]
    assert list(WebhookPush.objects.order_by("sequence").values_list("state", flat=True)) == [
        PushState.DELIVERED,
        PushState.REPLACED,
        PushState.DELIVERED,
    ]


def test_answer_to_a_page_that_a_replay_replaced_moves_nothing(
    platform: Machine, subscribe: Subscribe
) -> None:
    owner = platform.application.organisation_id
    with subscriber() as one:
        webhook, _secret = subscribe(one)
        write_receipt(owner, "1")
        settle()
        ((call, _failing),) = pushing.claim(1, 1)
        replay_webhook(
            Keeper(Owner(owner), client=platform.application), webhook.pk, kind="receipts", cursor=""
        )
        assert pushing.note_answer(call, pushing.made(call, 5)) is False
    position = webhook.positions.get()
    assert (position.xid, position.row_id) == (0, 0)
    assert WebhookPush.objects.get().state == PushState.REPLACED


def test_failing_for_five_days_switches_off_with_a_letter_and_enabling_loses_nothing(
    platform: Machine, subscribe: Subscribe
) -> None:
    owner = platform.application.organisation_id
    boss = get_user_model().objects.create_user("boss", email="boss@example.org")
    clerk = get_user_model().objects.create_user("clerk", email="clerk@example.org")
    Membership.objects.create(user=boss, organisation_id=owner, role="administrator")
    Membership.objects.create(user=clerk, organisation_id=owner, role="declarant")
    with subscriber() as one:
        webhook, _secret = subscribe(one)
        one.status = 500
        write_receipt(owner, "kept")
        push()
        Webhook.objects.update(failing_since=timezone.now() - timedelta(hours=119))
        later(webhook)
        push()
        webhook.refresh_from_db()
        assert (webhook.state, Letter.objects.count()) == ("active", 0)
        Webhook.objects.update(failing_since=timezone.now() - timedelta(hours=121))
        later(webhook)
        push()
        webhook.refresh_from_db()
        assert webhook.state == "disabled"
        letter = Letter.objects.get()
        assert (letter.user.username, letter.code, letter.link) == (
            "boss",
            "exchange.webhook_disabled",
            f"/enterprise/webhooks/{webhook.pk}/",
        )
        later(webhook)
        calls = len(one.got)
        assert (push(), len(one.got)) == (0, calls)
        write_receipt(owner, "also kept")
        one.status = 200
        enable_webhook(Keeper(Owner(owner), client=platform.application), webhook.pk)
        assert push() == 3
        assert [page["items"][0]["info"] for page in one.pages[-2:]] == ["kept", "also kept"]


def test_receiver_that_is_gone_is_switched_off_at_once(platform: Machine, subscribe: Subscribe) -> None:
    with subscriber() as one:
        webhook, _secret = subscribe(one)
        one.status = 410
        write_receipt(platform.application.organisation_id, "x")
        push()
    webhook.refresh_from_db()
    assert webhook.state == "disabled"


def test_pauses_double_up_to_a_day() -> None:
    seconds = [pushing.pause(n).total_seconds() for n in (1, 2, 3, 12, 13, 14, 500)]
    assert seconds == [30, 60, 120, 61440, 86400, 86400, 86400]


def test_lease_keeps_two_rounds_apart_and_a_lost_answer_comes_again(
    platform: Machine, subscribe: Subscribe
) -> None:
    """A worker that died after the request: the same page again when its lease is over."""
    owner = platform.application.organisation_id
    with subscriber() as one:
        webhook, _secret = subscribe(one)
        write_receipt(owner, "1")
        settle()
        ((call, _failing),) = pushing.claim(1, 1)
        pushing.made(call, 5)
        assert push() == 0
        Webhook.objects.filter(pk=webhook.pk).update(leased_until=timezone.now())
        assert push() == 1
        assert [page["sequence"] for page in one.pages] == [1, 1]
        assert WebhookPush.objects.get().attempts == 1


def test_sweep_finds_what_a_lost_nudge_left_and_steps_aside_for_a_round_at_work(
    platform: Machine, subscribe: Subscribe
) -> None:
    with subscriber() as one:
        subscribe(one)
        write_receipt(platform.application.organisation_id, "1")
        settle()
        cache.set(ROUND, 1, timeout=60)
        push_webhooks()
        assert one.pages == []
        cache.delete(ROUND)
        push_webhooks()
        assert one.items("info") == ["1"]
        assert cache.get(ROUND) is None


def test_pushed_receipts_count_as_acknowledged(platform: Machine, subscribe: Subscribe) -> None:
    owner = platform.application.organisation_id
    with subscriber() as one:
        webhook, _secret = subscribe(one, kinds=("receipts", "refusals"))
        write_receipt(owner, "1")
        settle()
        before = platform.get("receipts/").json()["next"]
        push()
        assert FeedPosition.objects.count() == 1
        position = FeedPosition.objects.get()
        assert cursor_of(position.xid, position.row_id) < before
        replay_webhook(
            Keeper(Owner(owner), client=platform.application), webhook.pk, kind="refusals", cursor=before
        )
        write_receipt(owner, "2")
        push()
        position = FeedPosition.objects.get()
        assert cursor_of(position.xid, position.row_id) == before


def test_every_change_is_audited_without_the_secret(platform: Machine, subscribe: Subscribe) -> None:
    owner = platform.application.organisation_id
    with subscriber() as one:
        webhook, secret = subscribe(one)
        replay_webhook(
            Keeper(Owner(owner), client=platform.application), webhook.pk, kind="receipts", cursor=""
        )
    entries = AuditEntry.objects.filter(verb="webhook_changed").order_by("id")
    assert [entry.detail for entry in entries] == [
        {"act": "register"},
        {"act": "replay", "kind": "receipts"},
    ]
    assert all(secret not in str(entry.detail) for entry in entries)


def test_log_is_dropped_after_thirty_days_but_never_a_page_on_its_way(
    platform: Machine, subscribe: Subscribe
) -> None:
    with subscriber() as one:
        subscribe(one)
        write_receipt(platform.application.organisation_id, "1")
        push()
        one.status = 500
        write_receipt(platform.application.organisation_id, "2")
        push()
    assert forget_old_pushes(timezone.now() + timedelta(days=29)) == 0
    forget_old_pushes(timezone.now() + timedelta(days=31))
    assert list(WebhookPush.objects.values_list("sequence", "state")) == [(2, "waiting")]
    assert WebhookAttempt.objects.count() == 0


def test_agency_and_enterprise_choose_among_their_own_kinds(platform: Machine, police: Machine) -> None:
    from exchange.services.webhooks import KindRefused

    enterprise = Keeper(Owner(platform.application.organisation_id), client=platform.application)
    agency = Keeper(Owner(agency_code="police_fujian"), client=police.application)
    for keeper, kinds in ((enterprise, ["tasks"]), (enterprise, []), (agency, ["receipts"]), (agency, ["x"])):
        with pytest.raises(KindRefused):
            register_webhook(keeper, url="https://93.184.216.34/", kinds=kinds)
    assert Webhook.objects.count() == 0
    assert Agency.objects.count() == 1

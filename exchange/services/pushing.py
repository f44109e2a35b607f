"""Pushing pages of feeds to webhooks: at least once, in order, one request at a time for each webhook.

The database is the truth: a webhook has a position in each of its feeds, a page on its way is a row, and a page that was not
taken is sent again as the same page. A round claims webhooks that are due (a lease keeps other rounds away), makes the requests
in threads that touch no database, and notes each answer as it comes. A server that hangs costs its own thread until its time is
over, and those that failed before get half of the threads at most: nobody else waits for them.
"""

import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from exchange.enums import ENTERPRISE_KINDS, PushState, WebhookKind, WebhookState
from exchange.models import Webhook, WebhookAttempt, WebhookPosition, WebhookPush
from exchange.selectors.feeds import cursor_of, position_of
from exchange.selectors.webhooks import as_receipts, due, page_of
from exchange.services.calling import Answer, send
from exchange.services.receipts import as_json, note_acknowledged, rendered
from exchange.services.telling import tell_webhook_disabled
from exchange.services.webhooks import AFRESH
from exchange.workflow import PUSH, WEBHOOK
from portal import workflow
from portal.people import limit
from portal.personal_data import decrypt, keyed_hash_hex

SLOTS = 32
"""Requests of one round at the same time."""

LEASE = timedelta(minutes=2)
"""Nobody else calls a claimed webhook for this time: longer than a request can last, name resolution included."""

ROUND_SECONDS = 25.0
"""After this time a round begins no request; the next round does."""

GONE = 410
"""The receiver says that it is no longer there (RFC 9110 section 15.5.11): no further attempt."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to make; `push_id` None = the challenge."""

    webhook_id: int
    push_id: int | None
    url: str
    secret: str
    identity: str
    body: bytes
    challenge: str = ""


def push_round(*, seconds: float = ROUND_SECONDS, slots: int = SLOTS) -> int:
    """Make every request that is due, as long as the time lasts; returns how many were answered with success."""
    timeout = float(limit("P.WEBHOOK.TIMEOUT_SECONDS"))
    ends, taken = time.monotonic() + seconds, 0
    flying: dict[Future[Answer], tuple[Call, bool]] = {}
    with ThreadPoolExecutor(slots, thread_name_prefix="webhook") as pool:
        while True:
            if time.monotonic() < ends:
                failing = sum(was for _call, was in flying.values())
                for call, was in claim(slots - len(flying), slots // 2 - failing):
                    flying[pool.submit(made, call, timeout)] = (call, was)
            if not flying:
                return taken
            done, _rest = wait(flying, timeout=0.25, return_when=FIRST_COMPLETED)
            for future in done:
                call, _was = flying.pop(future)
                taken += note_answer(call, future.result())


def made(call: Call, timeout: float) -> Answer:
    """The request itself; runs in a thread, without the database."""
    return send(call.url, secret=call.secret, identity=call.identity, body=call.body, timeout=timeout)


def claim(room: int, room_for_failing: int) -> Iterator[tuple[Call, bool]]:
    """Lease webhooks that are due and prepare their requests; (request, has it failed before)."""
    for failing, most in ((False, room), (True, min(room, room_for_failing))):
        if most <= 0:
            continue
        now = timezone.now()
        with transaction.atomic():
            ids = due(now, failing=failing, most=most)
            if not ids:
                continue
            Webhook.objects.filter(pk__in=ids).update(leased_until=now + LEASE, attempted_at=now)
            webhooks = list(
                Webhook.objects.filter(pk__in=ids).select_related("agency").prefetch_related("positions")
            )
            waiting = {
                push.webhook_id: push
                for push in WebhookPush.objects.filter(webhook_id__in=ids, state=PushState.WAITING)
            }
            calls = [prepared(webhook, waiting.get(webhook.pk)) for webhook in webhooks]
        yield from ((call, failing) for call in calls if call is not None)


def prepared(webhook: Webhook, waiting: WebhookPush | None) -> Call | None:
    """The challenge, the page on its way once more, or the next page; None when nothing is left to push."""
    secret = decrypt(webhook.secret)
    if webhook.state == WebhookState.PENDING:
        return challenge(webhook, secret)
    if waiting is not None:
        return page_call(webhook, secret, waiting, None)
    for position in sorted(webhook.positions.all(), key=lambda one: one.moved_at):
        page = page_of(webhook, position.kind, cursor_of(position.xid, position.row_id))
        if not page.rows:
            continue
        xid, row_id = position_of(page.next)
        sequence = webhook.sequence + 1
        Webhook.objects.filter(pk=webhook.pk).update(sequence=sequence)
        push = WebhookPush.objects.create(
            webhook=webhook,
            sequence=sequence,
            kind=position.kind,
            from_xid=position.xid,
            from_id=position.row_id,
            to_xid=xid,
            to_id=row_id,
            items=len(page.rows),
        )
        return page_call(webhook, secret, push, page.rows)
    Webhook.objects.filter(pk=webhook.pk).update(leased_until=None)
    return None


def challenge(webhook: Webhook, secret: str) -> Call:
    """The receiver proves that it wants to be called by answering with the same word."""
    word = keyed_hash_hex(f"webhook {webhook.pk} {webhook.secret[-32:]}")
    body = orjson.dumps({"type": "challenge", "webhook": webhook.pk, "challenge": word})
    return Call(webhook.pk, None, webhook.url, secret, f"challenge_{webhook.pk}", body, word)


def page_call(webhook: Webhook, secret: str, push: WebhookPush, rows: list[dict[str, Any]] | None) -> Call:
    """The request of a page; its rows are read again when it is sent again."""
    start = cursor_of(push.from_xid, push.from_id)
    if rows is None:
        rows = page_of(webhook, push.kind, start, (push.to_xid, push.to_id)).rows
    body = {
        "type": push.kind,
        "webhook": webhook.pk,
        "sequence": push.sequence,
        "created_at": push.created_at,
        "cursor": start,
        "next": cursor_of(push.to_xid, push.to_id),
        "items": shown(push.kind, rows),
    }
    return Call(webhook.pk, push.pk, webhook.url, secret, f"push_{push.pk}", orjson.dumps(body))


def shown(kind: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as the feed of the kind shows them; tasks without their content, which holds personal data."""
    if kind in {WebhookKind.RECEIPTS, WebhookKind.REFUSALS}:
        return [as_json(receipt) for receipt in rendered(as_receipts(rows), with_xml=False)]
    return [
        {("subject" if name == "subject_id" else name): value for name, value in row.items() if name != "xid"}
        for row in rows
    ]


@transaction.atomic
def note_answer(call: Call, answer: Answer) -> bool:
    """What came of a request: a step on, or a pause that doubles; True when it was taken."""
    webhook = Webhook.objects.select_for_update().get(pk=call.webhook_id)
    if call.challenge and answer.taken and not proves(answer, call.challenge):
        answer = Answer(answer.status, answer.latency_ms, "CHALLENGE.ANSWER")
    WebhookAttempt.objects.create(
        webhook=webhook,
        push_id=call.push_id,
        status=answer.status,
        latency_ms=answer.latency_ms,
        error=answer.error,
    )
    if call.push_id is not None and not note_push(call.push_id, answer):
        Webhook.objects.filter(pk=webhook.pk).update(leased_until=None)
        return False
    if not answer.error:
        Webhook.objects.filter(pk=webhook.pk).update(**AFRESH)
        if call.challenge and webhook.state == WebhookState.PENDING:
            workflow.advance(WEBHOOK, webhook, "prove")
        elif call.push_id is not None:
            acknowledge(webhook)
        return True
    note_failure(webhook, answer)
    return False


def proves(answer: Answer, word: str) -> bool:
    """Did the receiver send the word back, as JSON `{"challenge": word}`?"""
    try:
        said = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return False
    return isinstance(said, dict) and said.get("challenge") == word


def note_push(push_id: int, answer: Answer) -> bool:
    """The page's own log; its position moves on when it was taken. False when a replay has replaced the page meanwhile."""
    push = WebhookPush.objects.select_for_update().get(pk=push_id)
    if push.state != PushState.WAITING:
        return False
    now = timezone.now()
    changed: dict[str, Any] = {
        "attempts": push.attempts + 1,
        "status": answer.status,
        "latency_ms": answer.latency_ms,
        "error": answer.error,
    }
    if not answer.error:
        changed["done_at"] = now
        workflow.advance_many(PUSH, "deliver", [push.pk])
        WebhookPosition.objects.filter(webhook_id=push.webhook_id, kind=push.kind).update(
            xid=push.to_xid, row_id=push.to_id, moved_at=now
        )
    WebhookPush.objects.filter(pk=push.pk).update(**changed)
    return True


def acknowledge(webhook: Webhook) -> None:
    """An enterprise that is pushed all its receipts has acknowledged those behind both positions."""
    positions = {one.kind: (one.xid, one.row_id) for one in webhook.positions.all()}
    if webhook.organisation_id is not None and set(ENTERPRISE_KINDS) <= set(positions):
        note_acknowledged(
            feed="receipts",
            cursor=cursor_of(*min(positions.values())),
            organisation_id=webhook.organisation_id,
        )


def note_failure(webhook: Webhook, answer: Answer) -> None:
    """Try again later; after P.WEBHOOK.DISABLE_HOURS of failures, or when the receiver is gone, stop and write a letter."""
    now = timezone.now()
    since = webhook.failing_since or now
    failures = min(webhook.failures + 1, 1000)
    Webhook.objects.filter(pk=webhook.pk).update(
        failures=failures,
        failing_since=since,
        last_error=answer.error,
        leased_until=None,
        next_at=now + pause(failures),
    )
    over = now - since >= timedelta(hours=limit("P.WEBHOOK.DISABLE_HOURS"))
    if (over or answer.status == GONE) and webhook.state in {WebhookState.PENDING, WebhookState.ACTIVE}:
        workflow.advance(WEBHOOK, webhook, "disable", note=answer.error)
        tell_webhook_disabled(webhook, answer.error)


def pause(failures: int) -> timedelta:
    """Before the next attempt: P.WEBHOOK.FIRST_PAUSE_SECONDS, doubled each time, at most P.WEBHOOK.LONGEST_PAUSE_HOURS."""
    first = timedelta(seconds=limit("P.WEBHOOK.FIRST_PAUSE_SECONDS"))
    longest = timedelta(hours=limit("P.WEBHOOK.LONGEST_PAUSE_HOURS"))
    return min(first * int(2 ** min(failures - 1, 20)), longest)


def forget_old_pushes(now: datetime) -> int:
    """Drop the log of what was done with P.FEED.LEAST_DAYS ago; returns how many pages."""
    before = now - timedelta(days=limit("P.FEED.LEAST_DAYS"))
    WebhookAttempt.objects.filter(at__lt=before).delete()
    gone, _by_model = (
        WebhookPush.objects.filter(created_at__lt=before).exclude(state=PushState.WAITING).delete()
    )
    return gone

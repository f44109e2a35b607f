"""Webhooks of enterprises and agencies: registered, proved, paused, replayed, removed.

Promise: nothing is pushed to an address that has not answered the challenge; the secret is told once; pausing, failing and
enabling again lose nothing, because a webhook keeps its positions in the feeds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from celery import current_app
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.enums import AGENCY_KINDS, ENTERPRISE_KINDS, PushState, WebhookKind, WebhookState
from exchange.models import Webhook, WebhookPosition, WebhookPush
from exchange.permissions import require_documents
from exchange.selectors.feeds import BadCursor, position_of
from exchange.selectors.webhooks import Owner, end_of_feed, webhooks_of
from exchange.services.calling import checked_address, checked_url, new_secret
from exchange.workflow import PUSH, WEBHOOK
from portal import audit, workflow
from portal.enums import Verb
from portal.errors import Refusal
from portal.people import limit
from portal.permissions import require
from portal.personal_data import encrypt
from portal.selectors import agency_id_of

if TYPE_CHECKING:
    from portal.models import User


class WebhookUnknown(Refusal):
    """There is no such webhook, or it is somebody else's."""

    code = "WEBHOOK.UNKNOWN"
    message = _("没有此推送订阅。")
    status = 404


class KindRefused(Refusal):
    """No kind, or one that is not for this owner."""

    code = "WEBHOOK.KINDS"
    message = _("请至少选择一项推送内容；企业和部门可选的内容不同。")
    field = "kinds"


class TooMany(Refusal):
    """The owner has as many webhooks as it may have (P.WEBHOOK.MOST)."""

    code = "WEBHOOK.MOST"
    message = _("推送订阅已达上限 %(most)s 个，请先删除不用的订阅。")
    field = "url"
    status = 409


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who acts on webhooks: a person with the permission, or a machine with the scope, for one owner."""

    owner: Owner
    user: "User | None" = None
    client: Any = None

    def check(self) -> None:
        """Raises NotPermitted. A machine's scope was checked at its door."""
        if self.client is not None:
            return
        if self.owner.organisation_id is not None:
            require(self.user, "webhook.manage", organisation_id=self.owner.organisation_id)
        else:
            require(self.user, "webhook.manage_agency")


@transaction.atomic
def register_webhook(keeper: Keeper, *, url: str, kinds: Sequence[str]) -> tuple[Webhook, str]:
    """A new webhook, to be proved by the challenge, and its secret, which is never told again.

    Raises NotPermitted, UrlRefused, HostUnknown, AddressRefused, KindRefused, WrongPurpose, TooMany.
    """
    keeper.check()
    chosen = sorted(set(kinds))
    offered = ENTERPRISE_KINDS if keeper.owner.organisation_id is not None else AGENCY_KINDS
    if not chosen or set(chosen) - {kind.value for kind in offered}:
        raise KindRefused
    if WebhookKind.DOCUMENTS in chosen:
        require_documents(keeper.client)
    most = limit("P.WEBHOOK.MOST")
    if webhooks_of(keeper.owner).count() >= most:
        raise TooMany(most=most)
    checked_address(checked_url(url))
    secret = new_secret()
    webhook = Webhook.objects.create(
        organisation_id=keeper.owner.organisation_id,
        agency_id=agency_id_of(keeper.owner.agency_code) if keeper.owner.agency_code else None,
        url=url,
        kinds=chosen,
        secret=encrypt(secret),
        created_by=keeper.user,
    )
    xid, row_id = end_of_feed()
    WebhookPosition.objects.bulk_create(
        WebhookPosition(webhook=webhook, kind=kind, xid=xid, row_id=row_id) for kind in chosen
    )
    _record(keeper, webhook, "register")
    nudge()
    return webhook, secret


@transaction.atomic
def disable_webhook(keeper: Keeper, webhook_id: int) -> Webhook:
    """Push nothing until it is enabled again. Raises NotPermitted, WebhookUnknown, IllegalTransition."""
    return _advance(keeper, webhook_id, "disable")


@transaction.atomic
def enable_webhook(keeper: Keeper, webhook_id: int) -> Webhook:
    """Challenge the address again and go on where it stopped. Raises NotPermitted, WebhookUnknown, IllegalTransition."""
    webhook = _advance(keeper, webhook_id, "enable")
    Webhook.objects.filter(pk=webhook.pk).update(**AFRESH, next_at=timezone.now())
    nudge()
    return webhook


@transaction.atomic
def end_webhook(keeper: Keeper, webhook_id: int) -> Webhook:
    """Remove it; its secret is erased. Raises NotPermitted, WebhookUnknown."""
    webhook = _advance(keeper, webhook_id, "end")
    Webhook.objects.filter(pk=webhook.pk).update(secret="")
    return webhook


@transaction.atomic
def push_now(keeper: Keeper, webhook_id: int) -> Webhook:
    """Try at once instead of after the pause. Raises NotPermitted, WebhookUnknown."""
    webhook = locked(keeper, webhook_id)
    Webhook.objects.filter(pk=webhook.pk).update(next_at=timezone.now())
    nudge()
    return webhook


@transaction.atomic
def new_webhook_secret(keeper: Keeper, webhook_id: int) -> tuple[Webhook, str]:
    """Another secret from the next request on. Raises NotPermitted, WebhookUnknown."""
    webhook = locked(keeper, webhook_id)
    secret = new_secret()
    Webhook.objects.filter(pk=webhook.pk).update(secret=encrypt(secret))
    _record(keeper, webhook, "new_secret")
    return webhook, secret


@transaction.atomic
def replay_webhook(keeper: Keeper, webhook_id: int, *, kind: str, cursor: str) -> Webhook:
    """Push a kind again from a cursor on; "" = from the oldest row kept. A page on its way is given up for it.

    Raises NotPermitted, WebhookUnknown, KindRefused, BadCursor.
    """
    webhook = locked(keeper, webhook_id)
    if kind not in webhook.kinds:
        raise KindRefused(field="kind")
    xid, row_id = position_of(cursor)
    if xid > end_of_feed()[0]:
        raise BadCursor
    waiting = WebhookPush.objects.filter(webhook=webhook, state=PushState.WAITING, kind=kind)
    workflow.advance_many(PUSH, "replace", list(waiting.values_list("pk", flat=True)))
    WebhookPosition.objects.filter(webhook=webhook, kind=kind).update(
        xid=xid, row_id=row_id, moved_at=timezone.now()
    )
    Webhook.objects.filter(pk=webhook.pk).update(next_at=timezone.now())
    _record(keeper, webhook, "replay", kind=kind)
    nudge()
    return webhook


AFRESH: dict[str, Any] = {"failures": 0, "failing_since": None, "last_error": "", "leased_until": None}
"""A webhook that has not failed."""


def locked(keeper: Keeper, webhook_id: int) -> Webhook:
    """The owner's webhook, locked. Raises NotPermitted, WebhookUnknown."""
    keeper.check()
    found = Webhook.objects.select_for_update().filter(pk=webhook_id, **keeper.owner.filter)
    webhook = found.exclude(state=WebhookState.ENDED).first()
    if webhook is None:
        raise WebhookUnknown
    return webhook


def nudge() -> None:
    """Push after commit; a lost nudge is found by the sweep."""

    transaction.on_commit(lambda: current_app.send_task("exchange.push_webhooks", retry=False), robust=True)


def _advance(keeper: Keeper, webhook_id: int, step: str) -> Webhook:
    webhook = locked(keeper, webhook_id)
    workflow.advance(WEBHOOK, webhook, step, actor=keeper.user)
    _record(keeper, webhook, step)
    return webhook


def _record(keeper: Keeper, webhook: Webhook, act: str, **more: str) -> None:
    audit.record(
        Verb.WEBHOOK_CHANGED,
        actor=keeper.user,
        client=keeper.client,
        organisation_id=webhook.organisation_id,
        subject=f"exchange.webhook:{webhook.pk}",
        detail={"act": act, **more},
    )

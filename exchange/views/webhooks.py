"""Pages of webhooks, for enterprises and, with a desk of their own, for officials."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.enums import ENTERPRISE_KINDS, WebhookKind
from exchange.forms import WebhookForm
from exchange.selectors.feeds import cursor_of
from exchange.selectors.webhooks import Owner, pushes_of, webhook_of, webhooks_of
from exchange.services.webhooks import (
    Keeper,
    disable_webhook,
    enable_webhook,
    end_webhook,
    new_webhook_secret,
    push_now,
    register_webhook,
    replay_webhook,
)
from exchange.views.journal import own_organisation
from portal.errors import Refusal
from portal.permissions import NotPermitted

if TYPE_CHECKING:
    from exchange.models import Webhook


@dataclass(frozen=True)
class WebhookDesk:
    """Whose webhooks a page is about, and the pages' own layout and addresses."""

    keeper: Keeper
    layout: str
    space: str
    offered: tuple[WebhookKind, ...]

    def page(
        self, request: HttpRequest, name: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        """A page of this desk."""
        more = {"layout": self.layout, "space": self.space, "may_manage": self.may_manage()}
        return render(request, f"exchange/webhooks/{name}.html", {**context, **more}, status=status)

    def may_manage(self) -> bool:
        """Does the person's role include managing?"""
        try:
            self.keeper.check()
        except NotPermitted:
            return False
        return True

    def one(self, webhook_id: int) -> "Webhook":
        """Raises Http404."""
        found = webhook_of(self.keeper.owner, webhook_id)
        if found is None:
            raise Http404
        return found

    def to(self, name: str, *args: Any) -> HttpResponse:
        """Redirect to a page of this desk."""
        return redirect(reverse(f"{self.space}:{name}", args=args))


DeskOf = Callable[[HttpRequest], WebhookDesk]


def enterprise_desk(request: HttpRequest) -> WebhookDesk:
    """Of the enterprise the person acts for."""
    user: Any = request.user
    owner = Owner(own_organisation(request))
    return WebhookDesk(
        Keeper(owner, user=user), "portal/enterprise.html", "exchange_webhooks", ENTERPRISE_KINDS
    )


def webhook_list(request: HttpRequest, desk_of: DeskOf = enterprise_desk) -> HttpResponse:
    """The owner's webhooks."""
    desk = desk_of(request)
    return desk.page(request, "list", {"webhooks": webhooks_of(desk.keeper.owner)})


def webhook_new(request: HttpRequest, desk_of: DeskOf = enterprise_desk) -> HttpResponse:
    """The form; the new webhook with its secret, once."""
    desk = desk_of(request)
    if not desk.may_manage():
        raise PermissionDenied
    form = WebhookForm(
        request.POST or None, offered=desk.offered, initial={"kinds": [kind.value for kind in desk.offered]}
    )
    if request.method == "POST" and form.is_valid():
        try:
            webhook, secret = register_webhook(desk.keeper, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            return desk.page(request, "secret", {"webhook": webhook, "secret": secret})
    return desk.page(request, "new", {"form": form}, status=422 if form.errors else 200)


def webhook_one(request: HttpRequest, webhook_id: int, desk_of: DeskOf = enterprise_desk) -> HttpResponse:
    """How it stands, and its log."""
    desk = desk_of(request)
    webhook = desk.one(webhook_id)
    page = Paginator(pushes_of(webhook), LOG_PAGE).get_page(request.GET.get("page"))
    return desk.page(
        request,
        "one",
        {"webhook": webhook, "page": page, "attempts": webhook.attempts.select_related("push")[:10]},
    )


def webhook_act(
    request: HttpRequest, webhook_id: int, act: str, desk_of: DeskOf = enterprise_desk
) -> HttpResponse:
    """Stop, go on, push at once, another secret, remove."""
    desk = desk_of(request)
    desk.one(webhook_id)
    if act not in WEBHOOK_ACTS and act != "renew":
        raise Http404
    try:
        if act == "renew":
            webhook, secret = new_webhook_secret(desk.keeper, webhook_id)
            return desk.page(request, "secret", {"webhook": webhook, "secret": secret})
        perform, done = WEBHOOK_ACTS[act]
        perform(desk.keeper, webhook_id)
    except NotPermitted:
        raise PermissionDenied from None
    except Refusal as refusal:
        notices.error(request, refusal.sentence)
    else:
        notices.success(request, str(done))
    return desk.to("list") if act == "end" else desk.to("one", webhook_id)


def webhook_replay(
    request: HttpRequest, webhook_id: int, sequence: int, desk_of: DeskOf = enterprise_desk
) -> HttpResponse:
    """Push again from one page of the log on."""
    desk = desk_of(request)
    push = pushes_of(desk.one(webhook_id)).filter(sequence=sequence).first()
    if push is None:
        raise Http404
    try:
        replay_webhook(desk.keeper, webhook_id, kind=push.kind, cursor=cursor_of(push.from_xid, push.from_id))
    except NotPermitted:
        raise PermissionDenied from None
    except Refusal as refusal:
        notices.error(request, refusal.sentence)
    else:
        notices.success(request, _("将从该页起重新推送。"))
    return desk.to("one", webhook_id)


LOG_PAGE = 20
WEBHOOK_ACTS: dict[str, tuple[Callable[[Keeper, int], Any], Any]] = {
    "disable": (disable_webhook, gettext_lazy("已停用，不再推送；位置保留。")),
    "enable": (enable_webhook, gettext_lazy("已重新启用，正在验证推送地址。")),
    "push": (push_now, gettext_lazy("即将推送，几秒后刷新可看到结果。")),
    "end": (end_webhook, gettext_lazy("推送订阅已删除。")),
}

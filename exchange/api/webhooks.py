"""`/api/v1/webhooks/`: enterprises and agencies have their feeds pushed to an address of theirs."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.api.machine import MachineView, ProblemShape
from exchange.enums import PushState, Scope, WebhookKind, WebhookState
from exchange.models import Webhook
from exchange.permissions import WrongParty
from exchange.selectors.feeds import cursor_of
from exchange.selectors.webhooks import Owner, pushes_of, webhook_of, webhooks_of
from exchange.services.webhooks import (
    Keeper,
    WebhookUnknown,
    disable_webhook,
    enable_webhook,
    end_webhook,
    new_webhook_secret,
    push_now,
    register_webhook,
    replay_webhook,
)

LOG_PAGE = 50
FEW = {401: ProblemShape, 403: ProblemShape}
REFUSED = {**FEW, 404: ProblemShape, 409: ProblemShape}
ACTS = {"disable": disable_webhook, "enable": enable_webhook, "push": push_now}


class NewWebhookShape(serializers.Serializer[Any]):
    """Where to push what. Enterprises: receipts, refusals; agencies: tasks, documents."""

    url = serializers.CharField(max_length=500, help_text="https, leading to a public address")
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=WebhookKind.choices), min_length=1, max_length=4
    )


class WebhookShape(serializers.Serializer[Any]):
    """A webhook. `secret` is shown once: when it was registered or renewed."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(choices=WebhookState.choices)
    sequence = serializers.IntegerField(help_text="number of the last page that was made")
    failures = serializers.IntegerField(help_text="attempts that failed in a row")
    last_error = serializers.CharField(allow_blank=True)
    attempted_at = serializers.DateTimeField(allow_null=True)
    next_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    secret = serializers.CharField(required=False)


class WebhooksShape(serializers.Serializer[Any]):
    """The webhooks of the enterprise or agency, newest first."""

    results = WebhookShape(many=True)


class ActShape(serializers.Serializer[Any]):
    """disable: stop; enable: challenge again and go on; push: try at once; renew: another secret."""

    act = serializers.ChoiceField(choices=["disable", "enable", "push", "renew"])


class ReplayShape(serializers.Serializer[Any]):
    """Push a kind again from a cursor on; an empty one means from the oldest row kept."""

    kind = serializers.ChoiceField(choices=WebhookKind.choices)
    cursor = serializers.CharField(allow_blank=True, max_length=200)


class PushShape(serializers.Serializer[Any]):
    """A page that was pushed, with the cursors before and behind it."""

    sequence = serializers.IntegerField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(choices=PushState.choices)
    items = serializers.IntegerField()
    attempts = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True)
    latency_ms = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)
    cursor = serializers.CharField(help_text="replay from here to get this page again")


class PushesShape(serializers.Serializer[Any]):
    """What was pushed, newest first; `next` as `before` gives older pages, null at the end."""

    results = PushShape(many=True)
    next = serializers.IntegerField(allow_null=True)


class WebhookView(MachineView):
    """What the views of webhooks share."""

    scope = Scope.MANAGE_WEBHOOKS

    def keeper(self) -> Keeper:
        """The machine, acting for its enterprise or agency. Raises WrongParty."""
        caller = self.caller
        if caller.organisation_id is not None:
            return Keeper(Owner(caller.organisation_id), client=caller.client)
        if caller.agency_code is not None:
            return Keeper(Owner(agency_code=caller.agency_code), client=caller.client)
        raise WrongParty

    def one(self, webhook_id: int) -> Webhook:
        """Raises WebhookUnknown."""
        found = webhook_of(self.keeper().owner, webhook_id)
        if found is None:
            raise WebhookUnknown
        return found


class Webhooks(WebhookView):
    """Register an address. It must answer a challenge before anything is pushed: see the guide on webhooks."""

    @extend_schema(
        operation_id="webhooks_list",
        description="The webhooks of the enterprise or agency, newest first.",
        tags=["webhooks"],
        responses={200: WebhooksShape, **FEW},
    )
    def get(self, request: Request) -> Response:
        """All of them."""
        return Response({"results": [as_webhook(one) for one in webhooks_of(self.keeper().owner)]})

    @extend_schema(
        operation_id="webhooks_create",
        description=__doc__,
        tags=["webhooks"],
        request=NewWebhookShape,
        responses={201: WebhookShape, 400: ProblemShape, 409: ProblemShape, 422: ProblemShape, **FEW},
    )
    def post(self, request: Request) -> Response:
        """Register."""
        sent = NewWebhookShape(data=request.data)
        sent.is_valid(raise_exception=True)
        webhook, secret = register_webhook(self.keeper(), **sent.validated_data)
        webhook.refresh_from_db()
        return Response({**as_webhook(webhook), "secret": secret}, status=201)


class OneWebhook(WebhookView):
    """One webhook."""

    @extend_schema(
        operation_id="webhooks_retrieve",
        description=__doc__,
        tags=["webhooks"],
        responses={200: WebhookShape, **FEW, 404: ProblemShape},
    )
    def get(self, request: Request, webhook_id: int) -> Response:
        """How it stands."""
        return Response(as_webhook(self.one(webhook_id)))

    @extend_schema(
        operation_id="webhooks_destroy",
        description="Remove a webhook; its secret is erased.",
        tags=["webhooks"],
        responses={204: None, **REFUSED},
    )
    def delete(self, request: Request, webhook_id: int) -> Response:
        """Remove."""
        end_webhook(self.keeper(), webhook_id)
        return Response(status=204)


class ActOnWebhook(WebhookView):
    """Stop a webhook, go on with it, push at once, or give it another secret (shown in this answer only)."""

    @extend_schema(
        operation_id="webhooks_act",
        description=__doc__,
        tags=["webhooks"],
        request=ActShape,
        responses={200: WebhookShape, 400: ProblemShape, **REFUSED},
    )
    def post(self, request: Request, webhook_id: int) -> Response:
        """Act."""
        sent = ActShape(data=request.data)
        sent.is_valid(raise_exception=True)
        act, told = sent.validated_data["act"], {}
        if act == "renew":
            _webhook, told["secret"] = new_webhook_secret(self.keeper(), webhook_id)
        else:
            ACTS[act](self.keeper(), webhook_id)
        return Response({**as_webhook(self.one(webhook_id)), **told})


class ReplayWebhook(WebhookView):
    """Push again what was pushed before, from a cursor on. Sequence numbers go on counting."""

    @extend_schema(
        operation_id="webhooks_replay",
        description=__doc__,
        tags=["webhooks"],
        request=ReplayShape,
        responses={200: WebhookShape, 400: ProblemShape, 422: ProblemShape, **REFUSED},
    )
    def post(self, request: Request, webhook_id: int) -> Response:
        """Replay."""
        sent = ReplayShape(data=request.data)
        sent.is_valid(raise_exception=True)
        replay_webhook(self.keeper(), webhook_id, **sent.validated_data)
        return Response(as_webhook(self.one(webhook_id)))


class Pushes(WebhookView):
    """The log of a webhook: what was pushed, how often, how long it took. Bodies are not kept."""

    @extend_schema(
        operation_id="webhooks_pushes_list",
        description=__doc__,
        tags=["webhooks"],
        parameters=[OpenApiParameter("before", int, description="`next` of the page before")],
        responses={200: PushesShape, **FEW, 404: ProblemShape},
    )
    def get(self, request: Request, webhook_id: int) -> Response:
        """One page."""
        found = pushes_of(self.one(webhook_id))
        before = request.query_params.get("before", "")
        if before.isascii() and before.isdigit() and len(before) < 19:
            found = found.filter(sequence__lt=int(before))
        rows = list(found[: LOG_PAGE + 1])
        following = rows[LOG_PAGE - 1].sequence if len(rows) > LOG_PAGE else None
        return Response({"results": [as_push(push) for push in rows[:LOG_PAGE]], "next": following})


def as_webhook(webhook: Webhook) -> dict[str, Any]:
    """The webhook as the API shows it; never its secret."""
    names = ("id", "url", "kinds", "state", "sequence", "failures", "last_error", "attempted_at", "next_at")
    return {**{name: getattr(webhook, name) for name in names}, "created_at": webhook.created_at}


def as_push(push: Any) -> dict[str, Any]:
    """A page that was pushed, as the API shows it."""
    names = (
        "sequence", "kind", "state", "items", "attempts", "status", "latency_ms", "error", "created_at", "done_at",
    )  # fmt: skip
    cursor = cursor_of(push.from_xid, push.from_id)
    return {**{name: getattr(push, name) for name in names}, "cursor": cursor}

"""What the DRF views of the machine door share: who calls, JSON only, shapes of requests and answers."""

from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from exchange.api.messages import bounded_body
from exchange.api.pacing import CALLS, pace
from exchange.permissions import Caller, ClientScopes, MachineAuthentication, require_scope
from portal.errors import Refusal

MAX_TASKS = 1_000
"""Tasks or decisions of one request."""

MAX_JSON = 2 * 1024 * 1024
"""Bytes of one JSON request."""

MAX_DETAIL_DEPTH = 8
"""Levels of the detail of a decision."""


class WrongFormat(Refusal):
    """`format` is none of json, ceb, dxp."""

    code = "FEED.FORMAT"
    message = _("format 应为 json、ceb 或 dxp。")
    field = "format"
    status = 400


class BoundedJson(BaseParser):
    """JSON of at most two megabytes, without NaN or NUL characters, nested less than a thousand levels."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Raises BodyTooLarge, BodyIncomplete, ParseError."""
        body = bounded_body(parser_context["request"]._request, MAX_JSON)
        if b"\\u0000" in body:
            raise ParseError
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            raise ParseError from None


class JsonAlways(BaseContentNegotiation):
    """`format` chooses the rendering of receipts here, so DRF must not read it; everything else is JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The only parser; None (415) for another content type."""
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return parsers[0] if kind == parsers[0].media_type else None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """The only renderer."""
        return renderers[0], renderers[0].media_type


class HasScope(BasePermission):
    """The view's `scope` must be among the token's. Raises ScopeMissing."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or a Refusal that names the scope."""
        if isinstance(request.user, Caller):
            require_scope(request.user, view.scope)
            return True
        return False


class MachineView(APIView):
    """Base of the machine door's JSON views; `scope` names the OAuth2 scope they need."""

    authentication_classes = [MachineAuthentication]
    permission_classes = [HasScope]
    parser_classes = [BoundedJson]
    content_negotiation_class = JsonAlways
    scope = ""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who calls, whether it may, and not too often. Raises TooManyRequests."""
        super().initial(request, *args, **kwargs)
        pace(CALLS, self.caller.pk)

    @property
    def caller(self) -> Caller:
        """The authenticated machine."""
        caller = self.request.user
        assert isinstance(caller, Caller)  # noqa: S101 -- narrows the type; HasScope has refused anybody else
        return caller


class MachineAuthenticationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Shown in OpenAPI as OAuth2 client credentials."""

    target_class = "exchange.permissions.MachineAuthentication"
    name = "oauth2"

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        """The scope of the view."""
        scope = getattr(auto_schema.view, "scope", "")
        return {self.name: [str(scope)] if scope else []}

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Where tokens are given."""
        flow = {"tokenUrl": "/api/v1/oauth/token/", "scopes": ClientScopes().get_all_scopes()}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}


def deeper_than(value: Any, levels: int) -> bool:
    """Is a JSON value nested more than `levels` deep? Walks level by level, never recursively."""
    level = [value]
    for _level in range(levels + 1):
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
    return bool(level)


class ErrorShape(serializers.Serializer[Any]):
    """One fault: where, which, and a sentence in Chinese and English."""

    path = serializers.CharField()
    code = serializers.CharField()
    message_zh = serializers.CharField()
    message_en = serializers.CharField()


class ProblemShape(serializers.Serializer[Any]):
    """RFC 9457 problem details, at most 25 errors."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail_zh = serializers.CharField()
    detail_en = serializers.CharField()
    errors = ErrorShape(many=True)  # type: ignore[assignment]
    error_count = serializers.IntegerField()
    receipt = serializers.IntegerField(required=False, help_text="CEB900 receipt of a refused message")


class AcceptanceShape(serializers.Serializer[Any]):
    """The receipt for an accepted message."""

    receipt = serializers.IntegerField()
    message = serializers.IntegerField()
    message_type = serializers.CharField()
    guid = serializers.CharField()
    documents = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    repeated = serializers.BooleanField()


class ReceiptShape(serializers.Serializer[Any]):
    """One receipt; `content` holds the XML when `format=ceb` or `dxp` was asked."""

    id = serializers.IntegerField()
    message_type = serializers.CharField()
    message = serializers.IntegerField()
    document = serializers.IntegerField(allow_null=True)
    status = serializers.CharField()
    info = serializers.CharField()
    returned_at = serializers.DateTimeField()
    documents = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))
    content = serializers.CharField(required=False)


class ReceiptPageShape(serializers.Serializer[Any]):
    """A page of receipts; send `next` as `cursor` of the next request, whether or not `more` is true."""

    results = ReceiptShape(many=True)
    next = serializers.CharField()
    more = serializers.BooleanField()


class TaskShape(serializers.Serializer[Any]):
    """One task of an agency."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    subject = serializers.IntegerField()
    state = serializers.CharField()
    outcome = serializers.CharField(help_text="last interim outcome, normally empty")
    created_at = serializers.DateTimeField()
    leased_until = serializers.DateTimeField(allow_null=True)
    district = serializers.CharField(allow_blank=True, help_text="customs code, empty when none")
    redeliveries = serializers.IntegerField(help_text="times the lease ran out undecided")
    payload = serializers.DictField()


class TaskPageShape(serializers.Serializer[Any]):
    """A page of tasks; send `next` as `cursor` of the next request."""

    results = TaskShape(many=True)
    next = serializers.CharField()
    more = serializers.BooleanField()


class DocumentShape(serializers.Serializer[Any]):
    """A list and a status that it reached."""

    id = serializers.IntegerField()
    subject = serializers.IntegerField(help_text="the platform's number of the list")
    kind = serializers.CharField(help_text="root name of the list's message")
    number = serializers.CharField(help_text="invtNo")
    status = serializers.CharField()
    district = serializers.CharField(help_text="declaring customs office")
    port = serializers.CharField(help_text="customs office of entry or exit")
    trade_mode = serializers.CharField()
    happened_at = serializers.DateTimeField()


class DocumentPageShape(serializers.Serializer[Any]):
    """A page of documents; send `next` as `cursor` of the next request."""

    results = DocumentShape(many=True)
    next = serializers.CharField()
    more = serializers.BooleanField()


class AcknowledgeShape(serializers.Serializer[Any]):
    """Tasks that were fetched."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), max_length=MAX_TASKS
    )


class DecisionShape(serializers.Serializer[Any]):
    """One decision on one task."""

    task = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    outcome = serializers.RegexField(r"^[A-Za-z_]{1,32}$")
    detail = serializers.DictField(required=False, default=dict)

    def validate_detail(self, detail: dict[str, Any]) -> dict[str, Any]:
        """A detail nested too deep is refused."""
        if deeper_than(detail, MAX_DETAIL_DEPTH):
            raise serializers.ValidationError(_("detail 嵌套过深。"), code="DEPTH")
        return detail


class DecisionsShape(serializers.Serializer[Any]):
    """Decisions of one request, at most 1000."""

    decisions = serializers.ListField(child=DecisionShape(), max_length=MAX_TASKS, allow_empty=False)


class DecisionResultShape(serializers.Serializer[Any]):
    """What became of one decision: decided; noted (interim, the task goes on); unclear (kept, an official looks at it); refused.

    `error` when unclear or refused.
    """

    task = serializers.IntegerField()
    status = serializers.ChoiceField(choices=["decided", "noted", "unclear", "refused"])
    outcome = serializers.CharField(required=False)
    error = ErrorShape(required=False)


class DecisionResultsShape(serializers.Serializer[Any]):
    """One result per decision, in the same order."""

    results = DecisionResultShape(many=True)


class JournalShape(serializers.Serializer[Any]):
    """One message of the journal."""

    id = serializers.IntegerField()
    message_type = serializers.CharField()
    guid = serializers.CharField()
    state = serializers.CharField()
    documents = serializers.IntegerField()
    size = serializers.IntegerField()
    digest = serializers.CharField(help_text="SHA-256, hexadecimal")
    received_at = serializers.DateTimeField()
    receipt = serializers.IntegerField()
    errors = ErrorShape(many=True)  # type: ignore[assignment]

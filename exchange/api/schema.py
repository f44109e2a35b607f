"""The OpenAPI description and its page, with the two routes that are not DRF views."""

from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from exchange.api.machine import AcceptanceShape, MachineView, ProblemShape
from exchange.api.messages import messages
from exchange.api.pacing import PacedToken
from exchange.enums import Scope

MESSAGES = "/api/v1/messages/"
TOKEN = "/api/v1/oauth/token/"  # noqa: S105 -- an address
PAGE_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'self'; frame-ancestors 'none'"
)
"""Swagger UI writes style attributes; scripts stay on files of this host."""


class SendMessage(MachineView):
    """Send one CEB message (1 to 100 documents) or a DxpMsg / DxpMsgSv envelope around one.

    UTF-8 XML, at most 16 MB, no DTD, no entities, at most 32 levels. The answer comes after everything is stored. The
    same bytes again get the first receipt (200). Documents whose business key is known are answered one by one by
    receipts. Send many documents per message: one document per message is about twenty times slower.
    """

    scope = Scope.SEND_MESSAGES

    @extend_schema(
        operation_id="messages_create",
        description=__doc__,
        tags=["messages"],
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        request={"application/xml": OpenApiTypes.STR, "application/octet-stream": OpenApiTypes.BINARY},
        responses={
            202: OpenApiResponse(AcceptanceShape, "Stored"),
            200: OpenApiResponse(AcceptanceShape, "Stored before: the first receipt"),
            **{
                code: OpenApiResponse(ProblemShape, text)
                for code, text in {
                    400: "Not readable XML",
                    401: "No valid token",
                    403: "Scope missing, or copCode is not the sender (E.23)",
                    409: "Idempotency-Key used for another body",
                    413: "Body too large",
                    415: "Not XML",
                    422: "Message refused; CEB900 receipt",
                    429: "Too many requests; Retry-After says when to go on",
                    503: "Try again later",
                }.items()
            },
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Described here; the route leads to the plain view directly."""
        return messages(request._request)


class GiveToken(APIView):
    """OAuth2 client credentials (RFC 6749 section 4.4): `grant_type=client_credentials`, client id and secret by
    HTTP Basic or in the form. A token lives one hour.
    """

    authentication_classes = []
    permission_classes = []

    @extend_schema(
        operation_id="oauth_token_create",
        description=__doc__,
        tags=["oauth"],
        request={
            "application/x-www-form-urlencoded": inline_serializer(
                "TokenRequest",
                {
                    "grant_type": serializers.CharField(),
                    "client_id": serializers.CharField(required=False),
                    "client_secret": serializers.CharField(required=False),
                    "scope": serializers.CharField(required=False),
                },
            )
        },
        responses={
            200: inline_serializer(
                "Token",
                {
                    "access_token": serializers.CharField(),
                    "token_type": serializers.CharField(),
                    "expires_in": serializers.IntegerField(),
                    "scope": serializers.CharField(),
                },
            ),
            400: OpenApiResponse(OpenApiTypes.OBJECT, "RFC 6749 error"),
            401: OpenApiResponse(OpenApiTypes.OBJECT, "RFC 6749 error"),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Described here; the route leads to oauth2_provider directly."""
        response: HttpResponse = PacedToken.as_view()(request._request)
        return response


def add_plain_routes(endpoints: list[Any]) -> list[Any]:
    """Preprocessing hook of drf-spectacular: describe the routes that are not DRF views."""
    plain = [(MESSAGES, MESSAGES, "POST", SendMessage.as_view()), (TOKEN, TOKEN, "POST", GiveToken.as_view())]
    return [*endpoints, *plain]


class Schema(SpectacularAPIView):
    """The description as OpenAPI 3.1."""

    authentication_classes = []


class SchemaPage(SpectacularSwaggerSplitView):
    """The description as a page for people."""

    authentication_classes = []

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Sets the page's own content security policy."""
        response = super().dispatch(request, *args, **kwargs)
        response["Content-Security-Policy"] = PAGE_POLICY
        return response


QUICKSTART = Path(__file__).resolve().parent.parent / "data" / "quickstart"
"""Programs of the quick-start, in full in `docs/how-to/use-the-api.md`."""


def quickstart(request: HttpRequest, name: str) -> HttpResponse:
    """A program of the quick-start as a file. Raises Http404."""
    known = {path.name: path for path in QUICKSTART.iterdir()}
    if name not in known:
        raise Http404
    response = HttpResponse(known[name].read_bytes(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

"""`GET /api/v1/messages/<id>/`: a sender looks up what it sent."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.api.machine import JournalShape, MachineView, ProblemShape
from exchange.enums import Scope
from exchange.permissions import enterprise_of
from exchange.selectors.journal import message
from exchange.services.evidence import take_evidence
from exchange.services.raw import MessageUnknown, read_own_message

REFUSED = {401: ProblemShape, 403: ProblemShape, 404: ProblemShape}


class OneMessage(MachineView):
    """What the journal says of one message of the caller's enterprise."""

    scope = Scope.READ_RECEIPTS

    @extend_schema(
        operation_id="messages_retrieve",
        description=__doc__,
        tags=["messages"],
        responses={200: JournalShape, **REFUSED},
    )
    def get(self, request: Request, message_id: int) -> Response:
        """The entry without the bytes."""
        found = message(message_id, organisation_id=enterprise_of(self.caller))
        if found is None:
            raise MessageUnknown
        return Response(as_entry(found))


class RawMessage(MachineView):
    """The bytes exactly as they were received; reading them is audited."""

    scope = Scope.READ_RECEIPTS

    @extend_schema(
        operation_id="messages_raw",
        description=__doc__,
        tags=["messages"],
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY), **REFUSED},
    )
    def get(self, request: Request, message_id: int) -> HttpResponse:
        """The bytes."""
        body = read_own_message(
            message_id=message_id, organisation_id=enterprise_of(self.caller), client=self.caller.client
        )
        return as_download(message_id, body)


class Evidence(MachineView):
    """The evidence package of a message: the bytes received, what the check of its signature said, signed receipts, the audit trail.

    A ZIP whose manifest the platform has signed; verified offline by `./sw verify FILE`. Taking it is audited.
    """

    scope = Scope.READ_RECEIPTS

    @extend_schema(
        operation_id="messages_evidence",
        description=__doc__,
        tags=["messages"],
        responses={(200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY), **REFUSED},
    )
    def get(self, request: Request, message_id: int) -> HttpResponse:
        """The package."""
        package = take_evidence(
            message_id=message_id, organisation_id=enterprise_of(self.caller), client=self.caller.client
        )
        return as_package(message_id, package)


def as_entry(found: Any) -> dict[str, Any]:
    """A journal row as the API shows it."""
    return {
        "id": found.pk,
        "message_type": found.message_type,
        "guid": found.guid,
        "state": found.state,
        "documents": found.documents,
        "size": found.size,
        "digest": bytes(found.digest).hex(),
        "received_at": found.received_at,
        "receipt": found.receipt_id,
        "errors": found.refusal or [],
    }


def as_download(message_id: int, body: bytes) -> HttpResponse:
    """A file, never shown inside a page."""
    response = HttpResponse(body, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="message-{message_id}.xml"'
    return response


def as_package(message_id: int, package: bytes) -> HttpResponse:
    """An evidence package as a file."""
    response = HttpResponse(package, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="evidence-{message_id}.zip"'
    return response

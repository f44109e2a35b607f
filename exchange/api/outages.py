"""`/api/v1/outages/…`: outages of the platform, and statements about them for the caller's enterprise."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.api.machine import MachineView, ProblemShape
from exchange.documents import OUTAGE_STATEMENT
from exchange.enums import OutageState, Scope
from exchange.models import Outage, OutageStatement
from exchange.permissions import enterprise_of
from exchange.selectors.outages import outages, statement_of, statements_of
from exchange.services.outage_statements import ask_statement
from portal.documents import check_url, file_of, stored_document, stored_documents
from portal.errors import Refusal
from portal.status import PARTS

MOST = 200
"""Entries of one answer; the newest."""
REFUSED = {401: ProblemShape, 403: ProblemShape}


class StatementUnknown(Refusal):
    """There is no such statement, or it is another enterprise's."""

    code = "OUTAGE.STATEMENT"
    message = _("没有此项系统中断证明。")
    status = 404


class OutageShape(serializers.Serializer[Any]):
    """A period in which a part did not answer; `cause` once it is confirmed."""

    part = serializers.ChoiceField(choices=list(PARTS))
    began_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    state = serializers.ChoiceField(choices=OutageState.choices)
    cause = serializers.CharField(allow_blank=True)


class OutagesShape(serializers.Serializer[Any]):
    """The newest outages."""

    results = OutageShape(many=True)


class OutagePeriodShape(serializers.Serializer[Any]):
    """The period the enterprise was affected in, with offsets from UTC."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()


class StatementShape(serializers.Serializer[Any]):
    """A statement: the confirmed outages of the period and what the journal knows of the enterprise's messages."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    received = serializers.IntegerField(help_text="messages of the journal in the period")
    refused = serializers.IntegerField(help_text="of these, refused")
    last_before = serializers.DateTimeField(allow_null=True, help_text="nearest accepted message before")
    first_after = serializers.DateTimeField(allow_null=True, help_text="nearest accepted message after")
    revoked_at = serializers.DateTimeField(allow_null=True)
    check_url = serializers.CharField(help_text="public page that says whether the certificate is valid")
    outages = OutageShape(many=True)


class StatementsShape(serializers.Serializer[Any]):
    """The newest statements of the enterprise."""

    results = StatementShape(many=True)


class Outages(MachineView):
    """Outages of the platform as its status process measured them, newest first. The same list is public at `/status/outages/`."""

    scope = Scope.READ_RECEIPTS

    @extend_schema(
        operation_id="outages_list",
        description=__doc__,
        tags=["outages"],
        parameters=[
            OpenApiParameter("part", str, enum=list(PARTS)),
            OpenApiParameter("state", str, enum=OutageState.values),
        ],
        responses={200: OutagesShape, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """The newest two hundred."""
        part, state = (request.query_params.get(name, "") for name in ("part", "state"))
        found = outages(
            part=part if part in PARTS else "", state=state if state in OutageState.values else ""
        )
        return Response({"results": [as_outage(one) for one in found[:MOST]]})


class Statements(MachineView):
    """Statements of outage: ask for one about a period, and list those of the enterprise. Asked again, the same one comes back."""

    scope = Scope.READ_RECEIPTS

    @extend_schema(
        operation_id="outage_statements_list",
        description=__doc__,
        tags=["outages"],
        responses={200: StatementsShape, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """The newest two hundred."""
        return Response({"results": as_statements(list(statements_of(enterprise_of(self.caller))[:MOST]))})

    @extend_schema(
        operation_id="outage_statements_create",
        description=__doc__,
        tags=["outages"],
        request=OutagePeriodShape,
        responses={201: StatementShape, 400: ProblemShape, 409: ProblemShape, 422: ProblemShape, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Ask."""
        sent = OutagePeriodShape(data=request.data)
        sent.is_valid(raise_exception=True)
        made = ask_statement(
            organisation_id=enterprise_of(self.caller), client=self.caller.client, **sent.validated_data
        )
        return Response(as_statements([made])[0], status=201)


class StatementFile(MachineView):
    """The certificate as PDF. It follows within seconds after the statement; 503 until then."""

    scope = Scope.READ_RECEIPTS

    @extend_schema(
        operation_id="outage_statements_file",
        description=__doc__,
        tags=["outages"],
        responses={
            (200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY),
            404: ProblemShape,
            503: ProblemShape,
            **REFUSED,
        },
    )
    def get(self, request: Request, statement_id: int) -> HttpResponse:
        """The bytes."""
        found = statement_of(enterprise_of(self.caller), statement_id)
        stored = stored_document(OUTAGE_STATEMENT, found.pk) if found else None
        if found is None or stored is None:
            raise StatementUnknown
        response = HttpResponse(file_of(stored).read_bytes(), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{found.number}.pdf"'
        return response


def as_outage(one: Outage) -> dict[str, Any]:
    """An outage as the API shows it."""
    cause = one.cause if one.state == OutageState.CONFIRMED else ""
    return {
        "part": one.part,
        "began_at": one.began_at,
        "ended_at": one.ended_at,
        "state": one.state,
        "cause": cause,
    }


def as_statements(found: list[OutageStatement]) -> list[dict[str, Any]]:
    """Statements as the API shows them."""
    names = ("number", "since", "until", "received", "refused", "last_before", "first_after", "revoked_at")
    stored = stored_documents(OUTAGE_STATEMENT, [one.pk for one in found])
    return [
        {
            "id": one.pk,
            **{name: getattr(one, name) for name in names},
            "check_url": check_url(stored[one.pk]),
            "outages": [as_outage(outage) for outage in one.outages.all()],
        }
        for one in found
    ]

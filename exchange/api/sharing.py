"""`/api/v1/agency/records/…` and `/api/v1/agency/grants/`: agencies read shared data as granted, and ask for grants."""

import datetime as dt
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.api.machine import MachineView, ProblemShape
from exchange.enums import DataUse, GrantState, Scope
from exchange.models import SharingGrant
from exchange.permissions import agency_of
from exchange.selectors.grants import grants_of
from exchange.services.grants import Wish, ask_grant
from exchange.services.records import read_records

REFUSED = {400: ProblemShape, 401: ProblemShape, 403: ProblemShape, 422: ProblemShape}
MOST = 200
"""Grants of one answer; the newest."""


class RecordShape(serializers.Serializer[Any]):
    """A shared record: the fields the agency may have, which of them are masked, which were left out."""

    key = serializers.CharField()
    fields = serializers.DictField()  # type: ignore[assignment]
    masked = serializers.ListField(child=serializers.CharField())
    omitted = serializers.ListField(child=serializers.CharField())


class RecordsShape(serializers.Serializer[Any]):
    """Records found; unknown keys are left out."""

    results = RecordShape(many=True)


class Records(MachineView):
    """Records of an object of the data catalogue, by key. Every field is shown, masked or left out as the grants of this agency for this
    purpose say; reading is written into the audit trail that the enterprise sees.
    """

    scope = Scope.READ_RECORDS

    @extend_schema(
        operation_id="agency_records_list",
        description=__doc__,
        tags=["sharing"],
        parameters=[
            OpenApiParameter("key", str, many=True, required=True, description="1 to 100 keys"),
            OpenApiParameter("purpose", str, enum=DataUse.values, required=True),
            OpenApiParameter("case", str, required=True, description="the case the data is used for"),
        ],
        responses={200: RecordsShape, 404: ProblemShape, **REFUSED},
    )
    def get(self, request: Request, object_code: str) -> Response:
        """One query per table, whatever the number of records."""
        views = read_records(
            agency_code=agency_of(self.caller),
            client=self.caller.client,
            object_code=object_code,
            keys=request.query_params.getlist("key"),
            purpose=request.query_params.get("purpose", ""),
            case=request.query_params.get("case", ""),
        )
        results = [
            {
                "key": one.key,
                "fields": one.view.values,
                "masked": sorted(one.view.masked),
                "omitted": sorted(one.view.omitted),
            }
            for one in views
        ]
        return Response({"results": results})


class WishShape(serializers.Serializer[Any]):
    """Which fields of which object, for what, by which law, how long."""

    object = serializers.CharField(max_length=60)
    fields = serializers.ListField(  # type: ignore[assignment]
        child=serializers.CharField(max_length=60), min_length=1, max_length=100
    )
    purpose = serializers.ChoiceField(choices=DataUse.choices)
    legal_basis = serializers.CharField(max_length=300)
    reason = serializers.CharField(max_length=500)
    since = serializers.DateField()
    until = serializers.DateField(help_text="the first day on which the grant no longer holds")


class GrantShape(serializers.Serializer[Any]):
    """A request for data and what became of it."""

    id = serializers.IntegerField()
    object = serializers.CharField()
    fields = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]
    level = serializers.CharField()
    purpose = serializers.CharField()
    state = serializers.ChoiceField(choices=GrantState.choices)
    since = serializers.DateField()
    until = serializers.DateField()
    due_at = serializers.DateTimeField(allow_null=True)
    decision_reason = serializers.CharField(allow_blank=True)


class GrantsShape(serializers.Serializer[Any]):
    """The newest requests and grants of the agency."""

    results = GrantShape(many=True)


class Grants(MachineView):
    """Requests for data: ask for fields of the catalogue, and see what became of earlier requests."""

    scope = Scope.ASK_GRANTS

    @extend_schema(
        operation_id="agency_grants_list",
        description=__doc__,
        tags=["sharing"],
        parameters=[OpenApiParameter("state", str, enum=GrantState.values)],
        responses={200: GrantsShape, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """The newest two hundred."""
        state = request.query_params.get("state", "")
        found = grants_of([agency_of(self.caller)], state=state if state in GrantState.values else "")
        return Response({"results": [as_grant(one) for one in found[:MOST]]})

    @extend_schema(
        operation_id="agency_grants_create",
        description=__doc__,
        tags=["sharing"],
        request=WishShape,
        responses={201: GrantShape, 409: ProblemShape, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Ask."""
        sent = WishShape(data=request.data)
        sent.is_valid(raise_exception=True)
        wish = Wish(**sent.validated_data)
        made = ask_grant(agency_code=agency_of(self.caller), wish=wish, client=self.caller.client)
        return Response(as_grant(made), status=201)


def as_grant(one: SharingGrant) -> dict[str, Any]:
    """A grant as the API shows it."""
    days: dict[str, dt.date] = {"since": one.since, "until": one.until}
    names = ("object", "fields", "level", "purpose", "state", "due_at", "decision_reason")
    return {"id": one.pk, **days, **{name: getattr(one, name) for name in names}}

"""`/api/v1/partner/…`: systems of carriers and other partners report events, give signs of life and ask for a replay."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.api.machine import MachineView, ProblemShape
from exchange.enums import Scope
from exchange.messages.partners import FAULTS
from exchange.permissions import enterprise_of
from exchange.services.partners import MOST_EVENTS, Reporter, Taken, beat, replay, take_events

REFUSED = {400: ProblemShape, 401: ProblemShape, 403: ProblemShape, 422: ProblemShape}


@extend_schema_field({"type": "object", "additionalProperties": True})
class EventField(serializers.JSONField):
    """An event as its contract says; whatever else comes is taken and waits in quarantine."""


class EventBatchShape(serializers.Serializer[Any]):
    """Events of one contract (`/data/contracts/`)."""

    contract = serializers.CharField(max_length=40)
    events = serializers.ListField(
        child=EventField(allow_null=True), max_length=MOST_EVENTS, allow_empty=False
    )


class EventFaultShape(serializers.Serializer[Any]):
    """What is wrong with an event."""

    event = serializers.CharField(help_text="id of the event; # and a digest where it has none")
    field = serializers.CharField(allow_blank=True)
    code = serializers.ChoiceField(choices=sorted(FAULTS))


class TakenShape(serializers.Serializer[Any]):
    """What became of the events; those with faults wait in quarantine and may be sent again."""

    stored = serializers.IntegerField()
    repeated = serializers.IntegerField()
    quarantined = serializers.IntegerField()
    faults = EventFaultShape(many=True)


class PartnerEvents(MachineView):
    """Report up to 1,000 events. An event is known by its `event_id`: sent again it changes nothing; late and out of order is fine."""

    scope = Scope.REPORT_EVENTS

    @extend_schema(
        operation_id="partner_events_create",
        description=__doc__,
        tags=["partners"],
        request=EventBatchShape,
        responses={200: TakenShape, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Take."""
        sent = EventBatchShape(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        taken = take_events(
            reporter=reporter_of(self),
            client=self.caller.client,
            contract=given["contract"],
            events=given["events"],
        )
        return Response(as_taken(taken))


class WindowShape(serializers.Serializer[Any]):
    """Quarantined events received from `since` to before `until`."""

    contract = serializers.CharField(max_length=40)
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()


class PartnerReplay(MachineView):
    """Judge the quarantined events of a window again, the oldest 1,000 (after a code or a registration was mended)."""

    scope = Scope.REPORT_EVENTS

    @extend_schema(
        operation_id="partner_replay_create",
        description=__doc__,
        tags=["partners"],
        request=WindowShape,
        responses={200: TakenShape, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Judge again."""
        sent = WindowShape(data=request.data)
        sent.is_valid(raise_exception=True)
        return Response(
            as_taken(replay(reporter=reporter_of(self), client=self.caller.client, **sent.validated_data))
        )


class BeatShape(serializers.Serializer[Any]):
    """The contract whose system is alive."""

    contract = serializers.CharField(max_length=40)


class PartnerHeartbeat(MachineView):
    """A sign of life while there is nothing to report."""

    scope = Scope.REPORT_EVENTS

    @extend_schema(
        operation_id="partner_heartbeat_create",
        description=__doc__,
        tags=["partners"],
        request=BeatShape,
        responses={200: BeatShape, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Note it."""
        sent = BeatShape(data=request.data)
        sent.is_valid(raise_exception=True)
        beat(organisation_id=enterprise_of(self.caller), contract=sent.validated_data["contract"])
        return Response(sent.validated_data)


def reporter_of(view: MachineView) -> Reporter:
    """The enterprise that calls. Raises WrongParty."""
    return Reporter(enterprise_of(view.caller), view.caller.organisation_codes)


def as_taken(taken: Taken) -> dict[str, Any]:
    """The answer's JSON."""
    return {
        "stored": taken.stored,
        "repeated": taken.repeated,
        "quarantined": len(taken.quarantined),
        "faults": [
            {"event": key, "field": one.field, "code": one.code}
            for key, faults in taken.quarantined
            for one in faults
        ],
    }

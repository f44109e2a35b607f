"""`POST /api/v1/signatures/diagnosis/`: the signature doctor for machines."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.api.machine import MachineView, ProblemShape
from exchange.api.messages import bounded_body
from exchange.enums import Scope
from exchange.permissions import enterprise_of
from exchange.services.doctor import LARGEST, as_json, examine


class BoundedXml(BaseParser):
    """The bytes of a message, at most 2 MB, untouched."""

    media_type = "application/xml"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Raises BodyTooLarge, BodyIncomplete."""
        return bounded_body(parser_context["request"]._request, LARGEST)


class AdviceShape(serializers.Serializer[Any]):
    """What happened and what to do."""

    message_zh = serializers.CharField()
    message_en = serializers.CharField()


class DiagnosisShape(serializers.Serializer[Any]):
    """`accepted`: the door would take the signature of this enterprise now. Digests and canonical form are base64."""

    accepted = serializers.BooleanField()
    flaw = serializers.CharField(allow_null=True)
    number = serializers.CharField(allow_null=True, help_text="Four digits of the exchange, e.g. 1004")
    message_zh = serializers.CharField()
    message_en = serializers.CharField()
    detail = serializers.CharField()
    advice = AdviceShape(many=True)
    algorithm = serializers.CharField(allow_null=True)
    digest_algorithm = serializers.CharField(allow_null=True)
    digest_stated = serializers.CharField(allow_null=True)
    digest_computed = serializers.CharField(allow_null=True)
    key_name = serializers.CharField(allow_null=True)
    certificate_subject = serializers.CharField(allow_null=True)
    certificate_serial = serializers.CharField(allow_null=True)
    certificate_sha256 = serializers.CharField(allow_null=True)
    register = serializers.CharField(help_text="valid, early, expired, revoked, foreign or unknown")
    canonical = serializers.CharField(allow_null=True)


class Diagnose(MachineView):
    """Examine the signature of a message without sending it: what was digested, what should be, and the likely slip.

    The same verifier as at the door; nothing is stored.
    """

    scope = Scope.SEND_MESSAGES
    parser_classes = [BoundedXml]

    @extend_schema(
        operation_id="signatures_diagnose",
        description=__doc__,
        tags=["signatures"],
        request={"application/xml": OpenApiTypes.STR},
        responses={
            200: DiagnosisShape,
            401: ProblemShape,
            403: ProblemShape,
            413: ProblemShape,
            415: ProblemShape,
            422: ProblemShape,
        },
    )
    def post(self, request: Request) -> Response:
        """The report."""
        body = request.data
        report = examine(
            body=body if isinstance(body, bytes) else b"", organisation_id=enterprise_of(self.caller)
        )
        return Response(as_json(report))

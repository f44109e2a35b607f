"""`POST /api/v1/payment-data/`: a platform uploads the original payment data it was asked for (公告 2018 年第 165 号、第 179 号)."""

from typing import Any
from urllib.parse import parse_qs

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customs.messages import payex179
from customs.services.payment_requests import Answer, milliseconds, take_upload
from exchange.api.machine import JsonAlways, ProblemShape
from exchange.api.messages import bounded_body
from exchange.api.pacing import per_minute, refusal
from portal.limits import allowed

PACE = "C.PAYEX.PER_MINUTE"
MOST_FORM = 3 * payex179.MOST_BYTES
"""Bytes of the form: percent-encoding triples what is not ASCII."""


class BoundedForm(BaseParser):
    """A form whose one field is the upload; anything unreadable is an empty upload."""

    media_type = "application/x-www-form-urlencoded"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Raises BodyTooLarge, BodyIncomplete."""
        body = bounded_body(parser_context["request"]._request, MOST_FORM)
        try:
            fields = parse_qs(body.decode(), max_num_fields=10, errors="strict")
        except ValueError:
            return ""
        return fields.get(payex179.UPLOAD_FIELD, [""])[0]


class PaymentDataAnswerShape(serializers.Serializer[Any]):
    """The official answer. 10000 success, 20000 failure, 20001 unreadable, 20002 unknown session, 20003 signature, 20004 certificate not
    registered, 20005 wrong field."""

    code = serializers.CharField()
    message = serializers.CharField()
    total = serializers.IntegerField(help_text="Orders of the upload that were taken")
    serviceTime = serializers.IntegerField(help_text="Milliseconds since 1970")  # noqa: N815 -- official name


class PaymentData(APIView):
    """Upload the original payment data of an order that customs asked for with `openReq`.

    Form field `payExInfoStr`: JSON with sessionID, payExchangeInfoHead, payExchangeInfoLists, serviceTime, certNo, signValue. No token:
    the signature over the text joined by `||` says who uploads; its certificate must be on file. Always answered with 200 and a code.
    """

    authentication_classes = []
    permission_classes = []
    parser_classes = [BoundedForm]
    content_negotiation_class = JsonAlways

    @extend_schema(
        operation_id="payment_data_upload",
        description=__doc__,
        tags=["payment data"],
        auth=[],
        request={
            "application/x-www-form-urlencoded": inline_serializer(
                "PaymentDataForm", {payex179.UPLOAD_FIELD: serializers.CharField()}
            )
        },
        responses={200: PaymentDataAnswerShape, 413: ProblemShape, 415: ProblemShape, 429: ProblemShape},
    )
    def post(self, request: Request) -> Response:
        """The official answer."""
        most = per_minute(PACE)
        if not allowed(request._request, "payment-data", most):
            raise refusal(most)
        given = request.data
        return Response(as_answer(take_upload(given if isinstance(given, str) else "")))


def as_answer(said: Answer) -> dict[str, Any]:
    return payex179.answer(said.code, said.message, total=said.total, service_time=milliseconds())

"""`POST /api/v1/simplified-check/`: an enterprise's system asks whether goods may be declared simplified."""

from typing import Any

from django.utils import translation
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from customs.services.simplifying import MOST_LINES, Question, Reason, may_simplify
from exchange.api.machine import MachineView, ProblemShape
from exchange.enums import Scope
from exchange.permissions import enterprise_of


class GoodsToDeclareShape(serializers.Serializer[Any]):
    """One line: four to ten digits of the code, and the total price (FOB)."""

    gcode = serializers.RegexField(r"^[0-9]{4,10}$")
    total_price = serializers.DecimalField(max_digits=19, decimal_places=5, min_value=0)


class SimplifiedQuestionShape(serializers.Serializer[Any]):
    """What is to be declared, and on which day."""

    trade_mode = serializers.RegexField(r"^[0-9]{4}$")
    customs_code = serializers.RegexField(r"^[0-9]{4}$")
    day = serializers.DateField()
    currency = serializers.RegexField(r"^[0-9]{3}$")
    licence_no = serializers.CharField(required=False, allow_blank=True, max_length=19, default="")
    refund = serializers.BooleanField(required=False, default=False)
    lines = serializers.ListField(child=GoodsToDeclareShape(), allow_empty=False, max_length=MOST_LINES)


class SimplifiedReasonShape(serializers.Serializer[Any]):
    """A rule that stands in the way."""

    rule = serializers.CharField()
    message_zh = serializers.CharField()
    message_en = serializers.CharField()
    field = serializers.CharField()
    basis = serializers.CharField()
    left = serializers.CharField()
    right = serializers.CharField()


class SimplifiedAnswerShape(serializers.Serializer[Any]):
    """`value_cny` is null when a currency has no assessment rate on the day."""

    allowed = serializers.BooleanField()
    value_cny = serializers.DecimalField(max_digits=24, decimal_places=2, allow_null=True)
    reasons = SimplifiedReasonShape(many=True)


class SimplifiedCheck(MachineView):
    """May these goods be declared simplified? The rules and values of the day decide, as they decide declared lists."""

    scope = Scope.READ_RECEIPTS

    @extend_schema(
        operation_id="simplified_check",
        description=__doc__,
        tags=["parcels"],
        request=SimplifiedQuestionShape,
        responses={200: SimplifiedAnswerShape, 400: ProblemShape, 401: ProblemShape, 403: ProblemShape},
    )
    def post(self, request: Request) -> Response:
        """Nothing is stored."""
        enterprise_of(self.caller)
        sent = SimplifiedQuestionShape(data=request.data)
        sent.is_valid(raise_exception=True)
        given = dict(sent.validated_data)
        lines = [(line["gcode"], line["total_price"]) for line in given.pop("lines")]
        verdict = may_simplify(Question(lines=lines, **given))
        return Response(
            {
                "allowed": verdict.allowed,
                "value_cny": None if verdict.value_cny is None else f"{verdict.value_cny:.2f}",
                "reasons": [in_words(reason) for reason in verdict.reasons],
            }
        )


def in_words(reason: Reason) -> dict[str, str]:
    """A reason with its sentence in both languages."""
    sentences = {}
    for name, language in (("message_zh", "zh-hans"), ("message_en", "en")):
        with translation.override(language):
            sentences[name] = str(reason.rule.sentence)
    return {
        "rule": reason.rule.code,
        **sentences,
        "field": reason.rule.field,
        "basis": reason.rule.basis,
        "left": reason.left,
        "right": reason.right,
    }

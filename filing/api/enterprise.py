"""`/api/v1/filing/enterprise/`: an enterprise's system reads how the enterprise stands; `/agreements/`: who acts for whom."""

import hashlib
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.api.machine import MachineView, ProblemShape
from exchange.api.messages import idempotency_key
from exchange.enums import Scope
from exchange.permissions import enterprise_of
from exchange.services.idempotency import answer_once
from filing.enums import AgreementKind, AgreementState
from filing.models import Agreement
from filing.rules.diagnosis import Answer, diagnosis, messages_of
from filing.selectors.agreements import agreements_of
from filing.selectors.standing import standing_of
from filing.services.agreements import (
    Offer,
    Party,
    answer_agreement,
    offer_agreement,
    revoke_agreement,
    withdraw_agreement,
)

REFUSED = {400: ProblemShape, 401: ProblemShape, 403: ProblemShape, 404: ProblemShape, 409: ProblemShape}
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
PAGE = 100


class TypeShape(serializers.Serializer[Any]):
    """A type the enterprise is filed as."""

    type = serializers.CharField()
    state = serializers.CharField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class AnswerShape(serializers.Serializer[Any]):
    """One question of the self-diagnosis: `stops`, `warning` or `ok`, what it means and what helps."""

    code = serializers.CharField()
    question = serializers.CharField()
    state = serializers.ChoiceField(choices=["ok", "warning", "stops"])
    sentence = serializers.CharField()
    fix = serializers.CharField(allow_blank=True)
    who = serializers.CharField(allow_blank=True)
    basis = serializers.CharField(allow_blank=True)


class EnterpriseShape(serializers.Serializer[Any]):
    """How the enterprise stands today."""

    name = serializers.CharField()
    uscc = serializers.CharField()
    customs_code = serializers.CharField(allow_blank=True)
    filing = serializers.CharField(allow_null=True, help_text="number of the filing in force")
    types = TypeShape(many=True)
    messages = serializers.ListField(child=serializers.CharField(), help_text="messages it may send today")
    diagnosis = AnswerShape(many=True)


def answer_json(one: Answer) -> dict[str, str]:
    """One answer, in the caller's language."""
    return {
        "code": one.code,
        "question": str(one.question),
        "state": one.state,
        "sentence": one.sentence,
        "fix": one.fix,
        "who": one.who,
        "basis": one.basis,
    }


class Enterprise(MachineView):
    """How the enterprise stands: types, messages it may send, and what is in the way."""

    scope = Scope.READ_FILINGS

    @extend_schema(
        operation_id="filing_enterprise_retrieve",
        description=__doc__,
        tags=["filing"],
        responses={200: EnterpriseShape, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """Read."""
        seen = standing_of(enterprise_of(self.caller), None, timezone.localdate())
        return Response(
            {
                "name": seen.name,
                "uscc": seen.uscc,
                "customs_code": seen.customs_code,
                "filing": seen.filing.number if seen.filing else None,
                "types": [
                    {
                        "type": one.enterprise_type,
                        "state": one.state,
                        "valid_from": one.valid_from,
                        "valid_to": one.valid_to,
                    }
                    for one in seen.registrations
                ],
                "messages": messages_of(seen),
                "diagnosis": [answer_json(one) for one in diagnosis(seen)],
            }
        )


class OfferShape(serializers.Serializer[Any]):
    """An offer: the other firm by USCC or customs code, one's own role, in what, from when until when."""

    other = serializers.CharField(max_length=18)
    role = serializers.ChoiceField(choices=["client", "agent"])
    kind = serializers.ChoiceField(choices=AgreementKind.choices)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(help_text="first day on which it no longer holds")
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class StepShape(serializers.Serializer[Any]):
    """What to do with an agreement; declining and revoking need a reason."""

    step = serializers.ChoiceField(choices=["accept", "decline", "withdraw", "revoke"])
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class AgreementShape(serializers.Serializer[Any]):
    """An agency agreement."""

    id = serializers.IntegerField()
    client = serializers.CharField(help_text="USCC")
    agent = serializers.CharField(help_text="USCC")
    kind = serializers.ChoiceField(choices=AgreementKind.choices)
    state = serializers.ChoiceField(choices=AgreementState.choices)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField()
    note = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class AgreementPageShape(serializers.Serializer[Any]):
    """Newest first; `next` as `before` gives the following page, null at the end."""

    results = AgreementShape(many=True)
    next = serializers.IntegerField(allow_null=True)


def as_json(one: Agreement) -> dict[str, Any]:
    """The stored agreement."""
    return {
        "id": one.pk,
        "client": one.client.uscc,
        "agent": one.agent.uscc,
        "kind": one.kind,
        "state": one.state,
        "valid_from": one.valid_from.isoformat(),
        "valid_to": one.valid_to.isoformat(),
        "note": one.note,
        "reason": one.reason,
    }


class AgreementView(MachineView):
    """What the views of agreements share."""

    def party(self) -> Party:
        """The enterprise the machine works for. Raises WrongParty."""
        return Party(enterprise_of(self.caller), client=self.caller.client)

    def once(self, request: Request, given: Any, act: Any) -> Response:
        """The same answer to a repeated `Idempotency-Key`."""
        key = idempotency_key(request._request)
        digest = hashlib.sha256(repr(given).encode()).digest()
        return Response(
            answer_once(client_id=self.caller.pk, key=key, digest=digest, answer=lambda: as_json(act()))
        )


class Agreements(AgreementView):
    """Agreements of the enterprise as client or agent, newest first; offer one."""

    scope = Scope.READ_FILINGS

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Writing needs the scope to write."""
        if request.method == "POST":
            self.scope = Scope.WRITE_FILINGS
        super().initial(request, *args, **kwargs)

    @extend_schema(
        operation_id="filing_agreements_list",
        tags=["filing"],
        parameters=[OpenApiParameter("before", int, description="`next` of the page before")],
        responses={200: AgreementPageShape, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """One page."""
        rows = agreements_of(enterprise_of(self.caller))
        before = request.query_params.get("before", "")
        if before.isascii() and before.isdigit() and len(before) < 19:
            rows = rows.filter(pk__lt=int(before))
        found = list(rows[: PAGE + 1])
        following = found[PAGE - 1].pk if len(found) > PAGE else None
        return Response({"results": [as_json(one) for one in found[:PAGE]], "next": following})

    @extend_schema(
        operation_id="filing_agreements_offer",
        tags=["filing"],
        parameters=[KEY],
        request=OfferShape,
        responses={200: AgreementShape, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Offer."""
        sent = OfferShape(data=request.data)
        sent.is_valid(raise_exception=True)
        given, who = dict(sent.validated_data), self.party()
        offer = Offer(
            given["other"],
            given["role"] == "agent",
            AgreementKind(given["kind"]),
            given["valid_from"],
            given["valid_to"],
            given["note"],
        )
        return self.once(request, offer, lambda: offer_agreement(who, offer))


class AgreementStep(AgreementView):
    """Accept, decline, withdraw or revoke an agreement."""

    scope = Scope.WRITE_FILINGS

    @extend_schema(
        operation_id="filing_agreements_step",
        tags=["filing"],
        parameters=[KEY],
        request=StepShape,
        responses={200: AgreementShape, **REFUSED},
    )
    def post(self, request: Request, agreement_id: int) -> Response:
        """Do it."""
        sent = StepShape(data=request.data)
        sent.is_valid(raise_exception=True)
        step, reason, who = sent.validated_data["step"], sent.validated_data["reason"], self.party()
        steps = {
            "accept": lambda: answer_agreement(who, agreement_id, accept=True),
            "decline": lambda: answer_agreement(who, agreement_id, accept=False, reason=reason),
            "withdraw": lambda: withdraw_agreement(who, agreement_id),
            "revoke": lambda: revoke_agreement(who, agreement_id, reason=reason),
        }
        return self.once(request, (agreement_id, step, reason), steps[step])

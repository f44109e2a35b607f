"""`GET /api/v1/parcels/`: an enterprise's system asks where its parcels stand, with findings in words and the tax."""

from decimal import Decimal
from typing import Any

from django.utils import translation
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from customs.models import Finding, Parcel, Waiting
from customs.permissions import of_enterprise, parcels_of_enterprise
from customs.rules import catalogue
from customs.rules.explanation import is_risk
from exchange.api.machine import MachineView, ProblemShape
from exchange.enums import Scope
from exchange.permissions import enterprise_of
from portal.selectors import organisation_codes

MOST = 100
"""Order numbers of one request."""


class FindingShape(serializers.Serializer[Any]):
    """A rule that did not hold; both values are masked."""

    rule = serializers.CharField()
    severity = serializers.ChoiceField(choices=["R", "M", "W", "I"])
    message_zh = serializers.CharField()
    message_en = serializers.CharField()
    field = serializers.CharField()
    basis = serializers.CharField()
    left = serializers.CharField()
    right = serializers.CharField()


class ParcelShape(serializers.Serializer[Any]):
    """Where a parcel stands. `state` is `waiting` while documents or an answer are missing."""

    order_no = serializers.CharField()
    direction = serializers.ChoiceField(choices=["I", "E"])
    state = serializers.CharField()
    missing = serializers.ListField(child=serializers.CharField())
    invt_no = serializers.CharField(allow_blank=True)
    dutiable = serializers.DecimalField(max_digits=24, decimal_places=2, allow_null=True)
    tax = serializers.DecimalField(max_digits=19, decimal_places=2, allow_null=True)
    findings = FindingShape(many=True)


class ParcelsShape(serializers.Serializer[Any]):
    """Parcels found, in no particular order."""

    results = ParcelShape(many=True)


class Parcels(MachineView):
    """Parcels of the enterprise by order number (at most 100). Risk rules are not shown to enterprises."""

    scope = Scope.READ_RECEIPTS

    @extend_schema(
        operation_id="parcels_list",
        description=__doc__,
        tags=["parcels"],
        parameters=[OpenApiParameter("order_no", str, many=True, required=True)],
        responses={200: ParcelsShape, 401: ProblemShape, 403: ProblemShape},
    )
    def get(self, request: Request) -> Response:
        """Two or three queries, whatever the number of parcels."""
        organisation = enterprise_of(self.caller)
        codes = organisation_codes(organisation)
        own = parcels_of_enterprise(organisation, codes)
        numbers = request.query_params.getlist("order_no")[:MOST]
        parcels = list(Parcel.objects.filter(own, order_no__in=numbers))
        findings: dict[int, list[Finding]] = {}
        for finding in Finding.objects.filter(parcel_id__in=[p.pk for p in parcels]).order_by("id"):
            findings.setdefault(finding.parcel_id, []).append(finding)
        results = [decided(parcel, findings.get(parcel.pk, [])) for parcel in parcels]
        results += [
            undecided(waiting)
            for waiting in Waiting.objects.filter(of_enterprise(organisation, codes), order_no__in=numbers)
        ]
        return Response({"results": results})


def decided(parcel: Parcel, findings: list[Finding]) -> dict[str, Any]:
    """A decided parcel."""
    taxes = [parcel.duty, parcel.vat, parcel.consumption_tax]
    known = [tax for tax in taxes if tax is not None]
    return {
        "order_no": parcel.order_no,
        "direction": parcel.direction,
        "state": parcel.state,
        "missing": [],
        "invt_no": parcel.invt_no,
        "dutiable": None if parcel.dutiable is None else f"{parcel.dutiable:.2f}",
        "tax": f"{sum(known, Decimal(0)):.2f}" if len(known) == len(taxes) else None,
        "findings": [in_words(f) for f in findings if not is_risk(f.rule)],
    }


def undecided(waiting: Waiting) -> dict[str, Any]:
    """A parcel that waits."""
    nothing: dict[str, Any] = {"invt_no": "", "dutiable": None, "tax": None, "findings": []}
    return {
        "order_no": waiting.order_no,
        "direction": waiting.direction,
        "state": "waiting",
        "missing": waiting.missing,
        **nothing,
    }


def in_words(finding: Finding) -> dict[str, str]:
    """A finding with its sentence in both languages, the field to fix and the basis."""
    rule = catalogue()[finding.rule]
    sentences = {}
    for name, language in (("message_zh", "zh-hans"), ("message_en", "en")):
        with translation.override(language):
            sentences[name] = str(rule.sentence)
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        **sentences,
        "field": rule.field,
        "basis": rule.basis,
        "left": finding.left_value,
        "right": finding.right_value,
    }

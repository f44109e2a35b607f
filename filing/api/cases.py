"""`/api/v1/filing/cases/`: an enterprise's system files, corrects, submits and reads its filing cases."""

import hashlib
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.api.machine import MachineView, ProblemShape
from exchange.api.messages import idempotency_key
from exchange.enums import Scope
from exchange.permissions import enterprise_of
from exchange.services.idempotency import answer_once
from filing.enums import CaseKind, Licence
from filing.selectors.cases import case_of, cases_of
from filing.services.cases import PLAIN_FIELDS, SECRET_FIELDS, Applicant, CaseUnknown, submit_case
from filing.services.machine_cases import as_json, file_case, write_case

REFUSED = {401: ProblemShape, 403: ProblemShape, 404: ProblemShape, 409: ProblemShape, 422: ProblemShape}
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
PAGE = 50


class LicenceShape(serializers.Serializer[Any]):
    """A licence with its scan (base64 of PDF, PNG or JPEG; left out: the scan before stays)."""

    licence = serializers.ChoiceField(choices=Licence.choices)
    number = serializers.CharField(max_length=60, required=False, allow_blank=True)
    issuer = serializers.CharField(max_length=100, required=False, allow_blank=True)
    valid_to = serializers.DateField(required=False, allow_null=True)
    unlimited = serializers.BooleanField(required=False)
    scan = serializers.CharField(required=False, allow_blank=True)
    scan_name = serializers.CharField(max_length=120, required=False, allow_blank=True)


class ContentShape(serializers.Serializer[Any]):
    """Fields to write; those left out stay. `legal_id`, `contact_phone` and `bank_account` are written, never read back."""

    content = serializers.DictField(required=False, default=dict)
    licences = LicenceShape(many=True, required=False, default=list)

    def validate_content(self, content: dict[str, Any]) -> dict[str, Any]:
        """Unknown fields and values that are neither text nor a list of texts are refused."""
        for name, value in content.items():
            wanted = list if name == "types" else str
            if name not in PLAIN_FIELDS and name not in SECRET_FIELDS:
                raise serializers.ValidationError({name: _("没有这个字段。")}, code="UNKNOWN")
            texts = value if isinstance(value, list) else []
            if not isinstance(value, wanted) or not all(isinstance(one, str) for one in texts):
                raise serializers.ValidationError({name: _("应为文本（types 为文本列表）。")}, code="TYPE")
        return content

    def validate_licences(self, licences: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each licence once."""
        if len({one["licence"] for one in licences}) != len(licences):
            raise serializers.ValidationError(_("同一资质只能出现一次。"), code="REPEATED")
        return licences


class NewCaseShape(ContentShape):
    """A case to begin."""

    kind = serializers.ChoiceField(choices=CaseKind.choices)


class CaseShape(serializers.Serializer[Any]):
    """A filing case. `faults` says what is missing while it is a draft or returned; `remarks` what the office wants corrected."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.CharField()
    version = serializers.IntegerField()
    office = serializers.CharField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    decision = serializers.CharField()
    legal_basis = serializers.CharField()
    content = serializers.DictField()
    licences = serializers.ListField(child=serializers.DictField())
    faults = serializers.ListField(child=serializers.DictField())
    remarks = serializers.ListField(child=serializers.DictField())
    certificate = serializers.CharField(allow_null=True, help_text="public check page")


class CasesShape(serializers.Serializer[Any]):
    """The newest cases; `next` as `before` gives the following page, null at the end."""

    results = CaseShape(many=True)
    next = serializers.IntegerField(allow_null=True)


class CaseView(MachineView):
    """What the views of filing cases share."""

    def applicant(self) -> Applicant:
        """The enterprise the machine works for. Raises WrongParty."""
        return Applicant(enterprise_of(self.caller), client=self.caller.client)

    def one(self, case_id: int) -> Any:
        """The enterprise's own case. Raises CaseUnknown."""
        found = case_of(enterprise_of(self.caller), case_id)
        if found is None:
            raise CaseUnknown
        return found


class ReadCases(CaseView):
    """Cases of the enterprise, newest first."""

    scope = Scope.READ_FILINGS

    @extend_schema(
        operation_id="filing_cases_list",
        description=__doc__,
        tags=["filing"],
        parameters=[OpenApiParameter("before", int, description="`next` of the page before")],
        responses={200: CasesShape, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """One page."""
        before = request.query_params.get("before", "")
        rows = cases_of(enterprise_of(self.caller))
        if before.isascii() and before.isdigit() and len(before) < 19:
            rows = rows.filter(pk__lt=int(before))
        found = list(rows[: PAGE + 1])
        following = found[PAGE - 1].pk if len(found) > PAGE else None
        return Response({"results": [as_json(case) for case in found[:PAGE]], "next": following})


class Cases(ReadCases):
    """Begin a filing case as a draft. The same `Idempotency-Key` again gives the same case."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Writing needs the scope to write."""
        if request.method == "POST":
            self.scope = Scope.WRITE_FILINGS
        super().initial(request, *args, **kwargs)

    @extend_schema(
        operation_id="filing_cases_create",
        description=__doc__,
        tags=["filing"],
        parameters=[KEY],
        request=NewCaseShape,
        responses={200: CaseShape, 400: ProblemShape, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Begin."""
        sent = NewCaseShape(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        who = self.applicant()

        def answer() -> dict[str, Any]:
            return as_json(file_case(who, given["kind"], given["content"], given["licences"]))

        key = idempotency_key(request._request)
        digest = hashlib.sha256(repr(given).encode()).digest()
        return Response(answer_once(client_id=self.caller.pk, key=key, digest=digest, answer=answer))


class ReadCase(CaseView):
    """One case with what is missing, remarks and certificate."""

    scope = Scope.READ_FILINGS

    @extend_schema(
        operation_id="filing_cases_retrieve",
        description=__doc__,
        tags=["filing"],
        responses={200: CaseShape, **REFUSED},
    )
    def get(self, request: Request, case_id: int) -> Response:
        """The case."""
        return Response(as_json(self.one(case_id)))


class OneCase(ReadCase):
    """Replace fields and licences of a draft or a returned case. Repeating the request changes nothing."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Writing needs the scope to write."""
        if request.method == "PUT":
            self.scope = Scope.WRITE_FILINGS
        super().initial(request, *args, **kwargs)

    @extend_schema(
        operation_id="filing_cases_update",
        description=__doc__,
        tags=["filing"],
        request=ContentShape,
        responses={200: CaseShape, 400: ProblemShape, **REFUSED},
    )
    def put(self, request: Request, case_id: int) -> Response:
        """Write."""
        sent = ContentShape(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        case = write_case(self.applicant(), case_id, given["content"], given["licences"])
        return Response(as_json(case))


class SubmitCase(CaseView):
    """Hand a case in. Submitting again changes nothing; a case with faults that block is refused with the first of them."""

    scope = Scope.WRITE_FILINGS

    @extend_schema(
        operation_id="filing_cases_submit",
        description=__doc__,
        tags=["filing"],
        request=None,
        responses={200: CaseShape, **REFUSED},
    )
    def post(self, request: Request, case_id: int) -> Response:
        """Submit."""
        return Response(as_json(submit_case(self.applicant(), case_id)))

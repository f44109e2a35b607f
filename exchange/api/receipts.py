"""`GET /api/v1/receipts/`: an enterprise reads its receipts."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.api.machine import MachineView, ProblemShape, ReceiptPageShape, ReceiptShape, WrongFormat
from exchange.enums import Scope
from exchange.permissions import enterprise_of
from exchange.selectors.feeds import page_size
from exchange.services.receipts import as_json, read_receipt, read_receipts

FORMATS = {"": "json", "json": "json", "ceb": "ceb", "dxp": "dxp"}
FORMAT = OpenApiParameter(
    "format",
    str,
    enum=["json", "ceb", "dxp"],
    description="ceb: the official XML as `content`; dxp: the same in a DxpMsg envelope signed by the platform",
)


def wanted_format(request: Request) -> dict[str, bool]:
    """The `format` parameter as the services want it. Raises WrongFormat."""
    wanted = request.query_params.get("format", "")
    if wanted not in FORMATS:
        raise WrongFormat
    return {"with_xml": FORMATS[wanted] != "json", "signed": FORMATS[wanted] == "dxp"}


class Receipts(MachineView):
    """The enterprise's receipts in the order they became certain: no gap, no repeat.

    With `format=ceb` each receipt carries the official XML as `content`, with `format=dxp` the same in an envelope signed by the
    platform (its certificate: `/signature/platform.pem`); it is absent for the receipt of a refused message
    longer than 64 KB, which is read alone. Keep `next` and send it as `cursor`; it stays valid for ever. Receipts may repeat a status: go by business key,
    status and time.
    """

    scope = Scope.READ_RECEIPTS

    @extend_schema(
        operation_id="receipts_list",
        description=__doc__,
        tags=["receipts"],
        parameters=[
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int, description="1 to 500, normally 100"),
            FORMAT,
        ],
        responses={200: ReceiptPageShape, 400: ProblemShape, 401: ProblemShape, 403: ProblemShape},
    )
    def get(self, request: Request) -> Response:
        """One page."""
        receipts, page = read_receipts(
            organisation_id=enterprise_of(self.caller),
            cursor=request.query_params.get("cursor", ""),
            limit=page_size(request.query_params.get("limit", "")),
            **wanted_format(request),
        )
        return Response({"results": [as_json(r) for r in receipts], "next": page.next, "more": page.more})


class OneReceipt(MachineView):
    """One receipt; with `format=ceb` or `dxp` the answer is the XML itself."""

    scope = Scope.READ_RECEIPTS

    @extend_schema(
        operation_id="receipts_retrieve",
        description=__doc__,
        tags=["receipts"],
        parameters=[FORMAT],
        responses={
            200: ReceiptShape,
            (200, "application/xml"): OpenApiResponse(OpenApiTypes.STR, "The CEB message, when format=ceb"),
            401: ProblemShape,
            403: ProblemShape,
            404: ProblemShape,
        },
    )
    def get(self, request: Request, receipt_id: int) -> Response | HttpResponse:
        """The receipt."""
        wanted = wanted_format(request)
        receipt = read_receipt(organisation_id=enterprise_of(self.caller), receipt_id=receipt_id, **wanted)
        if wanted["with_xml"] and receipt.content is not None:
            return HttpResponse(receipt.content, content_type="application/xml; charset=utf-8")
        return Response(as_json(receipt))

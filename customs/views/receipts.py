"""Receipts of an enterprise: list and files."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from customs.selectors.timeline import BILL_MESSAGES, information, status_label, status_tone
from customs.views.access import Enterprise, for_enterprise
from exchange.messages import ReceiptLine
from exchange.selectors.receipts import latest_receipts
from exchange.services.receipts import ReceiptUnknown, as_json, read_receipt, rendered
from portal.console.access import asks_for_table

SHOWN = 50


@require_GET
@for_enterprise
def receipts(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """The newest first, with the documents they answer; pages by position."""
    lines, following = latest_receipts(
        organisation_id=enterprise.id, before=request.GET.get("before", ""), limit=SHOWN
    )
    described = {receipt.line.id: receipt.documents for receipt in rendered(lines, with_xml=False)}
    context = {
        "enterprise": enterprise,
        "rows": [row(line, described.get(line.id, [])) for line in lines],
        "following": f"?before={following}" if following else "",
        "first": "before" not in request.GET,
    }
    template = "customs/receipts_table.html" if asks_for_table(request) else "customs/receipts.html"
    return render(request, template, context)


def row(line: ReceiptLine, documents: list[dict[str, str]]) -> dict[str, object]:
    """One receipt as shown: status in words, code and sentence apart, numbers of its documents."""
    code, sentence = information(line.info)
    numbers = [
        document.get("taxNo")
        or document.get("orderNo")
        or document.get("logisticsNo")
        or document.get("copNo", "")
        for document in documents
    ]
    return {
        "id": line.id,
        "at": line.returned_at,
        "type": line.message_type,
        "message_id": line.message_id,
        "document_id": line.document_id,
        "status": line.status,
        "label": status_label(line.status, line.message_type),
        "tone": status_tone(line.status),
        "code": code,
        "sentence": "" if line.message_type in BILL_MESSAGES else sentence,
        "numbers": [number for number in numbers if number][:3],
        "more": max(0, len(numbers) - 3),
    }


@require_GET
@for_enterprise
def receipt_file(
    request: HttpRequest, enterprise: Enterprise, receipt_id: int, file_format: str
) -> HttpResponse:
    """One receipt as JSON or as the official XML; somebody else's does not exist."""
    try:
        found = read_receipt(
            organisation_id=enterprise.id, receipt_id=receipt_id, with_xml=file_format == "xml"
        )
    except ReceiptUnknown:
        raise Http404 from None
    if file_format == "json":
        response: HttpResponse = JsonResponse(as_json(found), json_dumps_params={"ensure_ascii": False})
    elif found.content is not None:
        response = HttpResponse(found.content, content_type="application/xml")
    else:
        raise Http404
    response["Content-Disposition"] = f'attachment; filename="receipt-{receipt_id}.{file_format}"'
    return response

"""For the public: how messages and receipts are signed, and the platform's certificate."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from exchange.messages.signatures import ALGORITHMS
from exchange.selectors.signatures import signature_policy
from exchange.services.platform_key import platform_signer


@require_safe
def signatures(request: HttpRequest) -> HttpResponse:
    """What is accepted, what must be signed today, whose key signs receipts."""
    signer = platform_signer()
    policy = signature_policy(timezone.localdate())
    context = {
        "algorithms": list(ALGORITHMS.values()),
        "policy": policy,
        "required": sorted(policy.required),
        "certificate": signer.certificate,
        "algorithm": signer.algorithm,
    }
    return render(request, "exchange/signatures.html", context)


@require_safe
def platform_certificate(request: HttpRequest) -> HttpResponse:
    """The certificate with which receipts and evidence packages are verified."""
    response = HttpResponse(platform_signer().certificate.pem, content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="platform.pem"'
    return response

"""The signature doctor of the enterprise."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from exchange.services.doctor import LARGEST, Report, examine, register_word
from exchange.views.journal import own_organisation
from portal.errors import Refusal

SHOWN = 4_000
"""Characters of the canonical form on the page; the whole is in the answer of the API."""

REGISTER_WORDS = {
    "valid": (_("有效"), "good"),
    "early": (_("未生效"), "warn"),
    "expired": (_("已过期"), "bad"),
    "revoked": (_("已吊销"), "bad"),
    "foreign": (_("登记在其他企业名下"), "bad"),
    "unknown": (_("未登记"), "bad"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def doctor(request: HttpRequest) -> HttpResponse:
    """Choose a message; what is wrong with its signature, and what to do."""
    organisation_id = own_organisation(request)
    context: dict[str, Any] = {"report": None, "error": ""}
    status = 200
    if request.method == "POST":
        file = request.FILES.get("message")
        try:
            body = file.read(LARGEST + 1) if file is not None else b""
            context |= shown(examine(body=body, organisation_id=organisation_id))
        except Refusal as refusal:
            context["error"], status = refusal.sentence, refusal.status
    return render(request, "exchange/doctor.html", context, status=status)


def shown(report: Report) -> dict[str, Any]:
    """The report as the page shows it."""
    found = report.inspection
    word, tone = REGISTER_WORDS[register_word(report)]
    canonical = found.document.decode("utf-8", "replace") if found else ""
    certificate = found.certificate if found else None
    return {
        "report": report,
        "facts": [
            (_("签名算法"), found.algorithm.name),
            (_("摘要算法"), report.digest_name),
            (_("报文所载摘要"), report.stated),
            (_("平台计算的摘要"), report.computed),
            (_("证书编号（KeyName）"), found.key_name),
            (_("证书主体"), certificate.subject if certificate else ""),
            (_("证书序列号"), certificate.serial if certificate else ""),
        ]
        if found
        else [],
        "register_word": word,
        "register_tone": tone,
        "canonical": canonical[:SHOWN],
        "cut": len(canonical) > SHOWN,
    }

"""The enterprise's signing certificates: the list, filing one, one with its revocation, the file."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exchange.enums import CertificateState
from exchange.forms import RevocationForm
from exchange.models import SignerCertificate
from exchange.permissions import CERTIFICATES
from exchange.selectors.signatures import certificate_of, certificates_of
from exchange.services.certificates import Keeper, file_certificate, revoke_certificate
from exchange.views.journal import own_organisation
from portal.errors import Refusal
from portal.permissions import has

PAGE = 30
LARGEST = 64 * 1024
"""Bytes of an uploaded certificate that are read."""

TONES = {
    CertificateState.VALID: "good",
    CertificateState.EARLY: "info",
    CertificateState.EXPIRED: "warn",
    CertificateState.REVOKED: "bad",
}
COLUMNS = [
    {"label": _("证书编号")},
    {"label": _("状态"), "kind": "state"},
    {"label": _("证书主体")},
    {"label": _("公钥算法")},
    {"label": _("有效期"), "kind": "nowrap"},
]


def may_keep(request: HttpRequest, organisation_id: int) -> bool:
    return has(request.user, CERTIFICATES, organisation_id=organisation_id)  # type: ignore[arg-type]


def keeper_of(request: HttpRequest) -> Keeper:
    return Keeper(request.user)  # type: ignore[arg-type]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def certificates(request: HttpRequest) -> HttpResponse:
    """The register of the person's enterprise; a file sent here is put on file."""
    organisation_id = own_organisation(request)
    error, status = "", 200
    if request.method == "POST":
        file = request.FILES.get("certificate")
        try:
            filed = file_certificate(
                organisation_id=organisation_id,
                content=file.read(LARGEST) if file is not None else b"",
                keeper=keeper_of(request),
            )
        except Refusal as refusal:
            error, status = refusal.sentence, refusal.status
        else:
            messages.success(request, _("证书已登记，自现在起可用于签名。"))
            return redirect("exchange:certificate", filed.pk)
    return render(
        request, "exchange/certificates.html", list_of(request, organisation_id, error), status=status
    )


def list_of(request: HttpRequest, organisation_id: int, error: str) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()[:60]
    page = Paginator(certificates_of(organisation_id, text), PAGE).get_page(request.GET.get("page"))
    return {
        "fields": [{"name": "q", "label": _("编号或主体"), "value": text}],
        "columns": COLUMNS,
        "rows": [row_of(one) for one in page.object_list],
        "previous": at_page(request, page.previous_page_number()) if page.has_previous() else "",
        "following": at_page(request, page.next_page_number()) if page.has_next() else "",
        "narrowed": bool(text),
        "may_keep": may_keep(request, organisation_id),
        "error": error,
    }


def at_page(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return "?" + query.urlencode()


def row_of(one: SignerCertificate) -> dict[str, Any]:
    standing = one.standing
    first, last = timezone.localtime(one.valid_from), timezone.localtime(one.valid_to)
    return {
        "url": reverse("exchange:certificate", args=[one.pk]),
        "cells": [
            one.serial,
            {"label": standing.label, "tone": TONES[standing]},
            one.subject,
            one.key,
            f"{first:%Y-%m-%d} – {last:%Y-%m-%d}",
        ],
    }


@require_safe
@never_cache
@login_required
def certificate(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """One certificate of the person's enterprise."""
    return one_page(request, certificate_id, RevocationForm())


def one_page(
    request: HttpRequest, certificate_id: int, form: RevocationForm, status: int = 200
) -> HttpResponse:
    organisation_id = own_organisation(request)
    found = certificate_of(organisation_id, certificate_id)
    if found is None:
        raise Http404
    context = {
        "certificate": found,
        "standing": found.standing,
        "tone": TONES[found.standing],
        "revokes": found.revoked_at is None and may_keep(request, organisation_id),
        "form": form,
    }
    return render(request, "exchange/certificate.html", context, status=status)


@require_POST
@login_required
def revoke(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Revoke it, with a reason."""
    form = RevocationForm(request.POST)
    if not form.is_valid():
        return one_page(request, certificate_id, form, 400)
    organisation_id = own_organisation(request)
    if certificate_of(organisation_id, certificate_id) is None:
        raise Http404
    try:
        revoke_certificate(
            certificate_id=certificate_id,
            organisation_id=organisation_id,
            reason=form.cleaned_data["reason"],
            keeper=keeper_of(request),
        )
    except Refusal as refusal:
        form.add_error(None, refusal.sentence)
        return one_page(request, certificate_id, form, refusal.status)
    messages.success(request, _("证书已吊销，今后用它签名的报文将被退回。"))
    return redirect("exchange:certificate", certificate_id)


@require_safe
@never_cache
@login_required
def certificate_file(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """The certificate as it was filed (public data, PEM)."""
    found = certificate_of(own_organisation(request), certificate_id)
    if found is None:
        raise Http404
    response = HttpResponse(found.pem, content_type="application/x-pem-file")
    response["Content-Disposition"] = f'attachment; filename="certificate-{found.serial[:40]}.pem"'
    return response

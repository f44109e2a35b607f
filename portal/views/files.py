"""Files: downloads that check rights, and the public page that says whether a certificate is valid."""

import re
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import attachments, audit, documents, limits
from portal.enums import Verb
from portal.models import Attachment, Membership, StoredDocument
from portal.permissions import has

TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")

SAYS: dict[str, tuple[str, Any, Any]] = {
    "valid": ("good", _("有效"), _("该证书由本平台签发，目前有效。")),
    "revoked": ("bad", _("已撤销"), _("该证书已被撤销，不再有效。")),
    "expired": ("warn", _("已过期"), _("该证书的有效期已过。")),
    "unknown": ("bad", _("查无此证"), _("本平台没有签发过这个核验码的证书，请核对号码或谨防伪造。")),
}
"""Verdict → tone, word, sentence."""


def verdict(stored: StoredDocument | None) -> str:
    """What the public is told today."""
    if stored is None:
        return "unknown"
    if stored.revoked_at is not None:
        return "revoked"
    if stored.valid_to is not None and stored.valid_to <= timezone.localdate():
        return "expired"
    return "valid"


@require_safe
@never_cache
def check(request: HttpRequest, token: str = "") -> HttpResponse:
    """Is this certificate valid? Without a token: where to type it in."""
    typed = request.GET.get("token", "").strip()
    if typed and not token:
        return redirect("check", typed[:64].replace("/", "_"))
    if not token:
        return render(request, "portal/check.html", {"token": "", "verdict": ""})
    if not limits.allowed(request, "check", settings.PUBLIC_CHECKS_PER_MINUTE):
        return render(request, "429.html", status=429)
    stored = StoredDocument.objects.filter(public_token=token).first() if TOKEN.fullmatch(token) else None
    outcome = verdict(stored)
    tone, word, sentence = SAYS[outcome]
    context = {
        "token": token[:64],
        "verdict": outcome,
        "tone": tone,
        "word": word,
        "sentence": sentence,
        "document": stored,
        "title": documents.document(stored.code).title if stored else "",
        "facts": documents.document(stored.code).shown(stored.facts) if stored else [],
    }
    return render(request, "portal/check.html", context, status=200 if stored else 404)


def may_download(user: Any, stored: StoredDocument) -> bool:
    """Members of the enterprise it is about, and officials who read queues."""
    owner = stored.organisation_id
    if owner and Membership.objects.filter(user_id=user.pk, organisation_id=owner).exists():
        return True
    return has(user, "queue.read")


@require_safe
@never_cache
@login_required
def download_document(request: HttpRequest, document_id: int) -> HttpResponseBase:
    """The PDF, for members of the enterprise and officials who read queues; the reading is audited."""
    stored = get_object_or_404(StoredDocument, pk=document_id)
    if not may_download(request.user, stored):
        raise Http404
    try:
        path = documents.file_of(stored)
    except documents.DocumentUnavailable as refusal:
        return render(
            request, "portal/document_unavailable.html", {"refusal": refusal, "document": stored}, status=503
        )
    audit.record(
        Verb.DOCUMENT_READ,
        actor=request.user,  # type: ignore[arg-type]
        organisation_id=stored.organisation_id,
        subject=f"document:{stored.pk}",
    )
    return as_file(path, stored.file_name, "application/pdf")


@require_safe
@never_cache
@login_required
def download_attachment(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    """The bytes as they were handed in; the reading is audited."""
    stored = get_object_or_404(Attachment, pk=attachment_id)
    path = attachments.path_of(stored)
    if not attachments.may_read(request.user, stored) or not path.is_file():
        raise Http404
    audit.record(
        Verb.ATTACHMENT_READ,
        actor=request.user,  # type: ignore[arg-type]
        organisation_id=stored.organisation_id,
        subject=f"attachment:{stored.pk}",
    )
    return as_file(path, stored.name, stored.content_type)


def as_file(path: Any, name: str, content_type: str) -> FileResponse:
    """Saved, never shown inside a page of ours."""
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    return response

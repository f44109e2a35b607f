"""Uploading messages: files chosen or dropped, one answer per file; works without scripts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from customs.models.documents import taken_in
from customs.permissions import SUBMIT
from customs.services.uploading import MAX_FILES, upload_messages
from customs.views.access import Enterprise, for_enterprise
from portal.errors import Refusal


@require_http_methods(["GET", "POST"])
@for_enterprise
def upload(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """The form, and after sending the answers; scripts ask for the answers alone."""
    context = {
        "enterprise": enterprise,
        "may_submit": enterprise.may(SUBMIT),
        "max_files": MAX_FILES,
        "entered": taken_in(),
        "uploads": [],
        "refusal": None,
    }
    if request.method == "GET":
        return render(request, "customs/upload.html", context)
    alone = request.headers.get("X-Requested-With") == "XMLHttpRequest"
    template = "customs/upload_results.html" if alone else "customs/upload.html"
    try:
        uploads = upload_messages(
            actor=request.user,  # type: ignore[arg-type]
            organisation_id=enterprise.id,
            files=list(request.FILES.getlist("files")),
        )
    except Refusal as refusal:
        return render(request, template, {**context, "refusal": refusal}, status=refusal.status)
    return render(request, template, {**context, "uploads": uploads})

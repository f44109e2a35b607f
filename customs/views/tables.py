"""Documents as xlsx: the template of a message, the upload, its progress, the documents that were not taken."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from customs.enums import TableState
from customs.messages.codec import Message
from customs.models import MessageTable
from customs.models.documents import taken_in
from customs.permissions import SUBMIT
from customs.selectors.message_tables import table_of, tables_of
from customs.services.message_sheets import limits, template
from customs.services.message_tables import begin_table, rejected_file
from customs.views.access import Enterprise, for_enterprise
from portal.errors import Refusal

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TONES = {
    TableState.WAITING: "info",
    TableState.RUNNING: "info",
    TableState.DONE: "good",
    TableState.REFUSED: "bad",
}
SHOWN = 20


def message_or_404(code: str) -> Message:
    message = next((one for one in taken_in() if one.code == code), None)
    if message is None:
        raise Http404
    return message


def table_or_404(enterprise: Enterprise, table_id: int) -> MessageTable:
    found = table_of(enterprise.id, table_id)
    if found is None:
        raise Http404
    return found


def as_file(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@require_http_methods(["GET", "POST"])
@for_enterprise
def tables(request: HttpRequest, enterprise: Enterprise, code: str) -> HttpResponse:
    """Upload a table of one message; the latest ones."""
    message = message_or_404(code)
    if not enterprise.may(SUBMIT):
        raise PermissionDenied
    error, status = "", 200
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is not None:
                table = begin_table(
                    actor=enterprise.user, organisation_id=enterprise.id, message=message, file=file
                )
                return redirect("customs:table", table.pk)
            error, status = str(_("没有收到文件内容，可能上传中断，请重新选择文件。")), 422
        except Refusal as refusal:
            error, status = refusal.sentence, refusal.status
    rows, megabytes = limits()
    context = {
        "message": message,
        "error": error,
        "rows": rows,
        "megabytes": megabytes,
        "tables": [(one, TONES[TableState(one.state)]) for one in tables_of(enterprise.id, code)],
    }
    return render(request, "customs/tables.html", context, status=status)


@require_safe
@for_enterprise
def blank(request: HttpRequest, enterprise: Enterprise, code: str) -> HttpResponse:
    """The template."""
    return as_file(template(message_or_404(code)), f"{code}-template.xlsx")


@require_safe
@for_enterprise
def one(request: HttpRequest, enterprise: Enterprise, table_id: int) -> HttpResponse:
    """How far the work is; asks again by itself until it is done."""
    table = table_or_404(enterprise, table_id)
    context = {
        "table": table,
        "message": message_or_404(table.message_type),
        "tone": TONES[TableState(table.state)],
        "working": table.state in {TableState.WAITING, TableState.RUNNING},
        "rejects": table.rejects[:SHOWN],
        "more": max(table.rejected - SHOWN, 0),
        "may_submit": enterprise.may(SUBMIT),
    }
    part = "HX-Request" in request.headers and "HX-Boosted" not in request.headers
    return render(request, "customs/table_progress.html" if part else "customs/table.html", context)


@require_safe
@for_enterprise
def rejects(request: HttpRequest, enterprise: Enterprise, table_id: int) -> HttpResponse:
    """The documents that were not taken, to correct and upload again."""
    table = table_or_404(enterprise, table_id)
    if not enterprise.may(SUBMIT):
        raise PermissionDenied
    try:
        if any(row["at"] is not None for row in table.rejects):
            content = rejected_file(actor=enterprise.user, table=table)
            return as_file(content, f"{table.message_type}-rejected-{table.pk}.xlsx")
        messages.info(request, _("没有可更正的单证。"))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("customs:table", table.pk)

"""Tables of goods: the template, the upload, its progress, the rows that were rejected."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from filing.enums import ImportState
from filing.models import GoodsImport
from filing.selectors.goods import import_of, imports_of
from filing.services.cases import Applicant
from filing.services.goods_import import begin_import
from filing.services.goods_table import limits, rejected_table, template
from filing.views.access import for_applicant
from filing.views.goods import as_file, may_file
from portal.errors import Refusal

TONES = {
    ImportState.WAITING: "info",
    ImportState.RUNNING: "info",
    ImportState.DONE: "good",
    ImportState.REFUSED: "bad",
}
SHOWN = 20


def import_or_404(who: Applicant, import_id: int) -> GoodsImport:
    found = import_of(who.organisation_id, import_id)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@for_applicant
def upload(request: HttpRequest, who: Applicant) -> HttpResponse:
    """Upload a table; the ten last ones."""
    error, status = "", 200
    if request.method == "POST" and who.user is not None:
        file = request.FILES.get("file")
        try:
            if file is not None:
                table = begin_import(organisation_id=who.organisation_id, actor=who.user, file=file)
                return redirect("goods:import", table.pk)
            error, status = str(_("没有收到文件内容，可能上传中断，请重新选择文件。")), 422
        except Refusal as refusal:
            error, status = refusal.sentence, refusal.status
    rows, megabytes = limits()
    context = {
        "error": error,
        "rows": rows,
        "megabytes": megabytes,
        "may_file": may_file(who),
        "imports": [(one, TONES[ImportState(one.state)]) for one in imports_of(who.organisation_id)],
    }
    return render(request, "filing/goods/upload.html", context, status=status)


@require_safe
@for_applicant
def one(request: HttpRequest, who: Applicant, import_id: int) -> HttpResponse:
    """How far the work is; asks again by itself until it is done."""
    table = import_or_404(who, import_id)
    context = {
        "table": table,
        "tone": TONES[ImportState(table.state)],
        "working": table.state in {ImportState.WAITING, ImportState.RUNNING},
        "rejects": table.rejects[:SHOWN],
        "more": max(table.rejected - SHOWN, 0),
    }
    part = "HX-Request" in request.headers and "HX-Boosted" not in request.headers
    return render(request, "filing/goods/progress.html" if part else "filing/goods/import.html", context)


@require_safe
@for_applicant
def rejects(request: HttpRequest, who: Applicant, import_id: int) -> HttpResponse:
    """The rejected rows to correct and upload again."""
    table = import_or_404(who, import_id)
    if not table.rejects:
        messages.info(request, _("没有未通过的行。"))
        return redirect("goods:import", table.pk)
    return as_file(rejected_table(table.rejects), f"rejected-{table.pk}.xlsx")


@require_safe
@for_applicant
def blank(request: HttpRequest, who: Applicant) -> HttpResponse:
    """The template."""
    return as_file(template(), "goods-template.xlsx")

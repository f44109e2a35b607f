"""Writing a draft: fields and licences, saved by button or by themselves; nothing typed is lost when the session ends."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from filing.enums import CaseKind
from filing.forms.cases import CaseForm, LicenceForm, licence_forms
from filing.models import EnterpriseFiling
from filing.rules.cases import licences_needed
from filing.selectors.cases import qualifications_of, remarks_of
from filing.services.cases import Applicant, save_draft, save_licences
from filing.views.access import applicant_of
from filing.views.cases import STEPS, case_or_404, may_edit
from filing.workflow import EDITABLE
from portal.errors import Refusal
from portal.personal_data import decrypt, encrypt

KEPT = "filing.kept"
"""Key of the session under which fields are kept, encrypted, that were sent after the session had ended."""

KEPT_BYTES = 64 * 1024


def keep(request: HttpRequest, case_id: int) -> None:
    """Put what was sent aside until the person has signed in again."""
    sent = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    text = json.dumps(sent)
    if len(text) <= KEPT_BYTES:
        request.session[KEPT] = {"case": case_id, "fields": encrypt(text)}


def kept(request: HttpRequest, case_id: int) -> dict[str, list[str]]:
    """What was put aside for this case, once."""
    found = request.session.get(KEPT)
    if not found or found["case"] != case_id:
        return {}
    del request.session[KEPT]
    fields: dict[str, list[str]] = json.loads(decrypt(found["fields"]))
    return fields


def bring_back(request: HttpRequest, who: Applicant, case: EnterpriseFiling) -> EnterpriseFiling:
    """Store what was typed before the session ended; says so."""
    fields = kept(request, case.pk)
    if not fields:
        return case
    data = request.POST.copy()
    for name, values in fields.items():
        data.setlist(name, values)
    form = CaseForm(case, data)
    form.is_valid()
    try:
        case = save_draft(who, case.pk, form.values())
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return case
    messages.success(request, _("登录过期前填写的内容已恢复并保存。"))
    return case


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """The fields; the button saves and goes on."""
    if not request.user.is_authenticated:
        if request.method == "POST":
            keep(request, case_id)
        return redirect_to_login(request.path)
    who = applicant_of(request)
    case = case_or_404(who, case_id)
    if case.state not in EDITABLE or not may_edit(who):
        return redirect("filing:case", case.pk)
    if request.method == "GET":
        case = bring_back(request, who, case)
        return edit_page(request, case, CaseForm(case))
    form = CaseForm(case, request.POST)
    good = form.is_valid()
    try:
        case = save_draft(who, case.pk, form.values())
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        good = False
    if not good:
        return edit_page(request, case, form, status=422)
    if "stay" in request.POST:
        messages.success(request, _("草稿已保存。"))
        return redirect("filing:edit", case.pk)
    needed = licences_needed(case.types, timezone.localdate()) if case.kind != CaseKind.CANCELLATION else {}
    return redirect("filing:licences" if needed else "filing:check", case.pk)


def edit_page(
    request: HttpRequest, case: EnterpriseFiling, form: CaseForm, status: int = 200
) -> HttpResponse:
    form.mark_required(timezone.localdate())
    remarks = remarks_of(case.pk)
    at = {name: [one.text for one in remarks if one.field == name] for name in form.fields}
    context = {
        "case": case,
        "form": form,
        "steps": STEPS,
        "sections": [
            (key, title, [(form[name], at[name]) for name in names]) for key, title, names in form.sections
        ],
        "general": [one.text for one in remarks if not one.field],
        "elsewhere": any(one.field.startswith("licence-") for one in remarks),
    }
    return render(request, "filing/edit.html", context, status=status)


@sensitive_post_parameters()
@never_cache
@require_POST
def autosave(request: HttpRequest, case_id: int) -> HttpResponse:
    """Called by the page itself while somebody types; answers with one line."""
    if not request.user.is_authenticated:
        keep(request, case_id)
        return render(request, "filing/parts/saved.html", {"expired": True, "case_id": case_id})
    who = applicant_of(request)
    case = case_or_404(who, case_id)
    form = CaseForm(case, request.POST)
    form.is_valid()
    context: dict[str, Any] = {"expired": False, "case_id": case_id, "refusal": None}
    try:
        case = save_draft(who, case.pk, form.values())
        context["at"] = case.updated_at
    except Refusal as refusal:
        context["refusal"] = refusal
    return render(request, "filing/parts/saved.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def licences(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """The licences the chosen types need, with their scans."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    who = applicant_of(request)
    case = case_or_404(who, case_id)
    if case.state not in EDITABLE or not may_edit(who):
        return redirect("filing:case", case.pk)
    needed = licences_needed(case.types, timezone.localdate())
    shown = qualifications_of(case.pk)
    if request.method == "GET":
        return licences_page(request, case, licence_forms(case, shown, needed))
    forms = licence_forms(case, shown, needed, request.POST, request.FILES)
    good = all([form.is_valid() for form in forms])  # noqa: C419 -- every form is checked
    try:
        save_licences(who, case.pk, [form.facts() for form in forms])
    except Refusal as refusal:
        good = refuse(forms, refusal)
    if not good:
        return licences_page(request, case, forms, status=422)
    if "stay" in request.POST:
        messages.success(request, _("草稿已保存。"))
        return redirect("filing:licences", case.pk)
    return redirect("filing:check", case.pk)


def refuse(forms: list[LicenceForm], refusal: Refusal) -> bool:
    """Show the refusal at the field it is about."""
    for form in forms:
        if refusal.field.startswith(form.key):
            form.add_error(refusal.field.rsplit("-", 1)[1], refusal.sentence)
            return False
    if forms:
        forms[0].add_error(None, refusal.sentence)
    return False


def licences_page(
    request: HttpRequest, case: EnterpriseFiling, forms: list[LicenceForm], status: int = 200
) -> HttpResponse:
    remarks = remarks_of(case.pk)
    for form in forms:
        form.mark_required()
    context = {
        "case": case,
        "steps": STEPS,
        "forms": [
            (
                form,
                [
                    (bound, [one.text for one in remarks if one.field == f"{form.key}-{bound.name}"])
                    for bound in form
                ],
            )
            for form in forms
        ],
        "bad": [form for form in forms if form.is_bound and form.errors],
    }
    return render(request, "filing/licences.html", context, status=status)

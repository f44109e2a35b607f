"""The enterprise's pages of its filing: overview, one case, beginning, submitting and withdrawing."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from filing.documents import CERTIFICATE
from filing.enums import CaseKind, CaseState, RegistrationState
from filing.forms.cases import CANCELLATION_SECTIONS, SECTIONS
from filing.models import EnterpriseFiling
from filing.permissions import EDIT
from filing.rules.cases import CONTENT, Fault, label_of
from filing.selectors.cases import (
    TONES,
    as_facts,
    case_of,
    cases_of,
    in_force,
    licence_text,
    office_name,
    open_case,
    qualifications_of,
    registrations_of,
    remarks_of,
)
from filing.services.case_views import changes, history
from filing.services.cases import (
    AlreadyFiled,
    Applicant,
    NotComplete,
    begin_case,
    faults,
    submit_case,
    withdraw_case,
)
from filing.views.access import for_applicant
from filing.workflow import EDITABLE
from portal.documents import stored_document
from portal.errors import Refusal
from portal.permissions import has

REGISTRATION_TONES = {
    RegistrationState.ACTIVE: "good",
    RegistrationState.SUSPENDED: "warn",
    RegistrationState.CANCELLED: "",
}
CASE_COLUMNS = [
    {"label": _("备案编号")},
    {"label": _("业务类型")},
    {"label": _("状态"), "kind": "state"},
    {"label": _("主管海关")},
    {"label": _("提交时间"), "kind": "nowrap"},
]
STEPS = (_("填写信息"), _("提交资质"), _("检查并提交"))


def may_edit(who: Applicant) -> bool:
    return has(who.user, EDIT, organisation_id=who.organisation_id)


def case_or_404(who: Applicant, case_id: int) -> EnterpriseFiling:
    case = case_of(who.organisation_id, case_id)
    if case is None:
        raise Http404
    return case


def page_of(field: str, case: EnterpriseFiling) -> str:
    """Where a field is filled in."""
    if not field:
        return reverse("filing:edit", args=[case.pk])
    name = "licences" if field.startswith("licence-") else "edit"
    anchor = f"id_{field}_0" if field == "types" else f"id_{field}"
    return f"{reverse(f'filing:{name}', args=[case.pk])}#{anchor}"


def with_addresses(case: EnterpriseFiling, found: list[Fault]) -> list[dict[str, Any]]:
    return [{"fault": fault, "url": page_of(fault.field, case)} for fault in found]


@require_safe
@for_applicant
def overview(request: HttpRequest, who: Applicant) -> HttpResponse:
    """What is in force, what is open, what was; and what can be begun."""
    current = in_force(who.organisation_id)
    waiting = open_case(who.organisation_id)
    kinds = (
        [CaseKind.NEW] if current is None else [CaseKind.CHANGE, CaseKind.SUPPLEMENT, CaseKind.CANCELLATION]
    )
    context = {
        "current": current,
        "waiting": waiting,
        "waiting_tone": TONES[CaseState(waiting.state)] if waiting else "",
        "kinds": [] if waiting or not may_edit(who) else kinds,
        "registrations": [
            (one.get_enterprise_type_display(), one.get_state_display(), REGISTRATION_TONES[RegistrationState(one.state)],
             one.valid_from, one.valid_to)
            for one in registrations_of(who.organisation_id)
        ],
        "certificate": stored_document(CERTIFICATE, current.pk) if current else None,
        "columns": CASE_COLUMNS,
        "rows": [
            {
                "url": reverse("filing:case", args=[case.pk]),
                "cells": [
                    case.number,
                    case.get_kind_display(),
                    {"label": case.get_state_display(), "tone": TONES[CaseState(case.state)]},
                    office_name(case.office),
                    f"{timezone.localtime(case.submitted_at):%Y-%m-%d %H:%M}" if case.submitted_at else "",
                ],
            }
            for case in cases_of(who.organisation_id)[:50]
        ],
    }  # fmt: skip
    return render(request, "filing/cases.html", context)


@require_POST
@for_applicant
def begin(request: HttpRequest, who: Applicant) -> HttpResponse:
    """A new draft; whoever has one open already is led to it."""
    kind = request.POST.get("kind", "")
    if kind not in CaseKind.values:
        raise Http404
    try:
        case = begin_case(who, kind)
    except Refusal as refusal:
        waiting = open_case(who.organisation_id)
        messages.warning(request, refusal.sentence)
        if waiting is None or isinstance(refusal, AlreadyFiled):
            return redirect("filing:cases")
        case = waiting
    return redirect("filing:case" if case.state not in EDITABLE else "filing:edit", case.pk)


@require_safe
@for_applicant
def one(request: HttpRequest, who: Applicant, case_id: int) -> HttpResponse:
    """Everything about one case, read only."""
    case = case_or_404(who, case_id)
    columns = ("reason",) if case.kind == CaseKind.CANCELLATION else CONTENT
    context = {
        "case": case,
        "tone": TONES[CaseState(case.state)],
        "office": office_name(case.office),
        "editable": case.state in EDITABLE and may_edit(who),
        "withdrawable": case.state in EDITABLE | {CaseState.SUBMITTED.value} and may_edit(who),
        "remarks": [(label_of(remark.field) if remark.field else _("整份申请"), remark) for remark in remarks_of(case.pk)],
        "differences": changes(case),
        "facts": as_facts(case, columns),
        "licences": [(entry.get_licence_display(), licence_text(entry), entry.scan) for entry in qualifications_of(case.pk)],
        "certificate": stored_document(CERTIFICATE, case.pk),
        "steps": history(case),
    }  # fmt: skip
    return render(request, "filing/case.html", context)


@require_safe
@for_applicant
def check(request: HttpRequest, who: Applicant, case_id: int) -> HttpResponseBase:
    """What is missing, each leading to its field; the button to submit when nothing blocks."""
    case = case_or_404(who, case_id)
    if case.state not in EDITABLE:
        return redirect("filing:case", case.pk)
    return check_page(request, who, case, faults(case))


def check_page(
    request: HttpRequest, who: Applicant, case: EnterpriseFiling, found: list[Fault], status: int = 200
) -> HttpResponse:
    titles = CANCELLATION_SECTIONS if case.kind == CaseKind.CANCELLATION else SECTIONS
    context = {
        "case": case,
        "steps": STEPS,
        "blocking": with_addresses(case, [fault for fault in found if fault.blocks]),
        "hints": with_addresses(case, [fault for fault in found if not fault.blocks]),
        "facts": as_facts(case, ("reason",) if titles is CANCELLATION_SECTIONS else CONTENT),
        "differences": changes(case),
        "licences": [(one.get_licence_display(), licence_text(one)) for one in qualifications_of(case.pk)],
        "office": office_name(case.office),
        "may_edit": may_edit(who),
    }
    return render(request, "filing/check.html", context, status=status)


@require_POST
@for_applicant
def submit(request: HttpRequest, who: Applicant, case_id: int) -> HttpResponseBase:
    """Hand in; what still blocks is listed."""
    case = case_or_404(who, case_id)
    try:
        case = submit_case(who, case_id)
    except NotComplete as refusal:
        messages.error(request, refusal.sentence)
        return check_page(request, who, case, faults(case), status=422)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("filing:case", case_id)
    day = f"{timezone.localtime(case.due_at):%Y-%m-%d}" if case.due_at else ""
    messages.success(
        request, _("已提交 %(number)s，办理期限 %(day)s。") % {"number": case.number, "day": day}
    )
    return redirect("filing:case", case_id)


@require_POST
@for_applicant
def withdraw(request: HttpRequest, who: Applicant, case_id: int) -> HttpResponse:
    """Give a case up; its content can be copied later."""
    try:
        withdraw_case(who, case_id)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("filing:cases")
    messages.success(request, _("已撤回；新建申请时会带入其中内容。"))
    return redirect("filing:cases")

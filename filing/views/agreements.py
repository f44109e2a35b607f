"""Agency agreements: the list, an offer, one agreement with its answers."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filing.enums import AgreementKind, AgreementState
from filing.forms.agreements import AgreementFilterForm, OfferForm, ReasonForm
from filing.models import Agreement
from filing.permissions import AGREE
from filing.selectors.agreements import TONES, agreement_of, agreements_of, searched
from filing.services.agreements import (
    Offer,
    Party,
    answer_agreement,
    offer_agreement,
    revoke_agreement,
    withdraw_agreement,
)
from filing.services.cases import Applicant
from filing.views.access import for_applicant
from portal.errors import Refusal
from portal.permissions import has

PAGE = 30
COLUMNS = [
    {"label": _("对方企业")},
    {"label": _("状态"), "kind": "state"},
    {"label": _("本企业的身份")},
    {"label": _("委托事项")},
    {"label": _("有效期"), "kind": "nowrap"},
]


def party(who: Applicant) -> Party:
    return Party(who.organisation_id, who.user)


def may_agree(who: Applicant) -> bool:
    return has(who.user, AGREE, organisation_id=who.organisation_id)


def agreement_or_404(who: Applicant, agreement_id: int) -> Agreement:
    found = agreement_of(who.organisation_id, agreement_id)
    if found is None:
        raise Http404
    return found


@require_safe
@for_applicant
def agreements(request: HttpRequest, who: Applicant) -> HttpResponse:
    """Agreements of either side."""
    form = AgreementFilterForm(request.GET)
    form.is_valid()
    text, state = form.cleaned_data.get("q", ""), form.cleaned_data.get("state", "")
    found = searched(agreements_of(who.organisation_id), text, state)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    choices = [("", _("全部")), *AgreementState.choices]
    context = {
        "fields": [
            {"name": "q", "label": form["q"].label, "value": text},
            {
                "name": "state",
                "label": form["state"].label,
                "value": state,
                "kind": "select",
                "choices": choices,
            },
        ],
        "columns": COLUMNS,
        "rows": [row_of(one, who.organisation_id) for one in page.object_list],
        "previous": at_page(request, page.previous_page_number()) if page.has_previous() else "",
        "following": at_page(request, page.next_page_number()) if page.has_next() else "",
        "narrowed": bool(text or state),
        "may_agree": may_agree(who),
    }
    return render(request, "filing/agreements/list.html", context)


def at_page(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return "?" + query.urlencode()


def row_of(one: Agreement, organisation_id: int) -> dict[str, Any]:
    as_agent = one.agent_id == organisation_id
    return {
        "url": reverse("agreements:one", args=[one.pk]),
        "cells": [
            (one.client if as_agent else one.agent).name,
            {"label": one.get_state_display(), "tone": TONES[AgreementState(one.state)]},
            _("受托方") if as_agent else _("委托方"),
            one.get_kind_display(),
            f"{one.valid_from:%Y-%m-%d} – {one.valid_to:%Y-%m-%d}",
        ],
    }


@require_http_methods(["GET", "POST"])
@for_applicant
def offer(request: HttpRequest, who: Applicant) -> HttpResponse:
    """Offer an agreement."""
    if not may_agree(who):
        messages.warning(request, _("委托协议由企业管理员办理。"))
        return redirect("agreements:list")
    form = OfferForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = offer_agreement(
                party(who),
                Offer(
                    given["other"], given["role"] == "agent", AgreementKind(given["kind"]), given["valid_from"],
                    given["valid_to"], given["note"],
                ),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, _("已发出，对方会收到通知。"))
            return redirect("agreements:one", made.pk)
    if form.errors:
        status = 422
    return render(request, "filing/agreements/offer.html", {"form": form}, status=status)


@require_safe
@for_applicant
def one(request: HttpRequest, who: Applicant, agreement_id: int) -> HttpResponse:
    """One agreement with what can be done."""
    return one_page(request, who, agreement_or_404(who, agreement_id), ReasonForm())


def one_page(
    request: HttpRequest, who: Applicant, agreement: Agreement, form: ReasonForm, status: int = 200
) -> HttpResponse:
    offered = agreement.state == AgreementState.OFFERED and may_agree(who)
    own = agreement.offered_by_id == who.organisation_id
    context = {
        "agreement": agreement,
        "tone": TONES[AgreementState(agreement.state)],
        "form": form,
        "answers": offered and not own,
        "withdraws": offered and own,
        "revokes": agreement.state == AgreementState.ACTIVE and may_agree(who),
        "waiting": offered and own,
        "today": timezone.localdate(),
    }
    return render(request, "filing/agreements/one.html", context, status=status)


@require_POST
@for_applicant
def answer(request: HttpRequest, who: Applicant, agreement_id: int) -> HttpResponse:
    """Accept, decline, withdraw or revoke."""
    agreement = agreement_or_404(who, agreement_id)
    form = ReasonForm(request.POST)
    form.is_valid()
    reason, step = form.cleaned_data.get("reason", ""), request.POST.get("step", "")
    steps = {
        "accept": lambda: answer_agreement(party(who), agreement.pk, accept=True),
        "decline": lambda: answer_agreement(party(who), agreement.pk, accept=False, reason=reason),
        "withdraw": lambda: withdraw_agreement(party(who), agreement.pk),
        "revoke": lambda: revoke_agreement(party(who), agreement.pk, reason=reason),
    }
    if step not in steps:
        raise Http404
    try:
        steps[step]()
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        return one_page(request, who, agreement, form, refusal.status)
    messages.success(request, _("已办理，对方会收到通知。"))
    return redirect("agreements:one", agreement.pk)

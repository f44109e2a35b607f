"""The end of the guided entry: check, hand over, send, and deleting a draft."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customs.enums import DraftKind
from customs.messages import registry
from customs.messages.composing import GOODS, TYPED_AS, step_of
from customs.messages.faults import fault
from customs.models import ParcelDraft
from customs.rules.explanation import field_label
from customs.selectors.drafts import DOCUMENT, parts_of, steps_of
from customs.services.drafts import (
    content_of,
    discard_draft,
    documents_of_draft,
    hand_over,
    leave_out,
    note_check,
    send_draft,
    taken,
)
from customs.services.rehearsing import Rehearsal, try_out
from customs.views.access import Enterprise, for_enterprise
from customs.views.wizard import Correction, draft_or_404, english, frame, sentence
from filing.enums import AgreementKind
from filing.selectors.agreements import acts_for
from portal.errors import Refusal
from portal.people import acting_for


@require_GET
@for_enterprise
def check(request: HttpRequest, enterprise: Enterprise, draft_id: int) -> HttpResponse:
    """Everything that would be refused or found, each leading to its field; then the button that sends."""
    draft = draft_or_404(enterprise, draft_id)
    if draft.sent_at:
        sent = [registry()[code] for code in draft.sent]
        return render(
            request, "customs/wizard/sent.html", {**frame(draft, len(steps_of(draft)) + 2), "sent": sent}
        )
    return check_page(request, draft)


def check_page(
    request: HttpRequest, draft: ParcelDraft, uploads: Sequence[Any] = (), *, status: int = 200
) -> HttpResponse:
    organisation: Any = acting_for(request)
    try:
        note_check(actor=request.user, organisation_id=organisation.pk, draft_id=draft.pk)  # type: ignore[arg-type]
    except Refusal as refusal:  # sent or deleted by a colleague meanwhile
        messages.error(request, refusal.sentence)
        return redirect("customs:drafts")
    found = try_out(
        organisation=organisation, kind=DraftKind(draft.kind), documents=documents_of_draft(draft)
    )
    parts = parts_of(draft, content_of(draft).facts, organisation.codes)
    context = {
        **frame(draft, len(steps_of(draft)) + 1),
        "found": found,
        "corrections": corrections(draft, found),
        "parts": parts,
        "unagreed": without_agreement(content_of(draft).facts),
        "ready": not found.faults and any(one.mine and not one.done for one in parts),
        "uploads": uploads,
        "refusal": None,
    }
    return render(request, "customs/wizard/check.html", context, status=status)


def without_agreement(facts: Mapping[str, str]) -> bool:
    """Does an agent declare for an enterprise without an agreement in force here (海关法 art. 9)?"""
    agent, client = facts.get("agentCode", ""), facts.get("ebcCode", "")
    if not agent or not client or agent == client:
        return False
    return not acts_for(agent, client, AgreementKind.DECLARE, timezone.localdate())


def corrections(draft: ParcelDraft, found: Rehearsal) -> list[Correction]:
    """Faults of the messages (the same field once), then what the rules found."""
    listed: dict[str, Correction] = {}
    documents = documents_of_draft(draft)
    for code, told in found.faults:
        one = as_empty(told, documents[code].head)
        name = one.path.rsplit("/", 1)[-1]
        label = name if english() else field_label(name)
        text = f"{label}：{sentence(one)}" if label and not draft.only else sentence(one)
        listed.setdefault(
            f"{name} {one.code}", Correction(f"{code[:6]} {name}", text, place(draft, name, one.path))
        )
    for rule in found.findings:
        name = next((name for name, _label in rule.fields), "")
        listed[rule.code] = Correction(
            rule.code, f"{rule.title}：{rule.sentence}", place(draft, name, ""), rule.tone == "bad"
        )
    return list(listed.values())


def as_empty(told: Any, head: Mapping[str, str]) -> Any:
    """The schema says of an empty field that its format is wrong; people are told that it is empty."""
    empty = head.get(told.path.rsplit("/", 1)[-1]) == ""
    return fault(told.path, "CEB.SCHEMA.EMPTY") if empty and told.code.startswith("CEB.SCHEMA.") else told


def place(draft: ParcelDraft, name: str, path: str) -> str:
    """The page and the field where this is typed."""
    typed = name if draft.only else TYPED_AS.get(name, name)
    if name in ("OrderList", "InventoryList"):
        return reverse("customs:draft_step", args=[draft.pk, DOCUMENT if draft.only else GOODS]) + "#lines"
    where = DOCUMENT if draft.only else step_of(DraftKind(draft.kind), name)
    if not where:
        return ""
    block = path.rsplit("/", 2)[-2] if path.count("/") > 2 else ""
    in_line = "List[" in block
    field = f"line-{int(block.split('[')[1].rstrip(']')) - 1}-{typed}" if in_line else typed
    return reverse("customs:draft_step", args=[draft.pk, where]) + f"#id_{field}"


@require_POST
@for_enterprise
def send(request: HttpRequest, enterprise: Enterprise, draft_id: int) -> HttpResponse:
    """Send by the intake; what it refuses is shown and can be corrected."""
    draft = draft_or_404(enterprise, draft_id)
    try:
        uploads = send_draft(
            actor=request.user,  # type: ignore[arg-type]
            organisation=acting_for(request),  # type: ignore[arg-type]
            draft_id=draft.pk,
        )
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("customs:draft_check", draft.pk)
    if all(taken(one) for one in uploads):
        messages.success(request, gettext("已报送，回执和后续状态见下方。"))
        return redirect("customs:draft_check", draft.pk)
    return check_page(request, draft_or_404(enterprise, draft_id), uploads, status=422)


@require_POST
@for_enterprise
def give(request: HttpRequest, enterprise: Enterprise, draft_id: int, code: str) -> HttpResponse:
    """Hand one document over to the firm that sends it, or leave it to that firm."""
    draft = draft_or_404(enterprise, draft_id)
    act = leave_out if "leave" in request.POST else hand_over
    try:
        act(
            actor=request.user,  # type: ignore[arg-type]
            organisation=acting_for(request),  # type: ignore[arg-type]
            draft_id=draft.pk,
            code=code,
        )
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(
            request,
            gettext("已移交，对方会在“单证草稿”中看到。")
            if act is hand_over
            else gettext("已记下：由对方自行报送。"),
        )
    return redirect("customs:draft_check", draft.pk)


@require_http_methods(["GET", "POST"])
@for_enterprise
def discard(request: HttpRequest, enterprise: Enterprise, draft_id: int) -> HttpResponse:
    """Ask, then delete."""
    draft = draft_or_404(enterprise, draft_id)
    if request.method == "GET":
        return render(request, "customs/wizard/discard.html", {"draft": draft})
    try:
        discard_draft(actor=request.user, organisation_id=enterprise.id, draft_id=draft.pk)  # type: ignore[arg-type]
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, gettext("草稿已删除。"))
    return redirect("customs:drafts")

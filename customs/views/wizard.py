"""The guided entry of a parcel by hand: step by step, saved with every change, tried out, sent; works without scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customs.enums import DraftKind
from customs.forms.wizard import FactsForm, line_forms
from customs.messages.composing import (
    BUYER,
    GOODS,
    PARTIES,
    TRANSPORT,
    compose,
    guessed,
    number,
    plain,
    priced,
)
from customs.models import ParcelDraft
from customs.permissions import SUBMIT
from customs.selectors.drafts import (
    DOCUMENT,
    draft_of,
    drafts_of,
    fields_on,
    last_parcel,
    lines_on,
    steps_of,
)
from customs.selectors.parcels import parcel_of
from customs.services.drafts import (
    Content,
    begin_draft,
    content_of,
    documents_of_draft,
    save_draft,
)
from customs.services.rehearsing import try_out
from customs.views.access import Enterprise, for_enterprise
from customs.views.account_books import paged
from filing.selectors.goods import catalogue_of, search_goods
from portal.errors import Refusal
from portal.people import acting_for

CHECK = "check"
MOST_FOUND = 8
LABELS: dict[str, str | Promise] = {
    PARTIES: _("各方企业"),
    BUYER: _("订单"),
    GOODS: _("商品与金额"),
    TRANSPORT: _("支付与运输"),
    DOCUMENT: _("单证内容"),
    CHECK: _("检查并报送"),
}


@dataclass(frozen=True)
class Correction:
    """One thing to correct, with the way to its field ("" = nowhere to type it)."""

    code: str
    sentence: str
    href: str
    blocking: bool = True


def draft_or_404(enterprise: Enterprise, draft_id: int) -> ParcelDraft:
    """A draft of this enterprise, for people who may send messages."""
    if not enterprise.may(SUBMIT):
        raise PermissionDenied
    found = draft_of(enterprise.id, draft_id)
    if found is None:
        raise Http404
    return found


@require_GET
@for_enterprise
def drafts(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """Drafts of the enterprise, and the buttons that begin one."""
    text = request.GET.get("q", "")[:60]
    page, previous, following = paged(request, drafts_of(enterprise.id, text))
    context = {
        "rows": page.object_list,
        "previous": previous,
        "following": following,
        "kinds": DraftKind.choices,
        "may": enterprise.may(SUBMIT),
        "q": text,
    }
    return render(request, "customs/wizard/list.html", context)


@require_POST
@for_enterprise
def begin(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """A new draft; `last` copies the newest parcel of its kind, `parcel` a certain one."""
    if not enterprise.may(SUBMIT):
        raise PermissionDenied
    organisation: Any = acting_for(request)
    kind, parcel = request.POST.get("kind", ""), request.POST.get("parcel", "")
    copied = None
    if parcel.isascii() and parcel.isdigit() and len(parcel) < 19:
        copied = parcel_of(enterprise.id, enterprise.codes, int(parcel))
        kind = f"{copied.direction}{copied.trade_mode}" if copied else ""
    if kind not in DraftKind.values:
        raise Http404
    if copied is None and "last" in request.POST:
        copied = last_parcel(enterprise.id, DraftKind(kind))
        if copied is None:
            messages.info(request, gettext("还没有可复制的包裹，已新建空白草稿。"))
    draft = begin_draft(
        actor=request.user,  # type: ignore[arg-type]
        organisation=organisation,
        kind=DraftKind(kind),
        copied=copied,
    )
    return redirect("customs:draft_step", draft.pk, PARTIES)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@for_enterprise
def step(request: HttpRequest, enterprise: Enterprise, draft_id: int, step: str) -> HttpResponse:
    """One step: its fields, on the step with goods also the lines and the catalogue."""
    draft = draft_or_404(enterprise, draft_id)
    if step not in steps_of(draft):
        raise Http404
    if draft.sent_at:
        return redirect("customs:draft_check", draft.pk)
    held = content_of(draft)
    if request.method == "GET":
        return step_page(request, enterprise, draft, step, held)
    head, lines = read(request, draft, step, held)
    rows = changed_lines(request, enterprise, draft, [line.values() for line in lines])
    try:
        save_draft(
            actor=request.user,  # type: ignore[arg-type]
            organisation_id=enterprise.id,
            draft_id=draft.pk,
            facts=head.values() | taken_tax(request),
            lines=rows if has_lines(draft, step) else None,
        )
    except Refusal as refusal:  # sent or deleted by a colleague meanwhile
        messages.error(request, refusal.sentence)
        return redirect("customs:drafts")
    if any(name in request.POST for name in ("add", "remove", "take_tax", "stay")):
        return redirect(reverse("customs:draft_step", args=[draft.pk, step]) + "#lines")
    if any(not form.is_valid() for form in (head, *lines)):
        return step_page(request, enterprise, draft, step, held, head, lines, status=422)
    return redirect(following(draft, step))


def taken_tax(request: HttpRequest) -> dict[str, str]:
    """The tax of the trial as the tax collected from the buyer."""
    amount = request.POST.get("take_tax", "")
    return {"taxTotal": plain(number(amount))} if amount else {}


def has_lines(draft: ParcelDraft, step: str) -> bool:
    return bool(lines_on(draft)) and step in {GOODS, DOCUMENT}


def following(draft: ParcelDraft, step: str) -> str:
    """The next step, at the end the check."""
    steps = steps_of(draft)
    later = steps[steps.index(step) + 1 :]
    if later:
        return reverse("customs:draft_step", args=[draft.pk, later[0]])
    return reverse("customs:draft_check", args=[draft.pk])


def read(
    request: HttpRequest, draft: ParcelDraft, step: str, held: Content
) -> tuple[FactsForm, list[FactsForm]]:
    """What was sent of a step."""
    head = FactsForm(fields_on(draft, step), held.facts, request.POST)
    lines = line_forms(lines_on(draft), held.lines, request.POST) if has_lines(draft, step) else []
    return head, lines


def changed_lines(
    request: HttpRequest, enterprise: Enterprise, draft: ParcelDraft, rows: list[dict[str, str]]
) -> list[dict[str, str]]:
    """The lines with one more (empty or of the catalogue) or one less."""
    removed, added = request.POST.get("remove", ""), request.POST.get("add")
    if removed.isascii() and removed.isdigit() and len(removed) < 3:
        return [row for at, row in enumerate(rows) if at != int(removed)]
    if added is None:
        return rows
    goods = None
    if added.isascii() and added.isdigit() and len(added) < 19:
        goods = catalogue_of(enterprise.id).filter(pk=int(added)).first()
    return [*rows, line_of(goods) if goods else {}]


def line_of(goods: Any) -> dict[str, str]:
    """A line of filed goods; quantities are typed."""
    return {
        "itemNo": goods.sku[:20],
        "itemRecordNo": goods.item_record_no,
        "gname": goods.name,
        "gcode": goods.hs_code,
        "gmodel": f"{goods.brand}|{goods.specification}",
        "barCode": goods.gtin,
        "country": goods.country,
        "unit": goods.unit,
        "unit1": goods.unit1,
        "unit2": goods.unit2,
        "price": f"{goods.price_low.normalize():f}",
        "qty": "1",
        "qty1": "1" if goods.unit1 == goods.unit else "",
    }


def step_page(
    request: HttpRequest,
    enterprise: Enterprise,
    draft: ParcelDraft,
    step: str,
    held: Content,
    head: FactsForm | None = None,
    lines: Sequence[FactsForm] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    steps = steps_of(draft)
    if lines is None:
        lines = line_forms(lines_on(draft), held.lines) if has_lines(draft, step) else []
    before = steps[steps.index(step) - 1] if steps.index(step) else ""
    context = {
        **frame(draft, steps.index(step) + 1),
        "step": step,
        "head": head or FactsForm(fields_on(draft, step), held.facts),
        "lines": lines,
        "has_lines": has_lines(draft, step),
        "with_catalogue": step == GOODS,
        "q": request.GET.get("q", "")[:60],
        "found": found_goods(request, enterprise) if step == GOODS else [],
        "before": before,
        "title": LABELS[step],
    }
    return render(request, "customs/wizard/step.html", context, status=status)


def frame(draft: ParcelDraft, current: int) -> dict[str, Any]:
    """What every page of a draft shows."""
    return {"draft": draft, "steps": [LABELS[one] for one in (*steps_of(draft), CHECK)], "current": current}


@sensitive_post_parameters()
@require_POST
@for_enterprise
def autosave(request: HttpRequest, enterprise: Enterprise, draft_id: int, step: str) -> HttpResponse:
    """Called by the page while somebody types; answers with one line."""
    draft = draft_or_404(enterprise, draft_id)
    if step not in steps_of(draft):
        raise Http404
    head, lines = read(request, draft, step, content_of(draft))
    try:
        draft = save_draft(
            actor=request.user,  # type: ignore[arg-type]
            organisation_id=enterprise.id,
            draft_id=draft.pk,
            facts=head.values(),
            lines=[line.values() for line in lines] if has_lines(draft, step) else None,
        )
    except Refusal as refusal:
        return render(request, "customs/wizard/saved.html", {"refusal": refusal})
    answer = render(request, "customs/wizard/saved.html", {"at": draft.updated_at, "refusal": None})
    answer["HX-Trigger"] = "draft-saved"
    return answer


@require_GET
@for_enterprise
def catalogue(request: HttpRequest, enterprise: Enterprise, draft_id: int) -> HttpResponse:
    """Filed goods that fit what was typed; each is a button that adds a line."""
    draft = draft_or_404(enterprise, draft_id)
    context = {"draft": draft, "found": found_goods(request, enterprise), "q": request.GET.get("q", "")}
    return render(request, "customs/wizard/catalogue.html", context)


def found_goods(request: HttpRequest, enterprise: Enterprise) -> list[Any]:
    """The first goods of the catalogue that fit `q`."""
    return list(search_goods(catalogue_of(enterprise.id), request.GET.get("q", "")[:60])[:MOST_FOUND])


@require_GET
@for_enterprise
def preview(request: HttpRequest, enterprise: Enterprise, draft_id: int) -> HttpResponse:
    """Dutiable price, tax and single limit of the goods so far. Says nothing about the buyer."""
    draft = draft_or_404(enterprise, draft_id)
    held, kind = content_of(draft), DraftKind(draft.kind)
    found = None
    if not draft.only and priced(held.lines):
        facts = guessed(kind, held.facts, timezone.localdate())
        documents = compose(kind, facts, held.lines)
        found = try_out(organisation=acting_for(request), kind=kind, documents=documents)  # type: ignore[arg-type]
    goods = [
        Correction(one.code, sentence(one), "#lines")
        for code, one in (found.faults if found else ())
        if "List" in one.path.rsplit("/", 2)[-2]
    ]
    context = {"draft": draft, "found": found, "sum": sums(draft, held), "corrections": goods}
    return render(request, "customs/wizard/preview.html", context)


def sums(draft: ParcelDraft, held: Content) -> dict[str, str]:
    """Value and payment as the order will say them."""
    if draft.only:
        return {}
    order = next(iter(documents_of_draft(draft).values())).head
    return {"value": order.get("goodsValue", ""), "paid": order.get("acturalPaid", "")}


def english() -> bool:
    return (get_language() or "").startswith("en")


def sentence(fault: Any) -> str:
    return str(fault.message_en if english() else fault.message_zh)

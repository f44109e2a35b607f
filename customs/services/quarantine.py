"""The verdict of inspection and quarantine on lists that need one, beside customs' own (rules C.3).

Both agencies get the same declaration; either may open the parcel, and then both do at one appointment; the release receipt 800 is sent
once, by whoever is the last to agree. Verdicts come by the agency API or from the desk; both take the same way here.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customs.enums import CiqState, ParcelState
from customs.models import CiqVerdict, ExportInventoryLine, ImportInventoryLine, Parcel
from customs.permissions import CIQ_AGENCY, DECIDE_QUARANTINE
from customs.services.appointing import appoint, appointments
from customs.services.deciding import REASON_LENGTH, ItemResult, ReasonMissing, carry_out, limit_from_now
from customs.services.guarantees import not_covered
from customs.workflow import AWAITING_CIQ, CIQ, CIQ_OPEN, PARCEL
from exchange.agencies.ciq.adapter import payload
from exchange.enums import TaskKind
from exchange.services import AgencyDecision, open_tasks
from portal import audit, workflow
from portal.enums import Verb
from portal.errors import Refusal
from portal.permissions import require
from portal.selectors import office_codes_of

if TYPE_CHECKING:
    from portal.models import User

STEPS: dict[str, str] = {
    CiqState.RECEIVED: "receive",
    CiqState.TO_INSPECT: "inspect",
    CiqState.RELEASED: "pass",
    CiqState.NOT_PASSED: "refuse",
    CiqState.FAILED: "fail",
}
"""Letter on the wire → step of the verdict's workflow."""
DEADLINE = "C.CIQ.DECIDE_DAYS"


class NoVerdictOwed(Refusal):
    """The list needs no second verdict, or another office's."""

    code = "CIQ.UNKNOWN"
    message = _("该清单无需检验检疫结论，或不属于您的机构。")
    field = "parcel"
    status = 404


class VerdictGiven(Refusal):
    """The verdict is final; another one does not replace it."""

    code = "CIQ.DECIDED"
    message = _("检验检疫已作出结论：%(state)s。")
    field = "outcome"
    status = 409


@transaction.atomic
def open_verdicts(parcel_ids: Sequence[int]) -> None:
    """Lists that need the second verdict: a slot each, and a task with the same data as customs has. A fixed number of statements."""
    now = timezone.now()
    due = limit_from_now(DEADLINE)
    lists = Parcel.objects.filter(pk__in=list(parcel_ids)).order_by("pk")
    CiqVerdict.objects.bulk_create(
        [
            CiqVerdict(
                parcel=one,
                customs_code=one.customs_code,
                sender_id=one.sender_id,
                state=CiqState.WAITING,
                opened_at=now,
                due_at=due,
            )
            for one in lists
        ],
        ignore_conflicts=True,
    )
    inspected = Parcel.objects.filter(pk__in=list(parcel_ids), state=ParcelState.INSPECTION)
    appoint(list(inspected.values_list("pk", flat=True)))
    ask(parcel_ids)


def ask(parcel_ids: Sequence[int]) -> None:
    """One task a list to inspection and quarantine."""
    goods = goods_of(parcel_ids)
    where = appointments(parcel_ids)
    orders = [
        (
            parcel.pk,
            payload(
                parcel_id=parcel.pk,
                invt_no=parcel.invt_no,
                customs_code=parcel.customs_code,
                logistics_no=parcel.logistics_no,
                mode=parcel.trade_mode,
                goods=goods[parcel.pk],
                appointment=where.get(parcel.pk),
            ),
        )
        for parcel in Parcel.objects.filter(pk__in=list(parcel_ids)).order_by("pk")
    ]
    open_tasks(agency_code=CIQ_AGENCY, kind=TaskKind.QUARANTINE, payloads=orders)


def goods_of(parcel_ids: Sequence[int]) -> dict[int, list[str]]:
    """Parcel → HS code and name of every line."""
    found: dict[int, list[str]] = defaultdict(list)
    for lines in (ImportInventoryLine, ExportInventoryLine):
        rows = lines._default_manager.filter(head_id__in=list(parcel_ids)).order_by("head_id", "gnum")
        for head, code, name in rows.values_list("head_id", "gcode", "gname"):
            found[head].append(f"{code} {name}")
    return found


def take_verdict(decision: AgencyDecision) -> None:
    """Handler of QUARANTINE decisions. What was said before, and S or Q after a later letter, changes nothing; a final verdict is not
    replaced. Raises NoVerdictOwed, VerdictGiven, ReasonMissing."""
    remark = str(decision.detail.get("remark") or "").strip()[:REASON_LENGTH]
    certificate = str(decision.detail.get("certificate") or "").strip()[:60]
    parcel = Parcel.objects.select_for_update().filter(pk=decision.subject_id).first()
    slot = CiqVerdict.objects.select_for_update().filter(pk=decision.subject_id).first()
    if parcel is None or slot is None:
        raise NoVerdictOwed
    apply(STEPS[decision.outcome], parcel, slot, remark=remark, certificate=certificate, actor=None)


@transaction.atomic
def decide_quarantine(
    *, parcel_ids: Sequence[int], step: str, actor: "User", reason: str = ""
) -> list[ItemResult]:
    """A verdict given at the desk, one result a list. Raises NotPermitted, ReasonMissing."""
    require(actor, DECIDE_QUARANTINE)
    reason = reason.strip()[:REASON_LENGTH]
    offices = office_codes_of(actor, CIQ_AGENCY)
    rows = Parcel.objects.select_for_update().filter(pk__in=list(parcel_ids), ciq__isnull=False)
    if offices is not None:
        rows = rows.filter(customs_code__in=offices)
    parcels = {parcel.pk: parcel for parcel in rows.select_for_update(of=("self",)).order_by("pk")}
    slots = {
        slot.pk: slot for slot in CiqVerdict.objects.select_for_update().filter(pk__in=parcels).order_by("pk")
    }
    results = []
    for pk in dict.fromkeys(parcel_ids):
        try:
            if pk not in parcels:
                raise NoVerdictOwed
            apply(step, parcels[pk], slots[pk], remark=reason, certificate="", actor=actor)
        except ReasonMissing:
            raise
        except Refusal as refusal:
            results.append(ItemResult(pk, ok=False, code=refusal.code, message=refusal.sentence))
        else:
            results.append(ItemResult(pk, ok=True))
    return results


def apply(
    step: str, parcel: Parcel, slot: CiqVerdict, *, remark: str, certificate: str, actor: "User | None"
) -> None:
    """One letter on a locked list: note it, and do what it means for the goods."""
    target = CIQ.transition(step).target
    if slot.state not in CIQ.transition(step).sources:
        settled = slot.state not in CIQ_OPEN
        if settled and slot.state != target and target not in {CiqState.RECEIVED, CiqState.TO_INSPECT}:
            raise VerdictGiven(state=CiqState(slot.state).label)
        return
    if target == CiqState.NOT_PASSED and not remark:
        raise ReasonMissing
    final = target not in CIQ_OPEN
    CiqVerdict.objects.filter(pk=slot.pk).update(
        remark=remark,
        certificate=certificate or slot.certificate,
        decided_at=timezone.now() if final else None,
        decided_by=actor,
        due_at=None if final else slot.due_at,
    )
    workflow.advance_many(CIQ, step, [slot.pk], actor=actor, note=remark)
    audit.record(
        Verb.QUARANTINE_VERDICT,
        actor=actor,
        organisation_id=parcel.sender_id,
        subject=f"parcel:{parcel.pk}",
        detail={"verdict": str(target), **({"reason": remark} if remark else {})},
    )
    FOLLOWING.get(step, nothing)(parcel, remark)


def nothing(_parcel: Parcel, _remark: str) -> None:
    """S and F move no goods."""


def inspect_together(parcel: Parcel, remark: str) -> None:
    """Q: both agencies open the parcel at one appointment, unless they have one already."""
    appointed = appoint([parcel.pk])
    if appointed and parcel.state in PARCEL.transition("inspect").sources:
        carry_out("inspect", [parcel], actor=None, reason=remark)


def let_go(parcel: Parcel, _remark: str) -> None:
    """C: the last word when customs has had its own. A list whose tax nobody secures any more goes back to an official."""
    if parcel.state == AWAITING_CIQ:
        carry_out("resume" if not_covered([parcel]) else "pass_ciq", [parcel], actor=None, reason="")


def keep_out(parcel: Parcel, remark: str) -> None:
    """N: the goods go back or are destroyed, whatever customs says; detained goods stay detained."""
    if parcel.state in PARCEL.transition("refuse").sources:
        carry_out("refuse", [parcel], actor=None, reason=remark)


FOLLOWING = {"inspect": inspect_together, "pass": let_go, "refuse": keep_out}

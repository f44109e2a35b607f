"""What officials and the inspecting office decide on parcels that the pipeline did not finish.

One transaction holds permission, state change, annual limit, receipt and audit. Two officials at once: rows are locked, the second
is told who was first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customs.enums import STATUS_CODES, CiqState, Direction, EntryKind, LimitState, ParcelState
from customs.events import BY_HAND, EVENTS
from customs.models import Parcel
from customs.pipeline.record import ANSWERS
from customs.pipeline.risk import AWAIT_CIQ
from customs.selectors.quarantine import verdicts_of
from customs.services.appointing import appoint, appointments, end_waiting
from customs.services.billing import bill_released
from customs.services.guarantees import not_covered
from customs.services.limits import settle_limits
from customs.services.stock import settle_stock
from customs.workflow import CIQ_OPEN, OPEN, PARCEL
from exchange.agencies.gacc.adapter import AGENCY, payload, step_of
from exchange.enums import TaskKind
from exchange.services import AgencyDecision, open_tasks
from exchange.tables import OUTBOX, POSITIONS, RECEIPT, RECEIPT_COLUMNS
from portal import audit, events, rules, workflow
from portal.desk.assigning import note_taking
from portal.enums import Verb
from portal.errors import Refusal
from portal.permissions import require
from portal.selectors import office_codes_of, transitions_of, user_name
from portal.working_days import add_working_days

if TYPE_CHECKING:
    from portal.models import User

VERBS = {
    "release": Verb.PARCEL_RELEASED,
    "inspect": Verb.PARCEL_INSPECTED,
    "reject": Verb.PARCEL_REJECTED,
    "detain": Verb.PARCEL_INSPECTED,
    "detain_clearance": Verb.PARCEL_INSPECTED,
    "detain_smuggling": Verb.PARCEL_INSPECTED,
    "detain_legal": Verb.PARCEL_INSPECTED,
    "arrive": Verb.PARCEL_RELEASED,
    "pass_ciq": Verb.PARCEL_RELEASED,
}
"""What the audit trail calls a step; every other step is a change of state."""
INFO = {
    "release": "[Code:2600;Desc:放行]",
    "inspect": "[Code:2500;Desc:查验]",
    "reject": "[Code:1300;Desc:%s]",
    "detain": "[Code:2599;Desc:扣留]",
    "detain_clearance": "[Code:2501;Desc:扣留移送通关]",
    "detain_smuggling": "[Code:2502;Desc:扣留移送缉私]",
    "detain_legal": "[Code:2503;Desc:扣留移送法规]",
    "review": "[Code:2300;Desc:审核通过]",
    "await_arrival": "[Code:2400;Desc:审结，待运抵监管场所]",
    "arrive": "[Code:2600;Desc:货物已运抵，放行]",
    "await_ciq": AWAIT_CIQ,
    "pass_ciq": "[Code:2600;Desc:检验检疫合格，放行]",
    "refuse": "[Code:2610;Desc:检验检疫不合格，退运或销毁：%s]",
    "suspend": "[Code:2610;Desc:挂起：%s]",
    "resume": "[Code:1200;Desc:待人工审核]",
    "send_back": "[Code:2700;Desc:退运：%s]",
    "clear": "结关",
    "return": "退运",
}
LIMIT_AFTER = {
    "release": LimitState.CONFIRMED,
    "arrive": LimitState.CONFIRMED,
    "pass_ciq": LimitState.CONFIRMED,
    "reject": LimitState.FREED,
    "send_back": LimitState.FREED,
    "destroy": LimitState.FREED,
}
WITH_REASON = frozenset(
    {
        "reject",
        "suspend",
        "detain_clearance",
        "detain_smuggling",
        "detain_legal",
        "send_back",
        "destroy",
    }
)
"""Steps against the enterprise: nobody takes them without saying why."""
STOCK_AFTER = {
    "release": EntryKind.OUT,
    "arrive": EntryKind.OUT,
    "pass_ciq": EntryKind.OUT,
    "reject": EntryKind.FREE,
    "send_back": EntryKind.FREE,
    "destroy": EntryKind.OUT,
}
"""Destroyed goods have left the book for good."""
REASON_LENGTH = 500


class ReasonMissing(Refusal):
    """A step against the enterprise without a reason."""

    code = "PARCEL.REASON"
    message = _("退单、挂起、扣留移送、退运和销毁必须填写理由。")
    field = "reason"
    basis = "行政处罚与行政许可一般要求：不利决定须说明理由"


class ParcelUnknown(Refusal):
    """No such parcel at this official's office."""

    code = "PARCEL.UNKNOWN"
    message = _("没有此包裹，或不属于您的机构。")
    status = 404


class TakenByAnother(Refusal):
    """Somebody else works on it."""

    code = "PARCEL.TAKEN"
    message = _("该包裹已由 %(name)s 领取。")
    status = 409


class DecidedBefore(Refusal):
    """Somebody was first."""

    code = "PARCEL.DECIDED"
    message = _("该包裹已由 %(name)s 办理，当前状态：%(state)s。")
    status = 409


class NotPassed(Refusal):
    """The second verdict is against these goods (rules C.3)."""

    code = "PARCEL.CIQ_REFUSED"
    message = _("检验检疫不合格，不能放行；请责令退运或销毁。")
    basis = "进出境动植物检疫法；进出口商品检验法；国境卫生检疫法"


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What became of one parcel of a bulk action."""

    parcel_id: int
    ok: bool
    code: str = ""
    message: str = ""


def own_parcels(actor: "User", parcel_ids: Sequence[int]) -> dict[int, Parcel]:
    """The parcels of the official's offices among these, locked in order."""
    offices = office_codes_of(actor, AGENCY)
    rows = Parcel.objects.select_for_update().filter(pk__in=list(parcel_ids)).order_by("pk")
    if offices is not None:
        rows = rows.filter(customs_code__in=offices)
    return {parcel.pk: parcel for parcel in rows}


def refusal_of(parcel: Parcel | None, actor: "User", *, states: frozenset[str] = OPEN) -> Refusal | None:
    """Why this official cannot work on this parcel now, if so."""
    if parcel is None:
        return ParcelUnknown()
    if parcel.state not in states:
        last = transitions_of(PARCEL.model_label, parcel.pk).last()
        name = user_name(last.actor_id) if last else str(_("系统"))
        return DecidedBefore(name=name, state=ParcelState(parcel.state).label)
    if parcel.taken_by_id not in {None, actor.pk}:
        return TakenByAnother(name=user_name(parcel.taken_by_id))
    return None


def sorted_out(
    actor: "User", parcel_ids: Sequence[int], states: frozenset[str] = OPEN
) -> tuple[list[Parcel], list[ItemResult]]:
    """(parcels that can be worked, results of those that cannot)."""
    parcels = own_parcels(actor, parcel_ids)
    good, refused = [], []
    for pk in parcel_ids:
        parcel = parcels.get(pk)
        refusal = refusal_of(parcel, actor, states=states)
        if refusal is None and parcel is not None:
            good.append(parcel)
        elif refusal is not None:
            refused.append(ItemResult(pk, ok=False, code=refusal.code, message=refusal.sentence))
    return good, refused


def in_order(parcel_ids: Sequence[int], results: list[ItemResult]) -> list[ItemResult]:
    found = {r.parcel_id: r for r in results}
    return [found[pk] for pk in dict.fromkeys(parcel_ids)]


@transaction.atomic
def take_parcels(*, parcel_ids: Sequence[int], actor: "User") -> list[ItemResult]:
    """Take parcels from the queue; a parcel taken by somebody else stays with them."""
    require(actor, "parcel.take")
    good, refused = sorted_out(actor, list(dict.fromkeys(parcel_ids)))
    Parcel.objects.filter(pk__in=[p.pk for p in good]).update(taken_by=actor)
    note_taking(PARCEL.model_label, [p.pk for p in good], actor, taken=True)
    note_acts(Verb.PARCEL_TAKEN, good, actor, "")
    return in_order(parcel_ids, refused + [ItemResult(p.pk, ok=True) for p in good])


@transaction.atomic
def return_parcels(*, parcel_ids: Sequence[int], actor: "User") -> list[ItemResult]:
    """Give taken parcels back to the queue."""
    require(actor, "parcel.take")
    good, refused = sorted_out(actor, list(dict.fromkeys(parcel_ids)))
    Parcel.objects.filter(pk__in=[p.pk for p in good]).update(taken_by=None)
    note_taking(PARCEL.model_label, [p.pk for p in good], actor, taken=False)
    note_acts(Verb.PARCEL_RETURNED, good, actor, "")
    return in_order(parcel_ids, refused + [ItemResult(p.pk, ok=True) for p in good])


@transaction.atomic
def decide_parcels(
    *, parcel_ids: Sequence[int], outcome: str, actor: "User", reason: str = ""
) -> list[ItemResult]:
    """One of the officials' steps of the workflow; one result per parcel. Raises NotPermitted, ReasonMissing."""
    require(actor, "parcel.decide")
    reason = reason.strip()[:REASON_LENGTH]
    if outcome in WITH_REASON and not reason:
        raise ReasonMissing
    good, refused = sorted_out(actor, list(dict.fromkeys(parcel_ids)), PARCEL.transition(outcome).sources)
    if outcome == "release":
        short = not_covered(good) | not_passed(good)
        refused += [ItemResult(pk, ok=False, code=r.code, message=r.sentence) for pk, r in short.items()]
        good = [parcel for parcel in good if parcel.pk not in short]
    carry_out(outcome, good, actor=actor, reason=reason)
    return in_order(parcel_ids, refused + [ItemResult(p.pk, ok=True) for p in good])


def not_passed(parcels: Sequence[Parcel]) -> dict[int, Refusal]:
    """Which of these lists the second verdict keeps out."""
    verdicts = verdicts_of([p.pk for p in parcels])
    return {pk: NotPassed() for pk, verdict in verdicts.items() if verdict == CiqState.NOT_PASSED}


def hold_for_quarantine(parcels: list[Parcel], *, actor: "User | None", reason: str) -> list[Parcel]:
    """The single gate of release: lists that owe the second verdict wait for it (399); returns those that may leave now (rules C.3)."""
    verdicts = verdicts_of([p.pk for p in parcels])
    held = [p for p in parcels if verdicts.get(p.pk) in CIQ_OPEN]
    carry_out("await_ciq", held, actor=actor, reason=reason)
    return [p for p in parcels if verdicts.get(p.pk) not in CIQ_OPEN]


def carry_out(outcome: str, parcels: list[Parcel], *, actor: "User | None", reason: str) -> None:
    """Change state, limit, receipts, tax bills, orders and audit of locked parcels; a release must be covered (`not_covered`)."""
    if outcome in {"release", "arrive"}:
        parcels = hold_for_quarantine(parcels, actor=actor, reason=reason)
    ids = [p.pk for p in parcels]
    if not ids:
        return
    workflow.advance_many(PARCEL, outcome, ids, actor=actor, note=reason)
    Parcel.objects.filter(pk__in=ids).update(
        decision_reason=reason,
        decided_at=timezone.now(),
        due_at=time_limit(PARCEL.transition(outcome)),
        taken_by=actor if outcome == "inspect" else None,
    )
    if outcome in LIMIT_AFTER:
        settle_limits(parcels, LIMIT_AFTER[outcome])
        settle_stock(parcels, STOCK_AFTER[outcome])
    if outcome in {"reject", "send_back", "destroy"}:
        end_waiting(ids)
    if PARCEL.transition(outcome).receipt:
        send_receipts(outcome, parcels, reason)
    if PARCEL.transition(outcome).target == ParcelState.RELEASED:
        bill_released(parcels)
    told = {EVENTS[PARCEL.transition(outcome).target]: ids}
    if outcome in BY_HAND:
        told[BY_HAND[outcome]] = ids
    events.publish_batches(told)
    if outcome == "inspect":
        appoint(ids)
        order_inspections(ids)
    note_acts(VERBS.get(outcome, Verb.PARCEL_MOVED), parcels, actor, reason)


def time_limit(step: workflow.Transition) -> datetime | None:
    """Until when the new state must be left; None for a state that waits for nobody."""
    return limit_from_now(step.deadline) if step.deadline else None


def limit_from_now(rule: str) -> datetime:
    """Close of business after so many working days as the rule says today."""
    now = timezone.localtime()
    return add_working_days(now, int(rules.value(rule, now.date())))


def decide_until() -> datetime:
    """Until when an official must decide a parcel that is held now (C.DECIDE_DAYS)."""
    return limit_from_now("C.DECIDE_DAYS")


def send_receipts(outcome: str, parcels: list[Parcel], reason: str) -> None:
    """The list's receipt to its sender, a release also to the operator of the supervised site, and delivery notes."""
    status = PARCEL.transition(outcome).receipt
    info = INFO[outcome] % reason if "%s" in INFO[outcome] else INFO[outcome]
    recipients = [(p.sender_id, p) for p in parcels]
    if status == STATUS_CODES[ParcelState.RELEASED]:
        recipients += [
            (p.site_operator_id, p)
            for p in parcels
            if p.site_operator_id and p.site_operator_id != p.sender_id
        ]
    who = [recipient for recipient, _parcel in recipients]
    kinds = [ANSWERS[Direction(p.direction)][3] for _recipient, p in recipients]
    columns = ", ".join(RECEIPT_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {RECEIPT} ({columns})"  # noqa: S608
            f" SELECT s.sender, s.document / {POSITIONS}, s.document, s.kind, %s, %s, now()"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::varchar[]) AS s(sender, document, kind)",
            [status, info[:1000], who, [p.pk for _recipient, p in recipients], kinds],
        )
        cursor.execute(
            f"INSERT INTO {OUTBOX} (organisation_id, agency, channel, subject)"
            " SELECT DISTINCT unnest(%s::bigint[]), '', 'receipts', 'decided'",
            [who],
        )


def note_acts(verb: Verb, parcels: Sequence[Parcel], actor: "User | None", reason: str) -> None:
    for parcel in parcels:
        detail = {"reason": reason} if reason else {}
        audit.record(
            verb, actor=actor, organisation_id=parcel.sender_id, subject=f"parcel:{parcel.pk}", detail=detail
        )


def order_inspections(parcel_ids: Sequence[int]) -> None:
    """Tell the inspecting office which parcels to open; one task a parcel, three statements for all."""
    found = Parcel.objects.filter(pk__in=list(parcel_ids)).order_by("pk")
    where = appointments(parcel_ids)
    orders = [
        (
            parcel.pk,
            payload(
                parcel_id=parcel.pk,
                invt_no=parcel.invt_no,
                customs_code=parcel.customs_code,
                logistics_no=parcel.logistics_no,
                goods=[],
                appointment=where.get(parcel.pk),
            ),
        )
        for parcel in found
    ]
    open_tasks(agency_code=AGENCY, kind=TaskKind.INSPECTION, payloads=orders)


def take_inspection_result(decision: AgencyDecision) -> None:
    """Handler of INSPECTION decisions: the same service as the console, no official acting. Raises Refusals; a release that the
    guarantor does not cover is refused and may be sent again. Goods that the second verdict keeps out stay so; the result is on record.
    """
    outcome = step_of(decision.outcome)
    parcel = Parcel.objects.select_for_update().filter(pk=decision.subject_id).first()
    if parcel is None:
        raise ParcelUnknown
    if parcel.state == ParcelState.REFUSED and outcome != "detain":
        note_acts(Verb.PARCEL_INSPECTED, [parcel], None, str(decision.outcome))
        return
    if parcel.state not in {ParcelState.INSPECTION, ParcelState.REFUSED}:
        raise DecidedBefore(name="—", state=ParcelState(parcel.state).label)
    if outcome == "release" and (short := not_covered([parcel])):
        raise short[parcel.pk]
    reason = str(decision.detail.get("remark", ""))[:REASON_LENGTH] or "查验结果"
    carry_out(outcome, [parcel], actor=None, reason=reason)

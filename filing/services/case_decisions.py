"""What officials do with filing cases: take, give back, approve, return with remarks, refuse. One transaction each.

Two officials at once: rows are locked, the second is told who was first. Only the chosen office decides; all others read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from filing.enums import CaseKind, CaseState
from filing.models import EnterpriseFiling, FilingRemark
from filing.permissions import AGENCY, DECIDE, TAKE, UNMASK
from filing.services.case_effects import end_filing, supersede, take_effect, tell
from filing.services.cases import faults
from filing.workflow import CASE
from portal import audit, events, rules, workflow
from portal.enums import Verb
from portal.errors import Refusal
from portal.permissions import require
from portal.personal_data import decrypt, stated_purpose
from portal.selectors import office_codes_of, user_name
from portal.working_days import add_working_days

if TYPE_CHECKING:
    from portal.models import User

APPROVED = "filing.approved"
CANCELLED = "filing.cancelled"


class CaseElsewhere(Refusal):
    """No such case at this official's office."""

    code = "FILING.ELSEWHERE"
    message = _("没有此申请，或由其他海关办理（可查阅，不能办理）。")
    status = 404


class TakenByAnother(Refusal):
    """Somebody else works on it."""

    code = "FILING.TAKEN"
    message = _("该申请已由 %(name)s 领取。")
    status = 409


class DecidedBefore(Refusal):
    """Somebody was first."""

    code = "FILING.DECIDED"
    message = _("该申请已由 %(name)s 办理，当前状态：%(state)s。")
    status = 409


class StillFaulty(Refusal):
    """The pre-checks block the approval (a licence may have expired since the submission)."""

    code = "FILING.FAULTY"
    message = _("不能准予备案：%(sentence)s")


class ReasonMissing(Refusal):
    """A decision against the enterprise without reason or legal basis."""

    code = "FILING.REASON"
    message = _("不予备案须写明理由和法律依据。")
    field = "reason"
    basis = "行政许可法 第三十八条"


class RemarkMissing(Refusal):
    """A return that does not say what to correct."""

    code = "FILING.REMARK"
    message = _("退回补正须至少写明一条意见。")
    field = "remark_1"
    basis = "行政许可法 第三十二条"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of one case of a bulk action."""

    case_id: int
    ok: bool
    code: str = ""
    message: str = ""


def own_case(actor: "User", case_id: int) -> EnterpriseFiling:
    """The case, locked, if it goes to this official's office. Raises CaseElsewhere."""
    rows = EnterpriseFiling.objects.select_for_update().filter(pk=case_id)
    here = office_codes_of(actor, AGENCY)
    if here is not None:
        rows = rows.filter(office__in=here)
    case = rows.exclude(state=CaseState.DRAFT).first()
    if case is None:
        raise CaseElsewhere
    return case


def waiting_case(actor: "User", case_id: int) -> EnterpriseFiling:
    """The case, locked, if it waits and nobody else has taken it. Raises CaseElsewhere, DecidedBefore, TakenByAnother."""
    case = own_case(actor, case_id)
    if case.state != CaseState.SUBMITTED:
        raise DecidedBefore(name=user_name(case.decided_by_id), state=case.get_state_display())
    if case.taken_by_id not in {None, actor.pk}:
        raise TakenByAnother(name=user_name(case.taken_by_id))
    return case


def each(ids: Sequence[int], act: Callable[[int], None]) -> list[CaseResult]:
    """Each case in a savepoint of its own: one refusal leaves the others."""
    results = []
    for case_id in ids:
        try:
            with transaction.atomic():
                act(case_id)
        except Refusal as refusal:
            results.append(CaseResult(case_id, False, refusal.code, refusal.sentence))
        else:
            results.append(CaseResult(case_id, True))
    return results


@transaction.atomic
def take_cases(*, case_ids: Sequence[int], actor: "User") -> list[CaseResult]:
    """Take cases: nobody else decides them meanwhile. Raises NotPermitted."""
    require(actor, TAKE)

    def take(case_id: int) -> None:
        case = waiting_case(actor, case_id)
        EnterpriseFiling.objects.filter(pk=case.pk).update(taken_by=actor)
        note(Verb.FILING_TAKEN, case, actor)

    return each(case_ids, take)


@transaction.atomic
def give_back_cases(*, case_ids: Sequence[int], actor: "User") -> list[CaseResult]:
    """Give taken cases back to the queue. Raises NotPermitted."""
    require(actor, TAKE)

    def give_back(case_id: int) -> None:
        case = waiting_case(actor, case_id)
        EnterpriseFiling.objects.filter(pk=case.pk).update(taken_by=None)
        note(Verb.FILING_GIVEN_BACK, case, actor)

    return each(case_ids, give_back)


def note(verb: Verb, case: EnterpriseFiling, actor: "User", **detail: object) -> None:
    audit.record(
        verb,
        actor=actor,
        organisation_id=case.organisation_id,
        subject=f"filing:{case.pk}",
        detail={"number": case.number, **detail},
    )


def decided(case: EnterpriseFiling, actor: "User", sentence: str = "", basis: str = "") -> None:
    """Who decided, when and why."""
    case.decided_at, case.decided_by = timezone.now(), actor
    case.decision, case.legal_basis = sentence[:500], basis[:300]
    case.save(update_fields=["decided_at", "decided_by", "decision", "legal_basis"])


@transaction.atomic
def approve_cases(*, case_ids: Sequence[int], actor: "User", reason: str = "") -> list[CaseResult]:
    """Approve: the version is in force with registrations, certificate and letter, all in this transaction. Raises NotPermitted."""
    require(actor, DECIDE)

    def approve(case_id: int) -> None:
        case = waiting_case(actor, case_id)
        blocking = [fault for fault in faults(case) if fault.blocks]
        if blocking:
            raise StillFaulty(sentence=blocking[0].sentence, field=blocking[0].field)
        decided(case, actor, reason)
        if case.kind == CaseKind.CANCELLATION:
            workflow.advance(CASE, case, "end", actor=actor)
            end_filing(case, actor)
        else:
            supersede(case, actor)
            workflow.advance(CASE, case, "approve", actor=actor)
            take_effect(case, actor)
        tell(case, CANCELLED if case.kind == CaseKind.CANCELLATION else APPROVED)
        note(Verb.FILING_DECIDED, case, actor, outcome=case.state)
        events.publish("filing.decided", [case.pk])

    return each(case_ids, approve)


@transaction.atomic
def return_case(*, case_id: int, actor: "User", remarks: Sequence[tuple[str, str]]) -> EnterpriseFiling:
    """Send the case back with remarks, pairs of (field or "", what to correct).

    Raises NotPermitted, RemarkMissing, CaseElsewhere, DecidedBefore, TakenByAnother.
    """
    require(actor, DECIDE)
    written = [(field, text.strip()) for field, text in remarks if text.strip()]
    if not written:
        raise RemarkMissing
    case = waiting_case(actor, case_id)
    now = timezone.now()
    workflow.advance(CASE, case, "return", actor=actor)
    FilingRemark.objects.bulk_create(
        FilingRemark(case=case, field=field[:60], text=text[:500], by=actor, at=now)
        for field, text in written
    )
    decided(case, actor)
    days = int(rules.value("G.CORRECTION_DAYS", timezone.localtime(now).date()))
    case.due_at, case.taken_by = add_working_days(now, days), None
    case.save(update_fields=["due_at", "taken_by"])
    deadline = f"{timezone.localtime(case.due_at):%Y-%m-%d}"
    tell(case, "filing.returned", count=str(len(written)), deadline=deadline)
    note(Verb.FILING_DECIDED, case, actor, outcome=case.state, remarks=len(written))
    return case


@transaction.atomic
def refuse_case(*, case_id: int, actor: "User", reason: str, basis: str) -> EnterpriseFiling:
    """Refuse with reason and legal basis. Raises NotPermitted, ReasonMissing, CaseElsewhere, DecidedBefore, TakenByAnother."""
    require(actor, DECIDE)
    if not reason.strip() or not basis.strip():
        raise ReasonMissing
    case = waiting_case(actor, case_id)
    workflow.advance(CASE, case, "refuse", actor=actor, note=reason.strip()[:500])
    decided(case, actor, reason.strip(), basis.strip())
    tell(case, "filing.refused", reason=reason.strip(), basis=basis.strip())
    note(Verb.FILING_DECIDED, case, actor, outcome=case.state)
    return case


@transaction.atomic
def show_secrets(*, case_id: int, actor: "User", reason: str) -> dict[str, str]:
    """Column of a mask → the number in clear, for this one answer. Raises NotPermitted, PurposeMissing, CaseElsewhere."""
    require(actor, UNMASK)
    purpose = stated_purpose(reason)
    case = own_case(actor, case_id)
    note(Verb.PERSONAL_DATA_SHOWN, case, actor, reason=purpose)
    return {
        f"{name}_mask": decrypt(token) if (token := getattr(case, f"{name}_encrypted")) else ""
        for name in ("legal_id", "contact_phone", "bank_account")
    }

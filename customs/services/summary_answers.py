"""What customs answers to a declaration made by summarising: accepted with its number, or refused with a reason.

One transaction holds state, number, CEB792 and audit. A refused declaration can be put before customs again.
"""

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customs.enums import DeclarationState
from customs.events import SUMMARY_DECLARED
from customs.models import SummaryDeclaration
from customs.permissions import SUBMIT
from customs.services.deciding import REASON_LENGTH
from customs.services.summary_declarations import head_values, line_values
from customs.services.summary_notices import tell_again
from customs.workflow import DECLARATION
from exchange.agencies.gacc.adapter import AGENCY, declaration_payload, declared_as
from exchange.enums import TaskKind
from exchange.services import AgencyDecision, open_task
from portal import audit, events, workflow
from portal.enums import Verb
from portal.errors import Refusal
from portal.permissions import require

if TYPE_CHECKING:
    from portal.models import User


class DeclarationUnknown(Refusal):
    """No such declaration of this enterprise."""

    code = "SUMMARY.UNKNOWN"
    message = _("没有此汇总报关单。")
    status = 404


class EntryTaken(Refusal):
    """The number belongs to another declaration."""

    code = "SUMMARY.ENTRY"
    message = _("报关单编号 %(number)s 已属于另一份报关单。")
    field = "entryId"
    status = 409


def take_declaration_answer(decision: AgencyDecision) -> None:
    """Handler of DECLARATION decisions. Raises DeclarationUnknown, EntryTaken, IllegalTransition and what the adapter raises."""
    declaration = (
        SummaryDeclaration.objects.select_for_update(of=("self",))
        .select_related("application")
        .filter(pk=decision.subject_id)
        .first()
    )
    if declaration is None:
        raise DeclarationUnknown
    accepted = declared_as(decision.outcome, decision.detail, declaration.customs_code)
    now = timezone.now()
    if accepted.entry_id:
        number_declaration(declaration, accepted.entry_id)
        events.publish(SUMMARY_DECLARED, [declaration.pk])
    else:
        declaration.reason = accepted.reason[:REASON_LENGTH]
        SummaryDeclaration.objects.filter(pk=declaration.pk).update(reason=declaration.reason)
        workflow.advance(DECLARATION, declaration, "refuse", note=declaration.reason)
    tell_again(declaration, DeclarationState(declaration.state), now)
    audit.record(
        Verb.SUMMARY_ANSWERED,
        organisation_id=declaration.sender_id,
        subject=f"declaration:{declaration.pk}",
        detail={"entry": accepted.entry_id, "reason": declaration.reason},
    )


def number_declaration(declaration: SummaryDeclaration, entry_id: str) -> None:
    """The declaration is declared under this number."""
    try:
        with transaction.atomic():
            SummaryDeclaration.objects.filter(pk=declaration.pk).update(
                entry_id=entry_id, declared_at=timezone.now(), reason=""
            )
    except IntegrityError:
        raise EntryTaken(number=entry_id) from None
    declaration.entry_id, declaration.reason = entry_id, ""
    workflow.advance(DECLARATION, declaration, "declare")


@transaction.atomic
def submit_again(*, actor: "User", organisation_id: int, declaration_id: int) -> None:
    """Put a refused declaration before customs again. Raises NotPermitted, DeclarationUnknown, IllegalTransition."""
    require(actor, SUBMIT, organisation_id=organisation_id)
    declaration = (
        SummaryDeclaration.objects.select_for_update()
        .filter(pk=declaration_id, sender_id=organisation_id)
        .first()
    )
    if declaration is None:
        raise DeclarationUnknown
    workflow.advance(DECLARATION, declaration, "submit_again", actor=actor)
    SummaryDeclaration.objects.filter(pk=declaration.pk).update(reason="")
    open_task(
        agency_code=AGENCY,
        kind=TaskKind.DECLARATION,
        subject_id=declaration.pk,
        district=declaration.customs_code,
        payload=declaration_payload(
            head_values(declaration), [line_values(line.gseqno, line) for line in declaration.lines.all()]
        ),
    )
    audit.record(
        Verb.SUMMARY_SUBMITTED_AGAIN,
        actor=actor,
        organisation_id=organisation_id,
        subject=f"declaration:{declaration.pk}",
        detail={},
    )

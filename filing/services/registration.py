"""What happens in filing. The published codes change in the same transaction as the registration."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from filing.enums import EnterpriseType, RegistrationState
from filing.models import RegisteredCode, Registration
from filing.workflow import REGISTRATION
from portal import audit
from portal.enums import Verb
from portal.selectors import organisation_codes
from portal.workflow import advance

if TYPE_CHECKING:
    from portal.models import User


@transaction.atomic
def register_enterprise(
    *,
    organisation_id: int,
    enterprise_type: EnterpriseType,
    valid_from: date,
    valid_to: date | None = None,
    actor: "User | None" = None,
) -> Registration:
    """File an enterprise as a type (again: the dates are renewed). Its codes count for E.14 from `valid_from` on."""
    registration, created = Registration.objects.update_or_create(
        organisation_id=organisation_id,
        enterprise_type=enterprise_type,
        defaults={"valid_from": valid_from, "valid_to": valid_to},
    )
    if not created and registration.state != RegistrationState.ACTIVE:
        advance(REGISTRATION, registration, "resume", actor=actor)
    publish_codes(registration)
    audit.record(
        Verb.REGISTRATION_CHANGED,
        actor=actor,
        organisation_id=organisation_id,
        subject=f"registration:{registration.pk}",
        detail={"type": enterprise_type, "state": registration.state},
    )
    return registration


@transaction.atomic
def suspend_registration(*, registration_id: int, actor: "User | None" = None) -> None:
    """Suspend one type (e.g. licence expired); the enterprise's other types go on (rules G.2)."""
    move_registration(registration_id, "suspend", actor)


@transaction.atomic
def cancel_registration(*, registration_id: int, actor: "User | None" = None) -> None:
    """End one type: its codes no longer count; filing it again starts anew."""
    move_registration(registration_id, "cancel", actor)


def move_registration(registration_id: int, step: str, actor: "User | None") -> None:
    """One step of a registration with its published codes and audit entry. Raises IllegalTransition."""
    registration = Registration.objects.select_for_update().get(pk=registration_id)
    advance(REGISTRATION, registration, step, actor=actor)
    publish_codes(registration)
    audit.record(
        Verb.REGISTRATION_CHANGED,
        actor=actor,
        organisation_id=registration.organisation_id,
        subject=f"registration:{registration.pk}",
        detail={"type": registration.enterprise_type, "state": registration.state},
    )


def publish_codes(registration: Registration) -> None:
    """Make the published rows of this registration equal to its state."""
    RegisteredCode.objects.filter(
        organisation_id=registration.organisation_id, enterprise_type=registration.enterprise_type
    ).delete()
    if registration.state != RegistrationState.ACTIVE:
        return
    RegisteredCode.objects.bulk_create(
        RegisteredCode(
            code=code,
            enterprise_type=registration.enterprise_type,
            organisation_id=registration.organisation_id,
            valid_from=registration.valid_from,
            valid_to=registration.valid_to,
        )
        for code in sorted(organisation_codes(registration.organisation_id))
    )

"""Licences that run out: reminders before, suspension of the one type after. Run every night; a second run changes nothing."""

from datetime import date

from django.db import transaction

from filing.enums import RegistrationState
from filing.models import Qualification
from filing.rules.cases import types_of_licence
from filing.selectors.cases import expiring, registrations_of
from filing.services.case_effects import tell
from filing.services.registration import suspend_registration
from portal import rules


def watch_licences(on: date) -> tuple[int, int]:
    """Letters and suspensions due on a business day: (reminders, suspended types)."""
    days = sorted((int(day) for day in rules.entry("G.REMIND", on).param["days"]), reverse=True)
    reminded = suspended = 0
    for one in expiring(on, within=max(days, default=0)):
        assert one.valid_to is not None  # noqa: S101 -- the selector asks for a last day
        if one.valid_to < on:
            suspended += suspend_types(one, on)
        else:
            reminded += remind(one, days, on)
    return reminded, suspended


@transaction.atomic
def remind(one: Qualification, days: list[int], on: date) -> int:
    """One letter per threshold; thresholds that were slept through count with the nearest one."""
    locked = Qualification.objects.select_for_update().get(pk=one.pk)
    assert locked.valid_to is not None  # noqa: S101 -- as above
    left = (locked.valid_to - on).days
    due = [day for day in days if left <= day and day not in locked.reminded]
    if not due:
        return 0
    Qualification.objects.filter(pk=one.pk).update(reminded=sorted({*locked.reminded, *due}))
    tell(
        one.case,
        "filing.licence_expiring",
        number=one.number,
        date=locked.valid_to.isoformat(),
        days=str(min(due)),
    )
    return 1


@transaction.atomic
def suspend_types(one: Qualification, on: date) -> int:
    """Suspend the active types that need this licence; the others go on (rules G.2)."""
    kinds = types_of_licence(one.case, one.licence, on)
    active = registrations_of(one.case.organisation_id).filter(
        enterprise_type__in=kinds, state=RegistrationState.ACTIVE
    )
    found = list(active.select_for_update())
    for registration in found:
        suspend_registration(registration_id=registration.pk)
    if found:
        assert one.valid_to is not None  # noqa: S101 -- as above
        tell(one.case, "filing.type_suspended", number=one.number, date=one.valid_to.isoformat())
    return len(found)

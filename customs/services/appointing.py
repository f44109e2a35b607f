"""One appointment for both agencies: when either selects a list for inspection, the parcel is opened once (rules C.3, “一次查验”)."""

from collections.abc import Sequence
from datetime import date

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from customs.models import CiqVerdict, Parcel
from customs.workflow import CIQ_OPEN
from portal import rules
from portal.working_days import add_working_days


def appointment_day() -> date:
    """The working day on which a parcel selected now is opened (C.CIQ.APPOINTMENT_DAYS)."""
    now = timezone.localtime()
    return add_working_days(now, int(rules.value("C.CIQ.APPOINTMENT_DAYS", now.date()))).date()


def appoint(parcel_ids: Sequence[int]) -> list[int]:
    """Day and place for those of these lists that still owe the second verdict and have no appointment; returns them.

    The place is the supervised site of the list, else the customs office of entry or exit.
    """
    waiting = CiqVerdict.objects.select_for_update().filter(
        pk__in=list(parcel_ids), state__in=CIQ_OPEN, appointment_on=None
    )
    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    if ids:
        site = Parcel.objects.filter(pk=OuterRef("pk")).values(where=Coalesce("loct_no", "port_code"))
        CiqVerdict.objects.filter(pk__in=ids).update(
            appointment_on=appointment_day(), appointment_site=Subquery(site)
        )
    return ids


def end_waiting(parcel_ids: Sequence[int]) -> None:
    """These lists have ended without the second verdict: nobody is waited for any more."""
    CiqVerdict.objects.filter(pk__in=list(parcel_ids)).exclude(due_at=None).update(due_at=None)


def appointments(parcel_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Parcel → what the order to an agency says of the appointment, where there is one."""
    found = CiqVerdict.objects.filter(pk__in=list(parcel_ids)).exclude(appointment_on=None)
    return {
        slot.pk: {
            "appointmentOn": f"{slot.appointment_on:%Y-%m-%d}",
            "appointmentSite": slot.appointment_site,
        }
        for slot in found
    }

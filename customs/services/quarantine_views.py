"""What pages show of a list that needs two verdicts (rules C.3)."""

from dataclasses import dataclass
from datetime import date

from customs.enums import CiqState, Clearance
from customs.models import CiqVerdict, Parcel
from customs.rules.quarantine import combined

TONES: dict[str, str] = {
    Clearance.RELEASED: "good",
    Clearance.REJECTED: "bad",
    Clearance.REFUSED: "bad",
    Clearance.DETAINED: "bad",
}


@dataclass(frozen=True, slots=True)
class BothVerdicts:
    """What a page shows of a list that needs two verdicts."""

    label: str
    tone: str
    verdict: str
    remark: str
    certificate: str
    appointment_on: date | None
    appointment_site: str


def both_verdicts(parcel: Parcel) -> BothVerdicts | None:
    """The combined state of a list that needs the second verdict; None for all others and when nothing is to be cleared any more."""
    slot = CiqVerdict.objects.filter(pk=parcel.pk).first()
    clearance = combined(parcel.state, slot.state) if slot else None
    if slot is None or clearance is None:
        return None
    return BothVerdicts(
        label=str(clearance.label),
        tone=TONES.get(clearance, "held"),
        verdict=str(CiqState(slot.state).label),
        remark=slot.remark,
        certificate=slot.certificate,
        appointment_on=slot.appointment_on,
        appointment_site=slot.appointment_site,
    )

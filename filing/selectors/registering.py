"""What the public may learn of an enterprise before signing in: that it is known, as what, and where. Nothing about people."""

from dataclasses import dataclass

from filing.enums import RegistrationState
from filing.models import RegistrationApplication
from filing.selectors.cases import office_name, registrations_of
from portal.selectors import organisation_by_code


@dataclass(frozen=True)
class OnFile:
    """An enterprise that is registered: its types with their states, and the office that keeps the file."""

    name: str
    office: str
    types: list[tuple[str, str, str]]


def on_file(uscc: str) -> OnFile | None:
    """By USCC or customs code."""
    organisation = organisation_by_code(uscc)
    if organisation is None:
        return None
    tones = {RegistrationState.ACTIVE: "good", RegistrationState.SUSPENDED: "warn"}
    types = [
        (
            row.get_enterprise_type_display(),
            row.get_state_display(),
            tones.get(RegistrationState(row.state), ""),
        )
        for row in registrations_of(organisation.pk)
    ]
    office = office_name(organisation.district) if organisation.district else ""
    return OnFile(organisation.name, office, types)


def application(pk: int | None) -> RegistrationApplication | None:
    """An application by its id (kept in the visitor's session)."""
    return RegistrationApplication.objects.filter(pk=pk).first() if pk else None

"""Tables that staff keep in the back office: codes, calendar, agencies, offices."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from portal import audit, working_days
from portal.enums import Verb
from portal.models import Agency
from portal.selectors import forget_codes

if TYPE_CHECKING:
    from portal.models import User

MOST_NAMED = 100


def note_table_change(table: str, change: str, rows: Sequence[str], actor: "User") -> None:
    """Keep who changed which rows, in the transaction of the change; this process reads its tables anew, others within a minute."""
    audit.record(
        Verb.TABLE_CHANGED,
        actor=actor,
        subject=f"table:{table}",
        detail={"change": change, "count": len(rows), "rows": list(rows[:MOST_NAMED])},
    )
    forget_codes()
    working_days.forget()


def keep_agency(*, code: str, name: str, name_en: str) -> Agency:
    """The agency of this code under these names; made when missing."""
    return Agency.objects.update_or_create(code=code, defaults={"name": name, "name_en": name_en})[0]

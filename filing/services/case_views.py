"""Small readings of a case that need both rules and selectors: what it changes, what has happened to it."""

from typing import Any

from django.utils.translation import gettext as _

from filing.enums import CaseKind
from filing.models import EnterpriseFiling
from filing.rules.cases import CONTENT, SECRETS, opened
from filing.selectors.cases import Difference, differences
from filing.workflow import CASE
from portal.selectors import transitions_of


def changes(case: EnterpriseFiling) -> list[Difference]:
    """Field by field what a change or supplement alters; nothing for other kinds."""
    base = case.base
    if base is None or case.kind == CaseKind.CANCELLATION:
        return []
    hidden = []
    for column in SECRETS:
        mask = column.replace("_encrypted", "_mask")
        same_mask = getattr(case, mask) == getattr(base, mask)
        if same_mask and opened(getattr(case, column)) != opened(getattr(base, column)):
            hidden.append((mask, _("号码已变更")))
    return differences(case, base, CONTENT, hidden)


TONES = {"approve": "good", "end": "bad", "refuse": "bad", "return": "warn", "submit": "info"}


def history(case: EnterpriseFiling) -> list[dict[str, Any]]:
    """The steps of a case as the enterprise sees them, oldest first; it is not told which official acted."""
    return [
        {
            "at": entry.at,
            "title": CASE.transition(entry.transition).label,
            "text": entry.note,
            "tone": TONES.get(entry.transition, ""),
        }
        for entry in transitions_of("filing.EnterpriseFiling", case.pk).order_by("id")
    ]

"""Trying a parcel out before it is sent: intake and decision turn in a transaction that is rolled back.

There is no second path: the messages are those that would be sent, the intake and the statements of the turn are the real ones.
Promise: nothing remains, whatever happens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from customs.enums import DraftKind
from customs.messages import registry
from customs.messages.composing import DOCUMENTS, Composed
from customs.messages.fields import column_name
from customs.models import Finding
from customs.models.documents import HEADS
from customs.pipeline.rehearsal import LineTax, rehearse
from customs.rules.explanation import Explained, explained
from customs.services.entering import written
from customs.services.register_days import ensure_days
from exchange.messages import Fault, MessageRefused
from exchange.services import Sender, receive_message
from portal.selectors import organisation_codes

if TYPE_CHECKING:
    from portal.models import Organisation

OF_OTHERS = frozenset({"E.17.YEAR", "Q.DUP", "Q.DUP.NEAR"})
"""Rules whose values tell what somebody has bought elsewhere: before sending, that is nobody's business."""


@dataclass(frozen=True)
class Rehearsal:
    """What would become of the parcel. `faults` are (root name, fault) of messages that the intake would refuse; then there is no decision."""

    faults: Sequence[tuple[str, Fault]] = ()
    findings: Sequence[Explained] = ()
    regime: str = ""
    dutiable: Decimal | None = None
    single_limit: Decimal | None = None
    over_year: bool = False
    lines: Sequence[LineTax] = field(default_factory=list)
    declared_before: bool = False

    @property
    def tax(self) -> Decimal:
        return sum((line.total for line in self.lines), Decimal(0))

    @property
    def rejected(self) -> bool:
        return any(one.tone == "bad" for one in self.findings)


def stored(documents: Mapping[str, Composed]) -> set[str]:
    """Root names of the documents that are here already, whoever sent them: one query each."""
    found = set()
    for code, document in documents.items():
        key = {column_name(name): document.head[name] for name in registry()[code].key}
        if all(key.values()) and HEADS[code].objects.filter(**key).exists():
            found.add(code)
    return found


def try_out(*, organisation: "Organisation", kind: DraftKind, documents: Mapping[str, Composed]) -> Rehearsal:
    """Send these documents, but for those that are here, as if by this enterprise, decide, roll back.

    Without the list nothing is decided: only the intake looks at them. Never raises for what was typed.
    """
    here = stored(documents)
    *_others, listed = DOCUMENTS[kind.direction]
    if listed in here:
        return Rehearsal(declared_before=True)
    with transaction.atomic():
        found = _in_transaction(organisation, kind, documents, here)
        transaction.set_rollback(True)
    return found


def _in_transaction(
    organisation: "Organisation", kind: DraftKind, documents: Mapping[str, Composed], here: set[str]
) -> Rehearsal:
    sender = Sender(organisation.pk, organisation_codes(organisation.pk))
    ids: list[int] = []
    faults: list[tuple[str, Fault]] = []
    for code, document in documents.items():
        if code in here:
            continue
        _guid, body = written(organisation, registry()[code], document.head, document.lines)
        try:
            ids.append(receive_message(sender=sender, body=body).message_id)
        except MessageRefused as refusal:
            faults += [(code, one) for one in refusal.faults]
    if faults or DOCUMENTS[kind.direction][3] not in documents:
        return Rehearsal(faults=faults)
    found = rehearse(kind.direction, ids, ensure_days)
    rows = list(Finding.objects.filter(parcel_id=found.inventory_id))
    for row in rows:
        if row.rule in OF_OTHERS:
            row.left_value = row.right_value = ""
    return Rehearsal(
        findings=explained(rows, for_officials=False),
        regime=found.regime,
        dutiable=found.dutiable,
        single_limit=found.single_limit,
        over_year=found.over_year,
        lines=found.lines,
    )

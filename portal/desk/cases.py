"""A case as the desk sees it: a row of a queue's model, looked up with the rights of the official."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal
from portal.permissions import NotPermitted
from portal.workbench import Desk, Queue


class CaseUnknown(Refusal):
    """No such case at this official's office."""

    code = "CASE.UNKNOWN"
    message = _("没有此事项，或不属于您的机构。")
    status = 404


class CaseClosed(Refusal):
    """The case waits for nobody any more."""

    code = "CASE.CLOSED"
    message = _("此事项已办结。")
    status = 409


@dataclass(frozen=True)
class Case:
    """One case of a queue."""

    queue: Queue
    row: Any

    @property
    def model(self) -> str:
        return label_of(self.queue)

    @property
    def id(self) -> int:
        return int(self.row.pk)

    @property
    def name(self) -> str:
        return self.queue.name_of(self.row)

    @property
    def organisation_id(self) -> int | None:
        return self.queue.organisation_of(self.row)

    @property
    def subject(self) -> str:
        """The case in the audit trail."""
        return f"{self.queue.audit_name}:{self.id}"


def label_of(queue: Queue) -> str:
    """Name of the queue's model, e.g. `customs.Parcel`."""
    return queue.subject_label


def may(desk: Desk, queue: Queue, permission: str) -> None:
    """Raises NotPermitted unless a post at the queue's agency includes the permission."""
    if not desk.may(permission, queue.agency):
        raise NotPermitted


def locked_cases(queue: Queue, desk: Desk, ids: Sequence[int]) -> dict[int, Case]:
    """The cases this official may open among these, locked in order; call inside a transaction."""
    rows = queue.visible(desk).filter(pk__in=list(ids)).order_by("pk").select_for_update(of=("self",))
    return {row.pk: Case(queue, row) for row in rows}


def locked_case(queue: Queue, desk: Desk, pk: int) -> Case:
    """Raises CaseUnknown."""
    found = locked_cases(queue, desk, [pk]).get(pk)
    if found is None:
        raise CaseUnknown
    return found


def waiting(queue: Queue, desk: Desk, pk: int) -> bool:
    """Does the case still wait in this queue?"""
    return bool(queue.cases(desk).filter(pk=pk).exists())

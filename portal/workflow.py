"""States and transitions as data; the only place where a status changes.

`advance()` moves one object, `advance_many()` a set: one UPDATE guarded by the source states, one INSERT of history.
Guard, permission and history belong to the transition, so every door behaves alike.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal
from portal.models import TransitionLog

if TYPE_CHECKING:
    from django.db.models import Model

    from portal.models import User


class IllegalTransition(Refusal):
    """The object is not in a state from which this step is possible."""

    code = "WORKFLOW.ILLEGAL"
    message = _("当前状态不允许此操作。")
    status = 409


@dataclass(frozen=True)
class Transition:
    """One step: from any of `sources` to `target`.

    `guard(obj)` may raise a Refusal (only with `advance`); `receipt` is the official status code told to the sender;
    `deadline` names the register rule with the time limit of the target state.
    """

    name: str
    sources: frozenset[str]
    target: str
    label: str | Promise
    permission: str = ""
    guard: Callable[[Any], None] | None = None
    receipt: str = ""
    deadline: str = ""


@dataclass(frozen=True)
class Workflow:
    """The life of one model: its state column and its transitions by name."""

    model_label: str
    field: str
    states: tuple[str, ...]
    transitions: Mapping[str, Transition] = dataclasses.field(default_factory=dict)

    @property
    def model(self) -> "type[Model]":
        return apps.get_model(self.model_label)

    def transition(self, name: str) -> Transition:
        return self.transitions[name]


_all: list[Workflow] = []


def workflows() -> list[Workflow]:
    """Every workflow of the apps that are loaded, by model."""
    return sorted(_all, key=lambda flow: flow.model_label)


def workflow(
    model_label: str, state_field: str, states: Sequence[str], steps: Sequence[Transition]
) -> Workflow:
    """Build a workflow and make it known, refusing unknown states."""
    for step in steps:
        unknown = (step.sources | {step.target}) - set(states)
        if unknown:
            raise ValueError(f"{step.name}: unknown states {sorted(unknown)}")
    flow = Workflow(model_label, state_field, tuple(states), {step.name: step for step in steps})
    _all.append(flow)
    return flow


def advance(flow: Workflow, obj: "Model", name: str, *, actor: "User | None" = None, note: str = "") -> None:
    """Move one object and write its history. Raises IllegalTransition, or what permission and guard raise."""
    from portal.permissions import require

    step = flow.transition(name)
    if step.permission:
        require(actor, step.permission)
    if step.guard:
        step.guard(obj)
    if advance_many(flow, name, [obj.pk], actor=actor, note=note) != [obj.pk]:
        raise IllegalTransition
    obj.refresh_from_db(fields=[flow.field])


def advance_many(
    flow: Workflow, name: str, ids: Sequence[int], *, actor: "User | None" = None, note: str = ""
) -> list[int]:
    """Move all of `ids` that are in a source state; returns the ids that moved, in order.

    The caller checks permission once for the set and compares the result with what it asked for.
    """
    step = flow.transition(name)
    table, column = flow.model._meta.db_table, flow.model._meta.get_field(flow.field).column  # type: ignore[union-attr]
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"""WITH old AS (SELECT id, {column} AS source FROM {table}
                             WHERE id = ANY(%s) AND {column} = ANY(%s) ORDER BY id FOR UPDATE)
                UPDATE {table} t SET {column} = %s FROM old WHERE t.id = old.id RETURNING t.id, old.source""",  # noqa: S608
            [list(ids), sorted(step.sources), step.target],
        )
        moved: list[tuple[int, str]] = sorted(cursor.fetchall())
        TransitionLog.objects.bulk_create(
            TransitionLog(
                model=flow.model_label,
                object_id=pk,
                transition=name,
                source=source,
                target=step.target,
                actor_id=actor.pk if actor else None,
                note=note,
                at=now,
            )
            for pk, source in moved
        )
    return [pk for pk, _source in moved]

"""The rule register: look a value up by business date, change it by two people.

`value("D.LIMIT.SINGLE", declared_on)` is what rules, pages and the pipeline call. Lookups come from a process copy that is
renewed when the register's version grows (asked at most once a second).
"""

import time
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import audit
from portal.enums import ChangeState, Confidence, Verb
from portal.errors import Refusal
from portal.models import RegisterVersion, RuleChange, RuleValue
from portal.permissions import require

if TYPE_CHECKING:
    from portal.models import User

RECHECK_SECONDS = 1.0
_copy: dict[tuple[str, str], list[RuleValue]] = {}
_version = 0
_checked = 0.0


class RuleNotFound(LookupError):
    """The register has no value of this rule for this business date."""


class SamePerson(Refusal):
    """The proposer may not approve the change (four eyes)."""

    code = "RULE.FOUR_EYES"
    message = _("提出人不能复核自己的变更，请由另一人复核。")
    status = 403


class ChangeClosed(Refusal):
    """The change was decided before."""

    code = "RULE.CHANGE_CLOSED"
    message = _("该变更已经处理过。")
    status = 409


class ChangeTooEarly(Refusal):
    """The change would begin before the value it replaces: history is never rewritten."""

    code = "RULE.CHANGE_TOO_EARLY"
    message = _("生效日必须晚于现行值的生效日：历史不得改写。")
    field = "valid_from"


def stored_version() -> int:
    return RegisterVersion.objects.aggregate(last=Max("id"))["last"] or 0


def version() -> int:
    """Number of the register's state; decisions store it."""
    refresh()
    return _version


def refresh(*, force: bool = False) -> None:
    """Renew the process copy if the register has changed."""
    global _version, _checked
    if not force and _copy and time.monotonic() - _checked < RECHECK_SECONDS:
        return
    _checked = time.monotonic()
    current = stored_version()
    if current != _version or not _copy or force:
        fresh: dict[tuple[str, str], list[RuleValue]] = {}
        for row in RuleValue.objects.order_by("rule_id", "scope", "valid_from"):
            fresh.setdefault((row.rule_id, row.scope), []).append(row)
        _copy.clear()
        _copy.update(fresh)
        _version = current


def entry(rule_id: str, on: date, scope: str = "") -> RuleValue:
    """The row in force on the business date. Raises RuleNotFound."""
    refresh()
    for row in _copy.get((rule_id, scope), ()):
        if row.valid_from <= on and (row.valid_to is None or on < row.valid_to):
            return row
    raise RuleNotFound(f"{rule_id} {scope} on {on}")


def typed(value: Any) -> Any:
    """JSON keeps decimals as text: "0.70" becomes Decimal, everything else stays."""
    if isinstance(value, str):
        try:
            return Decimal(value)
        except InvalidOperation:
            return value
    return value


def value(rule_id: str, on: date, key: str = "value", *, scope: str = "") -> Any:
    """One parameter of the rule in force on the business date, e.g. Decimal("5000.00"), True, 24."""
    row = entry(rule_id, on, scope)
    if key not in row.param:
        raise RuleNotFound(f"{rule_id} has no parameter {key}")
    return typed(row.param[key])


@transaction.atomic
def propose_change(
    *,
    rule_id: str,
    param: dict[str, Any],
    valid_from: date,
    source: str,
    reason: str,
    actor: "User",
    scope: str = "",
) -> RuleChange:
    """Propose a new value from a date on. Raises NotPermitted, RuleNotFound for an unknown rule."""
    require(actor, "rule.propose")
    if not RuleValue.objects.filter(rule_id=rule_id, scope=scope).exists():
        raise RuleNotFound(rule_id)
    change = RuleChange.objects.create(
        rule_id=rule_id,
        scope=scope,
        param=param,
        valid_from=valid_from,
        source=source,
        reason=reason,
        confidence=Confidence.VERIFIED,
        proposed_by=actor,
    )
    audit.record(
        Verb.RULE_PROPOSED,
        actor=actor,
        subject=f"rule:{rule_id}",
        detail={"change": change.pk, "param": param},
    )
    return change


def open_change(change_id: int, actor: "User") -> RuleChange:
    """The change, locked, if this person may decide it."""
    require(actor, "rule.approve")
    change = RuleChange.objects.select_for_update().get(pk=change_id)
    if change.state != ChangeState.PROPOSED:
        raise ChangeClosed
    if change.proposed_by_id == actor.pk:
        raise SamePerson
    return change


@transaction.atomic
def approve_change(*, change_id: int, actor: "User") -> RuleValue:
    """Close the value in force and open the new one; the register's version grows in the same transaction."""
    change = open_change(change_id, actor)
    in_force = Q(valid_to__isnull=True) | Q(valid_to__gt=change.valid_from)
    old = (
        RuleValue.objects.select_for_update()
        .filter(in_force, rule_id=change.rule_id, scope=change.scope)
        .order_by("valid_from")
        .last()
    )
    if old is None or old.valid_from >= change.valid_from:
        raise ChangeTooEarly
    ends, old.valid_to = old.valid_to, change.valid_from
    old.save(update_fields=["valid_to"])
    new = RuleValue.objects.create(
        rule_id=change.rule_id,
        title=old.title,
        scope=change.scope,
        param=change.param,
        selector_date=old.selector_date,
        valid_from=change.valid_from,
        valid_to=ends,
        source=change.source,
        confidence=change.confidence,
        supersedes=old,
    )
    close_change(change, ChangeState.APPROVED, actor)
    RegisterVersion.objects.create(note=f"{change.rule_id} #{change.pk}")
    audit.record(
        Verb.RULE_APPROVED, actor=actor, subject=f"rule:{change.rule_id}", detail={"change": change.pk}
    )
    transaction.on_commit(lambda: refresh(force=True))
    return new


@transaction.atomic
def refuse_change(*, change_id: int, actor: "User") -> None:
    """Turn a proposal down; nothing in the register moves."""
    change = open_change(change_id, actor)
    close_change(change, ChangeState.REFUSED, actor)
    audit.record(
        Verb.RULE_REFUSED, actor=actor, subject=f"rule:{change.rule_id}", detail={"change": change.pk}
    )


def close_change(change: RuleChange, outcome: ChangeState, actor: "User") -> None:
    RuleChange.objects.filter(pk=change.pk).update(state=outcome, decided_by=actor, decided_at=timezone.now())


def confidences(rule_ids: set[str], on: date) -> dict[str, str]:
    """How sure we are of the parameters of these rules on a day, in words; rules without parameters are left out."""
    in_force = RuleValue.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), rule_id__in=rule_ids, valid_from__lte=on
    )
    return {row.rule_id: str(row.get_confidence_display()) for row in in_force}

"""Requests for data and grants: asked by an agency, checked and answered by the owner of the data, renewed, ended.

Promise: each step holds permission, state, clock, audit, letter and the version of the grants in one transaction. Data of level L4 is
granted by another person than the one who checked the request (rules P.2, P.3; 政务数据共享: refusals state their reasons).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.enums import DataUse, GrantState, Level, Sharing
from exchange.events import GRANTS_CHANGED
from exchange.models import GrantVersion, SharingGrant
from exchange.permissions import agencies_of
from exchange.selectors.catalogue import SharedField, shared_fields, shared_objects
from exchange.selectors.grants import open_grant, refresh, shared_before
from exchange.workflow import GRANT
from portal import audit, events, letters, rules
from portal.desk.assigning import note_taking
from portal.enums import PostRole, Verb
from portal.errors import Refusal
from portal.permissions import NotPermitted
from portal.selectors import agencies, user_name
from portal.workflow import IllegalTransition, advance_many
from portal.working_days import add_working_days

TEXT, BASIS = 500, 300
LEAST_REASON = 10
"""Characters of a reason; fewer explain nothing to the owner of the data."""
DECIDERS = (PostRole.REVIEWER, PostRole.CHIEF)


class ObjectUnknown(Refusal):
    """The catalogue has no such object."""

    code = "GRANT.OBJECT"
    message = _("数据目录中没有对象 %(object)s。")
    field = "object"


class FieldUnknown(Refusal):
    """The object has no such fields."""

    code = "GRANT.FIELD"
    message = _("数据目录中没有字段：%(fields)s。")
    field = "fields"


class NotShared(Refusal):
    """These fields are never shared."""

    code = "GRANT.NOT_SHARED"
    message = _("下列字段不予共享：%(fields)s。依据：%(basis)s")
    field = "fields"
    basis = "国发〔2016〕51号"


class NothingToAsk(Refusal):
    """All fields are shared without a grant."""

    code = "GRANT.UNCONDITIONAL"
    message = _("所列字段均为无条件共享，可以直接使用，无须申请。")
    field = "fields"
    basis = "国发〔2016〕51号"


class PurposeUnknown(Refusal):
    """The purpose is none of the list, or one that is granted by law only."""

    code = "GRANT.PURPOSE"
    message = _("用途不在可申请的用途之内：%(purpose)s。")
    field = "purpose"
    basis = "个人信息保护法 第六条"


class ReasonTooShort(Refusal):
    """DataUse in words or legal basis is missing; a refusal or revocation without reasons is none."""

    code = "GRANT.REASON"
    message = _("请说明理由（不少于 10 个字），申请还须写明法律依据。")
    field = "reason"
    basis = "国发〔2016〕51号"


class PeriodWrong(Refusal):
    """The period is empty, in the past, or longer than a grant may be."""

    code = "GRANT.PERIOD"
    message = _("授权期限应自今日起、最长 %(days)s 天。")
    field = "until"


class AskedAlready(Refusal):
    """The agency waits for the answer to the same question."""

    code = "GRANT.OPEN"
    message = _("同一对象、同一用途的申请正在办理。")
    field = "object"
    status = 409


class GrantUnknown(Refusal):
    """There is no such request, or it is another agency's."""

    code = "GRANT.UNKNOWN"
    message = _("没有此项数据共享申请。")
    status = 404


class SamePerson(Refusal):
    """Who checked the request may not grant data of level L4."""

    code = "GRANT.FOUR_EYES"
    message = _("L4 数据须由核验人以外的另一人答复。")
    basis = "数据安全法 第二十一条"
    status = 403


class HeldByAnother(Refusal):
    """A colleague has taken the request."""

    code = "GRANT.TAKEN"
    message = _("该申请已由 %(name)s 领取。")
    status = 409


@dataclass(frozen=True, slots=True)
class Wish:
    """What an agency asks for."""

    object: str
    fields: Sequence[str]
    purpose: str
    legal_basis: str
    reason: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class GrantResult:
    """What became of one request of a bulk action."""

    grant_id: int
    ok: bool
    code: str = ""
    message: str = ""


def checked_wish(wish: Wish, on: date) -> list[SharedField]:
    """The fields that need a grant. Raises ObjectUnknown, FieldUnknown, NotShared, NothingToAsk, PurposeUnknown, ReasonTooShort, PeriodWrong."""
    if wish.object not in shared_objects():
        raise ObjectUnknown(object=wish.object[:60])
    known = shared_fields()[wish.object]
    if unknown := [name for name in wish.fields if name not in known]:
        raise FieldUnknown(fields="、".join(unknown)[:200])
    wanted = [known[name] for name in dict.fromkeys(wish.fields)]
    if kept := [one for one in wanted if one.sharing == Sharing.NONE]:
        raise NotShared(fields="、".join(one.label for one in kept), basis=kept[0].basis)
    needed = [one for one in wanted if one.sharing == Sharing.CONDITIONAL]
    if not needed:
        raise NothingToAsk
    if wish.purpose not in set(DataUse.values) - {DataUse.TASK}:
        raise PurposeUnknown(purpose=wish.purpose[:20])
    if len(wish.reason.strip()) < LEAST_REASON or not wish.legal_basis.strip():
        raise ReasonTooShort(field="reason" if wish.legal_basis.strip() else "legal_basis")
    days = int(rules.value("P.GRANT_DAYS", on))
    if wish.since < on or not timedelta(0) < wish.until - wish.since <= timedelta(days=days):
        raise PeriodWrong(days=days)
    return needed


@transaction.atomic
def ask_grant(
    *, agency_code: str, wish: Wish, actor: Any = None, client: Any = None, renews: SharingGrant | None = None
) -> SharingGrant:
    """Ask for fields in the name of an agency: by an official with `grant.ask` there, or by the agency's machine.

    Raises NotPermitted, AskedAlready, and what `checked_wish` raises.
    """
    if client is None and agency_code not in agencies_of(actor, "grant.ask"):
        raise NotPermitted
    now = timezone.now()
    fields = checked_wish(wish, timezone.localdate())
    if open_grant(agency_code, wish.object, wish.purpose):
        raise AskedAlready
    try:
        with transaction.atomic():
            grant = SharingGrant.objects.create(
                agency=agencies().get(code=agency_code),
                owner=shared_objects()[wish.object].owner,
                object=wish.object,
                fields=[one.name for one in fields],
                level=max(one.level for one in fields),
                purpose=wish.purpose,
                legal_basis=wish.legal_basis.strip()[:BASIS],
                reason=wish.reason.strip()[:TEXT],
                since=wish.since,
                until=wish.until,
                renews=renews,
                asked_by=actor if client is None else None,
                asked_client=client,
                asked_at=now,
                due_at=add_working_days(now, int(rules.value("P.CHECK_DAYS", timezone.localdate()))),
            )
    except IntegrityError:
        raise AskedAlready from None
    note(Verb.GRANT_ASKED, grant, actor=actor, client=client)
    letters.send(
        "exchange.grant_asked",
        post=(grant.owner, None, (PostRole.CLERK, *DECIDERS)),
        params={"agency": grant.agency.name, "object": shared_objects()[grant.object].name_zh},
        link=f"/console/exchange.grants-{grant.owner}/",
    )
    return grant


@transaction.atomic
def renew_grant(*, grant_id: int, actor: Any) -> SharingGrant:
    """Ask for the same again, from the day the grant ends. Raises GrantUnknown, IllegalTransition, and what `ask_grant` raises."""
    old = own_grant(grant_id, agencies_of(actor, "grant.ask"))
    if old.state not in {GrantState.GRANTED, GrantState.EXPIRED}:
        raise IllegalTransition
    since = max(old.until, timezone.localdate())
    days = int(rules.value("P.GRANT_DAYS", timezone.localdate()))
    until = since + min(old.until - old.since, timedelta(days=days))
    wish = Wish(old.object, old.fields, old.purpose, old.legal_basis, old.reason, since, until)
    return ask_grant(agency_code=old.agency.code, wish=wish, actor=actor, renews=old)


def own_grant(grant_id: int, agency_codes: Iterable[str]) -> SharingGrant:
    """The grant of one of these agencies, locked. Raises GrantUnknown."""
    rows = SharingGrant.objects.select_for_update(of=("self",)).select_related("agency")
    found = rows.filter(pk=grant_id, agency__code__in=list(agency_codes)).first()
    if found is None:
        raise GrantUnknown
    return found


@transaction.atomic
def withdraw_grant(*, grant_id: int, actor: Any) -> None:
    """The agency does not want it any more. Raises GrantUnknown, IllegalTransition."""
    grant = own_grant(grant_id, agencies_of(actor, "grant.ask"))
    move(grant, "withdraw", actor, "")
    note(Verb.GRANT_ENDED, grant, actor=actor, step="withdraw")


@transaction.atomic
def take_grants(*, ids: Sequence[int], actor: Any, taken: bool = True) -> list[GrantResult]:
    """Take requests from the queue, or give them back."""
    good, refused = sorted_out(ids, actor, "grant.check", GRANT.transition("refuse").sources)
    SharingGrant.objects.filter(pk__in=[one.pk for one in good]).update(taken_by=actor if taken else None)
    note_taking(GRANT.model_label, [one.pk for one in good], actor, taken=taken)
    return [*refused, *(GrantResult(one.pk, ok=True) for one in good)]


@transaction.atomic
def check_grants(*, ids: Sequence[int], actor: Any) -> list[GrantResult]:
    """The requests are complete and lawful; the clock of the answer starts."""
    good, refused = sorted_out(ids, actor, "grant.check", GRANT.transition("check").sources)
    now, today = timezone.now(), timezone.localdate()
    for grant in good:
        rule = "P.ANSWER_DAYS" if shared_before(grant.object, grant.fields) else "P.ANSWER_DAYS_NEW"
        move(grant, "check", actor, "")
        SharingGrant.objects.filter(pk=grant.pk).update(
            checked_by=actor,
            checked_at=now,
            taken_by=None,
            due_at=add_working_days(now, int(rules.value(rule, today))),
        )
        note(Verb.GRANT_CHECKED, grant, actor=actor)
    return [*refused, *(GrantResult(one.pk, ok=True) for one in good)]


@transaction.atomic
def answer_grants(*, ids: Sequence[int], step: str, actor: Any, reason: str = "") -> list[GrantResult]:
    """`grant` or `refuse` requests. A refusal states its reasons. Raises ReasonTooShort."""
    reason = reason.strip()[:TEXT]
    if step == "refuse" and len(reason) < LEAST_REASON:
        raise ReasonTooShort
    good, refused = sorted_out(ids, actor, "grant.decide", GRANT.transition(step).sources)
    done = []
    for grant in good:
        if step == "grant" and grant.level == Level.PERSONAL and grant.checked_by_id == actor.pk:
            done.append(refusal_of(grant.pk, SamePerson()))
            continue
        SharingGrant.objects.filter(pk=grant.pk).update(
            decided_by=actor, decided_at=timezone.now(), decision_reason=reason, taken_by=None, due_at=None
        )
        move(grant, step, actor, reason)
        note(Verb.GRANT_DECIDED, grant, actor=actor, step=step, reason=reason)
        tell(grant, "exchange.grant_given" if step == "grant" else "exchange.grant_refused", reason)
        done.append(GrantResult(grant.pk, ok=True))
    return [*refused, *done]


@transaction.atomic
def revoke_grants(*, ids: Sequence[int], actor: Any, reason: str) -> list[GrantResult]:
    """The owner takes grants back, from this moment on. Raises ReasonTooShort."""
    reason = reason.strip()[:TEXT]
    if len(reason) < LEAST_REASON:
        raise ReasonTooShort
    good, refused = sorted_out(ids, actor, "grant.decide", GRANT.transition("revoke").sources)
    for grant in good:
        end(grant, "revoke", actor, reason)
        tell(grant, "exchange.grant_revoked", reason)
    return [*refused, *(GrantResult(one.pk, ok=True) for one in good)]


@transaction.atomic
def expire_grants(limit: int = 500) -> int:
    """Close grants whose last day is over, and remind of those that end soon; returns how many were closed."""
    today = timezone.localdate()
    granted = SharingGrant.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=GrantState.GRANTED
    )
    over = list(granted.filter(until__lte=today).select_related("agency").order_by("until")[:limit])
    for grant in over:
        end(grant, "expire", None, "")
    soon = today + timedelta(days=int(rules.value("P.RENEW_NOTICE_DAYS", today)))
    ending = granted.filter(until__gt=today, until__lte=soon, reminded_at=None).select_related("agency")
    for grant in list(ending.order_by("until")[:limit]):
        SharingGrant.objects.filter(pk=grant.pk).update(reminded_at=timezone.now())
        tell(grant, "exchange.grant_ending", "")
    return len(over)


def sorted_out(
    ids: Sequence[int], actor: Any, permission: str, states: frozenset[str]
) -> tuple[list[SharingGrant], list[GrantResult]]:
    """(requests about data of the official's agencies that can be worked, results of the others), locked in order."""
    owners = agencies_of(actor, permission)
    if not owners:
        raise NotPermitted
    rows = SharingGrant.objects.select_for_update(of=("self",)).select_related("agency")
    found = {one.pk: one for one in rows.filter(pk__in=list(ids), owner__in=owners).order_by("pk")}
    good: list[SharingGrant] = []
    refused: list[GrantResult] = []
    for pk in dict.fromkeys(ids):
        grant = found.get(pk)
        if grant is None:
            refused.append(refusal_of(pk, GrantUnknown()))
        elif grant.state not in states:
            refused.append(refusal_of(pk, IllegalTransition()))
        elif grant.taken_by_id not in {None, actor.pk}:
            refused.append(refusal_of(pk, HeldByAnother(name=user_name(grant.taken_by_id))))
        else:
            good.append(grant)
    return good, refused


def refusal_of(pk: int, refusal: Refusal) -> GrantResult:
    return GrantResult(pk, ok=False, code=refusal.code, message=refusal.sentence)


def end(grant: SharingGrant, step: str, actor: Any, reason: str) -> None:
    SharingGrant.objects.filter(pk=grant.pk).update(ended_at=timezone.now())
    move(grant, step, actor, reason)
    note(Verb.GRANT_ENDED, grant, actor=actor, step=step, reason=reason)


def move(grant: SharingGrant, step: str, actor: Any, reason: str) -> None:
    """Change the state and the version of the grants, and tell higher apps. Raises IllegalTransition."""
    if advance_many(GRANT, step, [grant.pk], actor=actor, note=reason) != [grant.pk]:
        raise IllegalTransition
    GrantVersion.objects.create()
    events.publish(GRANTS_CHANGED, [grant.pk])
    transaction.on_commit(lambda: refresh(force=True))


def note(verb: Verb, grant: SharingGrant, *, actor: Any = None, client: Any = None, **detail: str) -> None:
    audit.record(
        verb,
        actor=actor,
        client=client,
        subject=f"exchange.grant:{grant.pk}",
        detail={
            "agency": grant.agency.code,
            "object": grant.object,
            "purpose": grant.purpose,
            **{name: value for name, value in detail.items() if value},
        },
    )


def tell(grant: SharingGrant, code: str, reason: str) -> None:
    """Those who may ask at the agency hear what became of the request or grant."""
    params = {
        "object": shared_objects()[grant.object].name_zh,
        "until": grant.until.isoformat(),
        "reason": reason or "—",
    }
    link = f"/console/sharing/{grant.pk}/"
    letters.send(code, post=(grant.agency.code, None, DECIDERS), params=params, link=link)

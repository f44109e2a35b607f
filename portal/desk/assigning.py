"""Who works on a case: take, give back, assign to a colleague, escalate to a chief. Every change is kept with its actor."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import audit, letters
from portal.desk.cases import Case, locked_cases, may
from portal.enums import AssignmentKind, PostRole, Verb
from portal.errors import Refusal
from portal.models import Absence, Assignment, Post, User
from portal.permissions import POST_PERMISSIONS
from portal.workbench import ABSENT, Desk, ItemResult, Queue, desk_of

if TYPE_CHECKING:
    from django.db.models import QuerySet


class NotAColleague(Refusal):
    """The chosen person may not work on this case."""

    code = "CASE.ASSIGNEE"
    message = _("所选人员不能办理此事项：没有相应岗位，或不属于该机构。")
    field = "person"


class TakenMeanwhile(Refusal):
    """Somebody else has it."""

    code = "CASE.TAKEN"
    message = _("此事项已由 %(name)s 领取。")
    status = 409


def colleagues(queue: Queue, desk: Desk, permission: str, roles: Sequence[str] = ()) -> "QuerySet[User]":
    """People with a post at the queue's agency whose role includes the permission, at an office of this official or at all."""
    wanted = set(POST_PERMISSIONS[permission]) & set(roles or PostRole.values)
    posts = Post.objects.filter(agency__code=queue.agency, role__in=wanted)
    offices = desk.offices(queue.agency)
    if offices is not None:
        posts = posts.filter(office__code__in=offices) | posts.filter(office__isnull=True)
    return User.objects.filter(pk__in=posts.values("user_id"), is_active=True).order_by(
        "last_name", "username"
    )


@transaction.atomic
def assign(
    *, queue: Queue, desk: Desk, ids: Sequence[int], person_id: int, note: str = "", escalate: bool = False
) -> list[ItemResult]:
    """Give cases to a colleague (the chief's right) or, escalating, an own case to a chief. One result per case.

    Raises NotPermitted, NotAColleague. An absent colleague's deputy gets the cases instead.
    """
    may(desk, queue, "case.escalate" if escalate else "case.assign")
    roles = [PostRole.CHIEF] if escalate else []
    person = colleagues(queue, desk, queue.take_permission, roles).filter(pk=person_id).first()
    if person is None:
        raise NotAColleague
    person = standing_in(person)
    reachable = set(queue.visible(desk_of(person)).filter(pk__in=list(ids)).values_list("pk", flat=True))
    cases = locked_cases(queue, desk, ids)
    results, good = [], []
    for pk in dict.fromkeys(ids):
        case = cases.get(pk)
        refusal = refusal_of(case, desk, reachable, escalate=escalate)
        results.append(
            ItemResult(pk, ok=not refusal, sentence=refusal[1], code=refusal[0])
            if refusal
            else ItemResult(pk, ok=True)
        )
        if not refusal and case is not None:
            good.append(case)
    kind = AssignmentKind.ESCALATED if escalate else AssignmentKind.ASSIGNED
    hand(good, person, actor=desk.user, kind=kind, note=note)
    return results


def refusal_of(
    case: Case | None, desk: Desk, reachable: set[int], *, escalate: bool
) -> tuple[str, str] | None:
    """(code, sentence) why this case cannot be given, None when it can."""
    if case is None:
        return "WORKBENCH.ABSENT", str(ABSENT)
    holder = case.queue.taken_by(case.row)
    if escalate and holder is not None and holder.pk != desk.user.pk:
        refusal = TakenMeanwhile(name=holder.get_full_name() or holder.get_username())
        return refusal.code, refusal.sentence
    if case.id not in reachable:
        return NotAColleague.code, NotAColleague().sentence
    return None


def standing_in(person: User) -> User:
    """The deputy of somebody who is away today, else the person."""
    today = timezone.localdate()
    absence = (
        Absence.objects.filter(person=person, ended_at=None, first_day__lte=today, last_day__gte=today)
        .select_related("deputy")
        .first()
    )
    return absence.deputy if absence else person


def hand(
    cases: Sequence[Case],
    person: User | None,
    *,
    actor: User,
    kind: AssignmentKind,
    note: str = "",
    absence: Absence | None = None,
) -> None:
    """Change who works on locked cases of one queue, keep it, tell the person."""
    if not cases:
        return
    queue, now = cases[0].queue, timezone.now()
    type(cases[0].row).objects.filter(pk__in=[case.id for case in cases]).update(
        **{queue.taken_field: person}
    )
    Assignment.objects.bulk_create(
        Assignment(
            model=case.model,
            object_id=case.id,
            kind=kind,
            person=person,
            actor=actor,
            note=note,
            at=now,
            absence=absence,
        )
        for case in cases
    )
    for case in cases:
        audit.record(
            Verb.CASE_ASSIGNED,
            actor=actor,
            organisation_id=case.organisation_id,
            subject=case.subject,
            detail={"kind": kind.value, "to": person.pk if person else None},
        )
    if person is not None and person.pk != actor.pk:
        letters.send(
            "desk.assigned",
            users=[person.pk],
            params={"count": str(len(cases)), "queue": queue.title, "note": note or "—"},
            link=queue.address(cases[0].id if len(cases) == 1 else None),
        )


def note_taking(model: str, ids: Sequence[int], actor: User, *, taken: bool) -> None:
    """Keep that somebody took cases or gave them back (called by the app's own service in its transaction)."""
    kind = AssignmentKind.TAKEN if taken else AssignmentKind.RELEASED
    now = timezone.now()
    Assignment.objects.bulk_create(
        Assignment(model=model, object_id=pk, kind=kind, person=actor if taken else None, actor=actor, at=now)
        for pk in ids
    )

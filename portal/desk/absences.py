"""Absent colleagues: their cases go to a deputy for the time, and come back when they return."""

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import audit, letters
from portal.desk.assigning import NotAColleague, hand
from portal.desk.cases import Case, label_of
from portal.enums import AssignmentKind, PostRole, Verb
from portal.errors import Refusal
from portal.models import Absence, Assignment, Post, User
from portal.permissions import NotPermitted, require
from portal.workbench import Desk, Queue, desk_of, registry


class PeriodWrong(Refusal):
    """The days do not fit."""

    code = "ABSENCE.PERIOD"
    message = _("起止日期不符：最后一天不得早于第一天，也不得早于今天。")
    field = "last_day"


class AbsentAlready(Refusal):
    """One open absence a person."""

    code = "ABSENCE.OPEN"
    message = _("已登记过缺席，请先结束原登记。")
    field = "person"


class AbsenceUnknown(Refusal):
    """No such absence at this official's offices."""

    code = "ABSENCE.UNKNOWN"
    message = _("没有此项缺席登记。")
    status = 404


def staff_of(desk: Desk) -> dict[int, User]:
    """The people whose absence this official may note: everybody of the own offices for a chief, else only oneself."""
    chiefs = [post for post in desk.posts if post.role == PostRole.CHIEF]
    found = Q(pk=desk.user.pk)
    for post in chiefs:
        posts = Post.objects.filter(agency=post.agency)
        if post.office_id is not None:
            posts = posts.filter(office=post.office)
        found |= Q(pk__in=posts.values("user_id"))
    return {
        user.pk: user for user in User.objects.filter(found, is_active=True).order_by("last_name", "username")
    }


def deputies_of(desk: Desk) -> dict[int, User]:
    """Colleagues of the same agencies."""
    agencies = {post.agency_id for post in desk.posts}
    people = User.objects.filter(posts__agency_id__in=agencies, is_active=True).distinct()
    return {user.pk: user for user in people.order_by("last_name", "username")}


@transaction.atomic
def note_absence(*, desk: Desk, person_id: int, deputy_id: int, first_day: date, last_day: date) -> Absence:
    """Somebody will be away. From the first day on (now, if it has begun) the deputy has the cases.

    Raises NotPermitted, NotAColleague, PeriodWrong, AbsentAlready.
    """
    require(desk.user, "absence.note")
    person, deputy = staff_of(desk).get(person_id), deputies_of(desk).get(deputy_id)
    if person is None:
        raise NotPermitted
    if deputy is None or deputy.pk == person.pk:
        raise NotAColleague(field="deputy")
    if last_day < first_day or last_day < timezone.localdate():
        raise PeriodWrong
    User.objects.select_for_update().get(pk=person.pk)
    if Absence.objects.filter(person=person, ended_at=None).exists():
        raise AbsentAlready
    absence = Absence.objects.create(
        person=person, deputy=deputy, first_day=first_day, last_day=last_day, noted_by=desk.user
    )
    audit.record(
        Verb.ABSENCE_NOTED,
        actor=desk.user,
        subject=f"absence:{absence.pk}",
        detail={"person": person.pk, "deputy": deputy.pk},
    )
    if first_day <= timezone.localdate():
        begin(absence)
    return absence


def begin(absence: Absence) -> int:
    """Hand the person's waiting cases over; returns how many. Cases the deputy may not see stay."""
    moved = 0
    for queue in queues():
        mine = desk_of(absence.person)
        cases = [Case(queue, row) for row in taken(queue, mine, absence.person)]
        seen = visible_to(queue, absence.deputy, cases)
        good = [case for case in cases if case.id in seen]
        hand(good, absence.deputy, actor=absence.noted_by, kind=AssignmentKind.HANDED_OVER, absence=absence)
        moved += len(good)
    Absence.objects.filter(pk=absence.pk).update(begun_at=timezone.now())
    return moved


def queues() -> list[Queue]:
    """One queue of each model whose cases somebody can take."""
    found: dict[str, Queue] = {}
    for queue in registry.queues():
        if queue.taken_field and queue.subject_label:
            found.setdefault(label_of(queue), queue)
    return list(found.values())


def taken(queue: Queue, desk: Desk, person: User) -> list[object]:
    rows = queue.visible(desk).filter(queue.still_waits(), **{queue.taken_field: person})
    return list(rows.order_by("pk").select_for_update(of=("self",)))


def visible_to(queue: Queue, person: User, cases: list[Case]) -> set[int]:
    ids = [case.id for case in cases]
    return set(queue.visible(desk_of(person)).filter(pk__in=ids).values_list("pk", flat=True))


@transaction.atomic
def end_absence(*, absence_id: int, desk: Desk) -> int:
    """The person is back: cases that are still with the deputy return. Returns how many. Raises AbsenceUnknown."""
    absence = Absence.objects.select_for_update().filter(pk=absence_id, ended_at=None).first()
    if absence is None or absence.person_id not in staff_of(desk):
        raise AbsenceUnknown
    return finish(absence, desk.user)


def finish(absence: Absence, actor: User) -> int:
    """Give back what the deputy still has of this absence."""
    returned = 0
    for queue in queues():
        ids = Assignment.objects.filter(
            absence=absence, model=label_of(queue), kind=AssignmentKind.HANDED_OVER
        ).values("object_id")
        rows = taken(queue, desk_of(absence.deputy), absence.deputy)
        wanted = set(ids.values_list("object_id", flat=True))
        cases = [case for case in (Case(queue, row) for row in rows) if case.id in wanted]
        hand(cases, absence.person, actor=actor, kind=AssignmentKind.HANDED_BACK, absence=absence)
        returned += len(cases)
    Absence.objects.filter(pk=absence.pk).update(ended_at=timezone.now())
    return returned


def turn_absences(today: date | None = None) -> int:
    """Begin the absences that start today and end those whose last day has passed. Returns how many changed."""
    today = today or timezone.localdate()
    changed = 0
    open_ones = (
        Absence.objects.filter(ended_at=None).select_related("person", "deputy", "noted_by").order_by("pk")
    )
    for absence in open_ones:
        with transaction.atomic():
            if absence.last_day < today:
                finish(absence, absence.noted_by)
                letters.send(
                    "desk.absence_over",
                    users=[absence.person_id, absence.deputy_id],
                    link="/console/absences/",
                )
                changed += 1
            elif absence.begun_at is None and absence.first_day <= today:
                begin(absence)
                changed += 1
    return changed

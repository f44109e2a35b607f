"""Notes with mentions, and tasks, about a case."""

import re
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import audit, letters
from portal.desk.assigning import NotAColleague, colleagues
from portal.desk.cases import CaseUnknown, locked_case, may
from portal.enums import Verb
from portal.errors import Refusal
from portal.models import CaseNote, CaseTask, User
from portal.workbench import Desk, Queue

MENTION = re.compile(r"@([\w.+-]{1,150})")


class TextMissing(Refusal):
    """Nothing was written."""

    code = "CASE.TEXT"
    message = _("请填写内容。")
    field = "text"


@transaction.atomic
def add_note(*, queue: Queue, desk: Desk, pk: int, text: str) -> CaseNote:
    """Write a note; colleagues mentioned as @sign-in-name get a letter. Names that are no colleagues stay plain text.

    Raises NotPermitted, CaseUnknown, TextMissing.
    """
    may(desk, queue, "case.note")
    case = locked_case(queue, desk, pk)
    text = text.strip()[:2000]
    if not text:
        raise TextMissing
    mentioned = mentions(queue, desk, text)
    note = CaseNote.objects.create(
        model=case.model,
        object_id=case.id,
        author=desk.user,
        text=text,
        mentions=[user.pk for user in mentioned],
        at=timezone.now(),
    )
    audit.record(Verb.CASE_NOTED, actor=desk.user, organisation_id=case.organisation_id, subject=case.subject)
    if mentioned:
        letters.send(
            "desk.mentioned",
            users=[user.pk for user in mentioned if user.pk != desk.user.pk],
            params={"case": case.name},
            link=queue.address(case.id),
        )
    return note


def mentions(queue: Queue, desk: Desk, text: str) -> list[User]:
    names = {name.lower() for name in MENTION.findall(text)}
    if not names:
        return []
    return [user for user in colleagues(queue, desk, queue.permission) if user.username.lower() in names]


@transaction.atomic
def add_task(
    *, queue: Queue, desk: Desk, pk: int, title: str, assignee_id: int, due_on: date | None = None
) -> CaseTask:
    """Something to do about a case. Raises NotPermitted, CaseUnknown, TextMissing, NotAColleague."""
    may(desk, queue, "case.note")
    case = locked_case(queue, desk, pk)
    title = title.strip()[:200]
    if not title:
        raise TextMissing(field="title")
    assignee = colleagues(queue, desk, queue.permission).filter(pk=assignee_id).first()
    if assignee is None:
        raise NotAColleague
    task = CaseTask.objects.create(
        model=case.model,
        object_id=case.id,
        title=title,
        assignee=assignee,
        due_on=due_on,
        created_by=desk.user,
        created_at=timezone.now(),
    )
    audit.record(Verb.CASE_NOTED, actor=desk.user, organisation_id=case.organisation_id, subject=case.subject)
    if assignee.pk != desk.user.pk:
        letters.send(
            "desk.task",
            users=[assignee.pk],
            params={"case": case.name, "title": title},
            link=queue.address(case.id),
        )
    return task


@transaction.atomic
def finish_task(*, queue: Queue, desk: Desk, pk: int, task_id: int) -> None:
    """Tick a task off; again: it is open again (undo). Raises NotPermitted, CaseUnknown."""
    may(desk, queue, "case.note")
    case = locked_case(queue, desk, pk)
    task = (
        CaseTask.objects.select_for_update().filter(pk=task_id, model=case.model, object_id=case.id).first()
    )
    if task is None:
        raise CaseUnknown
    done = task.done_at is None
    CaseTask.objects.filter(pk=task.pk).update(
        done_at=timezone.now() if done else None, done_by=desk.user if done else None
    )

"""The officials' desk: queues and buttons are classes in each app's `workbench.py`; the pages are generic (`portal.console`).

A `Queue` says which cases wait for whom, how they are shown, searched, sorted, and when they are late. An `Action` is one button:
who may press it, on which cases, what is asked, what is confirmed, and the one service call it makes. The answer is per case.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.db.models import Count, F, Model, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal
from portal.permissions import POST_PERMISSIONS
from portal.selectors import posts_of

if TYPE_CHECKING:
    from portal.models import Post, User
    from portal.workflow import Workflow

SOON = timedelta(hours=4)
"""A case is shown as urgent when less than this is left."""

MAX_AT_ONCE = 200
"""Cases of one bulk action."""

ABSENT = _("没有此事项，或不属于您的机构。")


@dataclass(frozen=True)
class Desk:
    """An official with the posts that decide what is seen and done. Posts are read once per request."""

    user: "User"
    posts: Sequence["Post"]

    def may(self, permission: str, agency: str) -> bool:
        """Does a post at this agency include the permission?"""
        roles = POST_PERMISSIONS.get(permission, frozenset())
        return any(post.agency.code == agency and post.role in roles for post in self.posts)

    def offices(self, agency: str) -> list[str] | None:
        """Office codes at the agency; None = all its offices, [] = none."""
        offices = [post.office for post in self.posts if post.agency.code == agency]
        if None in offices:
            return None
        return [office.code for office in offices if office]


def desk_of(user: "User") -> Desk:
    return Desk(user, posts_of(user))


@dataclass(frozen=True)
class Column:
    """One column of a queue. `kind` is text, number, money, time, due, state, person or flags; `sort` a field, if sortable."""

    name: str
    label: str | Promise
    kind: str = "text"
    sort: str = ""

    @property
    def css(self) -> str:
        """Class of the column's cells."""
        return {"money": "number", "number": "number", "time": "time", "due": "time"}.get(self.kind, "")


@dataclass(frozen=True)
class Filter:
    """A choice above the queue: `choices` are (value, label); a value is looked up in `conditions`, else in the field `lookup`."""

    name: str
    label: str | Promise
    choices: Sequence[tuple[str, str | Promise]]
    lookup: str = ""
    conditions: dict[str, Callable[["Desk"], Q]] = field(default_factory=dict)

    def condition(self, value: str, desk: "Desk") -> Q:
        """The condition of a chosen value; an unknown value chooses nothing."""
        if value not in {choice for choice, _label in self.choices}:
            return Q()
        return self.conditions[value](desk) if value in self.conditions else Q(**{self.lookup: value})


@dataclass(frozen=True)
class LawEntry:
    """One rule behind a case: what it says, where it stands, how sure we are of it."""

    code: str
    title: str | Promise
    text: str | Promise
    basis: str | Promise
    confidence: str | Promise = ""


@dataclass(frozen=True)
class ItemResult:
    """What an action did with one case."""

    id: int
    ok: bool
    sentence: str | Promise = ""
    code: str = ""


@dataclass(frozen=True)
class Outcome:
    """What an action did: per case, and what may be shown once in this answer only (unmasked data)."""

    items: Sequence[ItemResult]
    shown: dict[str, Any] = field(default_factory=dict)


def outcome_of(results: Iterable[tuple[int, Refusal | None]], done: str | Promise) -> Outcome:
    """A service's answers per case: the sentence of what was done, or the refusal."""
    return Outcome(
        [
            ItemResult(pk, True, done)
            if refusal is None
            else ItemResult(pk, False, refusal.sentence, refusal.code)
            for pk, refusal in results
        ]
    )


class Action:
    """One button. Subclasses set the texts and make one service call in `perform`."""

    code: ClassVar[str]
    label: ClassVar[str | Promise]
    permission: ClassVar[str]
    done: ClassVar[str | Promise] = _("已办理。")
    tone: ClassVar[str] = "secondary"
    confirm: ClassVar[str | Promise] = ""
    """What the act means and that it cannot be undone; a page asks before an action with this text or a form."""
    form_class: ClassVar[type[forms.Form] | None] = None
    bulk: ClassVar[bool] = True
    decides: ClassVar[bool] = False
    """Ends or moves the case: refused while the enterprise is being asked or a second signature is open."""

    @property
    def asks(self) -> bool:
        return bool(self.confirm) or self.form_class is not None

    def form(self, queue: "Queue", desk: Desk, data: Any) -> forms.Form | None:
        """The form that asks; forms whose choices depend on the official override this."""
        return self.form_class(data) if self.form_class else None

    def needs_countersign(self, case: Any) -> bool:
        """Must a second person confirm before anything moves?"""
        return False

    def applies(self, case: Any, desk: Desk) -> bool:
        """Is the button shown for this case? (The service decides again.)"""
        return True

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        """One service call. May raise a Refusal: nothing has moved then."""
        raise NotImplementedError


COUNTED = 10_000
"""Rows a list counts and pages through at most; who wants one beyond searches for it. Counting a million takes longer than reading a page."""


class Queue:
    """Cases that wait for an official. Subclasses say which, and how they look."""

    code: ClassVar[str]
    title: ClassVar[str | Promise]
    description: ClassVar[str | Promise] = ""
    agency: ClassVar[str]
    permission: ClassVar[str]
    columns: ClassVar[Sequence[Column]]
    filters: ClassVar[Sequence[Filter]] = ()
    actions: ClassVar[Sequence[Action]] = ()
    default_sort: ClassVar[str] = "id"
    page_size: ClassVar[int] = 50
    due_field: ClassVar[str] = ""
    taken_field: ClassVar[str] = ""
    search_label: ClassVar[str | Promise] = _("搜索")
    empty: ClassVar[str | Promise] = _("没有待办事项。")
    case_template: ClassVar[str] = "portal/workbench/case.html"
    subject_label: ClassVar[str] = ""
    """Model of the cases, e.g. `customs.Parcel`; with it a case gets notes, tasks, questions, history and assignments."""
    audit_name: ClassVar[str] = ""
    """What the case is called in the audit trail, e.g. `parcel`."""
    take_permission: ClassVar[str] = ""
    """Who may work on a case, and so be given one."""
    flow: ClassVar["Workflow | None"] = None

    def visible(self, desk: Desk) -> "QuerySet[Any]":
        """Every case this official may open, also when it has left the queue."""
        raise NotImplementedError

    def cases(self, desk: Desk) -> "QuerySet[Any]":
        """The cases that wait in this queue."""
        raise NotImplementedError

    def search(self, cases: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Narrow down to a number somebody typed in."""
        return cases

    def value_of(self, case: Any, column: Column) -> Any:
        """What a cell holds: the label of a choice, else the attribute."""
        shown = getattr(case, f"get_{column.name}_display", None)
        return shown() if shown else getattr(case, column.name)

    def name_of(self, case: Any) -> str:
        """What the case is called on its page and in results."""
        return str(case)

    def summary(self, case: Any) -> str:
        """One line that tells cases apart."""
        return ""

    def case_context(self, case: Any, desk: Desk) -> dict[str, Any]:
        """What the case template shows."""
        return {}

    def organisation_of(self, case: Any) -> int | None:
        """The enterprise that can be asked and that sees who looked."""
        return None

    def still_waits(self) -> Q:
        """Condition on the model: the case waits for an official (whoever looks)."""
        return Q()

    def related(self, case: Any, desk: Desk) -> "QuerySet[Any] | None":
        """Other cases of the same enterprise, newest first."""
        return None

    def law(self, case: Any, desk: Desk) -> Sequence["LawEntry"]:
        """What the law says about this case."""
        return ()

    def address(self, pk: int | None = None) -> str:
        """Path of the queue, or of one case."""
        return (
            reverse("console:case", args=[self.code, pk])
            if pk
            else reverse("console:queue", args=[self.code])
        )

    def allowed(self, desk: Desk) -> bool:
        return desk.may(self.permission, self.agency)

    @cached_property
    def buttons(self) -> Sequence[Action]:
        """The queue's own actions, then those that every queue of cases has."""
        if not self.subject_label:
            return self.actions
        from portal.desk.actions import desk_actions

        return (*self.actions, *desk_actions(self))

    def action(self, code: str) -> Action | None:
        return next((action for action in self.buttons if action.code == code), None)

    def actions_for(self, desk: Desk) -> list[Action]:
        """Buttons this official may use at all."""
        return [action for action in self.buttons if desk.may(action.permission, self.agency)]

    def sorted(self, cases: "QuerySet[Any]", sort: str) -> "QuerySet[Any]":
        """In the wanted order, the key last so that pages never overlap. Empty values come last."""
        name = sort.removeprefix("-")
        if name not in {column.sort for column in self.columns if column.sort}:
            sort, name = self.default_sort, self.default_sort.removeprefix("-")
        down = sort.startswith("-")
        last = (
            cases.model._meta.get_field(name.split("__")[0]).null or None
        )  # an index serves what says no more than it must
        order = F(name).desc(nulls_last=last) if down else F(name).asc(nulls_last=last)
        return cases.order_by(order, "-pk" if down else "pk")

    def counts(self, desk: Desk) -> dict[str, int]:
        """How many cases wait, how many are late, how many this official has taken: one query. A queue that only shows what is
        stored, without deadlines, is counted up to COUNTED."""
        if not self.due_field and not self.taken_field:
            return {"late": 0, "mine": 0, "total": self.cases(desk).order_by()[:COUNTED].count()}
        asked: dict[str, Count] = {"total": Count("pk")}
        if self.due_field:
            asked["late"] = Count("pk", filter=Q(**{f"{self.due_field}__lt": timezone.now()}))
        if self.taken_field:
            asked["mine"] = Count("pk", filter=Q(**{self.taken_field: desk.user}))
        return {"late": 0, "mine": 0, **self.cases(desk).aggregate(**asked)}

    def due(self, case: Any) -> datetime | None:
        return getattr(case, self.due_field) if self.due_field else None

    def taken_by(self, case: Any) -> Any:
        return getattr(case, self.taken_field) if self.taken_field else None


def urgency(due: datetime | None) -> str:
    """late, soon or "" of a deadline."""
    if due is None:
        return ""
    left = due - timezone.now()
    if left < timedelta(0):
        return "late"
    return "soon" if left < SOON else ""


class Registry:
    """All queues, by code, in the order they were declared."""

    def __init__(self) -> None:
        self._queues: dict[str, Queue] = {}
        self._found = False

    def register(self, queue: type[Queue]) -> type[Queue]:
        """Class decorator."""
        self._queues[queue.code] = queue()
        return queue

    def queues(self) -> Iterable[Queue]:
        if not self._found:
            self._found = True
            autodiscover_modules("workbench")
        return list(self._queues.values())

    def queue(self, code: str) -> Queue | None:
        return next((queue for queue in self.queues() if queue.code == code), None)


registry = Registry()


def primary_keys(values: Iterable[str]) -> list[int]:
    """Ids sent by a form: digits only, in order, without repeats, at most MAX_AT_ONCE."""
    found = dict.fromkeys(
        int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19
    )
    return list(found)[:MAX_AT_ONCE]


def chosen(queue: Queue, desk: Desk, ids: Sequence[int]) -> tuple[list[Model], list[ItemResult]]:
    """The asked-for cases this official may open, in the asked order, and an answer for each of the others.

    A case that has left the queue meanwhile stays among the first: the service says who was quicker.
    """
    known = queue.visible(desk).in_bulk(list(ids))
    missing = [ItemResult(pk, False, ABSENT, "WORKBENCH.ABSENT") for pk in ids if pk not in known]
    return [known[pk] for pk in ids if pk in known], missing

"""The desk's mechanism, without any app's queue: posts, filters, order, deadlines, ids from outside, one answer per case."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.utils import timezone

from portal.enums import PostRole
from portal.models import Agency, Code, Office, Post, User
from portal.workbench import (
    MAX_AT_ONCE,
    Action,
    Column,
    Desk,
    Filter,
    ItemResult,
    Outcome,
    Queue,
    chosen,
    desk_of,
    primary_keys,
    registry,
    urgency,
)


class Mark(Action):
    code = "mark"
    label = "标记"
    permission = "parcel.take"

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        return Outcome([ItemResult(pk, ok=True) for pk in ids])


class Decide(Mark):
    code = "decide"
    permission = "parcel.decide"
    confirm = "不能撤销"


class CodeQueue(Queue):
    """Codes of a table stand for cases."""

    code = "test.codes"
    title = "代码"
    agency = "gacc"
    permission = "queue.read"
    default_sort = "code"
    columns = (Column("code", "代码", sort="code"), Column("valid_to", "期限", "due", sort="valid_to"))
    actions = (Mark(), Decide())

    def visible(self, desk: Desk) -> Any:
        offices = desk.offices(self.agency)
        return Code.objects.all() if offices is None else Code.objects.filter(table__in=offices)

    def cases(self, desk: Desk) -> Any:
        return self.visible(desk).filter(name_en="open")


@dataclass
class Official:
    user: User

    def post(self, agency: str, office: str | None, role: str) -> "Official":
        owner = Agency.objects.get_or_create(code=agency, defaults={"name": agency})[0]
        place = (
            Office.objects.get_or_create(agency=owner, code=office, defaults={"name": office})[0]
            if office
            else None
        )
        Post.objects.create(user=self.user, agency=owner, office=place, role=role)
        return self

    @property
    def desk(self) -> Desk:
        return desk_of(self.user)


@pytest.fixture
def official(db: None) -> Official:
    return Official(User.objects.create_user("official"))


@pytest.fixture
def codes(db: None) -> dict[str, Code]:
    rows = [("3501", "b", "open"), ("3501", "a", "open"), ("3502", "c", "open"), ("3501", "d", "closed")]
    return {
        code: Code.objects.create(table=table, code=code, name_zh=code, name_en=state, source="test")
        for table, code, state in rows
    }


def test_permission_counts_only_at_the_queues_agency(official: Official) -> None:
    official.post("police", None, PostRole.CHIEF)
    assert not CodeQueue().allowed(official.desk)
    official.post("gacc", "3501", PostRole.CLERK)
    assert CodeQueue().allowed(official.desk)
    assert [action.code for action in CodeQueue().actions_for(official.desk)] == ["mark"]


def test_statistics_post_reads_no_queue(official: Official) -> None:
    assert not CodeQueue().allowed(official.post("gacc", "3501", PostRole.STATISTICS).desk)


def test_offices_follow_the_posts(official: Official) -> None:
    assert official.desk.offices("gacc") == []
    official.post("gacc", "3501", PostRole.CLERK).post("gacc", "3502", PostRole.CLERK)
    assert sorted(official.desk.offices("gacc") or []) == ["3501", "3502"]
    assert official.post("gacc", None, PostRole.CHIEF).desk.offices("gacc") is None
    assert official.desk.offices("police") == []


def test_cases_of_another_office_are_answered_not_found(official: Official, codes: dict[str, Code]) -> None:
    desk = official.post("gacc", "3501", PostRole.REVIEWER).desk
    found, missing = chosen(CodeQueue(), desk, [codes["c"].pk, codes["d"].pk, codes["a"].pk])
    assert [one.pk for one in found] == [codes["d"].pk, codes["a"].pk]
    assert [(item.id, item.ok) for item in missing] == [(codes["c"].pk, False)]


def test_order_is_total_and_unknown_columns_are_ignored(official: Official, codes: dict[str, Code]) -> None:
    queue, desk = CodeQueue(), official.post("gacc", None, PostRole.CLERK).desk
    assert [one.code for one in queue.sorted(queue.cases(desk), "")] == ["a", "b", "c"]
    assert [one.code for one in queue.sorted(queue.cases(desk), "-code")] == ["c", "b", "a"]
    assert [one.code for one in queue.sorted(queue.cases(desk), "name_zh")] == ["a", "b", "c"]
    by_date = queue.sorted(queue.cases(desk), "valid_to")
    assert [one.pk for one in by_date] == sorted(one.pk for one in by_date)


def test_counts_are_one_query(
    official: Official, codes: dict[str, Code], django_assert_num_queries: Any
) -> None:
    desk = official.post("gacc", "3501", PostRole.CLERK).desk
    with django_assert_num_queries(1):
        assert CodeQueue().counts(desk) == {"late": 0, "mine": 0, "total": 2}


def test_filter_knows_its_choices_only(official: Official) -> None:
    choice = Filter(
        "kind",
        "类别",
        (("a", "甲"), ("mine", "我的")),
        lookup="code",
        conditions={"mine": lambda desk: Q(pk=desk.user.pk)},
    )
    desk = official.desk
    assert choice.condition("a", desk) == Q(code="a")
    assert choice.condition("mine", desk) == Q(pk=official.user.pk)
    assert choice.condition("b", desk) == choice.condition("", desk) == Q()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["3", "1", "3"], [3, 1]),
        (["-1", "x", "", "1.5", "²", "9" * 30], []),
        ([str(n) for n in range(1, 500)], list(range(1, MAX_AT_ONCE + 1))),
    ],
)
def test_ids_from_outside(values: list[str], expected: list[int]) -> None:
    assert primary_keys(values) == expected


@pytest.mark.parametrize(("hours", "expected"), [(-1, "late"), (1, "soon"), (48, "")])
def test_urgency(hours: int, expected: str) -> None:
    assert urgency(timezone.now() + timedelta(hours=hours)) == expected
    assert urgency(None) == ""


def test_action_asks_when_it_has_a_text_or_a_form() -> None:
    assert (Mark().asks, Decide().asks) == (False, True)


def test_queues_of_apps_are_found_and_complete() -> None:
    found = {queue.code: queue for queue in registry.queues()}
    assert {"customs.manual", "customs.inspection"} <= set(found)
    for queue in found.values():
        assert queue.permission
        assert queue.agency
        assert len({action.code for action in queue.actions}) == len(queue.actions)
    assert registry.queue("no.such.queue") is None

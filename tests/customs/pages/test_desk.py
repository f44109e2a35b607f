"""The desk around a held parcel: assignment, notes, tasks, questions, second signatures, absences, saved filters (architecture §4)."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customs.enums import ParcelState
from customs.models import Parcel
from portal.desk.absences import turn_absences
from portal.desk.requests import expire_requests
from portal.models import (
    Absence,
    Assignment,
    AuditEntry,
    CaseNote,
    CaseTask,
    Countersignature,
    InformationRequest,
    Letter,
    SavedFilter,
)
from portal.working_days import add_working_seconds, working_seconds_between
from tests.customs.pages.conftest import Desk
from tests.customs.pages.test_console import QUEUE, do, messages_of

SECOND = "/console/customs.countersign/"


@pytest.fixture
def reviewer(official: Callable[..., Any]) -> Any:
    return official("王审核")


@pytest.fixture
def chief(official: Callable[..., Any]) -> Any:
    return official("张主管", role="chief", office=None)


def page(client: Client, parcel: Parcel) -> Any:
    return client.get(f"{QUEUE}{parcel.pk}/")


def post(client: Client, parcel: Parcel, path: str, **data: Any) -> str:
    """Post to the case and return the page it leads to."""
    answer = client.post(f"{QUEUE}{parcel.pk}/{path}", data)
    assert answer.status_code == 302
    return str(client.get(answer["Location"]).content.decode())


def ask(client: Client, parcel: Parcel, question: str = "请提供合同") -> Any:
    return do(client, "ask", parcel.pk, confirmed=1, question=question)


def test_chief_assigns_and_the_person_is_told(desk: Desk, reviewer: Any, chief: Any) -> None:
    held, second = desk.parcels["held"], desk.parcels["second"]
    answer = do(chief, "assign", held.pk, second.pk, confirmed=1, person=reviewer.user.pk, note="请今日办结")
    assert answer.status_code == 200
    assert desk.refresh("held").taken_by == desk.refresh("second").taken_by == reviewer.user
    assert [(a.kind, a.person, a.actor, a.note) for a in Assignment.objects.all()] == [
        ("assigned", reviewer.user, chief.user, "请今日办结")
    ] * 2
    letter = Letter.objects.get(code="desk.assigned")
    assert (letter.user, letter.params["count"]) == (reviewer.user, "2")


def test_assigning_needs_the_right_and_a_colleague_of_the_office(
    desk: Desk, reviewer: Any, chief: Any, official: Callable[..., Any]
) -> None:
    held, stranger = desk.parcels["held"], official("李外关", office="3701")
    assert do(reviewer, "assign", held.pk, confirmed=1, person=chief.user.pk).status_code == 404
    answer = do(chief, "assign", held.pk, confirmed=1, person=stranger.user.pk)
    assert "不能办理此事项" in messages_of(chief, answer)
    assert (desk.refresh("held").taken_by, Assignment.objects.count()) == (None, 0)


def test_escalating_gives_the_case_to_a_chief(desk: Desk, reviewer: Any, chief: Any) -> None:
    do(reviewer, "take", desk.parcels["held"].pk)
    do(reviewer, "escalate", desk.parcels["held"].pk, confirmed=1, person=chief.user.pk, note="金额存疑")
    assert desk.refresh("held").taken_by == chief.user
    assert [a.kind for a in Assignment.objects.order_by("id")] == ["taken", "escalated"]


def test_a_case_of_somebody_else_is_not_escalated(
    desk: Desk, reviewer: Any, chief: Any, official: Callable[..., Any]
) -> None:
    do(reviewer, "take", desk.parcels["held"].pk)
    other = official("李复核")
    answer = do(other, "escalate", desk.parcels["held"].pk, confirmed=1, person=chief.user.pk)
    assert "已由 王审核 领取" in messages_of(other, answer)
    assert desk.refresh("held").taken_by == reviewer.user


def test_note_is_kept_and_a_mentioned_colleague_gets_a_letter(desk: Desk, reviewer: Any, chief: Any) -> None:
    shown = post(reviewer, desk.parcels["held"], "notes/", text="请看地址 @user-张主管 和 @nobody <b>")
    assert "请看地址 @user-张主管 和 @nobody &lt;b&gt;" in shown
    note = CaseNote.objects.get()
    assert (note.author, note.mentions) == (reviewer.user, [chief.user.pk])
    assert [letter.user for letter in Letter.objects.filter(code="desk.mentioned")] == [chief.user]


def test_an_empty_note_is_refused_and_a_stranger_writes_none(
    desk: Desk, reviewer: Any, official: Callable[..., Any]
) -> None:
    assert "请填写内容" in post(reviewer, desk.parcels["held"], "notes/", text="  ")
    stranger = official("李外关", office="3701")
    path = f"{QUEUE}{desk.parcels['held'].pk}/notes/"
    stranger.post(path, {"text": "您好"})
    assert CaseNote.objects.count() == 0


def test_task_is_given_done_and_opened_again(desk: Desk, reviewer: Any, chief: Any) -> None:
    held = desk.parcels["held"]
    post(chief, held, "tasks/", title="核对发票", assignee=reviewer.user.pk, due_on="2026-12-01")
    task = CaseTask.objects.get()
    assert Letter.objects.get(code="desk.task").user == reviewer.user
    assert "核对发票" in reviewer.get("/console/tasks/").content.decode()
    post(reviewer, held, f"tasks/{task.pk}/")
    task.refresh_from_db()
    assert (task.done_by, task.done_at is not None) == (reviewer.user, True)
    post(reviewer, held, f"tasks/{task.pk}/")
    task.refresh_from_db()
    assert (task.done_by, task.done_at) == (None, None)


def test_asking_stops_the_clock_and_the_answer_lets_it_run(
    desk: Desk, reviewer: Any, staff: Callable[..., Client]
) -> None:
    held = desk.parcels["held"]
    due = held.due_at
    assert ask(reviewer, held).status_code == 302
    request = InformationRequest.objects.get()
    assert desk.refresh("held").due_at is None
    assert abs(request.clock_left - working_seconds_between(request.asked_at, due)) <= 1
    agent = staff("agent")
    assert "请提供合同" in agent.get(f"/enterprise/requests/{request.pk}/").content.decode()
    answer = agent.post(f"/enterprise/requests/{request.pk}/", {"answer": "合同见附件"})
    assert answer.status_code == 302
    request.refresh_from_db()
    assert (request.state, request.answer) == ("answered", "合同见附件")
    expected = add_working_seconds(request.closed_at, request.clock_left)
    assert abs(desk.refresh("held").due_at - expected) < timedelta(seconds=2)
    assert Letter.objects.get(code="desk.information_answered").user == reviewer.user


def test_nobody_decides_while_the_enterprise_is_asked(desk: Desk, reviewer: Any) -> None:
    ask(reviewer, desk.parcels["held"])
    answer = do(reviewer, "release", desk.parcels["held"].pk, confirmed=1)
    assert "尚未答复" in messages_of(reviewer, answer)
    assert desk.refresh("held").state == ParcelState.MANUAL
    do(reviewer, "withdraw-question", desk.parcels["held"].pk, confirmed=1)
    assert InformationRequest.objects.get().state == "withdrawn"
    assert desk.refresh("held").due_at is not None
    do(reviewer, "release", desk.parcels["held"].pk, confirmed=1)
    assert desk.refresh("held").state == ParcelState.RELEASED


def test_one_question_at_a_time(desk: Desk, reviewer: Any) -> None:
    ask(reviewer, desk.parcels["held"])
    assert ask(reviewer, desk.parcels["held"]).status_code == 409
    assert InformationRequest.objects.count() == 1


def test_another_enterprise_and_a_viewer_cannot_answer(
    desk: Desk, reviewer: Any, staff: Callable[..., Client]
) -> None:
    ask(reviewer, desk.parcels["held"])
    request = InformationRequest.objects.get()
    assert staff("shop").get(f"/enterprise/requests/{request.pk}/").status_code == 404
    viewer = staff("agent", "viewer")
    assert viewer.post(f"/enterprise/requests/{request.pk}/", {"answer": "好"}).status_code == 403
    request.refresh_from_db()
    assert (request.state, desk.refresh("held").due_at) == ("open", None)


def test_a_question_is_answered_once(desk: Desk, reviewer: Any, staff: Callable[..., Client]) -> None:
    ask(reviewer, desk.parcels["held"])
    agent, request = staff("agent"), InformationRequest.objects.get()
    agent.post(f"/enterprise/requests/{request.pk}/", {"answer": "第一次"})
    again = agent.post(f"/enterprise/requests/{request.pk}/", {"answer": "第二次"})
    request.refresh_from_db()
    assert (again.status_code, request.answer) == (409, "第一次")


def test_an_unanswered_question_expires_and_the_clock_runs(desk: Desk, reviewer: Any) -> None:
    ask(reviewer, desk.parcels["held"])
    InformationRequest.objects.update(answer_until=timezone.now() - timedelta(minutes=1))
    assert (expire_requests(), expire_requests()) == (1, 0)
    assert InformationRequest.objects.get().state == "expired"
    assert desk.refresh("held").due_at is not None
    assert Letter.objects.get(code="desk.information_expired").user == reviewer.user


@pytest.fixture
def dear(desk: Desk) -> Parcel:
    """A held parcel of 168.00 yuan, a cent above the amount that needs two people (C.DESK.COUNTERSIGN_AMOUNT)."""
    assert desk.parcels["held"].dutiable == Decimal("168.00")
    desk.world.change_rule("C.DESK.COUNTERSIGN_AMOUNT", value="167.99")
    return desk.parcels["held"]


def test_a_dear_release_waits_for_a_second_person(
    desk: Desk, dear: Parcel, reviewer: Any, official: Callable[..., Any]
) -> None:
    answer = do(reviewer, "release", dear.pk, confirmed=1, reason="单证一致")
    assert "双人复核" in messages_of(reviewer, answer)
    assert desk.refresh("held").state == ParcelState.MANUAL
    proposal = Countersignature.objects.get()
    own = reviewer.post(f"{SECOND}do/confirm/", {"ids": [proposal.pk], "confirmed": 1})
    assert own.status_code == 403
    second = official("李复核")
    assert [row.pk for row in second.get(SECOND).context["page"]] == [proposal.pk]
    second.post(f"{SECOND}do/confirm/", {"ids": [proposal.pk], "confirmed": 1, "remark": "同意"})
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by) == ("confirmed", second.user)
    assert desk.refresh("held").state == ParcelState.RELEASED
    assert Letter.objects.get(code="desk.countersigned").user == reviewer.user


def test_a_refused_proposal_moves_nothing(
    desk: Desk, dear: Parcel, reviewer: Any, official: Callable[..., Any]
) -> None:
    do(reviewer, "release", dear.pk, confirmed=1)
    second, proposal = official("李复核"), Countersignature.objects.get()
    second.post(f"{SECOND}do/refuse/", {"ids": [proposal.pk], "confirmed": 1, "remark": "价格存疑"})
    assert desk.refresh("held").state == ParcelState.MANUAL
    proposal.refresh_from_db()
    assert (proposal.state, proposal.remark) == ("refused", "价格存疑")
    late = second.post(f"{SECOND}do/confirm/", {"ids": [proposal.pk], "confirmed": 1})
    assert late.status_code == 409
    assert desk.refresh("held").state == ParcelState.MANUAL


def test_up_to_the_amount_one_person_is_enough(desk: Desk, reviewer: Any) -> None:
    desk.world.change_rule("C.DESK.COUNTERSIGN_AMOUNT", value="168.00")
    do(reviewer, "release", desk.parcels["held"].pk, confirmed=1)
    assert desk.refresh("held").state == ParcelState.RELEASED
    assert Countersignature.objects.count() == 0


def test_nothing_else_is_decided_while_a_second_person_is_awaited(
    desk: Desk, dear: Parcel, reviewer: Any, official: Callable[..., Any]
) -> None:
    do(reviewer, "release", dear.pk, confirmed=1)
    other = official("李复核")
    answer = do(other, "reject", dear.pk, confirmed=1, reason="不符")
    assert "正在等待双人复核" in messages_of(other, answer)
    assert desk.refresh("held").state == ParcelState.MANUAL


def test_the_database_refuses_one_person_on_both_sides(desk: Desk, dear: Parcel, reviewer: Any) -> None:
    do(reviewer, "release", dear.pk, confirmed=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Countersignature.objects.update(decided_by=reviewer.user)


def test_the_deputy_has_the_cases_while_somebody_is_away(
    desk: Desk, reviewer: Any, chief: Any, official: Callable[..., Any]
) -> None:
    deputy = official("李复核")
    do(reviewer, "take", desk.parcels["held"].pk)
    today = timezone.localdate()
    data = {
        "person": reviewer.user.pk,
        "deputy": deputy.user.pk,
        "first_day": today,
        "last_day": today + timedelta(days=2),
    }
    assert chief.post("/console/absences/", data).status_code == 302
    assert desk.refresh("held").taken_by == deputy.user
    do(chief, "assign", desk.parcels["second"].pk, confirmed=1, person=reviewer.user.pk)
    assert desk.refresh("second").taken_by == deputy.user
    assert turn_absences(today + timedelta(days=3)) == 1
    assert desk.refresh("held").taken_by == reviewer.user
    assert desk.refresh("second").taken_by == deputy.user
    assert Absence.objects.get().ended_at is not None
    assert turn_absences(today + timedelta(days=3)) == 0


def test_only_a_chief_notes_the_absence_of_others(
    desk: Desk, reviewer: Any, official: Callable[..., Any]
) -> None:
    other, today = official("李复核"), timezone.localdate()
    data = {"person": other.user.pk, "deputy": reviewer.user.pk, "first_day": today, "last_day": today}
    assert reviewer.post("/console/absences/", data).status_code == 422
    assert Absence.objects.count() == 0


def test_saved_filters_are_own_or_shared_with_the_agency(
    desk: Desk, reviewer: Any, chief: Any, official: Callable[..., Any]
) -> None:
    path = f"{QUEUE}filters/"
    reviewer.post(path, {"name": "我的", "query": "taken=mine&evil=1&q=A"})
    reviewer.post(path, {"name": "未领取", "query": "taken=free", "shared": "on"})
    assert list(SavedFilter.objects.order_by("id").values_list("name", "query")) == [
        ("我的", "taken=mine&q=A"),
        ("未领取", "taken=free"),
    ]
    assert [kept.name for kept in chief.get(QUEUE).context["saved"]] == ["未领取"]
    kept = SavedFilter.objects.get(name="未领取")
    chief.post(f"{path}{kept.pk}/forget/")
    assert SavedFilter.objects.filter(pk=kept.pk).exists()
    reviewer.post(f"{path}{kept.pk}/forget/")
    assert not SavedFilter.objects.filter(pk=kept.pk).exists()


def test_queue_is_exported_as_it_is_filtered_and_audited(desk: Desk, reviewer: Any) -> None:
    answer = reviewer.get(f"{QUEUE}export/", {"taken": "free"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    entry = AuditEntry.objects.get(verb="data_exported")
    assert entry.detail == {"rows": 2, "conditions": {"taken": "free"}}


def test_case_page_costs_as_many_queries_with_ten_notes_as_with_none(desk: Desk, reviewer: Any) -> None:
    held = desk.parcels["held"]

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert page(reviewer, held).status_code == 200
        return len(found)

    before = queries()
    for number in range(10):
        post(reviewer, held, "notes/", text=f"备注 {number}")
        post(reviewer, held, "tasks/", title=f"任务 {number}", assignee=reviewer.user.pk)
    assert queries() <= before + 1


def test_case_page_shows_the_law_and_the_other_cases_of_the_enterprise(desk: Desk, reviewer: Any) -> None:
    shown = page(reviewer, desk.parcels["held"])
    assert [entry.code for entry in shown.context["law"]] == ["E.10.M"]
    assert desk.parcels["second"].invt_no in [name for name, _summary, _address in shown.context["related"]]

"""Officials' pages: who sees which cases, what each button does, what the second official is told."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customs.enums import ParcelState
from exchange.models import Receipt
from portal.enums import MemberRole
from portal.models import AuditEntry, TransitionLog
from tests.customs.pages.conftest import Desk

QUEUE = "/console/customs.manual/"


def do(client: Client, action: str, *ids: int, **data: Any) -> Any:
    return client.post(f"{QUEUE}do/{action}/", {"ids": list(ids), **data})


def messages_of(client: Client, answer: Any) -> str:
    return str(client.get(answer["Location"]).content.decode())


def nothing_moved(desk: Desk, name: str = "held") -> bool:
    receipts = Receipt.objects.filter(document_id=desk.parcels[name].pk).count()
    return (desk.refresh(name).state, receipts, TransitionLog.objects.count()) == (ParcelState.MANUAL, 1, 0)


def test_queue_page_stays_within_twelve_queries(desk: Desk, official: Callable[..., Any]) -> None:
    """The first page counts each queue once, whatever stands in it."""
    reviewer = official("王审核")
    own = len(reviewer.get("/console/").context["rows"])
    for path, most in (
        ("/console/", 6 + own),
        (QUEUE, 12),
        ("/console/customs.inspection/", 12),
        ("/console/parcels/?number=nothing", 12),
    ):
        with CaptureQueriesContext(connection) as queries:
            assert reviewer.get(path).status_code == 200
        assert len(queries) <= most, (path, [query["sql"][:90] for query in queries])


def test_queues_show_counts_of_the_own_office(desk: Desk, official: Callable[..., Any]) -> None:
    rows = official("王审核").get("/console/").context["rows"]
    totals = {queue.code: counts["total"] for queue, counts in rows}
    assert {"customs.inspection", "customs.requests", "customs.returning", "filing.cases"} <= set(totals)
    assert {code: total for code, total in totals.items() if total} == {
        "customs.manual": 2,
        "customs.books_in_use": 2,
        "customs.taxbills": 1,
    }


def test_official_of_another_office_sees_nothing(desk: Desk, official: Callable[..., Any]) -> None:
    stranger, held = official("李外关", office="3701"), desk.parcels["held"]
    assert list(stranger.get(QUEUE).context["rows"]) == []
    assert stranger.get(f"{QUEUE}{held.pk}/").status_code == 404
    assert list(stranger.get("/console/parcels/", {"number": held.order_no}).context["parcels"]) == []
    for action, data in (
        ("take", {}),
        ("release", {"confirmed": 1}),
        ("reject", {"confirmed": 1, "reason": "不符"}),
    ):
        answer = do(stranger, action, held.pk, **data)
        assert "不属于您的机构" in messages_of(stranger, answer)
    answer = do(stranger, "unmask", held.pk, confirmed=1, reason="办案需要核实收货人信息")
    assert desk.documents["held"].order["buyerIdNumber"] not in answer.content.decode()
    assert nothing_moved(desk)
    assert AuditEntry.objects.filter(verb="personal_data_shown").count() == 0


def test_official_of_all_offices_sees_every_case(desk: Desk, official: Callable[..., Any]) -> None:
    chief = official("张主管", role="chief", office=None)
    assert len(chief.get(QUEUE).context["rows"]) == 2


def test_officials_of_other_agencies_have_no_customs_queue(desk: Desk, official: Callable[..., Any]) -> None:
    police = official("赵民警", agency="police_fujian", office=None)
    queues = [queue.code for queue, _counts in police.get("/console/").context["rows"]]
    assert [code for code in queues if code.startswith("customs.")] == []
    for path in (
        QUEUE,
        f"{QUEUE}{desk.parcels['held'].pk}/",
        f"{QUEUE}do/take/?ids={desk.parcels['held'].pk}",
    ):
        assert police.get(path).status_code == 404
    assert police.get("/console/parcels/").status_code == 403


def test_enterprise_staff_have_no_desk(desk: Desk, staff: Callable[..., Client]) -> None:
    paths = ("/console/", QUEUE, f"{QUEUE}{desk.parcels['held'].pk}/", "/console/parcels/")
    for path, role in zip(paths, MemberRole.values, strict=True):
        assert staff("agent", role=role).get(path).status_code == 403


def test_clerk_may_take_but_not_decide(desk: Desk, official: Callable[..., Any]) -> None:
    clerk, held = official("吴经办", role="clerk"), desk.parcels["held"]
    actions = clerk.get(f"{QUEUE}{held.pk}/").context["actions"]
    assert [action.code for action in actions] == ["take", "ask", "escalate"]
    assert do(clerk, "release", held.pk, confirmed=1).status_code == 404
    assert nothing_moved(desk)


def test_taken_parcel_is_kept_from_others_and_given_back(desk: Desk, official: Callable[..., Any]) -> None:
    first, second, held = official("王审核"), official("李复核"), desk.parcels["held"]
    do(first, "take", held.pk)
    assert desk.refresh("held").taken_by == first.user
    assert "该包裹已由 王审核 领取" in messages_of(second, do(second, "take", held.pk))
    assert "该包裹已由 王审核 领取" in messages_of(second, do(second, "release", held.pk, confirmed=1))
    assert nothing_moved(desk)
    do(first, "give-back", held.pk)
    assert desk.refresh("held").taken_by is None


def test_release_asks_first_then_sends_the_receipt(desk: Desk, official: Callable[..., Any]) -> None:
    reviewer, held = official("王审核"), desk.parcels["held"]
    asked = do(reviewer, "release", held.pk)
    assert "此操作不能撤销" in asked.content.decode()
    assert nothing_moved(desk)
    answer = do(reviewer, "release", held.pk, confirmed=1)
    assert answer["Location"] == f"{QUEUE}{held.pk}/"
    assert desk.refresh("held").state == ParcelState.RELEASED
    told = Receipt.objects.filter(document_id=held.pk, message_type="CEB622Message")
    assert told.order_by("id").last().status == "800"
    steps = reviewer.get(answer["Location"]).context["case_history"]
    assert [step["title"] for step in steps] == ["放行 · 王审核"]


def test_reject_requires_a_reason(desk: Desk, official: Callable[..., Any]) -> None:
    reviewer, held = official("王审核"), desk.parcels["held"]
    for reason in ("", "   "):
        answer = do(reviewer, "reject", held.pk, confirmed=1, reason=reason)
        assert answer.status_code == 422
        assert "error-summary" in answer.content.decode()
    assert nothing_moved(desk)
    do(reviewer, "reject", held.pk, confirmed=1, reason="收货地址无法核实")
    assert (desk.refresh("held").state, desk.parcels["held"].decision_reason) == (
        "rejected",
        "收货地址无法核实",
    )
    assert "收货地址无法核实" in Receipt.objects.filter(document_id=held.pk).order_by("id").last().info


def test_second_official_is_told_who_was_first(desk: Desk, official: Callable[..., Any]) -> None:
    first, second, held = official("王审核"), official("李复核"), desk.parcels["held"]
    do(first, "release", held.pk, confirmed=1)
    told = messages_of(second, do(second, "reject", held.pk, confirmed=1, reason="不符"))
    assert "该包裹已由 王审核 办理，当前状态：放行" in told
    assert desk.refresh("held").state == ParcelState.RELEASED


def test_bulk_tells_the_result_of_each_parcel(desk: Desk, official: Callable[..., Any]) -> None:
    first, second = official("王审核"), official("李复核")
    held, other, done = desk.parcels["held"], desk.parcels["second"], desk.parcels["released"]
    do(first, "take", held.pk)
    answer = do(second, "release", held.pk, other.pk, done.pk, 999, confirmed=1)
    results = [(pk.id, pk.ok, pk.code) for _name, pk, _known in answer.context["results"]]
    assert results == [
        (held.pk, False, "PARCEL.TAKEN"),
        (other.pk, True, ""),
        (done.pk, False, "PARCEL.DECIDED"),
        (999, False, "WORKBENCH.ABSENT"),
    ]
    assert (answer.context["succeeded"], answer.context["failed"]) == (1, 3)
    assert [desk.refresh(name).state for name in ("held", "second")] == ["manual", "released"]


def test_nothing_chosen_leads_back_with_a_word(desk: Desk, official: Callable[..., Any]) -> None:
    reviewer = official("王审核")
    answer = do(reviewer, "release")
    assert answer["Location"] == QUEUE
    assert "请先选择要办理的事项" in messages_of(reviewer, answer)


def test_unmasking_needs_a_purpose_and_is_audited(desk: Desk, official: Callable[..., Any]) -> None:
    """PIPL article 6: a stated purpose; the enterprise can see who looked."""
    reviewer, held = official("王审核"), desk.parcels["held"]
    number = desk.documents["held"].order["buyerIdNumber"]
    short = do(reviewer, "unmask", held.pk, confirmed=1, reason="看")
    assert (short.status_code, number in short.content.decode()) == (422, False)
    assert AuditEntry.objects.filter(verb="personal_data_shown").count() == 0
    shown = do(reviewer, "unmask", held.pk, confirmed=1, reason="核实收货地址是否真实存在")
    assert number in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    entry = AuditEntry.objects.get(verb="personal_data_shown")
    assert (entry.actor_id, entry.organisation_id, entry.subject, entry.detail) == (
        reviewer.user.pk,
        held.sender_id,
        f"parcel:{held.pk}",
        {"reason": "核实收货地址是否真实存在"},
    )
    assert number not in reviewer.get(f"{QUEUE}{held.pk}/").content.decode()


def test_the_sender_sees_who_looked_at_personal_data_and_why(
    desk: Desk, official: Callable[..., Any], staff: Callable[..., Client]
) -> None:
    held = desk.parcels["held"]
    do(official("王审核"), "unmask", held.pk, confirmed=1, reason="核实收货地址是否真实存在")
    shown = staff("agent").get(f"/enterprise/parcels/{held.pk}/").context["disclosures"]
    assert [(entry.actor, entry.text) for entry in shown] == [
        ("gacc · 3501 3501 · 审核", "核实收货地址是否真实存在")
    ]
    assert staff("shop").get(f"/enterprise/parcels/{held.pk}/").context["disclosures"] == []


def test_clerk_may_not_unmask(desk: Desk, official: Callable[..., Any]) -> None:
    clerk = official("吴经办", role="clerk")
    assert (
        do(
            clerk, "unmask", desk.parcels["held"].pk, confirmed=1, reason="核实收货地址是否真实存在"
        ).status_code
        == 404
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"taken": "mine"}, {"held"}),
        ({"taken": "free"}, {"second"}),
        ({"direction": "E"}, set()),
        ({"direction": "nonsense"}, {"held", "second"}),
        ({"sort": "-risk_score"}, {"held", "second"}),
        ({"sort": "password"}, {"held", "second"}),
        ({"page": "99"}, {"held", "second"}),
    ],
)
def test_queue_is_filtered_and_sorted_in_sql(
    desk: Desk, official: Callable[..., Any], query: dict[str, str], expected: set[str]
) -> None:
    reviewer = official("王审核")
    do(reviewer, "take", desk.parcels["held"].pk)
    rows = reviewer.get(QUEUE, query).context["rows"]
    assert {row.pk for row in rows} == {desk.parcels[name].pk for name in expected}


def test_parcel_is_found_in_the_own_office_by_any_number(desk: Desk, official: Callable[..., Any]) -> None:
    parcel, reviewer = desk.parcels["rejected"], official("王审核")
    for number in (
        parcel.order_no,
        parcel.logistics_no,
        parcel.invt_no,
        parcel.pre_no,
        desk.documents["rejected"].payment["payTransactionId"],
    ):
        assert list(reviewer.get("/console/parcels/", {"number": number}).context["parcels"]) == [parcel]
    html = reviewer.get(QUEUE, {"q": desk.parcels["held"].invt_no}).content.decode()
    assert desk.parcels["held"].invt_no in html
    assert desk.parcels["second"].invt_no not in html


def test_case_tells_what_the_law_says(desk: Desk, official: Callable[..., Any]) -> None:
    html = official("王审核").get(f"{QUEUE}{desk.parcels['held'].pk}/").content.decode()
    for text in ("收货地址相近但不相同", "E.10.M", "202205版", "税款计算", "规则版本"):
        assert text in html

"""Leases, redelivery and escalation; filters and purposes; bulk decisions; retention after acknowledgement."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exchange.enums import TaskKind
from exchange.models import AgencyTask, FeedPosition, Receipt
from exchange.services.agency import open_tasks
from exchange.services.leasing import sweep_leases
from exchange.services.retention import drop_old
from portal.codes import load_rules
from portal.models import Agency, ApiClient, Delivery, Event, Letter, Post, TransitionLog
from tests.exchange.conftest import Machine
from tests.exchange.test_agency import decide
from tests.exchange.test_feeds import task, write_receipt

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


def acknowledge(machine: Machine, *ids: int) -> Any:
    return machine.send("agency/tasks/ack/", orjson.dumps({"ids": ids}))


def with_purpose(machine: Machine, purpose: str) -> Machine:
    from exchange.permissions import forget_tokens

    load_rules()
    ApiClient.objects.filter(pk=machine.application.pk).update(purpose=purpose)
    forget_tokens()
    return machine


def test_task_not_decided_in_time_is_offered_again_behind_every_cursor(police: Machine) -> None:
    number, other = task("police_fujian"), task("police_fujian")
    first = police.get("agency/tasks/").json()
    assert acknowledge(police, number).json() == {"ids": [number]}
    assert sweep_leases(timezone.now()) == (0, 0)
    assert police.get("agency/tasks/", cursor=first["next"]).json()["results"] == []
    assert sweep_leases(timezone.now() + HOUR) == (1, 0)
    again = police.get("agency/tasks/", cursor=first["next"]).json()["results"]
    assert [(one["id"], one["state"], one["redeliveries"], one["leased_until"]) for one in again] == [
        (number, "open", 1, None)
    ]
    assert [one["id"] for one in police.get("agency/tasks/").json()["results"]] == [other, number]
    steps = TransitionLog.objects.filter(model="exchange.AgencyTask", object_id=number).order_by("id")
    assert list(steps.values_list("transition", "source", "target")) == [
        ("acknowledge", "open", "acked"),
        ("offer_again", "acked", "open"),
    ]


def test_second_sweep_of_the_same_lease_counts_once(police: Machine) -> None:
    acknowledge(police, task("police_fujian"))
    later = timezone.now() + HOUR
    assert [sweep_leases(later), sweep_leases(later)] == [(1, 0), (0, 0)]
    assert AgencyTask.objects.get().redeliveries == 1


def test_task_offered_three_times_is_told_once_and_goes_on_being_offered(police: Machine) -> None:
    agency = Agency.objects.get(code="police_fujian")
    for name, role in (("chief", "chief"), ("clerk", "clerk")):
        user = get_user_model().objects.create_user(name, email=f"{name}@example.org")
        Post.objects.create(user=user, agency=agency, role=role)
    number = task("police_fujian")
    escalated = []
    for _time in range(4):
        acknowledge(police, number)
        escalated.append(sweep_leases(timezone.now() + HOUR)[1])
    assert escalated == [0, 0, 1, 0]
    letter = Letter.objects.get()
    assert (letter.user.username, letter.code, letter.params["count"]) == (
        "chief",
        "exchange.tasks_overdue",
        "1",
    )
    assert Delivery.objects.count() == 1
    assert Event.objects.get(name="tasks_escalated").ids == [number]
    assert [one["redeliveries"] for one in police.get("agency/tasks/").json()["results"]] == [4]


def test_task_nobody_fetched_for_a_day_is_escalated(police: Machine) -> None:
    task("police_fujian")
    assert sweep_leases(timezone.now() + 23 * HOUR) == (0, 0)
    assert sweep_leases(timezone.now() + 25 * HOUR) == (0, 1)
    assert sweep_leases(timezone.now() + 26 * HOUR) == (0, 0)


def test_decided_task_is_never_offered_again(police: Machine) -> None:
    number = task("sms", TaskKind.SMS_SEND)
    AgencyTask.objects.filter(pk=number).update(agency_code="police_fujian")
    acknowledge(police, number)
    assert decide(police, {"task": number, "outcome": "ok"}).json()["results"][0]["status"] == "decided"
    assert sweep_leases(timezone.now() + HOUR) == (0, 0)
    assert AgencyTask.objects.get().state == "decided"


def test_feed_filters_by_kind_state_district_and_time(police: Machine) -> None:
    open_tasks(agency_code="police_fujian", kind="INSPECTION", payloads=[(1, {})], district="3501")
    open_tasks(agency_code="police_fujian", kind="INSPECTION", payloads=[(2, {})], district="3702")
    open_tasks(agency_code="police_fujian", kind="IDENTITY_CHECK", payloads=[(3, {})])
    acknowledge(police, AgencyTask.objects.get(subject_id=2).pk)
    AgencyTask.objects.filter(subject_id=1).update(created_at="2026-01-01T00:00:00+08:00")

    def subjects(**query: str) -> list[int]:
        answer = police.get("agency/tasks/", **query)
        assert answer.status_code == 200, answer.content
        return sorted(one["subject"] for one in answer.json()["results"])

    assert subjects() == [1, 2, 3]
    assert subjects(kind="INSPECTION") == [1, 2]
    assert subjects(state="acked") == [2]
    assert subjects(district="3501") == [1]
    assert subjects(since="2026-01-01T00:00:01+08:00") == [2, 3]
    assert subjects(since="2025-12-31T16:00:00Z", kind="INSPECTION", district="3702", state="acked") == [2]


def test_strange_filter_is_400(police: Machine) -> None:
    for name, text in (
        ("kind", "NOPE"), ("state", "decided"), ("district", "35"), ("district", "３５０１"),
        ("since", "yesterday"), ("since", "2026-01-01T00:00:00"), ("since", "2026-13-01T00:00:00Z"),
        ("since", "0001-01-01T00:00:00+14:00"),
    ):  # fmt: skip
        answer = police.get("agency/tasks/", settled=False, **{name: text})
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["errors"][0]["path"]) == (
            400,
            "FEED.FILTER",
            name,
        )


def test_client_reads_and_decides_only_what_its_purpose_covers(police: Machine) -> None:
    own, foreign = task("police_fujian"), task("police_fujian", "INSPECTION")
    with_purpose(police, "identity")
    assert [one["id"] for one in police.get("agency/tasks/").json()["results"]] == [own]
    refused = police.get("agency/tasks/", kind="INSPECTION")
    assert (refused.status_code, refused.json()["code"]) == (403, "AUTH.PURPOSE")
    result = decide(police, {"task": foreign, "outcome": "PASS"}).json()["results"][0]
    assert (result["status"], result["error"]["code"]) == ("refused", "AUTH.PURPOSE")
    assert AgencyTask.objects.get(pk=foreign).state == "open"


def test_purpose_without_kinds_reads_nothing(police: Machine) -> None:
    task("police_fujian")
    with_purpose(police, "statistics")
    assert police.get("agency/tasks/").json()["results"] == []


def test_thousand_decisions_in_one_call_cost_a_dozen_statements(machine_of: Any) -> None:
    sms = machine_of(Agency.objects.create(code="sms", name="短信平台"))
    open_tasks(agency_code="sms", kind="SMS_SEND", payloads=[(10**9 + n, {"n": n}) for n in range(1000)])
    ids = list(AgencyTask.objects.order_by("id").values_list("pk", flat=True))
    sent = [{"task": pk, "outcome": "reported", "detail": {"code": "DELIVRD"}} for pk in ids]
    sms.get("receipts/")  # the token is known
    with CaptureQueriesContext(
        connection,
    ) as found:
        answer = decide(sms, *sent)
    assert Counter(one["status"] for one in answer.json()["results"]) == {"decided": 1000}
    assert [one["task"] for one in answer.json()["results"]] == ids
    words = [q["sql"] for q in found.captured_queries]
    assert len(words) <= 20, words
    assert set(AgencyTask.objects.values_list("state", "outcome")) == {("decided", "reported")}
    assert TransitionLog.objects.filter(transition="decide").count() == 1000
    assert decide(sms, *sent, sent[0]).status_code == 400


def test_task_named_twice_in_one_call_is_worked_in_order(police: Machine) -> None:
    number = task("police_fujian", TaskKind.SMS_SEND)
    answer = decide(
        police,
        {"task": number, "outcome": "a"},
        {"task": number, "outcome": "a"},
        {"task": number, "outcome": "b"},
    )
    assert [(one["status"], one.get("error", {}).get("code")) for one in answer.json()["results"]] == [
        ("decided", None),
        ("decided", None),
        ("refused", "TASK.DECIDED"),
    ]


def test_receipts_leave_only_when_old_and_acknowledged(platform: Machine, other: Machine) -> None:
    mine, theirs = platform.application.organisation_id, other.application.organisation_id
    for info in ("old-1", "old-2"):
        write_receipt(mine, info)
        write_receipt(theirs, info)
    platform.get("receipts/")  # read, but nothing says that the page arrived
    page = platform.get("receipts/", limit=1).json()
    later = timezone.now() + timedelta(days=1096)
    assert drop_old(later)["receipts"] == 0
    platform.get("receipts/", cursor=page["next"])
    assert drop_old(timezone.now() + timedelta(days=1090))["receipts"] == 0
    assert drop_old(later)["receipts"] == 1
    assert sorted(Receipt.objects.values_list("organisation_id", "info")) == sorted(
        [(mine, "old-2"), (theirs, "old-1"), (theirs, "old-2")]
    )


def test_acknowledged_position_never_goes_back_nor_ahead_of_the_feed(platform: Machine) -> None:
    from exchange.selectors.feeds import cursor_of

    owner = platform.application.organisation_id
    write_receipt(owner, "1")
    write_receipt(owner, "2")
    first = platform.get("receipts/", limit=1).json()["next"]
    second = platform.get("receipts/", cursor=first).json()["next"]
    platform.get("receipts/", cursor=second)
    platform.get("receipts/", cursor=first)
    platform.get("receipts/", cursor=cursor_of(2**62, 1))
    position = FeedPosition.objects.get()
    assert (position.organisation_id, cursor_of(position.xid, position.row_id)) == (owner, second)


def test_decided_tasks_leave_after_thirty_days_undecided_ones_stay(police: Machine) -> None:
    done, waiting = task("police_fujian", TaskKind.SMS_SEND), task("police_fujian")
    decide(police, {"task": done, "outcome": "ok"})
    assert drop_old(timezone.now() + timedelta(days=29))["tasks"] == 0
    assert drop_old(timezone.now() + timedelta(days=31))["tasks"] == 1
    assert drop_old(timezone.now() + timedelta(days=3650))["tasks"] == 0
    assert AgencyTask.objects.get().pk == waiting


def test_nothing_leaves_before_the_least_time_whatever_the_rule_says(police: Machine) -> None:
    from portal import rules
    from portal.models import RuleValue

    load_rules()
    RuleValue.objects.filter(rule_id="P.TASK.KEEP_DAYS").update(
        param={"value": 1}, valid_from=date(2016, 1, 1)
    )
    rules.refresh(force=True)
    decide(police, {"task": task("police_fujian", TaskKind.SMS_SEND), "outcome": "ok"})
    assert drop_old(timezone.now() + timedelta(days=29))["tasks"] == 0
    assert drop_old(timezone.now() + timedelta(days=31))["tasks"] == 1

"""Receipts and tasks by cursor: no gap, no repeat, own rows only."""

import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from exchange.models import AgencyTask, IdempotentAnswer, Outbox, Receipt
from portal.celery import app as celery
from portal.personal_data import encrypt
from tests.exchange.building import orders
from tests.exchange.conftest import Machine

pytestmark = pytest.mark.django_db(transaction=True)


def write_receipt(organisation_id: int, info: str) -> int:
    return Receipt.objects.create(
        organisation_id=organisation_id,
        message_id=1,
        document_id=1,
        message_type="CEB000Message",
        status="120",
        info=info,
    ).pk


def read_all(machine: Machine, limit: int = 7) -> list[str]:
    seen, cursor = [], ""
    while True:
        page = machine.get("receipts/", cursor=cursor, limit=limit).json()
        seen += [receipt["info"] for receipt in page["results"]]
        cursor = page["next"]
        if not page["more"]:
            return seen


def test_page_by_page_reads_everything_once(platform: Machine) -> None:
    owner = platform.application.organisation_id
    for n in range(20):
        write_receipt(owner, str(n))
    assert read_all(platform) == [str(n) for n in range(20)]


def test_cursor_stays_valid_when_nothing_is_new(platform: Machine) -> None:
    first = platform.get("receipts/").json()
    assert (first["results"], first["more"]) == ([], False)
    write_receipt(platform.application.organisation_id, "new")
    page = platform.get("receipts/", cursor=first["next"]).json()
    assert [r["info"] for r in page["results"]] == ["new"]


def test_enterprise_reads_its_own_receipts_only(platform: Machine, other: Machine) -> None:
    mine = write_receipt(platform.application.organisation_id, "mine")
    theirs = write_receipt(other.application.organisation_id, "theirs")
    assert read_all(platform) == ["mine"]
    assert read_all(other) == ["theirs"]
    assert platform.get(f"receipts/{mine}/").status_code == 200
    assert platform.get(f"receipts/{theirs}/").status_code == 404
    assert other.get("receipts/", cursor=platform.get("receipts/").json()["next"]).status_code == 200


@pytest.mark.parametrize("cursor", ["x", "AAAA", "!!!!", "A" * 22 + "=", "中", "_" * 22, "A" * 10_000])
def test_strange_cursor_is_400(platform: Machine, cursor: str) -> None:
    answer = platform.get("receipts/", cursor=cursor)
    assert (answer.status_code, answer.json()["code"]) == (400, "FEED.CURSOR")


@pytest.mark.parametrize("limit", ["0", "501", "-1", "x", "1e2", "９", "9" * 50])
def test_strange_limit_is_400(platform: Machine, limit: str) -> None:
    assert platform.get("receipts/", limit=limit).status_code == 400


def test_strange_format_is_400(platform: Machine) -> None:
    assert platform.get("receipts/", format="pdf").status_code == 400


def test_row_of_an_open_transaction_holds_the_feed_and_comes_in_its_place(platform: Machine) -> None:
    """The early transaction commits last: without the horizon its row would be passed over."""
    owner = platform.application.organisation_id
    written, finish = threading.Event(), threading.Event()

    def early() -> None:
        with transaction.atomic():
            write_receipt(owner, "early")
            written.set()
            finish.wait(10)
        connection.close()

    thread = threading.Thread(target=early)
    thread.start()
    written.wait(10)
    write_receipt(owner, "late")
    page = platform.get("receipts/", settled=False).json()
    assert page["results"] == []
    finish.set()
    thread.join()
    page = platform.get("receipts/", cursor=page["next"]).json()
    assert [r["info"] for r in page["results"]] == ["early", "late"]


def test_concurrent_commits_out_of_order_give_no_gap_and_no_repeat(platform: Machine) -> None:
    """Eight writers keep transactions open for random times while a reader follows the cursor."""
    owner = platform.application.organisation_id
    done = threading.Event()
    expected: list[str] = []
    lock = threading.Lock()

    def writer(name: int) -> None:
        chance = random.Random(name)
        for n in range(12):
            with transaction.atomic():
                infos = [f"{name}-{n}-{k}" for k in range(chance.randint(1, 3))]
                for info in infos:
                    write_receipt(owner, info)
                    time.sleep(chance.random() * 0.004)
            with lock:
                expected.extend(infos)
        connection.close()

    threads = [threading.Thread(target=writer, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    seen: list[str] = []
    cursor = ""
    while True:
        finished = done.is_set()
        page = platform.get("receipts/", settled=finished, cursor=cursor, limit=5).json()
        seen += [r["info"] for r in page["results"]]
        cursor = page["next"]
        if not any(t.is_alive() for t in threads):
            done.set()
        if finished and not page["results"]:
            break
    for thread in threads:
        thread.join()
    assert len(seen) == len(set(seen))
    assert sorted(seen) == sorted(expected)


def test_fifty_parallel_same_messages_are_stored_once(
    platform: Machine, rows: Callable[[], dict[str, int]]
) -> None:
    body = orders("A-1", "A-2")
    answers: list[Any] = []
    barrier = threading.Barrier(50)

    def send() -> None:
        machine = Machine(platform.application, platform.token, type(platform.http)())
        machine.http.handler = platform.http.handler
        barrier.wait()
        answers.append(machine.post(body))
        connection.close()

    run([send] * 50)
    assert sorted(a.status_code for a in answers) == [200] * 49 + [202]
    assert len({a.json()["receipt"] for a in answers}) == 1
    assert rows() == {
        "exchange_message": 1,
        "exchange_receipt": 1,
        "customs_importorder": 2,
        "customs_importorderline": 2,
        "customs_queue": 1,
    }


def test_parallel_messages_with_the_same_documents_store_each_once(
    platform: Machine, rows: Callable[[], dict[str, int]]
) -> None:
    """Opposite orders of the same keys: deadlock victims are tried again, every document is answered."""
    numbers = [f"A-{n}" for n in range(30)]
    answers: list[Any] = []

    def send(order: list[str]) -> Callable[[], None]:
        def act() -> None:
            machine = Machine(platform.application, platform.token, platform.http)
            answers.append(machine.post(orders(*order)))
            connection.close()

        return act

    run([send(numbers if n % 2 else numbers[::-1]) for n in range(8)])
    assert {a.status_code for a in answers} == {202}
    found = rows()
    assert (found["customs_importorder"], found["customs_importorderline"]) == (30, 30)
    answered = sum(
        30 if receipt.document_id is None else 1
        for receipt in Receipt.objects.filter(message_type="CEB312Message")
    )
    assert answered == 8 * 30


def run(actions: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=action) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def task(agency: str, kind: str = "IDENTITY_CHECK", subject: int = 1) -> int:
    payload = encrypt('{"number": "11010519491231002X", "name": "张三"}')
    return AgencyTask.objects.create(agency_code=agency, kind=kind, subject_id=subject, payload=payload).pk


def test_agency_reads_its_own_undecided_tasks(police: Machine, gacc: Machine) -> None:
    mine = task("police_fujian")
    task("gacc", "INSPECTION")
    page = police.get("agency/tasks/").json()
    assert [(t["id"], t["kind"], t["subject"], t["state"]) for t in page["results"]] == [
        (mine, "IDENTITY_CHECK", 1, "open")
    ]
    assert page["results"][0]["payload"] == {"number": "11010519491231002X", "name": "张三"}
    assert [t["kind"] for t in gacc.get("agency/tasks/").json()["results"]] == ["INSPECTION"]
    assert police.get("agency/tasks/", kind="INSPECTION").json()["results"] == []


def test_delivery_notes_are_done_when_the_recipient_has_read_past_them(
    platform: Machine, other: Machine
) -> None:
    owner, stranger = platform.application.organisation_id, other.application.organisation_id
    for n in range(3):
        with transaction.atomic():
            write_receipt(owner, str(n))
            Outbox.objects.create(organisation_id=owner, channel="receipts", subject="decided")
    Outbox.objects.create(organisation_id=stranger, channel="receipts", subject="decided")
    page = platform.get("receipts/", limit=2).json()
    assert Outbox.objects.exclude(delivered_at=None).count() == 1
    platform.get("receipts/", cursor=page["next"])
    assert set(Outbox.objects.filter(delivered_at=None).values_list("organisation_id", flat=True)) == {
        stranger
    }


def test_old_notes_and_answers_are_forgotten(platform: Machine) -> None:
    old = timezone.now() - timedelta(days=8)
    owner = platform.application.organisation_id
    Outbox.objects.create(organisation_id=owner, channel="receipts", subject="decided", delivered_at=old)
    Outbox.objects.create(organisation_id=owner, channel="receipts", subject="decided")
    for key, created in (("old", old), ("new", timezone.now())):
        IdempotentAnswer.objects.create(
            client=platform.application, key=key, digest=b"", body={}, created_at=created
        )
    celery.loader.import_default_modules()
    celery.tasks["exchange.clean_exchange"].run()
    assert Outbox.objects.get().delivered_at is None
    assert IdempotentAnswer.objects.get().key == "new"

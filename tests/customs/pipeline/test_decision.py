"""The way of a parcel: joined in any order of arrival, decided once, answered to every sender."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import connection

from customs.enums import Direction, ParcelState
from customs.models import Finding, Parcel, Queue, TaxLine, Turn, Waiting
from customs.services.working import decide_batch
from exchange.models import AgencyTask, Outbox, Receipt
from portal.models import AuditEntry, Event, Organisation
from portal.working_days import add_working_days
from tests.customs.world import World
from tools.parcels import ALERT_GOODS, BAG, IMPORT_GOODS, LOGISTICS, PAYMENT

IMPORT = ("CEB311Message", "CEB411Message", "CEB511Message", "CEB621Message")
EXPORT = ("CEB303Message", "CEB505Message", "CEB603Message")


def test_agreeing_import_parcel_is_released_and_every_sender_is_told(world: World) -> None:
    documents = world.make.import_parcel(goods=[(IMPORT_GOODS[0], 1)], freight="10.00")
    (parcel,) = world.decide(documents)
    assert parcel.state == ParcelState.RELEASED
    assert world.findings(documents) == {}
    assert (parcel.regime, parcel.dutiable) == ("reduced", 178)
    assert [str(parcel.duty), str(parcel.vat), str(parcel.consumption_tax)] == ["0.00", "16.20", "0.00"]
    assert world.receipts(documents) == [
        ("CEB312Message", "120", "[Code:1800;Desc:逻辑校验通过]"),
        ("CEB412Message", "120", "[Code:1800;Desc:逻辑校验通过]"),
        ("CEB512Message", "120", "[Code:1800;Desc:逻辑校验通过]"),
        ("CEB622Message", "800", "[Code:2600;Desc:放行]"),
    ]
    assert world.used(parcel.buyer_id_hash) == (0, 178)
    assert parcel.limit_state == "confirmed"
    assert Outbox.objects.filter(channel="receipts").count() == 5  # the guarantor hears of the tax bill


def test_agreeing_export_parcel_is_released_without_receipt_of_money(world: World) -> None:
    documents = world.make.export_parcel()
    documents.without = {"CEB403Message"}
    (parcel,) = world.decide(documents)
    assert (parcel.state, parcel.regime, parcel.duty) == (ParcelState.RELEASED, "export", None)
    assert world.findings(documents) == {}
    assert [r[:2] for r in world.receipts(documents)] == [
        ("CEB304Message", "120"),
        ("CEB506Message", "120"),
        ("CEB604Message", "800"),
    ]


def test_numbers_of_customs_have_the_official_form(world: World) -> None:
    """B.3: 4 customs + 4 year + 1 in/out mark + 9 serial; pre-entry number B + day + 9."""
    imported, exported = world.decide(world.make.import_parcel(), world.make.export_parcel())
    assert imported.invt_no[:9] == "35012026I"
    assert exported.invt_no[:9] == "35012026E"
    assert {len(p.invt_no) for p in (imported, exported)} == {18}
    assert imported.pre_no[:9] == "B20261123"
    assert len({imported.invt_no[9:], exported.invt_no[9:]}) == 2


@pytest.mark.parametrize("arrival", list(permutations(IMPORT)))
def test_every_order_of_arrival_reaches_the_same_decision(world: World, arrival: tuple[str, ...]) -> None:
    documents = world.make.import_parcel(goods=[(IMPORT_GOODS[1], 1)])
    for code in arrival:
        world.send(documents, only=code)
        world.work()
    parcel = world.parcel(documents)
    assert (parcel.state, str(parcel.vat), str(parcel.consumption_tax)) == ("released", "24.52", "28.29")
    assert not Waiting.objects.exists()
    assert Receipt.objects.filter(status="800").count() == 1


@pytest.mark.parametrize("arrival", list(permutations(EXPORT)))
def test_every_order_of_arrival_of_export_documents(world: World, arrival: tuple[str, ...]) -> None:
    documents = world.make.export_parcel()
    for code in arrival:
        world.send(documents, only=code)
        world.work()
    assert world.parcel(documents).state == "released"
    assert not Waiting.objects.exists()


def test_incomplete_parcel_waits_and_says_for_what(world: World) -> None:
    documents = world.make.import_parcel()
    documents.without = {"CEB511Message", "CEB411Message"}
    world.send(documents)
    world.work()
    assert not Parcel.objects.exists()
    waiting = world.waiting(documents)
    assert waiting.missing == ["payment", "waybill"]
    assert waiting.deadline - waiting.since == timedelta(hours=24)


def test_waybill_is_joined_by_carrier_and_number_never_by_order(world: World) -> None:
    """S.1: the waybill message's order number means nothing."""
    documents = world.make.import_parcel()
    documents.waybill["orderNo"] = "ANOTHER"
    other = world.make.import_parcel()
    other.waybill["logisticsNo"] = "W-ELSEWHERE"
    world.send(documents, other)
    world.work()
    assert world.parcel(documents).state == "released"
    assert world.waiting(other).missing == ["waybill"]


def test_e_01_at_the_deadline_the_list_is_rejected_and_the_missing_party_notified(world: World) -> None:
    documents = world.make.import_parcel()
    documents.without = {"CEB511Message", "CEB411Message"}
    world.send(documents)
    world.work()
    world.let_the_deadline_pass()
    parcel = world.parcel(documents)
    assert parcel.state == "rejected"
    assert world.findings(documents) == {"E.01": ("R", "payment waybill", "")}
    assert world.receipts(documents)[-1] == ("CEB622Message", "100", "[Code:1300;Desc:单证不齐]")
    assert not Waiting.objects.exists()
    owing = dict(Outbox.objects.filter(channel="missing").values_list("organisation_id", "subject"))
    number = Organisation.objects.values_list("id", flat=True)
    assert owing == {
        number.get(customs_code=LOGISTICS.code): f"waybill {documents.waybill['logisticsNo']}",
        number.get(customs_code=PAYMENT.code): f"payment {documents.order_no}",
    }


def test_ex_1_export_without_waybill_is_rejected_at_the_deadline(world: World) -> None:
    documents = world.make.export_parcel()
    documents.without = {"CEB505Message"}
    world.send(documents)
    world.work()
    world.let_the_deadline_pass()
    assert world.findings(documents) == {"E.X1": ("R", "waybill", "")}
    assert world.parcel(documents).state == "rejected"


def test_late_document_after_the_rejection_changes_nothing(world: World) -> None:
    documents = world.make.import_parcel()
    documents.without = {"CEB511Message"}
    world.send(documents)
    world.work()
    world.let_the_deadline_pass()
    documents.without = set()
    world.send(documents, only="CEB511Message")
    world.work()
    assert world.parcel(documents).state == "rejected"
    assert Receipt.objects.filter(message_type="CEB622Message", status__in=["100", "800"]).count() == 1


def test_working_a_message_twice_changes_nothing(world: World) -> None:
    documents = [world.make.import_parcel() for _ in range(3)]
    world.send(*documents)
    queued = list(Queue.objects.values_list("message_id", "message_type"))
    world.work()
    before = [
        Parcel.objects.count(),
        Receipt.objects.count(),
        Finding.objects.count(),
        TaxLine.objects.count(),
    ]
    used = [world.used(world.parcel(d).buyer_id_hash) for d in documents]
    Queue.objects.bulk_create(Queue(message_id=m, message_type=t) for m, t in queued)
    world.work()
    assert before == [
        Parcel.objects.count(),
        Receipt.objects.count(),
        Finding.objects.count(),
        TaxLine.objects.count(),
    ]
    assert used == [world.used(world.parcel(d).buyer_id_hash) for d in documents]


def test_without_delegation_nothing_is_released_without_an_official(world: World) -> None:
    world.change_rule("C.AUTO_RELEASE", value=False)
    documents = world.make.import_parcel()
    (parcel,) = world.decide(documents)
    assert (parcel.state, parcel.limit_state) == ("manual", "reserved")
    assert parcel.due_at == add_working_days(parcel.decided_at, 1)
    assert world.receipts(documents)[-1] == ("CEB622Message", "300", "[Code:1200;Desc:待人工审核]")


def test_rejection_goes_before_inspection_and_inspection_before_review(world: World) -> None:
    rejected = world.make.import_parcel(goods=[(ALERT_GOODS, 1)])
    rejected.inventory["assureCode"] = "3599999999"
    inspected = world.make.import_parcel(goods=[(ALERT_GOODS, 1)], buyer=world.make.person(born=2015))
    assert [p.state for p in world.decide(rejected, inspected)] == ["rejected", "inspection"]
    assert set(world.findings(inspected)) == {"Q.13", "Q.14"}
    task = AgencyTask.objects.get()
    assert (task.agency_code, task.kind, task.subject_id) == (
        "gacc",
        "INSPECTION",
        world.parcel(inspected).pk,
    )


def test_rejected_parcel_uses_no_limit_and_has_no_tax(world: World) -> None:
    documents = world.make.import_parcel()
    documents.inventory["assureCode"] = "3599999999"
    (parcel,) = world.decide(documents)
    assert (parcel.limit_state, parcel.vat) == ("", None)
    assert not TaxLine.objects.exists()
    with pytest.raises(Exception, match="does not exist"):
        world.used(parcel.buyer_id_hash)


def test_each_turn_leaves_one_audit_entry_events_and_its_times(world: World) -> None:
    documents = [world.make.import_parcel() for _ in range(4)]
    documents[0].payment["payerName"] = "另一人"
    world.decide(*documents)
    entry = AuditEntry.objects.get(verb="parcels_decided")
    assert entry.subject == "turn:I"
    assert entry.detail["states"] == {"released": 3, "rejected": 1}
    released = Event.objects.get(name="parcels_released")
    assert released.ids == sorted(world.parcel(d).pk for d in documents[1:])
    assert Event.objects.get(name="parcels_rejected").ids == [world.parcel(documents[0]).pk]
    turn = Turn.objects.get()
    assert (turn.messages, turn.parcels) == (4, 4)
    assert {"take", "compare", "tax", "limits", "decide", "receipts"} <= set(turn.steps)


def test_findings_keep_the_version_of_the_register(world: World) -> None:
    world.change_rule("E.SUM_TOL", value="0.02")
    documents = world.make.import_parcel()
    documents.waybill["freight"] = "0.05"
    (parcel,) = world.decide(documents)
    assert parcel.register_version == Finding.objects.get().register_version
    assert parcel.register_version > 0


def test_export_is_not_asked_for_identity_nor_taxed(world: World) -> None:
    world.identity_known = False
    (parcel,) = world.decide(world.make.export_parcel(goods=[(IMPORT_GOODS[0], 1)], statistics_flag="B"))
    assert (parcel.state, parcel.buyer_id_hash, parcel.limit_state) == ("released", None, "")


def test_single_bag_over_the_limit_is_taxed_in_full(world: World) -> None:
    documents = world.make.import_parcel(goods=[(BAG, 1)])
    (parcel,) = world.decide(documents)
    assert (parcel.regime, str(parcel.vat)) == ("full", "1040.00")
    assert world.findings(documents)["E.19"] == ("W", "728.00000", "1040.00")


def test_poisoned_message_is_held_and_the_others_go_on(world: World) -> None:
    good, bad = world.make.import_parcel(), world.make.import_parcel()
    world.send(good)
    world.send(bad)
    world.know_buyers()
    key = "UPDATE customs_importinventory SET customs_code = repeat('9', 4) || 'X' WHERE order_no = %s"
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE customs_importinventory ALTER customs_code TYPE varchar(20)")
        cursor.execute(key, [bad.order_no])
    while decide_batch(Direction.IMPORT).messages:
        pass
    assert world.parcel(good).state == "released"
    assert not Parcel.objects.filter(order_no=bad.order_no).exists()
    held = Queue.objects.get()
    assert held.message_type.startswith("!CEB")

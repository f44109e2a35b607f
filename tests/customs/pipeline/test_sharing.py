"""Real documents as another agency reads them: personal data masked, prices only by grant (rules P.3, F.3)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customs.models import ImportOrder, LogisticsEvent, Parcel
from customs.selectors.documents import documents_of
from customs.selectors.timeline import timeline
from exchange.services.records import read_records
from portal.models import AuditEntry
from tests.customs.world import World


def read(object_code: str, *keys: str, agency: str = "tax") -> list[tuple[str, dict[str, Any]]]:
    views = read_records(
        agency_code=agency, client=None, object_code=object_code, keys=keys, purpose="tax", case="退税 1"
    )
    return [(one.key, one.view.values) for one in views]


@pytest.fixture
def parcel(world: World) -> Parcel:
    [decided] = world.decide(world.make.import_parcel())
    return decided


def test_buyer_is_masked_and_prices_are_left_out(parcel: Parcel) -> None:
    order = ImportOrder._default_manager.get(pk=parcel.order_id)
    [(key, shown)] = read("import_order", parcel.invt_no)
    assert key == parcel.invt_no
    assert shown["buyer_id_number"] == order.buyer_id_mask
    assert "*" in shown["buyer_name"]
    assert "****" in shown["buyer_telephone"]
    assert shown["consignee_address"].endswith("****")
    assert {"goods_value", "order_no", "buyer_id_hash"} & shown.keys() == set()


def test_owner_reads_lines_tax_and_outcome_and_the_sender_sees_that_it_did(parcel: Parcel) -> None:
    lines = read("import_inventory_line", parcel.invt_no, agency="gacc")
    assert [key for key, _values in lines] == [f"{parcel.invt_no}#1"]
    [(_key, outcome)] = read("parcel", parcel.invt_no, agency="gacc")
    assert (outcome["state"], outcome["order_no"]) == ("released", parcel.order_no)
    assert "risk_score" not in outcome
    assert read("tax_line", parcel.invt_no, agency="gacc")[0][1]["vat_rate"]
    entry = AuditEntry.objects.filter(verb="records_shared").last()
    assert entry is not None
    assert (entry.organisation_id, entry.detail["agency"]) == (parcel.sender_id, "gacc")


def test_list_numbers_that_are_unknown_or_of_the_other_direction_give_nothing(parcel: Parcel) -> None:
    assert read("import_order", "350120261000000000", "x") == []
    assert read("export_order", parcel.invt_no) == []
    assert not AuditEntry.objects.filter(verb="records_shared").exists()


def test_hundred_lists_cost_as_many_queries_as_one(world: World) -> None:
    parcels = world.decide(*(world.make.import_parcel() for _ in range(20)))
    counts = []
    for some in (parcels[:1], parcels):
        with CaptureQueriesContext(connection) as asked:
            assert len(read("import_payment", *(one.invt_no for one in some))) == len(some)
        counts.append(len(asked))
    assert counts[1] <= counts[0]


def test_timeline_orders_documents_receipts_and_carriers_events_by_the_time_they_happened(
    parcel: Parcel,
) -> None:
    """Measure 5: an event told late stands where it happened and says when it was told; another carrier's is not shown."""
    arrived = parcel.received_at
    rows = [
        ("1", 3, 3, parcel.logistics_code),
        ("2", -2, 5, parcel.logistics_code),
        ("3", 1, 1, "350196000Z"),
    ]
    for number, happened, received, code in rows:
        LogisticsEvent.objects.create(
            sender_id=1,
            event_id=number,
            logistics_code=code,
            logistics_no=parcel.logistics_no,
            kind="signed" if number == "1" else "accepted",
            happened_at=arrived + timedelta(hours=happened),
            received_at=arrived + timedelta(hours=received),
            place="福州",
        )
    entries = timeline(documents_of(parcel.pk, parcel.direction), parcel.pk)
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert (str(entries[0].title), str(entries[-1].title)) == ("揽收", "签收")
    assert "接收" in entries[0].text
    assert [str(entry.title) for entry in entries].count("揽收") == 1

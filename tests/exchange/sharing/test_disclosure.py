"""What an agency gets of every field of the catalogue, generated from the catalogue: granted, not granted, expired, other purpose."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exchange.enums import Level, Sharing, TaskKind
from exchange.models import AgencyTask, SharingGrant
from exchange.selectors import grants as memory
from exchange.selectors.catalogue import SharedField, shared_fields
from exchange.selectors.disclosure import Reader, disclosed
from exchange.services import records
from exchange.services.agency import open_task
from exchange.services.grants import revoke_grants
from portal.models import Agency, AuditEntry, Organisation
from tests.exchange.conftest import Machine
from tests.exchange.sharing.conftest import Granting, Officials

pytestmark = pytest.mark.django_db(transaction=True)

CLEAR = "福州市鼓楼区110105194912310021"
MASKS = {
    "number": "福州市" + "*" * 19 + "21",
    "name": "福" + "*" * 22 + "1",
    "phone": "福州市" + "*" * 17 + "0021",
    "address": "福州市鼓楼区****",
    "account": "*" * 20 + "0021",
    "hidden": "***",
    "stored": CLEAR,
}
"""The same value under every mask of F.3."""
OBJECTS = [code for code in shared_fields() if not code.startswith("task.")]


def expected(one: SharedField, *, granted: bool, owner: bool = False) -> Any:
    """The value that must come, None for a field that must be absent. P.2 and P.3, written independently of the product."""
    if one.sharing == Sharing.NONE:
        return None
    if one.sharing == Sharing.UNCONDITIONAL or granted:
        return CLEAR
    if one.level == Level.PERSONAL:
        return MASKS[one.mask] if one.mask else None
    return CLEAR if owner else None


def expected_view(object_code: str, *, granted: bool, owner: bool = False) -> dict[str, Any]:
    found = {
        name: expected(one, granted=granted, owner=owner)
        for name, one in shared_fields()[object_code].items()
    }
    return {name: value for name, value in found.items() if value is not None}


@pytest.fixture
def every_record(organisation: Organisation) -> Iterator[None]:
    """Sources of all objects: one record whose every field, and one field nobody knows, hold the same personal text."""
    before = dict(records._sources)

    def source_of(code: str) -> Any:
        values = {**dict.fromkeys(shared_fields()[code], CLEAR), "unknown_field": CLEAR}
        return lambda keys: [records.SharedRecord(key, organisation.pk, values) for key in keys]

    for code in OBJECTS:
        records.register_source(code, source_of(code))
    yield
    records._sources.clear()
    records._sources.update(before)


@pytest.fixture
def tax(tax_agency: Agency, machine_of: Callable[..., Machine]) -> Machine:
    return reader_of(tax_agency, machine_of)


def reader_of(agency: Agency, machine_of: Callable[..., Machine]) -> Machine:
    machine = machine_of(agency, "records:read grants:write")
    machine.application.allowed_scopes = "records:read grants:write"
    machine.application.save()
    return machine


def view(machine: Machine, object_code: str, purpose: str = "tax") -> dict[str, Any]:
    answer = machine.get(f"agency/records/{object_code}/", key="K1", purpose=purpose, case="退税 2026-001")
    assert answer.status_code == 200, answer.json()
    found: dict[str, Any] = answer.json()["results"][0]
    return found


def conditional(object_code: str) -> list[str]:
    return [one.name for one in shared_fields()[object_code].values() if one.sharing == Sharing.CONDITIONAL]


def test_every_field_granted_not_granted_expired_and_for_another_purpose(
    tax: Machine, every_record: None, granted: Granting
) -> None:
    """Four times every field of the catalogue, by HTTP."""
    today = timezone.localdate()
    for code in OBJECTS:
        nothing = expected_view(code, granted=False)
        before = view(tax, code)
        assert before["fields"] == nothing
        assert set(before["omitted"]) == {*shared_fields()[code], "unknown_field"} - set(nothing)
        if not conditional(code):
            continue
        grant = granted(code, conditional(code))
        after = view(tax, code)
        assert (after["fields"], after["masked"]) == (expected_view(code, granted=True), [])
        assert view(tax, code, "statistics")["fields"] == nothing
        SharingGrant.objects.filter(pk=grant.pk).update(since=today - timedelta(days=9), until=today)
        memory.refresh_at_next_question()
        assert view(tax, code)["fields"] == nothing


def test_one_field_granted_leaves_the_others_as_they_were(
    tax: Machine, every_record: None, granted: Granting
) -> None:
    granted("import_order", ["buyer_name"])
    found = view(tax, "import_order")["fields"]
    assert found == {**expected_view("import_order", granted=False), "buyer_name": CLEAR}
    assert found["consignee"] == MASKS["name"]
    assert "goods_value" not in found


def test_owner_of_the_data_reads_sensitive_fields_without_a_grant_but_personal_ones_masked(
    officials: Officials, machine_of: Callable[..., Machine], every_record: None
) -> None:
    gacc = reader_of(Agency.objects.get(code="gacc"), machine_of)
    found = view(gacc, "import_order", "clearance")["fields"]
    assert found == expected_view("import_order", granted=False, owner=True)
    assert (found["goods_value"], found["buyer_id_number"]) == (CLEAR, MASKS["number"])


def test_revoking_works_at_once(
    tax: Machine, every_record: None, granted: Granting, officials: Officials
) -> None:
    grant = granted("parcel", ["order_no"])
    assert view(tax, "parcel")["fields"]["order_no"] == CLEAR
    revoke_grants(ids=[grant.pk], actor=officials["owner"], reason="用途已经结束，不再需要")
    assert "order_no" not in view(tax, "parcel")["fields"]


def test_grant_of_another_agency_does_not_help(
    every_record: None, granted: Granting, machine_of: Callable[..., Machine]
) -> None:
    granted("parcel", ["order_no"])
    other = reader_of(Agency.objects.create(code="safe", name="外汇"), machine_of)
    assert "order_no" not in view(other, "parcel")["fields"]


def test_reading_without_purpose_case_or_key_is_refused_and_leaves_no_trace(
    tax: Machine, every_record: None
) -> None:
    for query, field in (
        ({"key": "K", "purpose": "", "case": "A"}, "purpose"),
        ({"key": "K", "purpose": "curiosity", "case": "A"}, "purpose"),
        ({"key": "K", "purpose": "task", "case": "A"}, "purpose"),
        ({"key": "K", "purpose": "tax", "case": "   "}, "case"),
        ({"purpose": "tax", "case": "A"}, "key"),
        ({"key": [str(n) for n in range(101)], "purpose": "tax", "case": "A"}, "key"),
    ):
        answer = tax.get("agency/records/parcel/", **query)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["path"] == field
    for code in ("nothing", "task.IDENTITY_CHECK", "'; DROP TABLE x"):
        answer = tax.get(f"agency/records/{code}/", key="K", purpose="tax", case="A")
        assert (answer.status_code, answer.json()["code"]) == (404, "RECORDS.OBJECT")
    assert not AuditEntry.objects.filter(verb="records_shared").exists()


def test_enterprises_and_clients_without_the_scope_read_nothing(
    platform: Machine, police: Machine, every_record: None
) -> None:
    for machine in (platform, police):
        answer = machine.get("agency/records/parcel/", key="K", purpose="tax", case="A")
        assert (answer.status_code, answer.json()["code"]) == (403, "AUTH.SCOPE")


def test_reading_is_logged_for_the_enterprise_with_purpose_case_and_fields(
    tax: Machine, every_record: None, organisation: Organisation
) -> None:
    view(tax, "import_payment")
    entry = AuditEntry.objects.get(verb="records_shared")
    assert (entry.client_id, entry.organisation_id, entry.subject) == (
        tax.application.pk,
        organisation.pk,
        "exchange.object:import_payment",
    )
    assert {name: entry.detail[name] for name in ("agency", "purpose", "case", "records")} == {
        "agency": "tax",
        "purpose": "tax",
        "case": "退税 2026-001",
        "records": 1,
    }
    assert "payer_id_number" in entry.detail["masked"]
    assert CLEAR not in orjson.dumps(entry.detail).decode()


PAYLOADS: dict[str, dict[str, Any]] = {
    TaskKind.IDENTITY_CHECK: {"pairs": [{"ref": "r", "number": "11010519491231002X", "name": "张三"}]},
    TaskKind.REGISTRY_LOOKUP: {"uscc": "91350100MA00000001"},
}


def test_agency_that_is_asked_reads_the_question_and_another_one_only_masks(police: Machine) -> None:
    """The standing grant is for the agency that is asked. A task that goes astray shows no personal data."""
    question = PAYLOADS[TaskKind.IDENTITY_CHECK]
    open_task(agency_code="police_fujian", kind=TaskKind.IDENTITY_CHECK, subject_id=1, payload=question)
    assert police.get("agency/tasks/").json()["results"][0]["payload"] == question
    strange = disclosed(
        question,
        object_code="task.IDENTITY_CHECK",
        reader=Reader("sms", "task", timezone.localdate()),
    )
    assert strange.values == {"pairs": [{"number": "110*************2X", "name": "*三"}]}


def test_field_of_a_task_that_the_catalogue_does_not_know_never_leaves(police: Machine) -> None:
    payload = {**PAYLOADS[TaskKind.IDENTITY_CHECK], "note": "13800138000", "more": {"phone": "13800138000"}}
    open_task(agency_code="police_fujian", kind=TaskKind.IDENTITY_CHECK, subject_id=1, payload=payload)
    shown = police.get("agency/tasks/").json()["results"][0]["payload"]
    assert shown == {**PAYLOADS[TaskKind.IDENTITY_CHECK], "more": {}}


def test_kind_of_task_that_the_catalogue_does_not_know_is_never_stored(police: Machine) -> None:
    with pytest.raises(LookupError, match="NOTHING"):
        open_task(agency_code="police_fujian", kind="NOTHING", subject_id=1, payload={"name": "张三"})
    assert not AgencyTask.objects.exists()


def test_deciding_costs_no_query_per_row(
    officials: Officials, granted: Granting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "RECHECK_SECONDS", 60.0)
    granted("import_order", ["buyer_name"])
    reader = Reader("tax", "tax", timezone.localdate())
    values = dict.fromkeys(shared_fields()["import_order"], CLEAR)
    disclosed(values, object_code="import_order", reader=reader)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        for _row in range(1_000):
            disclosed(values, object_code="import_order", reader=reader)
    assert len(asked) == 0

"""Agencies read the statuses of released lists by purpose, kind, status, district and time; nobody else does."""

from collections.abc import Callable
from typing import Any

import pytest

from customs.events import PARCELS_RELEASED
from customs.models import Parcel
from customs.services.sharing import share_with_agencies
from exchange.models import SharedDocument
from exchange.permissions import forget_tokens
from portal import events
from portal.codes import load_rules
from portal.models import Agency, ApiClient, AuditEntry, Event
from tests.exchange.conftest import Machine, settle

pytestmark = pytest.mark.django_db(transaction=True)


def parcel(number: int, **values: Any) -> Parcel:
    from django.utils import timezone

    now = timezone.now()
    given = {
        "direction": "I", "trade_mode": "9610", "customs_code": "3501", "port_code": "3502", "sender_id": 1,
        "declared_on": now.date(), "state": "released", "regime": "limit", "register_version": 1, "received_at": now,
        "decided_at": now, "invt_no": f"35012026I{number:09d}", "order_no": f"O-{number}", **values,
    }  # fmt: skip
    return Parcel.objects.create(pk=number, **given)


@pytest.fixture
def tax(machine_of: Callable[..., Machine]) -> Callable[[str], Machine]:
    def make(purpose: str) -> Machine:
        load_rules()
        agency, _new = Agency.objects.get_or_create(code="tax", defaults={"name": "税务"})
        machine = machine_of(agency, "tasks:read documents:read")
        ApiClient.objects.filter(pk=machine.application.pk).update(
            purpose=purpose, allowed_scopes="tasks:read documents:read"
        )
        forget_tokens()
        return machine

    return make


def numbers(machine: Machine, **query: str) -> list[int]:
    settle()
    answer = machine.get("agency/documents/", **query)
    assert answer.status_code == 200, answer.content
    return [one["subject"] for one in answer.json()["results"]]


def test_released_lists_are_told_once_by_the_event(tax: Callable[[str], Machine]) -> None:
    parcel(1)
    parcel(2, direction="E", trade_mode="9610", customs_code="3702")
    events.publish(PARCELS_RELEASED, [1, 2])
    event = Event.objects.get(name=PARCELS_RELEASED)
    events.dispatch(event.pk)
    assert share_with_agencies([1, 2], "released") == 0
    assert share_with_agencies([1], "cleared") == 1
    machine = tax("tax")
    assert numbers(machine) == [1, 2, 1]
    assert numbers(machine, kind="CEB603Message") == [2]
    assert numbers(machine, status="899") == [1]
    assert numbers(machine, district="3501", status="800") == [1]
    assert numbers(machine, since="2999-01-01T00:00:00Z") == []
    shown = machine.get("agency/documents/").json()["results"][0]
    assert {name: shown[name] for name in ("kind", "number", "status", "district", "port", "trade_mode")} == {
        "kind": "CEB621Message",
        "number": "35012026I000000001",
        "status": "800",
        "district": "3501",
        "port": "3502",
        "trade_mode": "9610",
    }
    entry = AuditEntry.objects.filter(verb="documents_shared").latest("id")
    assert (entry.detail["purpose"], entry.detail["documents"]) == ("tax", 3)


@pytest.mark.parametrize("purpose", ["", "messaging", "identity"])
def test_other_purpose_is_refused_and_reads_nothing(tax: Callable[[str], Machine], purpose: str) -> None:
    parcel(1)
    share_with_agencies([1], "released")
    answer = tax(purpose).get("agency/documents/")
    assert (answer.status_code, answer.json()["code"]) == (403, "AUTH.PURPOSE")
    assert not AuditEntry.objects.filter(verb="documents_shared").exists()
    assert SharedDocument.objects.count() == 1

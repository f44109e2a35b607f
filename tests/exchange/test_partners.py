"""Partners' events: taken once, late and out of order, bad ones apart with reasons, silence noticed (measure 5)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jsonschema
import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customs.models import LogisticsEvent
from customs.services.logistics import LOGISTICS
from exchange.models import PartnerConnection, QuarantinedEvent
from exchange.services.partners import ConnectedAlready, IntervalWrong, connect, watch_partners
from portal import rules
from portal.codes import load_rules
from portal.models import AuditEntry, Letter, Membership, Organisation, User
from portal.permissions import NotPermitted
from portal.personal_data import decrypt
from tests.conftest import SignedIn
from tests.exchange.conftest import Machine

pytestmark = pytest.mark.django_db(transaction=True)

CARRIER = "35019609P1"
NOW = timezone.now()


def event(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "event_id": f"E-{number}",
        "carrier": CARRIER,
        "waybill": f"W{number:08d}",
        "kind": "departed",
        "happened_at": (NOW - timedelta(hours=2)).isoformat(),
        "place": "福州",
        **changes,
    }


@pytest.fixture
def boss(organisation: Organisation) -> User:
    load_rules()
    rules.refresh(force=True)
    user = User.objects.create_user("boss")
    Membership.objects.create(user=user, organisation=organisation, role="administrator")
    return user


@pytest.fixture
def carrier(organisation: Organisation, boss: User, machine_of: Callable[..., Machine]) -> Machine:
    """A carrier's system whose firm has concluded the contract."""
    connect(organisation_id=organisation.pk, contract=LOGISTICS.code, interval_minutes=30, actor=boss)
    return reporting(organisation, machine_of)


def reporting(organisation: Organisation, machine_of: Callable[..., Machine]) -> Machine:
    machine = machine_of(organisation, "partner:write")
    machine.application.allowed_scopes = "partner:write"
    machine.application.save()
    return machine


def send(machine: Machine, *events: Any, contract: str = LOGISTICS.code) -> Any:
    return machine.send("partner/events/", orjson.dumps({"contract": contract, "events": list(events)}))


def test_event_is_taken_once_however_often_and_in_whatever_order(carrier: Machine) -> None:
    early, late = event(1), event(2, happened_at=(NOW - timedelta(days=40)).isoformat())
    assert send(carrier, early, late, early).json() == {
        "stored": 2,
        "repeated": 1,
        "quarantined": 0,
        "faults": [],
    }
    assert send(carrier, late, early).json()["repeated"] == 2
    assert list(LogisticsEvent.objects.order_by("happened_at").values_list("event_id", flat=True)) == [
        "E-2",
        "E-1",
    ]
    found = PartnerConnection.objects.get()
    assert (found.events, found.last_seen_at is not None) == (2, True)


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": "eaten"}, "kind", "CODE"),
    ({"waybill": None}, "waybill", "MISSING"),
    ({"waybill": "W" * 61}, "waybill", "FORM"),
    ({"waybill": 7}, "waybill", "FORM"),
    ({"place": "a\x07b"}, "place", "FORM"),
    ({"happened_at": "2026-11-28T09:30:00"}, "happened_at", "TIME"),
    ({"happened_at": "yesterday"}, "happened_at", "TIME"),
    ({"happened_at": (NOW + timedelta(days=2)).isoformat()}, "happened_at", "TIME"),
    ({"consignee": "张三"}, "consignee", "UNKNOWN"),
    ({"carrier": "350296000B"}, "carrier", "CARRIER"),
]


def test_bad_event_waits_apart_with_its_reason_and_touches_no_other(carrier: Machine) -> None:
    good = []
    for number, (changes, field, code) in enumerate(BAD):
        first, bad, last = (f"{number}-{place}" for place in "abc")
        answer = send(
            carrier,
            event(1, event_id=first),
            event(2, event_id=bad, **changes),
            event(3, event_id=last),
        ).json()
        assert answer == {
            "stored": 2,
            "repeated": 0,
            "quarantined": 1,
            "faults": [{"event": bad, "field": field, "code": code}],
        }
        assert QuarantinedEvent.objects.get(event_id=bad).faults == [{"field": field, "code": code}]
        good += [first, last]
    assert set(LogisticsEvent.objects.values_list("event_id", flat=True)) == set(good)


def test_personal_data_of_a_bad_event_is_never_stored_in_clear(carrier: Machine) -> None:
    send(carrier, event(1, signer="张三 13800138000"))
    kept = QuarantinedEvent.objects.get()
    assert "张三" not in kept.body
    assert orjson.loads(decrypt(kept.body))["signer"] == "张三 13800138000"
    assert "张三" not in str(list(AuditEntry.objects.values_list("detail", flat=True)))
    assert not LogisticsEvent.objects.exists()


def test_event_sent_again_and_good_leaves_quarantine(carrier: Machine) -> None:
    send(carrier, event(1, kind="eaten"))
    send(carrier, event(1, kind="lost"))
    assert QuarantinedEvent.objects.filter(cleared_at=None).count() == 1
    assert send(carrier, event(1)).json()["stored"] == 1
    assert QuarantinedEvent.objects.filter(cleared_at=None).count() == 0


def test_replay_judges_a_window_again(carrier: Machine, organisation: Organisation) -> None:
    """A firm reports under a code that is filed afterwards."""
    send(carrier, event(1, carrier="350196000Z"), event(2, kind="eaten"))
    Organisation.objects.filter(pk=organisation.pk).update(customs_code="350196000Z")
    from exchange.permissions import forget_tokens

    forget_tokens()
    window = {"contract": LOGISTICS.code, "since": (NOW - timedelta(days=1)).isoformat()}
    empty = {**window, "until": (NOW - timedelta(hours=1)).isoformat()}
    assert carrier.send("partner/replay/", orjson.dumps(empty)).json()["stored"] == 0
    whole = {**window, "until": (timezone.now() + timedelta(minutes=1)).isoformat()}
    again = carrier.send("partner/replay/", orjson.dumps(whole)).json()
    assert (again["stored"], again["quarantined"]) == (1, 1)
    assert list(QuarantinedEvent.objects.filter(cleared_at=None).values_list("event_id", flat=True)) == [
        "E-2"
    ]


def test_ten_thousand_events_cost_the_same_few_statements_per_thousand(carrier: Machine) -> None:
    counts = []
    for start in range(0, 10_000, 1_000):
        body = [event(n) for n in range(start, start + 1_000)]
        with CaptureQueriesContext(connection) as asked:
            assert send(carrier, *body).json()["stored"] == 1_000
        counts.append(len(asked))
    assert max(counts) <= 12
    assert LogisticsEvent.objects.count() == 10_000


def test_hostile_batches(carrier: Machine) -> None:
    """Empty and oversized ones are refused whole; what is no event is kept apart under its digest."""
    for events in ([], [{}] * 1_001, "x", None):
        answer = carrier.send("partner/events/", orjson.dumps({"contract": LOGISTICS.code, "events": events}))
        assert answer.status_code == 400
    assert not QuarantinedEvent.objects.exists()
    strange: list[Any] = [None, 7, "text", [], {}, {"event_id": {"a": 1}}, {"event_id": "x" * 99}]
    assert send(carrier, *strange).json()["quarantined"] == 7
    assert all(key.startswith("#") for key in QuarantinedEvent.objects.values_list("event_id", flat=True))


def test_wrong_tenant_scope_and_contract(
    carrier: Machine, other_organisation: Organisation, platform: Machine, machine_of: Callable[..., Machine]
) -> None:
    stranger = reporting(other_organisation, machine_of)
    assert (send(stranger, event(1)).status_code, send(stranger, event(1)).json()["code"]) == (
        403,
        "PARTNER.NOT_CONNECTED",
    )
    assert send(platform, event(1)).json()["code"] == "AUTH.SCOPE"
    assert send(carrier, event(1), contract="nothing").json()["code"] == "PARTNER.CONTRACT"
    assert not LogisticsEvent.objects.exists()


def test_silence_is_told_once_and_ends_with_a_sign_of_life(carrier: Machine) -> None:
    """P.PARTNER.SILENCE_INTERVALS = 3 of 30 minutes."""
    PartnerConnection.objects.update(last_seen_at=timezone.now() - timedelta(minutes=89))
    assert watch_partners() == 0
    PartnerConnection.objects.update(last_seen_at=timezone.now() - timedelta(minutes=91))
    assert (watch_partners(), watch_partners()) == (1, 0)
    assert Letter.objects.filter(code="exchange.partner_silent").count() == 1
    assert carrier.send("partner/heartbeat/", orjson.dumps({"contract": LOGISTICS.code})).status_code == 200
    assert PartnerConnection.objects.get().silent_since is None


def test_only_the_firms_administrator_connects_it_and_once(organisation: Organisation, boss: User) -> None:
    viewer = User.objects.create_user("viewer")
    Membership.objects.create(user=viewer, organisation=organisation, role="viewer")
    values: dict[str, Any] = {"organisation_id": organisation.pk, "contract": LOGISTICS.code}
    with pytest.raises(NotPermitted):
        connect(**values, interval_minutes=30, actor=viewer)
    for wrong in (0, 1441):
        with pytest.raises(IntervalWrong):
            connect(**values, interval_minutes=wrong, actor=boss)
    connect(**values, interval_minutes=30, actor=boss)
    with pytest.raises(ConnectedAlready):
        connect(**values, interval_minutes=60, actor=boss)
    assert PartnerConnection.objects.get().interval_minutes == 30


def test_schema_and_check_agree() -> None:
    schema = jsonschema.Draft202012Validator(LOGISTICS.schema())
    for one in (
        dict(LOGISTICS.sample),
        event(1),
        event(1, kind="eaten"),
        event(1, more="x"),
        event(1, waybill=7),
    ):
        assert schema.is_valid(one) == (LOGISTICS.faults(one) == [])


def test_pages_of_contracts_connections_and_quarantine(
    client: Client, carrier: Machine, boss: User, signed_in: SignedIn
) -> None:
    assert client.get("/data/contracts/").status_code == 200
    assert "out_for_delivery" in client.get("/data/contracts/logistics-event-1/").content.decode()
    assert client.get("/data/contracts/logistics-event-1/schema/").json()["additionalProperties"] is False
    assert client.get("/data/contracts/nothing/").status_code == 404
    send(carrier, event(1, kind="eaten"))
    signed_in(client, boss)
    page = client.get("/enterprise/partners/").content.decode()
    assert "E-1" in page
    assert "不在代码表内" in page
    form = {"contract": LOGISTICS.code, "interval_minutes": "30"}
    assert client.post("/enterprise/partners/", form).status_code == 409
    assert (
        client.post("/enterprise/partners/", {"contract": "x", "interval_minutes": "-1"}).status_code == 422
    )

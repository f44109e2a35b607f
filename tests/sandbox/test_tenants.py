"""Practice tenants on a sandbox instance: opened once, played through, reset without a trace, shut to everybody else."""

from typing import Any

import pytest
from django.db import transaction

from customs.models import Parcel
from exchange.models import Message
from exchange.permissions import forget_tokens
from portal.enums import Verb
from portal.models import ApiClient, AuditEntry, Organisation
from sandbox.models import Firm, Tenant
from sandbox.services import tenants
from sandbox.services.samples import SCENARIOS
from tests.customs.world import World, forget_arriving
from tests.sandbox.conftest import USCC, Access, Sending, organisations_of, token_for


def test_opening_makes_the_twin_and_a_counterpart_for_every_part_it_does_not_play(
    provisioner: Access, opened: dict[str, Any]
) -> None:
    assert set(opened) == {"self", "platform", "payment", "carrier"}
    tenant = provisioner.get(f"{USCC}/").json()
    assert [firm["part"] for firm in tenant["firms"]] == ["self", "platform", "payment", "carrier"]
    assert tenant["renewed"] == 4
    assert tenant["firms"][0]["name"] == "福州甲公司（沙箱）"
    assert "client_secret" not in str(tenant)
    client = ApiClient.objects.get(client_id=opened["self"]["client_id"])
    assert client.client_secret != opened["self"]["client_secret"]
    assert AuditEntry.objects.filter(verb=Verb.SANDBOX_OPENED).count() == 1


def test_opening_again_is_refused_and_nothing_moves(provisioner: Access, opened: dict[str, Any]) -> None:
    before = Organisation.objects.count(), ApiClient.objects.count()
    answer = provisioner.post("", {"uscc": USCC, "name": "他人", "plays": ["shop"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "SANDBOX.OPEN")
    assert (Organisation.objects.count(), ApiClient.objects.count()) == before
    assert Tenant.objects.get().name == "福州甲公司"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"uscc": "1", "name": "甲", "plays": ["shop"]},
        {"uscc": USCC, "name": "甲", "plays": []},
        {"uscc": USCC, "name": "甲", "plays": ["emperor"]},
        {"uscc": USCC, "name": "长" * 151, "plays": ["shop"]},
        [1],
    ],
)
def test_bad_requests_open_nothing(provisioner: Access, body: Any) -> None:
    assert provisioner.post("", body).status_code in {400, 422}
    assert not Tenant.objects.exists()


def test_an_instance_with_real_data_has_no_tenants(provisioner: Access, settings: Any) -> None:
    settings.SANDBOX = False
    for answer in (
        provisioner.post("", {"uscc": USCC, "name": "甲", "plays": ["shop"]}),
        provisioner.get(f"{USCC}/"),
        provisioner.post(f"{USCC}/reset/"),
        provisioner.post(f"{USCC}/secrets/"),
        provisioner.get(f"{USCC}/samples/import/"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "SANDBOX.NOT_HERE")
    assert not Tenant.objects.exists()


def test_a_tenants_own_machines_provision_nothing(opened: dict[str, Any]) -> None:
    forget_tokens()
    for scope in ("messages:write", "messages:write sandbox:provision"):
        thief = Access(token_for(opened["self"]["client_id"], scope))
        assert thief.get(f"{USCC}/").status_code == 403
        assert thief.post(f"{USCC}/reset/").status_code == 403
    assert Tenant.objects.get().generation == 1


def outcomes(send: Sending, world: World, scenario: str) -> tuple[list[int], list[str]]:
    """HTTP statuses of the messages, and the states of the parcels."""
    before = set(Parcel.objects.values_list("pk", flat=True))
    statuses = []
    for answer in send(scenario):
        statuses.append(answer.status_code)
        forget_arriving()
    world.work()
    return statuses, list(Parcel.objects.exclude(pk__in=before).values_list("state", flat=True))


@pytest.mark.parametrize(
    ("scenario", "statuses", "states"),
    [
        ("import", [202] * 4, ["released"]),
        ("export", [202] * 4, ["released"]),
        ("manual", [202] * 4, ["manual"]),
        ("payer", [202] * 4, ["rejected"]),
        ("limit", [202] * 4, ["rejected"]),
        ("waiting", [202] * 3, []),
        ("malformed", [422], []),
    ],
)
def test_every_scenario_ends_as_it_says(
    send: Sending, world: World, scenario: str, statuses: list[int], states: list[str]
) -> None:
    assert outcomes(send, world, scenario) == (statuses, states)


def checks(provisioner: Access) -> dict[str, bool]:
    return {one["code"]: one["done"] for one in provisioner.get(f"{USCC}/").json()["checks"]}


def test_checklist_is_read_from_the_journal(provisioner: Access, send: Sending, world: World) -> None:
    assert not any(checks(provisioner).values())
    for scenario in ("import", "repeated", "amended", "malformed"):
        outcomes(send, world, scenario)
    done = checks(provisioner)
    shown = {code for code, is_done in done.items() if is_done}
    assert shown == {"CEB311", "CEB411", "CEB511", "CEB621", "repeated", "amended", "refused"}
    seen = {one["code"]: one["seen"] for one in provisioner.get(f"{USCC}/").json()["checks"]}
    assert (seen["800"], done["800"]) == (1, False), "given, but nobody has read on past it"


def test_reset_begins_anew_under_fresh_codes_with_the_same_machines(
    provisioner: Access, opened: dict[str, Any], send: Sending, world: World
) -> None:
    outcomes(send, world, "import")
    old = provisioner.get(f"{USCC}/").json()
    retired = organisations_of(old)
    answer = provisioner.post(f"{USCC}/reset/")
    assert (answer.status_code, answer.json()["renewed"]) == (202, 0)
    again = provisioner.post(f"{USCC}/reset/")
    assert (again.status_code, again.json()["code"]) == (409, "SANDBOX.RESETTING")
    tenants.sweep_resets()
    tenants.sweep_resets()
    new = provisioner.get(f"{USCC}/").json()
    assert new["renewed"] == 4
    assert not {firm["customs_code"] for firm in new["firms"]} & {
        firm["customs_code"] for firm in old["firms"]
    }
    assert [firm["client_id"] for firm in new["firms"]] == [firm["client_id"] for firm in old["firms"]]
    assert not any(checks(provisioner).values())
    assert not Organisation.objects.filter(
        pk__in=[one.pk for one in retired.values()], is_active=True
    ).exists()
    assert Message.objects.filter(sender__in=retired.values()).count() == 4, "the journal is never deleted"
    forget_tokens()
    assert outcomes(send, world, "import") == ([202] * 4, ["released"])


def test_tenants_do_not_meet(
    provisioner: Access, opened: dict[str, Any], send: Sending, world: World
) -> None:
    other = "91350200M000100Y55"
    provisioner.post("", {"uscc": other, "name": "厦门乙公司", "plays": ["platform"]})
    outcomes(send, world, "import")
    provisioner.post(f"{other}/reset/")
    tenants.sweep_resets()
    assert Firm.objects.filter(tenant__uscc=USCC, generation=1).count() == 4
    assert sum(one["seen"] for one in provisioner.get(f"{other}/").json()["checks"]) == 0


def test_other_secrets_end_the_old_ones(provisioner: Access, opened: dict[str, Any]) -> None:
    hashed = ApiClient.objects.get(client_id=opened["self"]["client_id"]).client_secret
    answer = provisioner.post(f"{USCC}/secrets/")
    renewed = {one["part"]: one["client_secret"] for one in answer.json()["results"]}
    assert renewed.keys() == opened.keys()
    assert renewed["self"] != opened["self"]["client_secret"]
    assert ApiClient.objects.get(client_id=opened["self"]["client_id"]).client_secret != hashed


def test_unknown_tenant_and_unknown_scenario_are_told(provisioner: Access, opened: dict[str, Any]) -> None:
    assert provisioner.get("91350200M000100Y55/").json()["code"] == "SANDBOX.UNKNOWN"
    assert provisioner.get(f"{USCC}/samples/none/").json()["code"] == "SANDBOX.SCENARIO"
    for code in SCENARIOS:
        assert provisioner.get(f"{USCC}/samples/{code}/").json()["results"]


def test_a_reset_that_fails_half_way_is_carried_on(provisioner: Access, opened: dict[str, Any]) -> None:
    provisioner.post(f"{USCC}/reset/")
    first = Firm.objects.order_by("pk").first()
    assert first is not None
    with transaction.atomic():
        tenants.renew_firm(first, first.tenant)
    assert provisioner.get(f"{USCC}/").json()["renewed"] == 1
    tenants.sweep_resets()
    assert provisioner.get(f"{USCC}/").json()["renewed"] == 4

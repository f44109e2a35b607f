"""Webhooks by page and by API: own ones only, by role, the secret once."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.test import Client

from exchange.models import Webhook, WebhookPush
from portal.models import Organisation
from tests.exchange.conftest import Machine
from tests.exchange.receiving_server import subscriber
from tests.exchange.test_feeds import write_receipt
from tests.exchange.test_pages import signed_in, text  # noqa: F401 -- a fixture
from tests.exchange.test_webhooks import on_this_machine, push  # noqa: F401 -- a fixture

pytestmark = pytest.mark.django_db(transaction=True)
SCOPE = "messages:write receipts:read webhooks:manage"


@pytest.fixture
def keeper(organisation: Organisation, machine_of: Callable[..., Machine]) -> Machine:
    return granted(machine_of(organisation), SCOPE)


@pytest.fixture
def stranger(other_organisation: Organisation, machine_of: Callable[..., Machine]) -> Machine:
    return granted(machine_of(other_organisation), SCOPE)


def granted(machine: Machine, scope: str) -> Machine:
    from oauth2_provider.models import get_access_token_model

    machine.application.allowed_scopes = scope
    machine.application.save()
    get_access_token_model().objects.filter(application=machine.application).update(scope=scope)
    return machine


def register(machine: Machine, url: str, *kinds: str) -> Any:
    return machine.send("webhooks/", orjson.dumps({"url": url, "kinds": kinds or ["receipts"]}))


def act(machine: Machine, number: int, what: str) -> Any:
    return machine.send(f"webhooks/{number}/act/", orjson.dumps({"act": what}))


def test_api_registers_shows_replays_and_removes(keeper: Machine, stranger: Machine) -> None:
    with subscriber() as one:
        made = register(keeper, one.url)
        assert made.status_code == 201
        number = made.json()["id"]
        assert made.json()["secret"].startswith("whsec_")
        push()
        write_receipt(keeper.application.organisation_id, "1")
        push()
        shown = keeper.get(f"webhooks/{number}/").json()
        assert (shown["state"], shown["sequence"], "secret" in shown) == ("active", 1, False)
        log = keeper.get(f"webhooks/{number}/pushes/").json()
        assert [
            (p["sequence"], p["state"], p["items"], p["attempts"], p["status"]) for p in log["results"]
        ] == [(1, "delivered", 1, 1, 200)]
        again = orjson.dumps({"kind": "receipts", "cursor": log["results"][0]["cursor"]})
        for path, body in (
            (f"webhooks/{number}/replay/", again),
            (f"webhooks/{number}/act/", b'{"act": "disable"}'),
        ):
            assert stranger.send(path, body).status_code == 404
        assert stranger.get(f"webhooks/{number}/").status_code == 404
        assert stranger.get(f"webhooks/{number}/pushes/").status_code == 404
        assert stranger.get("webhooks/").json() == {"results": []}
        assert keeper.send(f"webhooks/{number}/replay/", again).status_code == 200
        push()
        assert one.items("info") == ["1", "1"]
        renewed = act(keeper, number, "renew").json()["secret"]
        assert renewed.startswith("whsec_")
        assert renewed != made.json()["secret"]
        assert act(keeper, number, "disable").json()["state"] == "disabled"
        assert act(keeper, number, "disable").status_code == 409
        assert act(keeper, number, "enable").json()["state"] == "pending"
        gone = keeper.http.delete(f"/api/v1/webhooks/{number}/", headers=keeper.headers())
        assert gone.status_code == 204
        assert keeper.get(f"webhooks/{number}/").status_code == 404
        assert Webhook.objects.get().secret == ""


def test_strange_requests_are_refused_and_store_nothing(keeper: Machine, platform: Machine) -> None:
    for body in (
        b"",
        b"[]",
        b"{}",
        b'{"url": 1, "kinds": "x"}',
        b'{"url": "https://a/", "kinds": []}',
        b'{"url": null}',
    ):
        assert keeper.send("webhooks/", body).status_code == 400, body
    assert register(keeper, "https://93.184.216.34/", "tasks").status_code == 422
    assert register(platform, "https://93.184.216.34/").json()["code"] == "AUTH.SCOPE"
    assert Webhook.objects.count() == 0
    number = register(keeper, "http://127.0.0.1:9/").json()["id"]
    for cursor in ("x", "_" * 22, "f" * 22):
        answer = keeper.send(
            f"webhooks/{number}/replay/", orjson.dumps({"kind": "receipts", "cursor": cursor})
        )
        assert answer.status_code == 400, cursor


def test_owner_has_ten_webhooks_at_most(keeper: Machine) -> None:
    codes = [register(keeper, f"http://127.0.0.1:9/{n}").status_code for n in range(11)]
    assert codes == [201] * 10 + [409]


def test_administrator_registers_by_page_and_sees_the_secret_once(
    organisation: Organisation,
    signed_in: Callable[..., Client],  # noqa: F811
) -> None:
    boss = signed_in("boss", role="administrator", organisation=organisation)
    assert "还没有推送订阅" in text(boss.get("/enterprise/webhooks/"))
    wrong = boss.post("/enterprise/webhooks/new/", {"url": "ftp://x/", "kinds": ["receipts"]})
    assert (wrong.status_code, Webhook.objects.count()) == (422, 0)
    with subscriber() as one:
        shown = text(
            boss.post("/enterprise/webhooks/new/", {"url": one.url, "kinds": ["receipts", "refusals"]})
        )
        assert "whsec_" in shown
        number = Webhook.objects.get().pk
        push()
        write_receipt(organisation.pk, "1")
        push()
        page = text(boss.get(f"/enterprise/webhooks/{number}/"))
        assert "whsec_" not in page
        assert "从此处重放" in page
        assert boss.post(f"/enterprise/webhooks/{number}/replay/1/").status_code == 302
        push()
        assert one.items("info") == ["1", "1"]
    assert "whsec_" in text(boss.post(f"/enterprise/webhooks/{number}/renew/"))
    boss.post(f"/enterprise/webhooks/{number}/disable/")
    assert Webhook.objects.get().state == "disabled"
    boss.post(f"/enterprise/webhooks/{number}/enable/")
    assert Webhook.objects.get().state == "pending"
    boss.post(f"/enterprise/webhooks/{number}/end/")
    assert Webhook.objects.get().state == "ended"
    assert boss.get(f"/enterprise/webhooks/{number}/").status_code == 404


def test_others_look_at_most(
    organisation: Organisation,
    other_organisation: Organisation,
    keeper: Machine,
    signed_in: Callable[..., Client],  # noqa: F811
) -> None:
    number = register(keeper, "http://127.0.0.1:9/").json()["id"]
    viewer = signed_in("viewer", role="declarant", organisation=organisation)
    assert "换发密钥" not in text(viewer.get(f"/enterprise/webhooks/{number}/"))
    assert viewer.get("/enterprise/webhooks/new/").status_code == 403
    for what in ("disable", "renew", "end", "push"):
        assert viewer.post(f"/enterprise/webhooks/{number}/{what}/").status_code == 403
    foreign = signed_in("foreign", role="administrator", organisation=other_organisation)
    assert foreign.get(f"/enterprise/webhooks/{number}/").status_code == 404
    for what in ("disable", "renew", "end", "push", "nothing"):
        assert foreign.post(f"/enterprise/webhooks/{number}/{what}/").status_code == 404
    assert foreign.post(f"/enterprise/webhooks/{number}/replay/1/").status_code == 404
    assert Client().get("/enterprise/webhooks/").status_code == 302
    assert Webhook.objects.get().state == "pending"
    assert WebhookPush.objects.count() == 0


def test_chief_of_an_agency_manages_its_webhooks(keeper: Machine, signed_in: Callable[..., Client]) -> None:  # noqa: F811
    chief = signed_in("chief", role="chief")
    assert "whsec_" in text(
        chief.post("/console/webhooks/new/", {"url": "http://127.0.0.1:9/", "kinds": ["tasks"]})
    )
    webhook = Webhook.objects.get()
    assert (webhook.agency.code if webhook.agency else "", webhook.organisation) == ("gacc", None)
    assert text(chief.get(f"/console/webhooks/{webhook.pk}/"))
    enterprise = register(keeper, "http://127.0.0.1:9/").json()["id"]
    assert chief.get(f"/console/webhooks/{enterprise}/").status_code == 404
    assert keeper.get(f"webhooks/{webhook.pk}/").status_code == 404
    assert signed_in("clerk", role="clerk").get("/console/webhooks/").status_code == 403

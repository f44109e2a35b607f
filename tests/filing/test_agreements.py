"""Agency agreements: every state and step, both sides, the third firm, the race, the dates, the published codes, the API."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from exchange.permissions import forget_tokens
from filing.enums import AgreementKind, AgreementState, EnterpriseType
from filing.models import AgreedCode, Agreement
from filing.selectors.agreements import acts_for
from filing.services import agreements
from filing.services.agreements import Offer, Party
from filing.services.cases import Applicant
from filing.services.registration import register_enterprise
from filing.workflow import AGREEMENT
from portal.errors import Refusal
from portal.models import AuditEntry, Letter, Membership, Organisation, User
from portal.permissions import NotPermitted
from tests.filing.test_case_api import machine
from tools.demo.accounts import uscc

pytestmark = pytest.mark.django_db
CLIENT_CODE, AGENT_CODE = "35019609P1", "35019609B2"


@pytest.fixture(autouse=True)
def fresh_process_memory() -> Iterator[None]:
    forget_tokens()
    yield
    forget_tokens()


@pytest.fixture
def shop(applicant: Applicant) -> Party:
    membership = Membership.objects.get(user=applicant.user)
    membership.role = "administrator"
    membership.save()
    return Party(applicant.organisation_id, User.objects.get(pk=membership.user_id))


def firm(number: int, code: str, *types: EnterpriseType) -> Party:
    organisation = Organisation.objects.create(
        uscc=uscc("91", f"MA350{number:04d}"), customs_code=code, name=f"企业{number}"
    )
    for kind in types:
        register_enterprise(
            organisation_id=organisation.pk, enterprise_type=kind, valid_from=date(2020, 1, 1)
        )
    user = User.objects.create_user(f"firm{number}", last_name="管")
    Membership.objects.create(user=user, organisation=organisation, role="administrator")
    return Party(organisation.pk, user)


@pytest.fixture
def broker(shop: Party) -> Party:
    return firm(2, AGENT_CODE, EnterpriseType.AGENT)


def an_offer(other: str = AGENT_CODE, *, as_agent: bool = False, start: int = 0, days: int = 365) -> Offer:
    first = timezone.localdate() + timedelta(days=start)
    return Offer(other, as_agent, AgreementKind.DECLARE, first, first + timedelta(days=days), "代理全部清单")


def in_force(shop: Party, broker: Party) -> Agreement:
    made = agreements.offer_agreement(shop, an_offer())
    return agreements.answer_agreement(broker, made.pk, accept=True)


def refused(act: object, code: str) -> None:
    with pytest.raises(Refusal) as told:
        act()  # type: ignore[operator]
    assert told.value.code == code


def test_offered_accepted_and_published_until_revoked(shop: Party, broker: Party) -> None:
    today = timezone.localdate()
    made = in_force(shop, broker)
    assert made.state == AgreementState.ACTIVE
    assert AgreedCode.objects.count() == 4  # two codes each
    assert acts_for(AGENT_CODE, CLIENT_CODE, AgreementKind.DECLARE, today)
    assert not acts_for(AGENT_CODE, CLIENT_CODE, AgreementKind.DECLARE, today + timedelta(days=365))
    assert not acts_for(CLIENT_CODE, AGENT_CODE, AgreementKind.DECLARE, today)
    assert not acts_for(AGENT_CODE, CLIENT_CODE, AgreementKind.SERVICE, today)
    agreements.revoke_agreement(shop, made.pk, reason="自行申报")
    assert not acts_for(AGENT_CODE, CLIENT_CODE, AgreementKind.DECLARE, today)
    assert AgreedCode.objects.count() == 0
    codes = list(Letter.objects.order_by("id").values_list("code", flat=True))
    assert codes == [f"filing.agreement_{step}" for step in ("offered", "accepted", "revoked")]
    trail = AuditEntry.objects.filter(subject=f"agreement:{made.pk}")
    assert {entry.organisation_id for entry in trail} == {shop.organisation_id, broker.organisation_id}


def test_the_agent_may_offer_too(shop: Party, broker: Party) -> None:
    made = agreements.offer_agreement(broker, an_offer(CLIENT_CODE, as_agent=True))
    assert (made.client_id, made.agent_id) == (shop.organisation_id, broker.organisation_id)
    assert agreements.answer_agreement(shop, made.pk, accept=True).state == AgreementState.ACTIVE


def test_offers_that_cannot_be(shop: Party, broker: Party) -> None:
    stranger = firm(3, "35019609C3")
    offer = agreements.offer_agreement
    refused(lambda: offer(shop, an_offer("0000000000")), "AGREEMENT.FIRM_UNKNOWN")
    refused(lambda: offer(shop, an_offer(CLIENT_CODE)), "AGREEMENT.SAME_FIRM")
    refused(lambda: offer(shop, an_offer("35019609C3")), "AGREEMENT.AGENT_TYPE")
    refused(lambda: offer(stranger, an_offer(CLIENT_CODE, as_agent=True)), "AGREEMENT.AGENT_TYPE")
    for start, days in ((-1, 30), (0, 0), (0, -5), (0, 3 * 366 + 1)):
        refused(
            lambda start=start, days=days: offer(shop, an_offer(start=start, days=days)), "AGREEMENT.PERIOD"
        )
    assert Agreement.objects.count() == 0
    assert Letter.objects.count() == 0


def test_one_agreement_of_a_kind_at_a_time(shop: Party, broker: Party) -> None:
    made = agreements.offer_agreement(shop, an_offer())
    refused(lambda: agreements.offer_agreement(shop, an_offer(start=400)), "AGREEMENT.EXISTS")
    agreements.answer_agreement(broker, made.pk, accept=True)
    refused(
        lambda: agreements.offer_agreement(broker, an_offer(CLIENT_CODE, as_agent=True)), "AGREEMENT.EXISTS"
    )
    agreements.offer_agreement(shop, an_offer(start=365))  # the day the first one ends
    assert Agreement.objects.count() == 2


def test_sides_and_strangers(shop: Party, broker: Party) -> None:
    made = agreements.offer_agreement(shop, an_offer())
    stranger = firm(3, "35019609C3", EnterpriseType.AGENT)
    answer = agreements.answer_agreement
    refused(lambda: answer(shop, made.pk, accept=True), "AGREEMENT.SIDE")
    refused(lambda: agreements.withdraw_agreement(broker, made.pk), "AGREEMENT.SIDE")
    refused(lambda: answer(stranger, made.pk, accept=True), "AGREEMENT.UNKNOWN")
    refused(lambda: answer(broker, made.pk, accept=False, reason=" "), "AGREEMENT.REASON")
    declarant = User.objects.create_user("declarant2")
    Membership.objects.create(user=declarant, organisation_id=broker.organisation_id, role="declarant")
    with pytest.raises(NotPermitted):
        answer(Party(broker.organisation_id, declarant), made.pk, accept=True)
    made.refresh_from_db()
    assert made.state == AgreementState.OFFERED


def test_every_state_and_step() -> None:
    table = {
        (state, step.name): step.target
        for state in AgreementState.values
        for step in AGREEMENT.transitions.values()
        if state in step.sources
    }
    assert table == {
        ("offered", "accept"): "active",
        ("offered", "decline"): "declined",
        ("offered", "withdraw"): "withdrawn",
        ("offered", "expire"): "expired",
        ("active", "revoke"): "revoked",
        ("active", "end"): "ended",
    }


@pytest.mark.parametrize(
    "state", [state for state in AgreementState.values if state not in {"offered", "active"}]
)
def test_closed_agreements_do_not_move(shop: Party, broker: Party, state: str) -> None:
    made = agreements.offer_agreement(shop, an_offer())
    Agreement.objects.filter(pk=made.pk).update(state=state)
    refused(lambda: agreements.answer_agreement(broker, made.pk, accept=True), "AGREEMENT.STATE")
    refused(lambda: agreements.withdraw_agreement(shop, made.pk), "AGREEMENT.STATE")
    refused(lambda: agreements.revoke_agreement(shop, made.pk, reason="x"), "AGREEMENT.STATE")
    made.refresh_from_db()
    assert made.state == state


def test_the_night_closes_what_nobody_answered_and_what_is_over(shop: Party, broker: Party) -> None:
    made = in_force(shop, broker)
    waiting = agreements.offer_agreement(shop, an_offer(start=400))
    today = timezone.localdate()
    assert agreements.watch_agreements(today) == (0, 0)
    Agreement.objects.filter(pk=waiting.pk).update(answer_until=timezone.now() - timedelta(minutes=1))
    assert agreements.watch_agreements(made.valid_to) == (1, 1)
    assert agreements.watch_agreements(made.valid_to) == (0, 0)
    assert dict(Agreement.objects.values_list("pk", "state")) == {made.pk: "ended", waiting.pk: "expired"}
    assert AgreedCode.objects.count() == 0
    assert Letter.objects.filter(code="filing.agreement_ended").count() == 2


@pytest.mark.django_db(transaction=True)
def test_both_sides_offering_at_once_make_one_agreement(shop: Party, broker: Party) -> None:
    def offer(number: int) -> str:
        try:
            if number % 2:
                agreements.offer_agreement(shop, an_offer())
            else:
                agreements.offer_agreement(broker, an_offer(CLIENT_CODE, as_agent=True))
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return "made"

    with ThreadPoolExecutor(8) as pool:
        told = sorted(pool.map(offer, range(16)))
    assert told == ["AGREEMENT.EXISTS"] * 15 + ["made"]


def test_pages(shop: Party, broker: Party) -> None:
    mine, theirs = Client(), Client()
    mine.force_login(shop.user)  # type: ignore[arg-type]
    theirs.force_login(broker.user)  # type: ignore[arg-type]
    base = "/enterprise/agreements/"
    assert "还没有委托协议" in mine.get(base).content.decode()
    today = timezone.localdate()
    given = {
        "role": "client",
        "other": AGENT_CODE.lower(),
        "kind": "declare",
        "valid_from": today.isoformat(),
    }
    assert mine.post(f"{base}offer/", given).status_code == 422
    sent = mine.post(f"{base}offer/", {**given, "valid_to": (today + timedelta(days=9)).isoformat()})
    own = sent["Location"]
    assert "等待对方确认" in mine.get(own).content.decode()
    assert "贵企业的答复" in theirs.get(own).content.decode()
    assert theirs.post(f"{own}answer/", {"step": "decline"}).status_code == 422
    assert theirs.post(f"{own}answer/", {"step": "nonsense"}).status_code == 404
    theirs.post(f"{own}answer/", {"step": "accept"})
    assert "已生效" in mine.get(base, {"q": "企业2"}).content.decode()
    assert "没有符合条件" in mine.get(base, {"q": "nobody", "page": "zz"}).content.decode()
    mine.post(f"{own}answer/", {"step": "revoke", "reason": "不再合作"})
    assert "不再合作" in theirs.get(own).content.decode()
    stranger = Client()
    stranger.force_login(firm(3, "35019609C3").user)  # type: ignore[arg-type]
    assert stranger.get(own).status_code == 404
    assert stranger.post(f"{own}answer/", {"step": "revoke", "reason": "x"}).status_code == 404


def test_the_api(shop: Party, broker: Party) -> None:
    mine = machine(Organisation.objects.get(pk=shop.organisation_id))
    theirs = machine(Organisation.objects.get(pk=broker.organisation_id))
    today = timezone.localdate()
    body = {
        "other": AGENT_CODE,
        "role": "client",
        "kind": "declare",
        "valid_from": today.isoformat(),
        "valid_to": (today + timedelta(days=30)).isoformat(),
    }
    made = mine.send("filing/agreements/", json.dumps(body), idempotency_key="a").json()
    assert mine.send("filing/agreements/", json.dumps(body), idempotency_key="a").json() == made
    own = f"filing/agreements/{made['id']}/"
    assert theirs.send(own, json.dumps({"step": "accept"})).json()["state"] == "active"
    assert mine.send(own, json.dumps({"step": "accept"})).status_code == 403
    assert [one["id"] for one in theirs.get("filing/agreements/").json()["results"]] == [made["id"]]
    other = machine(Organisation.objects.get(pk=firm(3, "35019609C3").organisation_id))
    assert other.get("filing/agreements/").json()["results"] == []
    assert other.send(own, json.dumps({"step": "revoke", "reason": "x"})).status_code == 404
    assert Agreement.objects.get().state == AgreementState.ACTIVE

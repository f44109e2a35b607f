"""Statements of outage: what an enterprise gets, what it may not, what the check page says, before and after revocation."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from exchange.models import Message, OutageStatement
from exchange.services.outage_statements import NothingConfirmed, StatementPeriodWrong, ask_statement
from exchange.services.outages import reopen_outages
from portal import documents
from portal.models import AuditEntry, Membership, Organisation, StoredDocument, User
from portal.permissions import NotPermitted
from tests.conftest import sign_in
from tests.exchange.building import order, xml
from tests.exchange.conftest import Machine
from tests.exchange.outages.conftest import CAUSE, NIGHT, Measuring

pytestmark = pytest.mark.django_db(transaction=True)
SINCE, UNTIL = NIGHT - timedelta(hours=1), NIGHT + timedelta(hours=3)


@pytest.fixture
def declarant(organisation: Organisation) -> User:
    user = User.objects.create_user("declarant")
    Membership.objects.create(user=user, organisation=organisation, role="declarant")
    return user


def received(machine: Machine, number: str, at: datetime) -> None:
    """A message of the machine's enterprise, as if it had come in at another time."""
    code = machine.application.organisation.customs_code
    body = xml("CEB311Message", [order(number, ebpCode=code)], cop_code=code)
    pk = machine.post(body).json()["message"]
    Message.objects.filter(pk=pk).update(received_at=at)


def test_statement_says_what_failed_and_what_came_through(
    platform: Machine, other: Machine, organisation: Organisation, declarant: User, measured: Measuring
) -> None:
    first, second = (
        measured(confirmed=True),
        measured("database", NIGHT + timedelta(hours=2), 10, confirmed=True),
    )
    measured("cache", NIGHT, 60)
    measured("web", NIGHT - timedelta(days=1), 60, confirmed=True)
    for number, hours in (("A-1", -2), ("A-2", -3), ("A-3", 0.5), ("A-4", 4), ("A-5", 5)):
        received(platform, number, NIGHT + timedelta(hours=hours))
    received(other, "B-1", NIGHT)
    asked = {"organisation_id": organisation.pk, "since": SINCE, "until": UNTIL, "actor": declarant}
    made = ask_statement(**asked)
    assert list(made.outages.order_by("pk")) == [first, second]
    assert (made.received, made.refused) == (1, 0)
    assert (made.last_before, made.first_after) == (NIGHT - timedelta(hours=2), NIGHT + timedelta(hours=4))
    assert ask_statement(**asked).pk == made.pk
    stored = StoredDocument.objects.get(code="exchange.outage_statement")
    assert (stored.subject_id, stored.organisation_id) == (made.pk, organisation.pk)
    assert stored.facts == {
        "number": made.number,
        "name": organisation.name,
        "period": "2026-11-10 08:00:00 – 2026-11-10 12:00:00",
        "outage-1": "web 2026-11-10 09:00:00 – 2026-11-10 10:30:00",
        "outage-2": "database 2026-11-10 11:00:00 – 2026-11-10 11:10:00",
    }
    entry = AuditEntry.objects.get(verb="outage_stated")
    assert (entry.organisation_id, entry.detail["outages"]) == (organisation.pk, [first.pk, second.pk])


def test_without_a_confirmed_outage_in_a_proper_period_there_is_no_statement(
    organisation: Organisation, other_organisation: Organisation, declarant: User, measured: Measuring
) -> None:
    """OUTAGE.NONE, OUTAGE.PERIOD (X.OUTAGE.WINDOW_DAYS: 31 days), another enterprise's name."""
    measured()
    asked: dict[str, Any] = {"organisation_id": organisation.pk, "actor": declarant}
    with pytest.raises(NothingConfirmed):
        ask_statement(since=SINCE, until=UNTIL, **asked)
    for since, until in (
        (UNTIL, SINCE),
        (SINCE, SINCE),
        (SINCE, SINCE + timedelta(days=31, seconds=1)),
        (SINCE, timezone.now() + timedelta(hours=1)),
    ):
        with pytest.raises(StatementPeriodWrong):
            ask_statement(since=since, until=until, **asked)
    with pytest.raises(NotPermitted):
        ask_statement(organisation_id=other_organisation.pk, since=SINCE, until=UNTIL, actor=declarant)
    assert (OutageStatement.objects.count(), StoredDocument.objects.count()) == (0, 0)


def test_revoked_with_its_outage_and_issued_anew(
    client: Client,
    organisation: Organisation,
    declarant: User,
    measured: Measuring,
    officials: dict[str, User],
) -> None:
    outage = measured(confirmed=True)
    made = ask_statement(organisation_id=organisation.pk, since=SINCE, until=UNTIL, actor=declarant)
    check = f"/check/{StoredDocument.objects.get().public_token}/"
    before = client.get(check).content.decode()
    assert made.number in before
    assert "网站与接口 2026-11-10 09:00:00" in before
    reopen_outages(ids=[outage.pk], reason="误报，网络探测故障", actor=officials["chief"])
    made.refresh_from_db()
    assert made.revoked_at is not None
    assert "已撤销" in client.get(check).content.decode()
    measured(confirmed=True)
    again = ask_statement(organisation_id=organisation.pk, since=SINCE, until=UNTIL, actor=declarant)
    assert again.pk != made.pk


def test_certificate_says_what_the_statement_says(
    organisation: Organisation, declarant: User, measured: Measuring
) -> None:
    """The page that is typeset; the engine itself is proven in tests/portal/test_documents.py."""
    measured(confirmed=True)
    made = ask_statement(organisation_id=organisation.pk, since=SINCE, until=UNTIL, actor=declarant)
    stored = StoredDocument.objects.get()
    kind = documents.document(stored.code)
    given = {"document": stored, "check_url": "", "qr": "", "fonts": []}
    page = render_to_string(kind.template, {**kind.context(made.pk), **given})
    for wanted in (made.number, organisation.name, organisation.uscc, CAUSE, stored.public_token):
        assert wanted in page


def test_pages_of_the_enterprise(
    client: Client,
    organisation: Organisation,
    other_organisation: Organisation,
    declarant: User,
    measured: Measuring,
) -> None:
    measured(confirmed=True)
    page = sign_in(client, declarant)
    wrong = page.post("/enterprise/outages/", {"since": "2026-11-12T00:00", "until": "2026-11-12T01:00"})
    assert (wrong.status_code, "没有已确认的中断" in wrong.content.decode()) == (409, True)
    assert page.post("/enterprise/outages/", {"since": "soon"}).status_code == 422
    assert not OutageStatement.objects.exists()
    period = {"since": "2026-11-10T08:00:00", "until": "2026-11-10T12:00:00"}
    made = page.post("/enterprise/outages/", period, follow=True)
    statement = OutageStatement.objects.get()
    assert made.redirect_chain[-1][0] == f"/enterprise/outages/{statement.pk}/"
    assert CAUSE in made.content.decode()
    assert statement.number in page.get("/enterprise/outages/").content.decode()
    stranger = User.objects.create_user("stranger")
    Membership.objects.create(user=stranger, organisation=other_organisation, role="viewer")
    foreign = sign_in(Client(), stranger)
    assert foreign.get(f"/enterprise/outages/{statement.pk}/").status_code == 404
    assert foreign.post("/enterprise/outages/", period).status_code == 403
    assert OutageStatement.objects.count() == 1


def test_machines_ask_for_their_own_enterprise(
    platform: Machine, other: Machine, organisation: Organisation, measured: Measuring
) -> None:
    measured(confirmed=True)
    listed = platform.get("outages/").json()["results"]
    assert [(one["part"], one["state"], one["cause"]) for one in listed] == [("web", "confirmed", CAUSE)]
    period = {"since": SINCE.isoformat(), "until": UNTIL.isoformat()}
    answer = platform.send("outages/statements/", period)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["received"], made["outages"][0]["part"]) == (0, "web")
    assert platform.send("outages/statements/", period).json()["id"] == made["id"]
    assert [one["id"] for one in platform.get("outages/statements/").json()["results"]] == [made["id"]]
    assert other.get("outages/statements/").json()["results"] == []
    assert other.get(f"outages/statements/{made['id']}/file/").json()["code"] == "OUTAGE.STATEMENT"
    assert platform.get(f"outages/statements/{made['id']}/file/").status_code in {200, 503}
    for body in ({}, {"since": "x", "until": "y"}, [], {"since": period["until"], "until": period["since"]}):
        assert platform.send("outages/statements/", body).status_code in {400, 422}
    assert OutageStatement.objects.count() == 1


def test_list_of_statements_costs_the_same_for_many(
    platform: Machine, measured: Measuring, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    measured(confirmed=True)
    for minutes in range(1, 6):
        until = UNTIL + timedelta(minutes=minutes)
        platform.send("outages/statements/", {"since": SINCE.isoformat(), "until": until.isoformat()})
    with django_assert_max_num_queries(6):
        assert len(platform.get("outages/statements/").json()["results"]) == 5

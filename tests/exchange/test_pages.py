"""The journal's pages: own messages for enterprises, all for officials who may, bytes for a reason."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from exchange.models import Message
from exchange.selectors.journal import JournalFilter, journal, journal_page
from portal.models import Agency, AuditEntry, Membership, Organisation, Post
from tests.conftest import sign_in
from tests.exchange.building import guid, orders, xml
from tests.exchange.conftest import Machine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def signed_in(codes: None) -> Callable[..., Client]:
    def make(name: str, *, role: str, organisation: Organisation | None = None) -> Client:
        user = get_user_model().objects.create_user(name, password="x" * 12)
        if organisation is not None:
            Membership.objects.create(user=user, organisation=organisation, role=role)
        else:
            agency, _new = Agency.objects.get_or_create(code="gacc", defaults={"name": "海关"})
            Post.objects.create(user=user, agency=agency, role=role)
        return sign_in(Client(), user)

    return make


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_enterprise_sees_its_own_messages_only(
    platform: Machine, other: Machine, organisation: Organisation, signed_in: Callable[..., Client]
) -> None:
    mine = platform.post(orders("A-1")).json()
    other.post(orders("A-2"))
    foreign = Message.objects.exclude(pk=mine["message"]).get()
    page = signed_in("declarant", role="declarant", organisation=organisation)
    listed = text(page.get("/enterprise/journal/"))
    assert mine["guid"] in listed
    assert foreign.guid not in listed
    assert "CEB311Message" in text(page.get(f"/enterprise/journal/{mine['message']}/"))
    assert page.get(f"/enterprise/journal/{foreign.pk}/").status_code == 404
    assert page.post(f"/enterprise/journal/{foreign.pk}/raw/").status_code == 404


def test_enterprise_downloads_its_bytes_by_role(
    platform: Machine, organisation: Organisation, signed_in: Callable[..., Client]
) -> None:
    body = orders("A-1")
    number = platform.post(body).json()["message"]
    declarant = signed_in("declarant", role="declarant", organisation=organisation)
    viewer = signed_in("viewer", role="viewer", organisation=organisation)
    assert declarant.post(f"/enterprise/journal/{number}/raw/").content == body
    assert viewer.post(f"/enterprise/journal/{number}/raw/").status_code == 403
    assert "下载原始报文" not in text(viewer.get(f"/enterprise/journal/{number}/"))
    assert declarant.get(f"/enterprise/journal/{number}/raw/").status_code == 405


def test_refusal_is_shown_with_place_and_sentence(
    platform: Machine, organisation: Organisation, signed_in: Callable[..., Client]
) -> None:
    platform.post(orders("A-1", currency="ZZZ"))
    page = signed_in("declarant", role="declarant", organisation=organisation)
    shown = text(page.get(f"/enterprise/journal/{Message.objects.get().pk}/"))
    assert "CEB.CODE.CURRENCY" in shown
    assert "币制代码不在代码表中" in shown
    assert "CEB900Message" in shown


def test_official_searches_all_messages_and_reads_bytes_for_a_reason(
    platform: Machine, other: Machine, signed_in: Callable[..., Client]
) -> None:
    body = orders("A-1")
    number = platform.post(body).json()["message"]
    other.post(xml("CEB311Message", [], message_guid=guid()))
    chief = signed_in("chief", role="chief")
    assert "福州海峡跨境电商平台有限公司" in text(chief.get("/console/journal/"))
    found = text(chief.get("/console/journal/", {"sender": "厦门", "state": "refused"}))
    assert "厦门他人企业" in found
    assert "福州海峡跨境电商平台有限公司" not in found
    for reason in ("", "核查", "核" + " " * 20 + "查"):
        assert chief.post(f"/console/journal/{number}/raw/", {"reason": reason}).status_code == 400
    assert not AuditEntry.objects.filter(verb="message_read").exists()
    assert chief.post(f"/console/journal/{number}/raw/", {"reason": "核查企业投诉的原始报文"}).content == body
    assert AuditEntry.objects.get(verb="message_read").detail == {"reason": "核查企业投诉的原始报文"}


def test_clerk_reads_the_journal_but_no_bytes(platform: Machine, signed_in: Callable[..., Client]) -> None:
    number = platform.post(orders("A-1")).json()["message"]
    clerk = signed_in("clerk", role="clerk")
    assert clerk.get(f"/console/journal/{number}/").status_code == 200
    assert (
        clerk.post(f"/console/journal/{number}/raw/", {"reason": "核查企业投诉的原始报文"}).status_code == 403
    )


def test_journal_is_closed_to_others(
    platform: Machine, organisation: Organisation, signed_in: Callable[..., Client]
) -> None:
    member = signed_in("declarant", role="declarant", organisation=organisation)
    assert member.get("/console/journal/").status_code == 403
    official = signed_in("clerk", role="clerk")
    assert official.get("/enterprise/journal/").status_code == 403
    assert Client().get("/console/journal/").status_code == 302
    assert Client().get("/enterprise/journal/").status_code == 302


@pytest.mark.parametrize(
    "query",
    ["before=x", "before=1_1", "before=9999999999999999999_1", "since=x", "number=%00", "message_type=zzz"],
)
def test_strange_filters_do_no_harm(
    organisation: Organisation, signed_in: Callable[..., Client], query: str
) -> None:
    page = signed_in("declarant", role="declarant", organisation=organisation)
    assert page.get(f"/enterprise/journal/?{query}").status_code == 200


def test_pages_by_position_show_every_message_once(platform: Machine) -> None:
    for n in range(7):
        platform.post(orders(f"A-{n}"))
    seen, before = [], ""
    while True:
        page = journal_page(journal(JournalFilter()), before, size=3)
        seen += [m.pk for m in page.messages]
        before = page.older
        if not before:
            break
    assert seen == list(Message.objects.order_by("-received_at", "-id").values_list("pk", flat=True))
    assert len(seen) == 7

"""The journal: search, raw bytes for who may, all of it audited; tampering shows."""

from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from django.contrib.auth import get_user_model

from exchange.models import Message
from exchange.selectors.journal import JournalFilter, journal
from exchange.services import message_body
from exchange.services.raw import MessageUnknown, read_any_message, read_own_message
from portal import audit
from portal.models import Agency, AuditEntry, Membership, Organisation, Post
from portal.permissions import NotPermitted
from portal.personal_data import PurposeMissing
from tests.exchange.building import envelope, orders
from tests.exchange.conftest import Machine

pytestmark = pytest.mark.django_db(transaction=True)


def read_entries() -> Any:
    return AuditEntry.objects.filter(verb="message_read")


def test_audit_vouches_for_the_bytes_of_every_message(platform: Machine) -> None:
    body = orders("A-1")
    told = platform.post(body).json()
    refused = orders("A-2", currency="ZZZ")
    platform.post(refused)
    platform.post(body)
    assert list(AuditEntry.objects.order_by("id").values_list("verb", "client_id", "detail")) == [
        (verb, platform.application.pk, {"type": "CEB311Message", "sha256": sha256(data).hexdigest()})
        for verb, data in (("message_received", body), ("message_refused", refused))
    ]
    assert AuditEntry.objects.earliest("id").subject == f"exchange.message:{told['message']}"
    assert audit.seal() == 2
    assert audit.verify() == (2, None)


def person(name: str) -> Any:
    return get_user_model().objects.create_user(name, password="x" * 12)


def test_sender_looks_up_its_message_and_bytes(platform: Machine) -> None:
    body = orders("A-1")
    told = platform.post(body).json()
    entry = platform.get(f"messages/{told['message']}/").json()
    assert {
        k: entry[k] for k in ("id", "message_type", "guid", "state", "documents", "size", "receipt", "errors")
    } == {
        "id": told["message"],
        "message_type": "CEB311Message",
        "guid": told["guid"],
        "state": "accepted",
        "documents": 1,
        "size": len(body),
        "receipt": told["receipt"],
        "errors": [],
    }
    raw = platform.get(f"messages/{told['message']}/raw/")
    assert (raw.content, raw["Content-Type"]) == (body, "application/octet-stream")
    assert "attachment" in raw["Content-Disposition"]
    read = AuditEntry.objects.get(verb="message_read")
    assert (read.client_id, read.subject) == (platform.application.pk, f"exchange.message:{told['message']}")


def test_other_enterprise_sees_nothing_and_leaves_no_audit(platform: Machine, other: Machine) -> None:
    told = platform.post(orders("A-1")).json()
    assert other.get(f"messages/{told['message']}/").status_code == 404
    assert other.get(f"messages/{told['message']}/raw/").status_code == 404
    assert other.get(f"messages/{10**30}/").status_code == 404
    assert not read_entries().exists()


def test_refusal_is_told_again_from_the_journal(platform: Machine) -> None:
    platform.post(orders("A-1", currency="ZZZ"))
    stored = Message.objects.get()
    entry = platform.get(f"messages/{stored.pk}/").json()
    assert (entry["state"], entry["errors"][0]["code"]) == ("refused", "CEB.CODE.CURRENCY")


def test_search_finds_by_number_sender_type_state_and_day(platform: Machine, other: Machine) -> None:
    first = platform.post(envelope(orders("A-1"), cop_msg_id="COP-9")).json()
    platform.post(orders("A-2", currency="ZZZ"))
    other.post(orders("A-3"))

    def found(organisation: int | None = None, **wanted: Any) -> list[int]:
        return sorted(
            journal(JournalFilter(**wanted), organisation_id=organisation).values_list("pk", flat=True)
        )

    everything = found()
    assert len(everything) == 3
    assert found(number=first["guid"]) == [first["message"]]
    assert found(number="COP-9") == [first["message"]]
    assert found(number=str(first["message"])) == [first["message"]]
    assert found(number=str(first["message"] * 128)) == [first["message"]]
    assert found(sender="35019609P1") == everything[:2]
    assert found(sender="厦门") == everything[2:]
    assert found(state="accepted") == [first["message"]]
    assert len(found(message_type="CEB311Message")) == 3
    today = Message.objects.get(pk=first["message"]).received_at.date()
    assert found(until=date(2020, 1, 1)) == []
    assert len(found(since=date(2020, 1, 1))) == 3
    assert today
    assert found(organisation=other.application.organisation_id) == everything[2:]


def test_enterprise_roles_decide_who_reads_bytes(platform: Machine, organisation: Organisation) -> None:
    told = platform.post(orders("A-1")).json()
    viewer, declarant, stranger = person("viewer"), person("declarant"), person("stranger")
    Membership.objects.create(user=viewer, organisation=organisation, role="viewer")
    Membership.objects.create(user=declarant, organisation=organisation, role="declarant")
    assert read_own_message(message_id=told["message"], organisation_id=organisation.pk, user=declarant)
    for user in (viewer, stranger):
        with pytest.raises(NotPermitted):
            read_own_message(message_id=told["message"], organisation_id=organisation.pk, user=user)
    assert read_entries().count() == 1


def test_officials_need_the_post_to_read_bytes(platform: Machine) -> None:
    told = platform.post(orders("A-1")).json()
    customs = Agency.objects.create(code="gacc", name="海关")
    clerk, chief = person("clerk"), person("chief")
    Post.objects.create(user=clerk, agency=customs, role="clerk")
    Post.objects.create(user=chief, agency=customs, role="chief")
    assert read_any_message(message_id=told["message"], user=chief, reason="核查收货人投诉的申报内容")
    with pytest.raises(NotPermitted):
        read_any_message(message_id=told["message"], user=clerk, reason="核查收货人投诉的申报内容")
    with pytest.raises(MessageUnknown):
        read_any_message(message_id=0, user=chief, reason="核查收货人投诉的申报内容")
    with pytest.raises(PurposeMissing):
        read_any_message(message_id=told["message"], user=chief, reason="核  查         投诉")
    entry = read_entries().get()
    assert (entry.actor_id, entry.detail) == (chief.pk, {"reason": "核查收货人投诉的申报内容"})


def test_bytes_moved_to_another_row_are_noticed(platform: Machine) -> None:
    one, two = platform.post(orders("A-1")).json(), platform.post(orders("A-2")).json()
    Message.objects.filter(pk=two["message"]).update(raw=bytes(Message.objects.get(pk=one["message"]).raw))
    with pytest.raises(InvalidTag):
        message_body(two["message"])

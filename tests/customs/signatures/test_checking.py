"""Signed messages: checked before anything is decided, answered officially when the signature does not hold."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customs.enums import ParcelState
from customs.models import (
    DocumentVersion,
    ImportInventory,
    ImportInventoryLine,
    ImportOrder,
    Parcel,
    Queue,
    Waiting,
)
from customs.models.documents import ImportCancellation
from customs.services.official_codes import refusal_codes
from customs.services.signatures import marked_messages, work_unchecked
from customs.services.working import work_batch
from exchange.messages.signatures import Flaw, Signer, new_signer, sign_document
from exchange.models import Receipt, SignatureCheck, SignerCertificate
from exchange.selectors.signatures import SignaturePolicy, forget_policy, signature_policy
from exchange.services import receive_message
from portal.enums import Verb
from portal.models import AuditEntry, Event, Organisation, RuleValue
from tests.customs.signatures.conftest import Signing, on_file
from tests.customs.world import World
from tools.parcels import messages


def marked() -> list[str]:
    return sorted(Queue.objects.filter(message_type__startswith="?").values_list("message_type", flat=True))


def answers(message_id: int) -> list[tuple[str, str]]:
    """Official answers to single documents of a message."""
    found = Receipt.objects.filter(message_id=message_id, document_id__isnull=False).order_by("id")
    return [(one.status, one.info) for one in found]


def spoil(body: bytes) -> bytes:
    """Change one value after signing."""
    assert b"<ceb:grossWeight>" in body
    return body.replace(b"<ceb:grossWeight>", b"<ceb:grossWeight>9", 1)


def test_a_good_signature_is_recorded_and_the_parcel_goes_its_way(signing: Signing) -> None:
    documents = signing.world.make.import_parcel()
    message_id = signing.send(documents)
    assert marked() == ["?CEB621Message"]
    signing.world.work()
    assert Parcel.objects.count() == 0
    assert signing.check() == 1
    assert marked() == []
    check = SignatureCheck.objects.get(pk=message_id)
    assert (check.state, check.flaw, check.algorithm) == ("good", "", "SM2-SM3")
    assert check.certificate is not None
    assert check.certificate.organisation_id == signing.sender.pk
    signing.world.work()
    assert signing.world.parcel(documents).state == ParcelState.RELEASED
    entry = AuditEntry.objects.get(verb=Verb.SIGNATURE_CHECKED)
    assert entry.subject == f"exchange.message:{message_id}"
    assert entry.organisation_id == signing.sender.pk
    assert entry.detail == {"state": "good", "algorithm": "SM2-SM3", "certificate": "1A2B3C"}
    assert signing.check() == 0


def test_a_changed_list_is_answered_and_decided_never(signing: Signing) -> None:
    """-621028: the data differ from what was signed; every document of the message is answered and gone."""
    parcels = [signing.world.make.import_parcel() for _ in range(3)]
    message_id = signing.send(*parcels, change=spoil)
    lines = ImportInventoryLine.objects.count()
    assert (ImportInventory.objects.count(), lines > 0) == (3, True)
    assert signing.check() == 1
    assert signing.said(message_id) == ("bad", "digest")
    assert answers(message_id) == [("-621028", "[Code:-621028;Desc:报文内容与签名时不一致：摘要不符]")] * 3
    assert (ImportInventory.objects.count(), ImportInventoryLine.objects.count(), marked()) == (0, 0, [])
    assert list(Event.objects.filter(name="signatures_refused").values_list("ids", flat=True)) == [
        [message_id]
    ]
    signing.world.work()
    assert (Parcel.objects.count(), Waiting.objects.count()) == (0, 0)


def test_the_same_numbers_rightly_signed_are_taken_afterwards(signing: Signing) -> None:
    documents = signing.world.make.import_parcel()
    signing.send(documents, change=spoil)
    signing.check()
    for kind, body in messages([documents], signing.world.make, per_message=100):
        if kind == "CEB621Message":
            accepted = receive_message(
                sender=signing.world.senders[kind], body=sign_document(body, signing.signer)
            )
    signing.check()
    assert signing.said(accepted.message_id) == ("good", "")
    signing.world.work()
    assert signing.world.parcel(documents).state == ParcelState.RELEASED


def test_a_signed_order_counts_only_once_it_is_checked(signing: Signing) -> None:
    """The list of the same parcel is unsigned and waits for the order, although the order is stored."""
    shop = Organisation.objects.get(pk=signing.world.senders["CEB311Message"].organisation_id)
    SignerCertificate.objects.update(organisation=shop)
    documents = signing.world.make.import_parcel()
    signing.send(documents, code="CEB311Message")
    signing.world.work()
    assert signing.world.waiting(documents).missing == ["order"]
    signing.check()
    signing.world.work()
    assert signing.world.parcel(documents).state == ParcelState.RELEASED


def test_a_bad_order_leaves_its_list_waiting(signing: Signing) -> None:
    """Orders have no code for signatures: the family's parameter code with the platform's four digits."""
    documents = signing.world.make.import_parcel()
    message_id = signing.send(documents, code="CEB311Message")
    signing.check()
    assert answers(message_id) == [("-301008", "[Code:1001;Desc:签名证书登记在其他企业名下]")]
    signing.world.work()
    assert signing.world.waiting(documents).missing == ["order"]


Change = Callable[[SignerCertificate], dict[str, Any]]
STANDINGS: dict[str, tuple[Change, str]] = {
    "revoked": (lambda _: {"revoked_at": timezone.now(), "revoked_reason": "丢失"}, "revoked"),
    "expired": (
        lambda c: {
            "valid_to": timezone.now() - timedelta(seconds=1),
            "valid_from": c.valid_from - timedelta(days=9),
        },
        "expired",
    ),
    "not valid yet": (lambda _: {"valid_from": timezone.now() + timedelta(days=1)}, "early"),
    "other enterprise": (
        lambda _: {"organisation": Organisation.objects.create(uscc="91350200MA0000009X", name="他人")},
        "foreign",
    ),
    "not on file": (lambda _: {"fingerprint": "0" * 64}, "unknown"),
}


@pytest.mark.parametrize("name", STANDINGS)
def test_certificate_must_stand_on_file_for_the_sender(signing: Signing, name: str) -> None:
    change, flaw = STANDINGS[name]
    filed = SignerCertificate.objects.get()
    SignerCertificate.objects.filter(pk=filed.pk).update(**change(filed))
    message_id = signing.send(signing.world.make.import_parcel())
    signing.check()
    assert signing.said(message_id) == ("bad", flaw)
    assert [status for status, _info in answers(message_id)] == ["-621029"]


def test_revocation_after_receipt_changes_nothing(signing: Signing) -> None:
    message_id = signing.send(signing.world.make.import_parcel())
    SignerCertificate.objects.update(revoked_at=timezone.now() + timedelta(seconds=1), revoked_reason="更换")
    signing.check()
    assert signing.said(message_id) == ("good", "")


def test_key_of_the_register_decides_not_the_certificate_in_the_message(signing: Signing) -> None:
    """Another key under the same serial number is another certificate."""
    signing.signer = new_signer("RSA", name="冒名", serial=0x1A2B3C)
    message_id = signing.send(signing.world.make.import_parcel())
    signing.check()
    assert signing.said(message_id) == ("bad", "unknown")


def test_signature_that_only_names_its_certificate_is_found_by_number(signing: Signing) -> None:
    import re

    def named(body: bytes) -> bytes:
        body = re.sub(rb"<ds:X509Data>.*</ds:X509Data>", b"", body)
        return body.replace(b"<ds:KeyName>1A2B3C<", b"<ds:KeyName>00:1a:2b:3c<")

    message_id = signing.send(signing.world.make.import_parcel(), change=named)
    signing.check()
    assert signing.said(message_id) == ("good", "")


def test_unsigned_traffic_is_not_marked(world: World) -> None:
    forget_policy()
    documents = world.make.import_parcel()
    world.send(documents)
    assert marked() == []
    assert work_unchecked() == 0
    world.work()
    assert world.parcel(documents).state == ParcelState.RELEASED
    assert SignatureCheck.objects.count() == 0


def test_required_by_the_rule_an_unsigned_declaration_is_turned_back(signing: Signing) -> None:
    """-621025: appStatus 2 without a signature, once the row of the rule register says so."""
    signing.world.change_rule("X.SIGNATURE", verify=True, required=["CEB621Message"])
    forget_policy()
    documents = signing.world.make.import_parcel()
    signing.world.send(documents)
    assert marked() == ["?CEB621Message"]
    signing.check()
    found = Receipt.objects.get(status="-621025")
    assert found.info == "[Code:-621025;Desc:申报报文须有电子签名，报文中没有]"
    assert ImportInventory.objects.count() == 0
    forget_policy()


def test_a_cancellation_must_be_signed_once_the_rule_says_so(signing: Signing) -> None:
    """Follow-ups wait for the check as well: unsigned, it is answered -623029 and cancels nothing."""
    documents = signing.world.make.import_parcel()
    [before] = signing.world.decide(documents)
    signing.world.change_rule("X.SIGNATURE", verify=True, required=["CEB623Message"])
    forget_policy()
    assert signing.world.follow("CEB623Message", documents) == []
    assert marked() == ["?CEB623Message"]
    signing.check()
    found = Receipt.objects.get(status="-623029")
    assert found.info == "[Code:-623029;Desc:申报报文须有电子签名，报文中没有]"
    assert ImportCancellation.objects.count() == 0
    assert signing.world.parcel(documents).state == before.state
    forget_policy()


def test_a_rule_that_says_nothing_stops_no_traffic(signing: Signing) -> None:
    """A row of the register without its parameters means the default, never an error at the door."""
    RuleValue.objects.filter(rule_id="X.SIGNATURE").update(param={})
    signing.world.change_rule("X.SIGNATURE")
    forget_policy()
    assert signature_policy(timezone.localdate()) == SignaturePolicy(True, frozenset())
    signing.world.send(signing.world.make.import_parcel())
    assert marked() == []


def test_required_does_not_reach_drafts(signing: Signing) -> None:
    signing.world.change_rule("X.SIGNATURE", verify=True, required=["CEB621Message"])
    forget_policy()
    documents = signing.world.make.import_parcel()
    documents.inventory["appStatus"] = "1"
    signing.world.send(documents, only="CEB621Message")
    assert marked() == []
    forget_policy()


def test_switched_off_by_the_rule_nothing_is_verified(signing: Signing) -> None:
    signing.world.change_rule("X.SIGNATURE", verify=False, required=[])
    documents = signing.world.make.import_parcel()
    signing.send(documents, change=spoil)
    signing.check()
    assert SignatureCheck.objects.count() == 0
    signing.world.work()
    assert Parcel.objects.count() == 1


def test_a_batch_costs_the_same_statements_whatever_its_size(signing: Signing) -> None:
    counts = []
    for size in (1, 6):
        for _ in range(size):
            signing.send(signing.world.make.import_parcel())
        with CaptureQueriesContext(connection) as captured:
            assert signing.check() == size
        sent = [q["sql"] for q in captured.captured_queries]
        counts.append(
            len(
                [q for q in sent if not q.startswith(("SAVEPOINT", "RELEASE")) and "registerversion" not in q]
            )
        )
    assert counts[0] == counts[1] <= 8


def test_a_batch_ends_with_the_message_that_fills_its_bytes(signing: Signing) -> None:
    """Large messages do not keep unsigned traffic waiting; one that is larger than a batch is still taken."""
    sent = [signing.send(signing.world.make.import_parcel()) for _ in range(3)]
    assert list(marked_messages(size=1)) == sent[:1]
    assert list(marked_messages(limit=2)) == sent[:2]
    assert list(marked_messages().values()) == ["CEB621Message"] * 3


def test_the_worker_checks_before_it_decides(signing: Signing) -> None:
    """One round of the worker: signatures first, so that a good list is decided in the same round."""
    documents = signing.world.make.import_parcel()
    signing.send(documents)
    signing.world.know_buyers()
    assert work_batch() > 0
    assert signing.world.parcel(documents).state == ParcelState.RELEASED


def test_a_message_that_cannot_be_worked_is_held_and_its_documents_stay_unseen(
    signing: Signing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A result that is there already breaks the check: the message is held, the others go on, nothing is decided on it."""
    first, second = signing.world.make.import_parcel(), signing.world.make.import_parcel()
    held = signing.send(first)
    good = signing.send(second)
    SignatureCheck.objects.create(message_id=held, state="good")
    signing.world.know_buyers()
    work_batch()
    assert list(Queue.objects.values_list("message_id", "message_type")) == [(held, "!?CEB621Message")]
    assert signing.said(good) == ("good", "")
    assert list(Parcel.objects.values_list("order_no", flat=True)) == [second.order_no]


@pytest.mark.parametrize(
    ("code", "flaw", "expected"),
    [
        ("CEB621Message", Flaw.ABSENT, ("-621025", "-621025")),
        ("CEB621Message", Flaw.DIGEST, ("-621028", "-621028")),
        ("CEB621Message", Flaw.VALUE, ("-621029", "-621029")),
        ("CEB623Message", Flaw.DIGEST, ("-623029", "-623029")),
        ("CEB625Message", Flaw.VALUE, ("-625005", "-625005")),
        ("CEB507Message", Flaw.EXPIRED, ("-800001", "1002")),
        ("CEB311Message", Flaw.DIGEST, ("-301008", "1004")),
    ],
)
def test_official_codes_of_each_family(code: str, flaw: Flaw, expected: tuple[str, str]) -> None:
    """Interface specification 202205 ch. 7; four digits where a family has no code."""
    assert refusal_codes(code, flaw) == expected


def test_a_badly_signed_change_ends_no_stored_version(signing: Signing) -> None:
    """Changes are checked where they are stored: a bad one leaves the order as it was, a good one takes its place."""
    shop = Organisation.objects.get(pk=signing.world.senders["CEB311Message"].organisation_id)
    SignerCertificate.objects.update(organisation=shop)
    documents = signing.world.make.import_parcel()
    signing.world.send(documents, only="CEB311Message")
    before = list(ImportOrder.objects.values_list("pk", "goods_value"))
    documents.order["appType"], documents.order["appTime"] = "2", "20261123120000"
    [(_kind, body)] = [m for m in messages([documents], signing.world.make) if m[0] == "CEB311Message"]
    signed = sign_document(body, signing.signer)
    sender = signing.world.senders["CEB311Message"]
    bad = receive_message(
        sender=sender,
        body=signed.replace(b"<ceb:note>", b"<ceb:note> ", 1).replace(
            b"</ceb:OrderHead>", b" </ceb:OrderHead>", 1
        ),
    )
    assert answers(bad.message_id) == [("-301008", "[Code:1004;Desc:报文内容与签名时不一致：摘要不符]")]
    assert signing.said(bad.message_id) == ("bad", "digest")
    assert list(ImportOrder.objects.values_list("pk", "goods_value")) == before
    assert (marked(), DocumentVersion.objects.count()) == ([], 0)
    good = receive_message(sender=sender, body=signed)
    assert signing.said(good.message_id) == ("good", "")
    assert [pk for pk, _value in ImportOrder.objects.values_list("pk", "goods_value")] == [
        good.message_id * 128
    ]
    assert DocumentVersion.objects.count() == 1


def test_somebody_elses_certificate_helps_nobody(signing: Signing, card: Signer) -> None:
    thief = new_signer("SM2", name="他人", serial=9)
    on_file(thief, Organisation.objects.create(uscc="91350200MA0000009X", name="他人").pk)
    signing.signer = thief
    message_id = signing.send(signing.world.make.import_parcel())
    signing.check()
    assert signing.said(message_id) == ("bad", "foreign")

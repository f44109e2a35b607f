"""The register of signing certificates: who files, who revokes, what is refused, when letters go out."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from exchange.messages.signatures import Signer, new_signer
from exchange.models import SignerCertificate
from exchange.services.certificates import (
    CertificateKnown,
    CertificateOver,
    CertificateRevoked,
    CertificateUnknown,
    CertificateUnreadable,
    Keeper,
    ReasonMissing,
    file_certificate,
    revoke_certificate,
    watch_certificates,
)
from portal.codes import load_rules
from portal.enums import Verb
from portal.letters import load_letter_texts
from portal.models import Administrator, AuditEntry, Event, Letter, Membership, Organisation, User
from portal.permissions import NotPermitted
from tests.conftest import SignedIn

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def card() -> Signer:
    return new_signer("SM2", name="福州报关", serial=0xABC123)


@pytest.fixture
def firm() -> Organisation:
    return Organisation.objects.create(uscc="91350100MA00000001", name="福州报关有限公司")


def member(firm: Organisation, role: str) -> User:
    user = User.objects.create_user(username=f"{role}-{firm.pk}", password="x")
    Membership.objects.create(user=user, organisation=firm, role=role)
    return user


@pytest.fixture
def boss(firm: Organisation) -> User:
    return member(firm, "administrator")


def filed(firm: Organisation, card: Signer, boss: User) -> SignerCertificate:
    return file_certificate(
        organisation_id=firm.pk, content=card.certificate.pem.encode(), keeper=Keeper(boss)
    )


def test_filed_certificate_says_what_stands_in_it(firm: Organisation, boss: User, card: Signer) -> None:
    one = filed(firm, card, boss)
    assert (one.serial, one.key, one.subject) == ("ABC123", "SM2", "CN=福州报关")
    assert one.fingerprint == card.certificate.fingerprint
    assert one.standing == "valid"
    entry = AuditEntry.objects.get(verb=Verb.CERTIFICATE_FILED)
    assert (entry.subject, entry.organisation_id, entry.actor_id) == (
        f"exchange.certificate:{one.pk}",
        firm.pk,
        boss.pk,
    )


@pytest.mark.parametrize(
    "content", [b"", b"noise", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
)
def test_noise_is_refused_and_nothing_is_filed(firm: Organisation, boss: User, content: bytes) -> None:
    with pytest.raises(CertificateUnreadable):
        file_certificate(organisation_id=firm.pk, content=content, keeper=Keeper(boss))
    assert (SignerCertificate.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_private_key_alone_is_refused(firm: Organisation, boss: User, card: Signer) -> None:
    import base64

    pem = b"-----BEGIN PRIVATE KEY-----\n" + base64.encodebytes(card.pkcs8) + b"-----END PRIVATE KEY-----\n"
    with pytest.raises(CertificateUnreadable):
        file_certificate(organisation_id=firm.pk, content=pem, keeper=Keeper(boss))


def test_certificate_that_is_over_is_refused(firm: Organisation, boss: User) -> None:
    old = new_signer("RSA", name="旧", serial=5, days=0)
    with pytest.raises(CertificateOver):
        file_certificate(organisation_id=firm.pk, content=old.certificate.der, keeper=Keeper(boss))
    assert SignerCertificate.objects.count() == 0


def test_a_certificate_belongs_to_one_enterprise(firm: Organisation, boss: User, card: Signer) -> None:
    filed(firm, card, boss)
    other = Organisation.objects.create(uscc="91350200MA00000002", name="他人")
    for again in (firm, other):
        who = boss if again == firm else member(other, "administrator")
        with pytest.raises(CertificateKnown):
            file_certificate(organisation_id=again.pk, content=card.certificate.der, keeper=Keeper(who))
    assert SignerCertificate.objects.count() == 1


@pytest.mark.parametrize("role", ["declarant", "finance", "viewer"])
def test_only_the_administrator_of_the_enterprise_keeps_it(
    firm: Organisation, boss: User, card: Signer, role: str
) -> None:
    one = filed(firm, card, boss)
    other = member(firm, role)
    with pytest.raises(NotPermitted):
        file_certificate(organisation_id=firm.pk, content=card.certificate.der, keeper=Keeper(other))
    with pytest.raises(NotPermitted):
        revoke_certificate(certificate_id=one.pk, organisation_id=firm.pk, reason="x", keeper=Keeper(other))
    with pytest.raises(NotPermitted):
        revoke_certificate(
            certificate_id=one.pk, organisation_id=None, reason="x", keeper=Keeper(boss, office=True)
        )
    one.refresh_from_db()
    assert one.revoked_at is None


def test_revocation_has_a_reason_and_happens_once(firm: Organisation, boss: User, card: Signer) -> None:
    one = filed(firm, card, boss)
    with pytest.raises(ReasonMissing):
        revoke_certificate(certificate_id=one.pk, organisation_id=firm.pk, reason="  ", keeper=Keeper(boss))
    revoke_certificate(certificate_id=one.pk, organisation_id=firm.pk, reason="介质遗失", keeper=Keeper(boss))
    one.refresh_from_db()
    assert (one.standing, one.revoked_reason) == ("revoked", "介质遗失")
    with pytest.raises(CertificateRevoked):
        revoke_certificate(certificate_id=one.pk, organisation_id=firm.pk, reason="再次", keeper=Keeper(boss))
    assert AuditEntry.objects.filter(verb=Verb.CERTIFICATE_REVOKED).count() == 1


def test_somebody_elses_certificate_does_not_exist(firm: Organisation, boss: User, card: Signer) -> None:
    one = filed(firm, card, boss)
    other = Organisation.objects.create(uscc="91350200MA00000002", name="他人")
    thief = member(other, "administrator")
    with pytest.raises(CertificateUnknown):
        revoke_certificate(certificate_id=one.pk, organisation_id=other.pk, reason="偷", keeper=Keeper(thief))
    with pytest.raises(NotPermitted):
        revoke_certificate(certificate_id=one.pk, organisation_id=firm.pk, reason="偷", keeper=Keeper(thief))


def test_database_holds_period_and_reason(firm: Organisation, boss: User, card: Signer) -> None:
    one = filed(firm, card, boss)
    for wrong in ({"valid_to": one.valid_from}, {"revoked_at": timezone.now()}, {"revoked_reason": "无日期"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SignerCertificate.objects.filter(pk=one.pk).update(**wrong)


def test_letters_before_a_certificate_runs_out(firm: Organisation, boss: User, card: Signer) -> None:
    """X.CERTIFICATE.REMIND: 30, 7 and 1 days before; each once; none for revoked ones."""
    load_rules()
    load_letter_texts()
    one = filed(firm, card, boss)
    last = timezone.localtime(one.valid_to).date()

    def on(days: int) -> int:
        return watch_certificates(last - timedelta(days=days))

    assert [on(days) for days in (31, 30, 30, 8, 7, 2, 1, 0)] == [0, 1, 0, 0, 1, 0, 1, 0]
    letter = Letter.objects.order_by("id").last()
    assert letter is not None
    assert (letter.code, letter.user_id, letter.params["days"]) == (
        "exchange.certificate_expiring",
        boss.pk,
        "1",
    )
    assert (
        list(Event.objects.filter(name="certificates_expiring").values_list("ids", flat=True))
        == [[one.pk]] * 3
    )
    SignerCertificate.objects.update(reminded=[], revoked_at=timezone.now(), revoked_reason="更换")
    assert on(7) == 0


def test_pages_file_show_and_revoke(
    client: Client, signed_in: SignedIn, firm: Organisation, boss: User, card: Signer
) -> None:
    signed_in(client, boss)
    empty = client.get("/enterprise/certificates/")
    assert "还没有登记证书" in empty.content.decode()
    wrong = client.post("/enterprise/certificates/", {"certificate": SimpleUploadedFile("a.pem", b"noise")})
    assert wrong.status_code == 422
    assert "无法读取证书" in wrong.content.decode()
    assert client.post("/enterprise/certificates/").status_code == 422
    upload = SimpleUploadedFile("card.pem", card.certificate.pem.encode())
    done = client.post("/enterprise/certificates/", {"certificate": upload}, follow=True)
    one = SignerCertificate.objects.get()
    assert done.redirect_chain == [(f"/enterprise/certificates/{one.pk}/", 302)]
    assert "ABC123" in client.get("/enterprise/certificates/?q=abc1").content.decode()
    assert "没有符合条件的证书" in client.get("/enterprise/certificates/?q=nothing").content.decode()
    file = client.get(f"/enterprise/certificates/{one.pk}/file/")
    assert file.content.decode() == card.certificate.pem
    assert client.post(f"/enterprise/certificates/{one.pk}/revoke/", {"reason": ""}).status_code == 400
    client.post(f"/enterprise/certificates/{one.pk}/revoke/", {"reason": "介质遗失"})
    one.refresh_from_db()
    assert one.revoked_reason == "介质遗失"
    stranger = member(Organisation.objects.create(uscc="91350200MA00000002", name="他人"), "administrator")
    signed_in(client, stranger)
    for path in ("", "file/"):
        assert client.get(f"/enterprise/certificates/{one.pk}/{path}").status_code == 404
    assert client.post(f"/enterprise/certificates/{one.pk}/revoke/", {"reason": "偷"}).status_code == 404


def test_back_office_files_and_revokes(
    client: Client, signed_in: SignedIn, firm: Organisation, card: Signer
) -> None:
    office = User.objects.create_user(username="office", password="x")
    Administrator.objects.create(user=office, role="system")
    signed_in(client, office)
    form: dict[str, Any] = {"organisation": firm.pk, "pem": "noise"}
    address = "/admin/exchange/signercertificate/"
    assert "无法读取证书" in client.post(f"{address}add/", form).content.decode()
    form["pem"] = card.certificate.pem
    assert client.post(f"{address}add/", form).status_code == 302
    one = SignerCertificate.objects.get()
    assert (one.organisation_id, one.serial) == (firm.pk, "ABC123")
    assert "该证书已经登记" in client.post(f"{address}add/", form).content.decode()
    assert client.post(f"{address}{one.pk}/change/", {"revoked_reason": "企业来函"}).status_code == 302
    one.refresh_from_db()
    assert (one.standing, one.revoked_reason) == ("revoked", "企业来函")
    assert client.post(f"{address}{one.pk}/delete/", {"post": "yes"}).status_code == 403
    verbs = set(AuditEntry.objects.filter(actor_id=office.pk).values_list("verb", flat=True))
    assert {Verb.CERTIFICATE_FILED, Verb.CERTIFICATE_REVOKED} <= verbs

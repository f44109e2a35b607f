"""The doctor behind page, API and command: one report."""

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from exchange.messages.signatures import Signer, new_signer, sign_document
from exchange.models import SignerCertificate
from exchange.services.certificates import columns_of
from portal.models import Membership, Organisation, User
from tests.conftest import SignedIn
from tests.exchange.building import envelope, orders
from tests.exchange.conftest import Machine

pytestmark = pytest.mark.django_db(transaction=True)
BODY = orders("DOC-1")


@pytest.fixture(scope="module")
def card() -> Signer:
    return new_signer("SM2", name="福州平台", serial=0xD0C)


@pytest.fixture
def filed(organisation: Organisation, card: Signer) -> SignerCertificate:
    return SignerCertificate.objects.create(organisation=organisation, **columns_of(card.certificate))


def ask(machine: Machine, body: bytes, content_type: str = "application/xml") -> Any:
    return machine.http.post(
        "/api/v1/signatures/diagnosis/", data=body, content_type=content_type, headers=machine.headers()
    )


def test_api_says_a_good_signature_is_accepted(
    platform: Machine, filed: SignerCertificate, card: Signer
) -> None:
    answer = ask(platform, envelope(sign_document(BODY, card)))
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert (said["accepted"], said["flaw"], said["algorithm"], said["register"]) == (
        True,
        None,
        "SM2-SM3",
        "valid",
    )
    assert said["digest_stated"] == said["digest_computed"]
    assert b"DOC-1" in base64.b64decode(said["canonical"])


def test_api_names_the_slip_and_stores_nothing(
    platform: Machine, filed: SignerCertificate, card: Signer, rows: Any
) -> None:
    before = rows()
    said = ask(platform, sign_document(BODY, card).replace(b"<ceb:OrderHead>", b"\n  <ceb:OrderHead>")).json()
    assert (said["accepted"], said["flaw"], said["number"]) == (False, "digest", "1004")
    assert said["digest_stated"] != said["digest_computed"]
    assert "re-indented" in said["advice"][0]["message_en"]
    assert rows() == before


def test_register_decides_what_the_door_would_say(
    platform: Machine, other: Machine, filed: SignerCertificate, card: Signer
) -> None:
    signed = sign_document(BODY, card)
    said = ask(other, signed).json()
    assert (said["flaw"], said["register"]) == ("foreign", "foreign")
    SignerCertificate.objects.update(revoked_at=filed.valid_from, revoked_reason="遗失")
    said = ask(platform, signed).json()
    assert (said["flaw"], said["number"], said["register"]) == ("revoked", "1002", "revoked")
    SignerCertificate.objects.all().delete()
    said = ask(platform, signed).json()
    assert (said["flaw"], said["register"]) == ("unknown", "unknown")


@pytest.mark.parametrize(
    ("body", "flaw"),
    [(BODY, "absent"), (b"<a", "form"), (b"\x00" * 50, "form"), (b"<!DOCTYPE a><a/>", "form")],
)
def test_what_is_unsigned_or_no_message_is_told(platform: Machine, body: bytes, flaw: str) -> None:
    answer = ask(platform, body)
    assert (answer.status_code, answer.json()["flaw"]) == (200, flaw)


def test_refusals_of_the_api(platform: Machine, police: Machine) -> None:
    assert ask(platform, b"").json()["code"] == "SIGNATURE.BODY"
    assert ask(platform, BODY, "text/plain").status_code == 415
    assert ask(police, BODY).status_code == 403
    empty = b'<DxpMsg xmlns="http://www.chinaport.gov.cn/dxp"/>'
    assert ask(platform, empty).json()["code"] == "SIGNATURE.MESSAGE"


def test_page_shows_verdict_advice_and_digests(
    client: Client, signed_in: SignedIn, organisation: Organisation, filed: SignerCertificate, card: Signer
) -> None:
    user = User.objects.create_user(username="viewer", password="x")
    Membership.objects.create(user=user, organisation=organisation, role="viewer")
    signed_in(client, user)
    assert client.get("/enterprise/signature/").status_code == 200

    def post(body: bytes) -> Any:
        return client.post("/enterprise/signature/", {"message": SimpleUploadedFile("m.xml", body)})

    assert "签名有效" in post(sign_document(BODY, card)).content.decode()
    page = post(sign_document(BODY, card).replace(b"DOC-1", b"<b>DOC-2</b>")).content.decode()
    assert "报文内容与签名时不一致" in page
    assert "签的是另一份内容" in page
    assert "<b>DOC-2" not in page
    assert client.post("/enterprise/signature/").status_code == 422
    assert post(b"").status_code == 422


def test_command_says_the_same(filed: SignerCertificate, card: Signer, tmp_path: Path) -> None:
    file = tmp_path / "message.xml"
    file.write_bytes(sign_document(BODY, card))
    out = io.StringIO()
    call_command("signature_doctor", str(file), stdout=out)
    assert "The signature holds." in out.getvalue()
    file.write_bytes(BODY)
    out = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("signature_doctor", str(file), stdout=out)
    assert end.value.code == 1
    assert "there is no signature" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("signature_doctor", str(tmp_path / "nothing.xml"))

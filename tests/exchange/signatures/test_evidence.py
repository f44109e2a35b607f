"""Evidence packages: whole ones verify offline, and every kind of tampering is named."""

import base64
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from exchange.messages import evidence
from exchange.messages.evidence import EvidenceBroken, build, verify_package
from exchange.messages.signatures import Signer, inspect, new_signer, sign_document, verify
from exchange.models import Message, Receipt
from exchange.services.platform_key import PlatformKeyWrong, made_signer, platform_signer, read_signer
from portal import audit
from portal.enums import Verb
from portal.models import Agency, AuditEntry, Membership, Organisation, Post, User
from tests.conftest import SignedIn
from tests.exchange.building import envelope, orders
from tests.exchange.conftest import Machine

ROOT = Path(__file__).resolve().parents[3]
BODY = orders("EV-1")


@pytest.fixture(scope="module")
def platform_key() -> Signer:
    return new_signer("RSA", name="平台", serial=0x10)


@pytest.fixture(scope="module")
def card() -> Signer:
    return new_signer("SM2", name="企业", serial=0x20)


def chain(*details: dict[str, Any]) -> list[dict[str, Any]]:
    """Audit entries as they hang in the chain."""
    found, previous = [], audit.GENESIS
    for number, detail in enumerate(details, 1):
        text = json.dumps({"id": number, **detail}, sort_keys=True)
        digest = hashlib.sha256(previous.encode() + text.encode()).hexdigest()
        found.append({"canonical": text, "position": number, "previous": previous, "hash": digest})
        previous = digest
    return found


@pytest.fixture(scope="module")
def parts(platform_key: Signer, card: Signer) -> dict[str, bytes]:
    """The files of a whole package: a signed message, one receipt, two entries."""
    body = sign_document(BODY, card)
    received = {"verb": "message_received", "detail": {"sha256": hashlib.sha256(body).hexdigest()}}
    entries = chain(received, {"verb": "signature_checked", "detail": {"state": "good"}})
    receipt = sign_document(envelope(b"<a/>"), platform_key)
    return {
        "message.xml": body,
        "check.json": json.dumps({"state": "good", "flaw": ""}).encode(),
        "signer.pem": card.certificate.pem.encode(),
        "receipts/7.xml": receipt,
        "audit.json": json.dumps(
            {"entries": entries, "head": {"position": 2, "hash": entries[1]["hash"]}}
        ).encode(),
    }


def packed(parts: dict[str, bytes], signer: Signer, **changed: bytes) -> bytes:
    facts = {"message": {"sha256": hashlib.sha256(parts["message.xml"]).hexdigest()}}
    return build({**parts, **{k.replace("__", "."): v for k, v in changed.items()}}, facts, signer)


def reworked(package: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The archive with other contents, the manifest as it was."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def broken(package: bytes, expected: Signer | None = None) -> str:
    """The part that is named."""
    with pytest.raises(EvidenceBroken) as found:
        verify_package(package, expected.certificate if expected else None)
    return found.value.part


@pytest.mark.parametrize("kind", ["RSA", "SM2"])
def test_whole_package_verifies(parts: dict[str, bytes], platform_key: Signer, kind: str) -> None:
    signer = platform_key if kind == "RSA" else new_signer("SM2", name="平台", serial=0x11)
    changed = {**parts, "receipts/7.xml": sign_document(envelope(b"<a/>"), signer)}
    lines = verify_package(packed(changed, signer), signer.certificate)
    assert [line.split(":")[0] for line in lines] == ["manifest", "message", "signature", "receipts", "audit"]


@pytest.mark.parametrize(
    "name", ["message.xml", "check.json", "signer.pem", "receipts/7.xml", "audit.json", "platform.pem"]
)
def test_a_changed_file_is_named(parts: dict[str, bytes], platform_key: Signer, name: str) -> None:
    package = reworked(packed(parts, platform_key), lambda files: files.update({name: files[name] + b"\n"}))
    assert broken(package) == name


@pytest.mark.parametrize(
    "name", ["message.xml", "receipts/7.xml", "manifest.json", "manifest.sig", "platform.pem"]
)
def test_a_missing_file_is_named(parts: dict[str, bytes], platform_key: Signer, name: str) -> None:
    assert broken(reworked(packed(parts, platform_key), lambda files: files.__delitem__(name))) == name


def test_an_added_file_is_named(parts: dict[str, bytes], platform_key: Signer) -> None:
    package = reworked(packed(parts, platform_key), lambda files: files.update({"receipts/8.xml": b"<a/>"}))
    assert broken(package) == "receipts/8.xml"


def test_a_changed_manifest_is_named(parts: dict[str, bytes], platform_key: Signer) -> None:
    def change(files: dict[str, bytes]) -> None:
        files["manifest.json"] = files["manifest.json"].replace(b'"version": 1', b'"version": 2')

    assert broken(reworked(packed(parts, platform_key), change)) == "manifest.json"
    assert (
        broken(reworked(packed(parts, platform_key), lambda f: f.update({"manifest.sig": b"%%"})))
        == "manifest.json"
    )


def test_a_package_of_somebody_else_is_named(parts: dict[str, bytes], platform_key: Signer) -> None:
    """Made anew with another key: only the certificate known from elsewhere tells."""
    forger = new_signer("RSA", name="平台", serial=0x10)
    assert broken(packed(parts, forger), platform_key) == "platform.pem"


INSIDE: dict[str, tuple[dict[str, Any], str]] = {
    "another message": ({"message__xml": BODY}, "message.xml"),
    "good although unsigned": ({}, "check.json"),
    "receipt of another key": (
        {"receipts/7__xml": sign_document(envelope(b"<a/>"), new_signer("RSA", name="x", serial=1))},
        "receipts/7.xml",
    ),
    "unsigned receipt": ({"receipts/7__xml": envelope(b"<a/>")}, "receipts/7.xml"),
    "flaw that does not come out": ({"check__json": b'{"state": "bad", "flaw": "digest"}'}, "check.json"),
    "called unsigned": ({"check__json": b'{"state": "unsigned"}'}, "check.json"),
    "audit without receipt": (
        {"audit__json": b'{"entries": [], "head": {"position": 0, "hash": ""}}'},
        "audit.json",
    ),
    "no JSON": ({"check__json": b"{"}, "check.json"),
}


@pytest.mark.parametrize("name", INSIDE)
def test_what_the_platform_itself_says_wrongly_is_named(
    parts: dict[str, bytes], platform_key: Signer, name: str
) -> None:
    """A rightly signed manifest over contents that contradict each other."""
    changed, part = INSIDE[name]
    if name == "good although unsigned":
        package = packed({**parts, "message.xml": BODY}, platform_key)
        assert broken(package) == part
        return
    facts = {"message": {"sha256": hashlib.sha256(parts["message.xml"]).hexdigest()}}
    package = build({**parts, **{k.replace("__", "."): v for k, v in changed.items()}}, facts, platform_key)
    assert broken(package) == part


def test_an_entry_out_of_the_chain_is_named(parts: dict[str, bytes], platform_key: Signer) -> None:
    told = json.loads(parts["audit.json"])
    told["entries"][1]["canonical"] = told["entries"][1]["canonical"].replace("good", "bad")
    assert broken(packed(parts, platform_key, audit__json=json.dumps(told).encode())) == "audit.json #2"
    told = json.loads(parts["audit.json"])
    other = chain({"verb": "message_received", "detail": {"sha256": "0" * 64}})
    told["entries"] = other
    assert broken(packed(parts, platform_key, audit__json=json.dumps(told).encode())) == "audit.json #1"


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("message.xml", b"\0" * (evidence.LARGEST + 1))
    return out.getvalue()


def test_hostile_archives_are_refused() -> None:
    assert [broken(data) for data in (b"", b"PK\x03\x04", bomb())] == ["package"] * 3


def test_command_alone_needs_no_framework(
    parts: dict[str, bytes], platform_key: Signer, tmp_path: Path
) -> None:
    """`python -m exchange.messages.evidence` runs where Django cannot be imported."""
    file, key = tmp_path / "e.zip", tmp_path / "p.pem"
    file.write_bytes(packed(parts, platform_key))
    key.write_text(platform_key.certificate.pem)
    code = (
        "import sys; sys.modules['django'] = None; from exchange.messages.evidence import main;"
        " sys.exit(main(sys.argv[1:]))"
    )
    run = [sys.executable, "-c", code, str(file), "--certificate", str(key)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count("✓")) == (0, 5), done.stderr
    file.write_bytes(reworked(file.read_bytes(), lambda files: files.update({"message.xml": b"<a/>"})))
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split(":")[0]) == (1, "✗ message.xml")


def test_platform_key_is_made_once_and_private(tmp_path: Path) -> None:
    first = made_signer(tmp_path / "platform", "SM2")
    again = made_signer(tmp_path / "platform", "SM2")
    assert first.certificate == again.certificate
    assert first.algorithm.name == "SM2-SM3"
    key = tmp_path / "platform" / "sm2.key.pem"
    assert oct(key.stat().st_mode)[-3:] == "600"
    other = made_signer(tmp_path / "other", "RSA")
    strange = tmp_path / "strange.pem"
    strange.write_text(other.certificate.pem)
    with pytest.raises(PlatformKeyWrong):
        read_signer(key, strange)
    with pytest.raises(PlatformKeyWrong):
        read_signer(strange, strange)


@pytest.fixture
def own_key(tmp_path: Path) -> Any:
    platform_signer.cache_clear()
    with override_settings(VAR_DIR=tmp_path):
        yield
    platform_signer.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_package_and_signed_receipts_of_a_real_message(
    platform: Machine,
    other: Machine,
    own_key: None,
    client: Client,
    signed_in: SignedIn,
    organisation: Organisation,
) -> None:
    """By API and by page; for its sender only; audited; verified against the public certificate."""
    sent = platform.post(envelope(BODY)).json()
    audit.seal()
    pem = client.get("/signature/platform.pem").content
    trusted = evidence.certificate_of({"platform.pem": pem}, "platform.pem")
    assert trusted.fingerprint in client.get("/signature/").content.decode()
    answer = platform.get(f"messages/{sent['message']}/evidence/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    lines = verify_package(answer.content, trusted)
    assert lines[2:] == ["signature: unsigned", "receipts: 1 signed", "audit: 1 entries, chain head 1"]
    assert AuditEntry.objects.filter(verb=Verb.EVIDENCE_TAKEN, organisation_id=organisation.pk).count() == 1
    assert other.get(f"messages/{sent['message']}/evidence/").status_code == 404
    receipt = Receipt.objects.get()
    one = platform.get(f"receipts/{receipt.pk}/", format="dxp").content
    found = inspect(one, inside=False)
    assert found is not None
    verify(found, trusted)
    assert b"<ReceiverId>DXPENT0000000001</ReceiverId>" in one
    inner = platform.get(f"receipts/{receipt.pk}/", format="ceb").content
    assert base64.b64encode(inner) in one
    assert platform.get("receipts/", format="dxp").json()["results"][0]["content"].encode() == one
    page_of(client, signed_in, organisation, Message.objects.get().pk)


def page_of(client: Client, signed_in: SignedIn, organisation: Organisation, message_id: int) -> None:
    """The button of the message page: declarants may, viewers and strangers may not."""
    people = {}
    for role in ("declarant", "viewer"):
        people[role] = User.objects.create_user(username=role, password="x")
        Membership.objects.create(user=people[role], organisation=organisation, role=role)
    address = f"/enterprise/journal/{message_id}/evidence/"
    signed_in(client, people["declarant"])
    assert "下载证据包" in client.get(f"/enterprise/journal/{message_id}/").content.decode()
    assert client.post(address).content[:2] == b"PK"
    assert client.get(address).status_code == 405
    signed_in(client, people["viewer"])
    assert client.post(address).status_code == 403
    stranger = User.objects.create_user(username="stranger", password="x")
    firm = Organisation.objects.create(uscc="91350200MA0000009X", name="他人")
    Membership.objects.create(user=stranger, organisation=firm, role="administrator")
    signed_in(client, stranger)
    assert client.post(address).status_code == 404
    official_of(client, signed_in, message_id)


def official_of(client: Client, signed_in: SignedIn, message_id: int) -> None:
    """Officials give a reason, and not every post may."""
    customs = Agency.objects.create(code="gacc", name="海关")
    address = f"/console/journal/{message_id}/evidence/"
    for role, status in (("clerk", 403), ("reviewer", 200)):
        user = User.objects.create_user(username=f"official-{role}", password="x")
        Post.objects.create(user=user, agency=customs, role=role)
        signed_in(client, user)
        assert client.post(address, {"reason": "看看"}).status_code == 400
        answer = client.post(address, {"reason": "行政复议案件取证，需要原始报文"})
        assert answer.status_code == status
    assert answer.content[:2] == b"PK"
    entry = AuditEntry.objects.filter(verb=Verb.EVIDENCE_TAKEN).latest("id")
    assert (entry.actor_id, entry.detail) == (user.pk, {"reason": "行政复议案件取证，需要原始报文"})

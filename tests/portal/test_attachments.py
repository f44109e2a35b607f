"""Attachments: type by content, bounds, no paths in names, the same bytes once, read only by right."""

import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal import attachments
from portal.errors import Refusal
from portal.models import Attachment, AuditEntry, Membership, Organisation, User
from tools.demo.accounts import uscc

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20 + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 20 + b"\xff\xd9"


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return buffer.getvalue()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def member() -> User:
    organisation = Organisation.objects.create(uscc=uscc("91", "MA3501001"), name="企业")
    user = User.objects.create_user("member")
    Membership.objects.create(user=user, organisation=organisation, role="declarant")
    return user


def stored(
    member: User, body: bytes, name: str = "扫描件.pdf", accept: tuple[str, ...] = attachments.SCANS
) -> Attachment:
    organisation = member.memberships.get().organisation_id
    file = SimpleUploadedFile(name, body, content_type="application/x-whatever")
    return attachments.store(file, organisation_id=organisation, purpose="test", actor=member, accept=accept)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (PDF, "pdf"),
        (PNG, "png"),
        (JPEG, "jpeg"),
        (zipped("OFD.xml", "Doc_0/Document.xml"), "ofd"),
        (b"<?xml version='1.0'?><a/>", "xml"),
        (zipped("word/document.xml"), ""),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", ""),
        (b"<a><b></a>", ""),
        (PDF[:-7], ""),
        (PNG[:20], ""),
        (b"MZ\x90\0", ""),
        (b"PK\x03\x04broken", ""),
        (b"\0" * 100, ""),
    ],
)
def test_content_decides_the_type(body: bytes, kind: str) -> None:
    assert attachments.kind_of(body) == kind


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"MZ\x90\0 a program", "ATTACHMENT.TYPE"),
        (b"<html><script>alert(1)</script></html>", "ATTACHMENT.TYPE"),
        (PDF[:12], "ATTACHMENT.TYPE"),
        (b"", "ATTACHMENT.EMPTY"),
        (PDF + b"\0" * 2000, "ATTACHMENT.SIZE"),
    ],
)
def test_refused_files_leave_nothing(
    member: User, folder: Path, monkeypatch: pytest.MonkeyPatch, body: bytes, code: str
) -> None:
    monkeypatch.setattr(settings, "ATTACHMENT_MAX_BYTES", 1000)
    with pytest.raises(Refusal) as refusal:
        stored(member, body)
    assert refusal.value.code == code
    assert not Attachment.objects.exists()
    assert list(folder.rglob("*")) == []


def test_names_lose_paths_and_take_the_true_extension(member: User) -> None:
    assert stored(member, PNG, "许可证 (1).pdf").name == "许可证 (1).png"
    assert attachments.safe_name("..\\..\\a<b>\x00.exe", ".pdf") == "a_b.pdf"
    assert attachments.safe_name("/etc/passwd", ".pdf") == "passwd.pdf"
    assert attachments.safe_name("...", ".pdf") == "file.pdf"


def test_the_same_bytes_lie_once(member: User, folder: Path) -> None:
    one, two = stored(member, PDF), stored(member, PDF, "again.pdf")
    assert one.digest == two.digest
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [f"{one.digest}.pdf"]


def test_strangers_get_nothing_and_reading_is_audited(member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    attachment = stored(member, PDF)
    stranger = User.objects.create_user("stranger")
    address = f"/files/attachments/{attachment.pk}/"
    client = Client()
    assert client.get(address).status_code == 302
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    client.force_login(member)
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")
    monkeypatch.setitem(attachments._readers, "test", lambda user, one: user.username == "stranger")
    client.force_login(stranger)
    assert b"".join(client.get(address).streaming_content) == PDF
    assert AuditEntry.objects.filter(verb="attachment_read").count() == 2

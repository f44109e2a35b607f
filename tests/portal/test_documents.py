"""Issued documents: right glyphs for rare characters, one row per subject, valid, revoked, expired, unknown; machines that can't write PDFs."""

import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.conf import settings
from django.core.cache import cache
from django.template import engines
from django.test import Client
from django.utils import timezone
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from portal import documents
from portal.enums import DocumentState
from portal.models import AuditEntry, Membership, Organisation, StoredDocument, User
from tools import fonts
from tools.demo.accounts import uscc

RARE = "䶮㛃𬱖"
TEXT = f"福建省{RARE}跨境电子商务有限公司"


class Note(documents.Document):
    """A document of the tests: its text is the page's title."""

    code = "test.note"
    title = "测试证书"
    template = "portal/documents/base.html"

    def context(self, subject_id: int) -> dict[str, Any]:
        return {}

    def file_name(self, subject_id: int) -> str:
        return f"note-{subject_id}.pdf"

    def facts(self, subject_id: int) -> dict[str, str]:
        return {"name": TEXT}

    def shown(self, facts: documents.Facts) -> documents.Shown:
        return [("企业名称", facts["name"])]

    def organisation_id(self, subject_id: int) -> int | None:
        return Organisation.objects.values_list("id", flat=True).first()


@pytest.fixture(scope="module")
def typesetter() -> None:
    """The cut fonts; skipped where the system has no Pango."""
    fonts.cut(settings.FONT_DIR)
    if lacking := documents.missing_part():
        pytest.skip(lacking)


@pytest.fixture(autouse=True)
def note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The test's kind of document; files go to a folder of the test; nothing counted yet."""
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    monkeypatch.setitem(documents._documents, Note.code, Note())
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def organisation(db: None) -> Organisation:
    return Organisation.objects.create(uscc=uscc("91", "MA3501001"), customs_code="35019609P1", name=TEXT)


def page(text: str) -> str:
    template = '{% extends "portal/documents/base.html" %}{% block title %}t{% endblock %}{% block content %}<p>{{ text }}</p><p style="font-weight:700">{{ text }}</p>{% endblock %}'
    faces = [(weight, (settings.FONT_DIR / name).as_uri()) for weight, name in documents.FONT_FILES.items()]
    context = {"text": text, "fonts": faces, "qr": "", "check_url": "", "document": StoredDocument()}
    return engines["django"].from_string(template).render(context)


def outline(font: TTFont, glyph: str) -> list[Any]:
    pen = DecomposingRecordingPen(font.getGlyphSet())
    font.getGlyphSet()[glyph].draw(pen)
    return list(pen.value)


def embedded_fonts(body: bytes) -> list[tuple[TTFont, dict[str, int]]]:
    """Every font in the PDF with character → glyph number as its ToUnicode table tells."""
    found = []
    for font in pypdf.PdfReader(io.BytesIO(body)).pages[0]["/Resources"]["/Font"].values():
        descendant = font.get_object()["/DescendantFonts"][0].get_object()
        descriptor = descendant["/FontDescriptor"].get_object()
        stream = descriptor.get("/FontFile2") or descriptor.get("/FontFile3")
        cmap = font.get_object()["/ToUnicode"].get_object().get_data().decode()
        pairs = [line.split() for line in cmap.splitlines() if line.count("<") == 2 and line.count(">") == 2]
        glyphs = {
            bytes.fromhex(to.strip("<>")).decode("utf-16-be"): int(of.strip("<>"), 16)
            for of, to in (pair for pair in pairs if len(pair) == 2)
        }
        found.append((TTFont(io.BytesIO(stream.get_object().get_data())), glyphs))
    return found


def test_rare_characters_are_in_the_text_and_in_the_picture(typesetter: None) -> None:
    """The text can be copied, and every drawn glyph has the outline of its character in the source font."""
    body = documents.pdf_from(page(TEXT))
    text = pypdf.PdfReader(io.BytesIO(body)).pages[0].extract_text()
    assert text.count(TEXT) == 2
    compared = 0
    sources = [TTFont(settings.FONT_DIR / name) for name in documents.FONT_FILES.values()]
    for drawn, glyphs in embedded_fonts(body):
        for character in set(TEXT) & set(glyphs):
            shape = outline(drawn, drawn.getGlyphName(glyphs[character]))
            wanted = [outline(source, source.getBestCmap()[ord(character)]) for source in sources]
            assert shape, character
            assert shape in wanted, character
            compared += 1
    assert compared == 2 * len(set(TEXT))


def test_a_character_without_glyph_is_a_failure_not_a_box(typesetter: None) -> None:
    with pytest.raises(documents.WrongPicture, match=r"U\+1F9FF"):
        documents.pdf_from(page("证书🧿"))


def test_nothing_but_the_fonts_is_fetched(typesetter: None, tmp_path: Path) -> None:
    """A template or a name that smuggles an address in gets nothing."""
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret")
    for address in (secret.as_uri(), "http://127.0.0.1:9/x.png"):
        with pytest.raises(documents.WrongPicture, match="not a font of the platform"):
            documents.pdf_from(f'<img src="{address}"><p>x</p>')


def test_request_is_once_and_render_is_idempotent(typesetter: None, organisation: Organisation) -> None:
    first, second = documents.request("test.note", 7), documents.request("test.note", 7)
    assert first.pk == second.pk
    assert AuditEntry.objects.filter(verb="document_issued").count() == 1
    documents.render(first.pk)
    first.refresh_from_db()
    assert first.state == DocumentState.READY
    path = documents.file_of(first)
    assert path.name == f"{first.digest}.pdf"
    assert path.stat().st_size == first.size
    before = path.stat().st_mtime_ns
    documents.render(first.pk)
    assert path.stat().st_mtime_ns == before


def test_changed_bytes_are_not_handed_out(typesetter: None, organisation: Organisation) -> None:
    stored = documents.request("test.note", 1)
    documents.render(stored.pk)
    stored.refresh_from_db()
    path = documents.file_of(stored)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(documents.DocumentUnavailable):
        documents.file_of(stored)


def test_a_machine_without_fonts_postpones_and_catches_up(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = documents.request("test.note", 1)
    monkeypatch.setattr(settings, "FONT_DIR", tmp_path / "none")
    documents.render(stored.pk)
    stored.refresh_from_db()
    assert stored.state == DocumentState.UNAVAILABLE
    assert "fonts" in stored.trouble
    assert documents.sweep() == 0
    monkeypatch.setattr(documents, "missing_part", lambda: "")
    monkeypatch.setattr(documents, "pdf_of", lambda stored: b"%PDF-")
    assert documents.sweep() == 1
    stored.refresh_from_db()
    assert stored.state == DocumentState.READY


@pytest.mark.parametrize(
    ("change", "word", "status"),
    [
        ({}, "有效", 200),
        ({"revoked_at": timezone.now(), "revocation": "企业申请注销"}, "已撤销", 200),
        ({"valid_to": date(2020, 1, 1)}, "已过期", 200),
        ({"valid_to": timezone.localdate() + timedelta(days=1)}, "有效", 200),
    ],
)
def test_public_check(organisation: Organisation, change: dict[str, Any], word: str, status: int) -> None:
    stored = documents.request("test.note", 1)
    StoredDocument.objects.filter(pk=stored.pk).update(**change)
    answer = Client().get(f"/check/{stored.public_token}/")
    assert answer.status_code == status
    text = answer.content.decode()
    assert f"</svg>{word}" in text or f">{word}<" in text
    assert TEXT in text
    assert str(change.get("revocation", "")) in text


@pytest.mark.parametrize("token", ["nothing", "%00", "' OR 1=1 --", "a" * 500, "../../etc/passwd", "䶮"])
def test_unknown_tokens_are_unknown(db: None, token: str) -> None:
    answer = Client().get(f"/check/{token}/")
    assert answer.status_code == 404


def test_typed_token_leads_to_its_page(db: None) -> None:
    answer = Client().get("/check/", {"token": " abc "})
    assert answer["Location"] == "/check/abc/"
    assert Client().get("/check/").status_code == 200


def test_checks_are_limited_per_address(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PUBLIC_CHECKS_PER_MINUTE", 2)
    address = f"/check/{documents.request('test.note', 1).public_token}/"
    monkeypatch.setattr("portal.limits.time.time", lambda: 0.0)
    answers = [
        Client().get(address, REMOTE_ADDR=who).status_code for who in ("10.0.0.1",) * 3 + ("10.0.0.2",)
    ]
    assert answers == [200, 200, 429, 200]


def test_only_members_and_officials_download(typesetter: None, organisation: Organisation) -> None:
    stored = documents.request("test.note", 1)
    member, stranger = User.objects.create_user("member"), User.objects.create_user("stranger")
    Membership.objects.create(user=member, organisation=organisation, role="viewer")
    address = f"/files/documents/{stored.pk}/"
    client = Client()
    assert client.get(address).status_code == 302
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    client.force_login(member)
    assert client.get(address).status_code == 503
    documents.render(stored.pk)
    answer = client.get(address)
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert answer["Content-Disposition"] == 'attachment; filename="note-1.pdf"'
    assert AuditEntry.objects.filter(verb="document_read", actor_id=member.pk).count() == 1


def test_revoking_twice_says_so(organisation: Organisation) -> None:
    documents.request("test.note", 1)
    assert documents.revoke("test.note", 1, "错发")
    assert not documents.revoke("test.note", 1, "再次")
    assert StoredDocument.objects.get().revocation == "错发"

"""Documents the platform issues: one class and one template each, a PDF with a QR code, a public page that says whether it is valid.

`request()` writes the row in the transaction of the decision; Celery renders the PDF after commit on the queue `documents` and
stores it by digest under MEDIA_ROOT. Validity follows from the row (valid, revoked, expired), never from the file: a machine
without Pango or without the cut fonts issues valid documents whose PDF is “not available on this machine”.
"""

import hashlib
import logging
import os
import secrets
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar

import segno
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from portal import audit
from portal.enums import DocumentState, Verb
from portal.errors import Refusal
from portal.models import StoredDocument
from portal.workflow import Transition, advance_many, workflow

logger = logging.getLogger(__name__)
FONT_FILES = {400: "NotoSansSC-400.ttf", 700: "NotoSansSC-700.ttf"}
LOST_AFTER = timedelta(minutes=1)
"""A nudge older than this was lost."""

Facts = Mapping[str, str]
Shown = Sequence[tuple[str | Promise, str]]


class DocumentUnavailable(Refusal):
    """The PDF is not there: not written yet, or this machine can't write PDFs."""

    code = "DOCUMENT.UNAVAILABLE"
    message = _("本机暂不能提供该 PDF 文件，证书效力不受影响，可凭核验码在线查验。")
    status = 503


class CannotRender(Exception):
    """Pango or the cut fonts are missing on this machine."""


class WrongPicture(Exception):
    """Characters without a glyph, or a part that could not be loaded: a document that looks wrong is never issued."""


RENDERING = workflow(
    "portal.StoredDocument",
    "state",
    DocumentState.values,
    [
        Transition("finish", frozenset({"requested", "unavailable"}), DocumentState.READY, _("生成")),
        Transition("postpone", frozenset({"requested"}), DocumentState.UNAVAILABLE, _("本机不能生成")),
        Transition("fail", frozenset({"requested", "unavailable"}), DocumentState.FAILED, _("生成失败")),
    ],
)


class Document:
    """One kind of document. Subclasses live in an app's `documents.py` and are registered by `@registered`."""

    code: ClassVar[str]
    title: ClassVar[str | Promise]
    template: ClassVar[str]

    def context(self, subject_id: int) -> dict[str, Any]:
        """What the template shows (Chinese; the engine adds `document`, `qr`, `check_url` and the fonts)."""
        raise NotImplementedError

    def file_name(self, subject_id: int) -> str:
        """Name under which the PDF is saved by people."""
        raise NotImplementedError

    def facts(self, subject_id: int) -> dict[str, str]:
        """What the public may see when it checks the document, as of today; no personal data."""
        return {}

    def shown(self, facts: Facts) -> Shown:
        """The stored facts as (label, value) of the check page, in the reader's language."""
        return [(name, value) for name, value in facts.items()]

    def valid_to(self, subject_id: int) -> date | None:
        """First day on which the document is no longer valid; None = until revoked."""
        return None

    def organisation_id(self, subject_id: int) -> int | None:
        """Whose document it is: its members may download it."""
        return None


_documents: dict[str, Document] = {}


def registered(kind: type[Document]) -> type[Document]:
    """Class decorator."""
    _documents[kind.code] = kind()
    return kind


def document(code: str) -> Document:
    """The kind of this code. Raises LookupError."""
    if code not in _documents:
        from django.utils.module_loading import autodiscover_modules

        autodiscover_modules("documents")
    return _documents[code]


@transaction.atomic
def request(code: str, subject_id: int) -> StoredDocument:
    """Issue a document in the current transaction; asked again, the same row comes back. The PDF follows after commit."""
    kind = document(code)
    stored, created = StoredDocument.objects.get_or_create(
        code=code,
        subject_id=subject_id,
        defaults={
            "public_token": secrets.token_urlsafe(18),
            "organisation_id": kind.organisation_id(subject_id),
            "facts": kind.facts(subject_id),
            "valid_to": kind.valid_to(subject_id),
            "file_name": kind.file_name(subject_id)[:120],
            "issued_at": timezone.now(),
        },
    )
    if created:
        audit.record(
            Verb.DOCUMENT_ISSUED,
            organisation_id=stored.organisation_id,
            subject=f"document:{stored.pk}",
            detail={"code": code, "subject": subject_id},
        )
        nudge(stored.pk)
    return stored


def nudge(document_id: int) -> None:
    """Have the PDF written after commit."""

    def send() -> None:
        from portal.tasks import render_document

        render_document.apply_async((document_id,), retry=False)

    transaction.on_commit(send, robust=True)


@transaction.atomic
def revoke(code: str, subject_id: int, reason: str) -> bool:
    """The check page says “revoked” from now on; False when there was nothing to revoke."""
    stored = (
        StoredDocument.objects.select_for_update()
        .filter(code=code, subject_id=subject_id, revoked_at=None)
        .first()
    )
    if stored is None:
        return False
    StoredDocument.objects.filter(pk=stored.pk).update(revoked_at=timezone.now(), revocation=reason[:200])
    audit.record(
        Verb.DOCUMENT_REVOKED,
        organisation_id=stored.organisation_id,
        subject=f"document:{stored.pk}",
        detail={"code": code, "subject": subject_id},
    )
    return True


def stored_document(code: str, subject_id: int) -> StoredDocument | None:
    return StoredDocument.objects.filter(code=code, subject_id=subject_id).first()


def stored_documents(code: str, subject_ids: Iterable[int]) -> dict[int, StoredDocument]:
    """The documents of one kind by subject; subjects without one are left out."""
    found = StoredDocument.objects.filter(code=code, subject_id__in=list(subject_ids))
    return {one.subject_id: one for one in found}


def check_url(stored: StoredDocument) -> str:
    """Address in the QR code."""
    return str(settings.BASE_URL).rstrip("/") + reverse("check", args=[stored.public_token])


def render(document_id: int) -> None:
    """Write the PDF of a document that has none yet. Run twice, the second does nothing. Never raises for missing parts."""
    with transaction.atomic():
        stored = StoredDocument.objects.select_for_update().filter(pk=document_id).first()
        if stored is None or stored.state not in {DocumentState.REQUESTED, DocumentState.UNAVAILABLE}:
            return
        try:
            body = pdf_of(stored)
        except CannotRender as trouble:
            logger.warning("PDF not available on this machine: %s", trouble)
            _note(stored, "postpone", str(trouble))
            return
        except WrongPicture as trouble:
            logger.error("document %d: %s", document_id, trouble)
            _note(stored, "fail", str(trouble))
            return
        digest = hashlib.sha256(body).hexdigest()
        path = store_bytes("documents", digest, ".pdf", body)
        StoredDocument.objects.filter(pk=stored.pk).update(
            digest=digest, path=path, size=len(body), trouble=""
        )
        advance_many(RENDERING, "finish", [stored.pk])


def _note(stored: StoredDocument, step: str, trouble: str) -> None:
    StoredDocument.objects.filter(pk=stored.pk).update(trouble=trouble[:200])
    advance_many(RENDERING, step, [stored.pk])


def sweep(limit: int = 50) -> int:
    """Render what was lost on the way, and what could not be rendered once this machine can; returns how many were tried."""
    waiting = Q(state=DocumentState.REQUESTED, requested_at__lt=timezone.now() - LOST_AFTER)
    if not missing_part():
        waiting |= Q(state=DocumentState.UNAVAILABLE)
    ids = list(StoredDocument.objects.filter(waiting).order_by("id").values_list("id", flat=True)[:limit])
    for document_id in ids:
        render(document_id)
    return len(ids)


def missing_part() -> str:
    """What this machine lacks to write PDFs, "" when nothing."""
    if not all((settings.FONT_DIR / name).is_file() for name in FONT_FILES.values()):
        return "fonts are not cut (python -m tools.fonts)"
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError) as error:
        return f"Pango is missing ({error})"[:200]
    return ""


def pdf_of(stored: StoredDocument) -> bytes:
    """The PDF's bytes. Raises CannotRender, WrongPicture."""
    kind = document(stored.code)
    address = check_url(stored)
    with translation.override("zh-hans"):
        html = render_to_string(
            kind.template,
            {
                **kind.context(stored.subject_id),
                "document": stored,
                "check_url": address,
                "qr": mark_safe(segno.make(address, error="m").svg_inline(border=0)),  # noqa: S308 -- made here
                "fonts": [
                    (weight, (settings.FONT_DIR / name).as_uri()) for weight, name in FONT_FILES.items()
                ],
            },
        )
    return pdf_from(html)


class GlyphWatch(logging.Handler):
    """Collects what the typesetter says about characters without a glyph and parts it could not load."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if ".notdef" in text or "Failed to load" in text or "font" in text.lower():
            self.found.append(text)


def pdf_from(html: str) -> bytes:
    """Typeset a page of HTML. Nothing but the cut fonts is fetched. Raises CannotRender, WrongPicture."""
    lacking = missing_part()
    if lacking:
        raise CannotRender(lacking)
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    allowed = {(settings.FONT_DIR / name).as_uri() for name in FONT_FILES.values()}

    class FontsOnly(URLFetcher):  # type: ignore[misc]  # no types
        """A template that names anything else gets nothing."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in allowed:
                raise ValueError(f"not a font of the platform: {url[:80]}")
            return super().fetch(url, headers)

    watch = GlyphWatch()
    log = logging.getLogger("weasyprint")
    log.addHandler(watch)
    try:
        body: bytes = HTML(string=html, url_fetcher=FontsOnly()).write_pdf()
    finally:
        log.removeHandler(watch)
    if watch.found:
        raise WrongPicture(watch.found[0])
    return body


def store_bytes(folder: str, digest: str, suffix: str, body: bytes) -> str:
    """Write bytes under MEDIA_ROOT by digest; the same bytes once. Returns the path relative to MEDIA_ROOT."""
    relative = Path(folder) / digest[:2] / f"{digest}{suffix}"
    target = Path(settings.MEDIA_ROOT) / relative
    if not target.is_file():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).rename(target)
    return str(relative)


def file_of(stored: StoredDocument) -> Path:
    """The PDF on disk, its digest checked. Raises DocumentUnavailable."""
    path = Path(settings.MEDIA_ROOT) / stored.path
    if stored.state != DocumentState.READY or not path.is_file():
        raise DocumentUnavailable
    if hashlib.sha256(path.read_bytes()).hexdigest() != stored.digest:
        logger.error("document %d: bytes on disk differ from the digest", stored.pk)
        raise DocumentUnavailable
    return path

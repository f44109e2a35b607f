"""Files that people hand in: known by content, bounded in size, kept outside the database by digest, read only by right.

The name and the type a browser claims are never believed: `store()` looks at the bytes.
"""

import hashlib
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from lxml import etree

from portal import audit
from portal.documents import store_bytes
from portal.enums import Verb
from portal.errors import Refusal
from portal.models import Attachment, Membership

if TYPE_CHECKING:
    from portal.models import ApiClient, User

SCANS = ("pdf", "png", "jpeg")
TYPES = {
    "pdf": ("application/pdf", ".pdf"),
    "png": ("image/png", ".png"),
    "jpeg": ("image/jpeg", ".jpg"),
    "ofd": ("application/ofd", ".ofd"),
    "xml": ("application/xml", ".xml"),
}
LABELS = {"pdf": "PDF", "png": "PNG", "jpeg": "JPEG", "ofd": "OFD", "xml": "XML"}
UNSAFE = re.compile(r"[^\w.()（）\- ]+")
Reader = Callable[[Any, Attachment], bool]


class AttachmentTooLarge(Refusal):
    """The file exceeds the bound."""

    code = "ATTACHMENT.SIZE"
    message = _("文件超过 %(limit)s MB，请压缩或拆分后重新上传。")
    status = 413


class AttachmentEmpty(Refusal):
    """No bytes arrived: usually an interrupted upload."""

    code = "ATTACHMENT.EMPTY"
    message = _("没有收到文件内容，可能上传中断，请重新选择文件。")


class AttachmentType(Refusal):
    """The bytes are none of the accepted types, whatever the name says."""

    code = "ATTACHMENT.TYPE"
    message = _("文件内容不是 %(types)s；仅修改扩展名无效，请用正确的格式重新导出。")
    status = 415


def kind_of(body: bytes) -> str:
    """Type by content, "" when unknown or broken off."""
    if body.startswith(b"%PDF-") and b"%%EOF" in body[-2048:]:
        return "pdf"
    if body.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in body[-16:]:
        return "png"
    if body.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in body[-1024:]:
        return "jpeg"
    if body.startswith(b"PK\x03\x04"):
        return "ofd" if is_ofd(body) else ""
    return "xml" if is_xml(body) else ""


def is_ofd(body: bytes) -> bool:
    """GB/T 33190: a zip whose root holds OFD.xml. Nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return "OFD.xml" in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False


def is_xml(body: bytes) -> bool:
    """Well-formed, without a document type (no entities)."""
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or b"<!DOCTYPE" in body[:4096]:
        return False
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return False
    return True


def safe_name(name: str, suffix: str) -> str:
    """The name people gave, without paths and control characters, ending as its content demands."""
    stem = Path(unicodedata.normalize("NFC", name.replace("\\", "/"))).stem
    return (UNSAFE.sub("_", stem).strip(". _")[:100] or "file") + suffix


@transaction.atomic
def store(
    file: "UploadedFile[Any]",
    *,
    organisation_id: int,
    purpose: str,
    actor: "User | None",
    client: "ApiClient | None" = None,
    accept: Collection[str] = SCANS,
) -> Attachment:
    """Keep a file. The caller has checked the right to hand it in. Raises AttachmentTooLarge, AttachmentEmpty, AttachmentType."""
    limit = settings.ATTACHMENT_MAX_BYTES
    body = file.read(limit + 1)
    if len(body) > limit:
        raise AttachmentTooLarge(limit=limit // 1024 // 1024)
    if not body:
        raise AttachmentEmpty
    kind = kind_of(body)
    if kind not in accept:
        raise AttachmentType(types="、".join(LABELS[one] for one in accept))
    content_type, suffix = TYPES[kind]
    digest = hashlib.sha256(body).hexdigest()
    store_bytes("attachments", digest, suffix, body)
    stored = Attachment.objects.create(
        organisation_id=organisation_id,
        purpose=purpose,
        name=safe_name(file.name or "", suffix),
        content_type=content_type,
        size=len(body),
        digest=digest,
        created_by=actor,
    )
    audit.record(
        Verb.ATTACHMENT_STORED,
        actor=actor,
        client=client,
        organisation_id=organisation_id,
        subject=f"attachment:{stored.pk}",
        detail={"purpose": purpose, "size": len(body), "sha256": digest},
    )
    return stored


_readers: dict[str, Reader] = {}


def readers_of(purpose: str, reader: Reader) -> None:
    """An app says which officials may read attachments of its purpose; members of the enterprise always may."""
    _readers[purpose] = reader


def may_read(user: Any, attachment: Attachment) -> bool:
    """A member of the enterprise, or whom the app of the purpose lets in."""
    if Membership.objects.filter(user_id=user.pk, organisation_id=attachment.organisation_id).exists():
        return True
    reader = _readers.get(attachment.purpose)
    return reader is not None and reader(user, attachment)


def path_of(attachment: Attachment) -> Path:
    """The bytes on disk."""
    suffix = next(
        suffix for content_type, suffix in TYPES.values() if content_type == attachment.content_type
    )
    return Path(settings.MEDIA_ROOT) / "attachments" / attachment.digest[:2] / f"{attachment.digest}{suffix}"

"""Check message files without storing anything: for traders, testers and `./sw manage check_messages`."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from customs.messages import registry
from customs.messages.checking import Codes, content_faults, impossible_moments, schema_faults
from customs.messages.codec import Message
from customs.messages.faults import MessageError
from customs.messages.fields import NS
from exchange.messages import MessageRefused, open_message

MAX_FILE = 16 * 1024 * 1024
"""Bytes; the API takes no larger message either."""

UNKNOWN_TYPE = (
    "CEB.TYPE",
    "本平台尚不处理此类报文",
    "This kind of message is not handled by the platform yet",
)


@dataclass
class FileVerdict:
    """What is known about one file. `valid` is None when the kind of message is unknown."""

    file: str
    message: str = ""
    documents: int = 0
    well_formed: bool = False
    valid: bool | None = False
    errors: list[MessageError] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def check_files(paths: Iterable[Path], codes: Codes) -> Iterator[FileVerdict]:
    """A verdict for every file; folders are walked for *.xml. Never raises for what a file contains."""
    for path in paths:
        files = sorted(path.rglob("*.xml")) if path.is_dir() else [path]
        for one in files:
            yield check_file(one, codes)


def check_file(path: Path, codes: Codes) -> FileVerdict:
    """Read one file and check it."""
    verdict = FileVerdict(str(path))
    try:
        if path.stat().st_size > MAX_FILE:
            return refused(verdict, "/", "0999", "文件超过16 MB", "The file is larger than 16 MB")
        body = path.read_bytes()
    except OSError as error:
        return refused(
            verdict, "/", "FILE", f"文件无法读取：{error.strerror}", f"Cannot read: {error.strerror}"
        )
    return check_body(verdict, body, codes)


def refused(verdict: FileVerdict, path: str, code: str, zh: str, en: str) -> FileVerdict:
    verdict.errors.append(MessageError(path, code, zh, en))
    return verdict


def check_body(verdict: FileVerdict, body: bytes, codes: Codes) -> FileVerdict:
    """Envelope, root, schema, content."""
    try:
        opened = open_message(body)
    except MessageRefused as refusal:
        verdict.well_formed = refusal.status == 422  # readable XML, but no CEB message
        verdict.message = refusal.message_type
        verdict.errors += [MessageError(f.path, f.code, f.message_zh, f.message_en) for f in refusal.faults]
        return verdict
    verdict.well_formed, verdict.message = True, opened.code
    message = registry().get(opened.code)
    if message is None:
        verdict.valid = None
        return refused(verdict, f"/{opened.code}", *UNKNOWN_TYPE)
    verdict.documents = len(opened.root.findall(NS + message.document))
    verdict.errors = faults(message, opened.root, codes)
    verdict.valid = not verdict.errors
    return verdict


def faults(message: Message, root: etree._Element, codes: Codes) -> list[MessageError]:
    """Schema first; content only of what has the right shape."""
    found = schema_faults(message, root) or impossible_moments(message, root)
    if found or not message.direction:
        return found
    return content_faults(message, message.parse(root), codes)

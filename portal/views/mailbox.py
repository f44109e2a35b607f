"""Demo mode: the e-mail the platform has sent, so that a newcomer can follow the links in it. Absent in production."""

import email
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import strip_tags
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

PAGE = 20
HEADER_LINES = 200
"""Of a file; more is no header."""


@dataclass(frozen=True)
class Mail:
    """One e-mail as kept by the receiver; `number` is its arrival in nanoseconds."""

    number: int
    at: datetime
    to: str
    sender: str
    subject: str
    text: str = ""


@require_safe
@never_cache
def mailbox(request: HttpRequest) -> HttpResponse:
    """Newest first, narrowed to a recipient or subject."""
    wanted = request.GET.get("q", "").strip()[:100]
    found = [mail for mail in everything() if wanted.lower() in f"{mail.to} {mail.subject}".lower()]
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/mailbox.html", {"page": page, "q": wanted})


@require_safe
@never_cache
def mail(request: HttpRequest, number: int) -> HttpResponse:
    """One e-mail; its links can be followed."""
    path = folder() / f"{number}.eml"
    if not path.is_file():
        raise Http404
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    return render(request, "portal/mail.html", {"mail": read(path, message, whole=True)})


def folder() -> Path:
    """Where the receiver keeps e-mail. Http404 outside demo mode."""
    if not settings.DEMO:
        raise Http404
    return Path(settings.MAILBOX)


def everything() -> list[Mail]:
    """Headers of every e-mail, newest first; the receiver keeps a bounded number."""
    return [
        read(path, heading(path))
        for path in sorted(folder().glob("*.eml"), reverse=True)
        if path.stem.isdigit()
    ]


def heading(path: Path) -> EmailMessage:
    with path.open("rb") as file:
        lines = b"".join(islice(file, HEADER_LINES)).replace(b"\r\n", b"\n")
    return email.message_from_bytes(lines.split(b"\n\n", 1)[0], policy=default)


def read(path: Path, message: EmailMessage, *, whole: bool = False) -> Mail:
    number = int(path.stem)
    return Mail(
        number,
        datetime.fromtimestamp(number / 1e9, tz=timezone.get_current_timezone()),
        str(message["To"] or "").strip(),
        str(message["From"] or "").strip(),
        str(message["Subject"] or "").strip(),
        words(message) if whole else "",
    )


def words(message: EmailMessage) -> str:
    """The text of an e-mail; of an HTML-only one, its words without markup."""
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    text = str(part.get_content())
    return text if part.get_content_type() == "text/plain" else strip_tags(text)

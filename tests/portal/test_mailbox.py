"""The demo mailbox: real e-mail as received, nothing executable in it, absent outside the demonstration."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tools.mailbox import keep

MESSAGE = (
    "From: no-reply@localhost\r\nTo: a@example.com\r\nSubject: =?utf-8?b?5rOo5YaM?=\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\n<script>alert(1)</script> http://127.0.0.1:8000/x/?a=1\r\n"
)


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DEMO, settings.MAILBOX = True, tmp_path
    return tmp_path


@pytest.mark.django_db
def test_mail_is_listed_found_and_shown_without_markup(folder: Path, client: Client) -> None:
    keep(folder, [b"a@example.com"], MESSAGE.encode())
    keep(folder, [b"b@example.com"], MESSAGE.replace("a@", "b@").encode())
    assert client.get("/mailbox/").content.decode().count('<td data-label="收件人">') == 2
    page = client.get("/mailbox/", {"q": "B@example"}).content.decode()
    assert "b@example.com" in page
    assert "a@example.com" not in page
    shown = client.get(f"/mailbox/{sorted(folder.glob('*.eml'))[0].stem}/").content.decode()
    assert "&lt;script&gt;alert(1)" in shown
    assert '<a href="http://127.0.0.1:8000/x/?a=1"' in shown


@pytest.mark.django_db
def test_an_empty_mailbox_and_broken_files_are_no_error(folder: Path, client: Client) -> None:
    assert "没有邮件" in client.get("/mailbox/").content.decode()
    (folder / "17.eml").write_bytes(b"\xff\x00garbage")
    (folder / "other.eml").write_bytes(b"x")
    assert client.get("/mailbox/").status_code == 200
    assert client.get("/mailbox/17/").status_code == 200
    assert client.get("/mailbox/18/").status_code == 404
    assert client.get("/mailbox/", {"page": "9x", "q": "\x00"}).status_code == 200


@pytest.mark.django_db
def test_there_is_no_mailbox_outside_the_demonstration(folder: Path, settings: Any, client: Client) -> None:
    keep(folder, [b"a@example.com"], MESSAGE.encode())
    settings.DEMO = False
    assert client.get("/mailbox/").status_code == 404
    assert client.get(f"/mailbox/{next(folder.glob('*.eml')).stem}/").status_code == 404

"""The demonstration's mail server speaks SMTP, keeps what it takes, and survives whoever talks nonsense to it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tools import mailbox

HELLO = [b"EHLO x", b"MAIL FROM:<a@x.y>", b"RCPT TO:<b@x.y>"]


def talk(folder: Path, *lines: bytes) -> list[bytes]:
    """Send lines one after another; returns every answer line until the server hangs up or is silent."""

    async def conversation() -> list[bytes]:
        server = await mailbox.start("127.0.0.1", 0, folder)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        answers = [await reader.readline()]
        for line in lines:
            writer.write(line + b"\r\n")
            answers += await heard(reader)
        writer.close()
        server.close()
        await asyncio.sleep(0.05)
        return answers

    # In a thread of its own: where browser tests ran before, this thread already has a running event loop.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(conversation())).result()


async def heard(reader: asyncio.StreamReader) -> list[bytes]:
    found = []
    try:
        while line := await asyncio.wait_for(reader.readline(), 0.2):
            found.append(line)
    except (TimeoutError, ConnectionError):
        pass
    return found


def codes(answers: list[bytes]) -> list[bytes]:
    return [line[:3] for line in answers if line[3:4] != b"-"]


def files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.glob("*.eml"))]


def test_a_message_is_kept_before_it_is_acknowledged(tmp_path: Path) -> None:
    answers = talk(tmp_path, *HELLO, b"DATA", b"Subject: s\r\n\r\n..dot\r\n.", b"QUIT")
    assert codes(answers) == [b"220", b"250", b"250", b"250", b"354", b"250", b"221"]
    assert files(tmp_path) == [b"Delivered-To: b@x.y\r\nSubject: s\r\n\r\n.dot\r\n"]
    assert [path.stat().st_mode & 0o777 for path in tmp_path.glob("*.eml")] == [0o600]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((b"RCPT TO:<b@x.y>",), [b"220", b"503"]),
        ((b"DATA",), [b"220", b"503"]),
        ((b"MAIL nonsense",), [b"220", b"501"]),
        ((*HELLO[:2], b"RCPT TO:<>"), [b"220", b"250", b"250", b"501"]),
        ((*HELLO[:2], b"RCPT TO:<nobody>"), [b"220", b"250", b"250", b"553"]),
        ((*HELLO, b"RSET", b"DATA"), [b"220", b"250", b"250", b"250", b"250", b"503"]),
        ((b"\xff\x00\xfe", b"GET / HTTP/1.1"), [b"220", b"502", b"502"]),
        ((b"x" * 200_000,), [b"220"]),
    ],
)
def test_nonsense_is_answered_and_nothing_kept(
    tmp_path: Path, lines: tuple[bytes, ...], expected: list[bytes]
) -> None:
    assert codes(talk(tmp_path, *lines)) == expected
    assert files(tmp_path) == []


def test_a_message_broken_off_is_not_kept(tmp_path: Path) -> None:
    talk(tmp_path, *HELLO, b"DATA", b"Subject: half")
    assert list(tmp_path.iterdir()) == []


def test_too_large_messages_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "LARGEST_MESSAGE", 1_000)
    assert codes(talk(tmp_path, *HELLO, b"DATA", b"x" * 900 + b"\r\n" + b"y" * 900 + b"\r\n."))[-1] == b"552"
    assert files(tmp_path) == []


def test_only_the_newest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "MOST_KEPT", 3)
    for number in range(5):
        mailbox.keep(tmp_path, [b"a@x.y"], b"\r\n%d" % number)
    assert [content[-1:] for content in files(tmp_path)] == [b"2", b"3", b"4"]

"""A mail server for demonstrations and tests: takes every message by SMTP (RFC 5321) and keeps it as a file. Sends nothing on.

    python -m tools.mailbox --port 2525 --folder var/mail

By convention a recipient whose address begins with `unknown.` is refused for good (550), with `busy.` for now (451).
"""

import argparse
import asyncio
import contextlib
import os
import re
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

LONGEST_LINE = 64 * 1024
LARGEST_MESSAGE = 10 * 1024 * 1024
MOST_KEPT = 500
PATIENCE = 60.0
"""Seconds a silent client is waited for."""

GREETING = b"220 localhost ESMTP mailbox of the demonstration\r\n"
FEATURES = f"250-localhost\r\n250-SIZE {LARGEST_MESSAGE}\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n".encode()
PATH = re.compile(rb"(?i)(?:FROM|TO):\s*<([^<>\r\n]*)>")
CONVENTION = {b"unknown.": b"550 5.1.1 no such mailbox\r\n", b"busy.": b"451 4.3.2 try again later\r\n"}


@dataclass
class Session:
    """One client's conversation."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    folder: Path
    sender: bytes | None = None
    recipients: list[bytes] = field(default_factory=list)

    async def talk(self) -> None:
        """Until QUIT, silence, or nonsense without end."""
        self.writer.write(GREETING)
        while line := await self.line():
            word = line.strip()[:4].upper()
            if word == b"QUIT":
                self.writer.write(b"221 bye\r\n")
                return
            self.writer.write(await self.answer(word, line))
            await self.writer.drain()

    async def line(self) -> bytes:
        async with asyncio.timeout(PATIENCE):
            return await self.reader.readline()

    async def answer(self, word: bytes, line: bytes) -> bytes:
        """Reply to one command."""
        if word == b"EHLO":
            return FEATURES
        if word in {b"HELO", b"NOOP"}:
            return b"250 OK\r\n"
        if word == b"RSET":
            self.sender, self.recipients = None, []
            return b"250 OK\r\n"
        if word == b"MAIL":
            return self.begin(line)
        if word == b"RCPT":
            return self.add(line)
        if word == b"DATA":
            return await self.take()
        return b"502 command not known\r\n"

    def begin(self, line: bytes) -> bytes:
        found = PATH.search(line)
        if found is None:
            return b"501 MAIL FROM:<address>\r\n"
        self.sender, self.recipients = found.group(1), []
        return b"250 OK\r\n"

    def add(self, line: bytes) -> bytes:
        found = PATH.search(line)
        if self.sender is None:
            return b"503 MAIL first\r\n"
        if found is None or not found.group(1):
            return b"501 RCPT TO:<address>\r\n"
        if b"@" not in found.group(1):
            return b"553 5.1.3 no address\r\n"
        for start, refusal in CONVENTION.items():
            if found.group(1).startswith(start):
                return refusal
        self.recipients.append(found.group(1))
        return b"250 OK\r\n"

    async def take(self) -> bytes:
        """The message itself, its doubled dots undone; kept before it is acknowledged."""
        if not self.recipients:
            return b"503 RCPT first\r\n"
        self.writer.write(b"354 end with a dot\r\n")
        await self.writer.drain()
        lines, size = [], 0
        while (line := await self.line()) != b".\r\n":
            if not line:
                raise ConnectionResetError
            size += len(line)
            if size <= LARGEST_MESSAGE:
                lines.append(line.removeprefix(b"."))
        if size > LARGEST_MESSAGE:
            return b"552 message too large\r\n"
        keep(self.folder, self.recipients, b"".join(lines))
        self.sender, self.recipients = None, []
        return b"250 kept\r\n"


def keep(folder: Path, recipients: list[bytes], message: bytes) -> None:
    """Write a file that is complete when it appears; forget the oldest."""
    to = b"".join(b"Delivered-To: " + one + b"\r\n" for one in recipients)
    unfinished = folder / f".{time.time_ns()}"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(to + message)
    unfinished.rename(folder / f"{unfinished.name[1:]}.eml")
    for old in sorted(folder.glob("*.eml"))[:-MOST_KEPT]:
        old.unlink(missing_ok=True)


async def start(host: str, port: int, folder: Path) -> asyncio.Server:
    """Listen; port 0 takes a free one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError, TimeoutError):  # gone, a line without end, or silent
            await Session(reader, writer, folder).talk()
        with contextlib.suppress(OSError):
            await writer.drain()
        writer.close()

    return await asyncio.start_server(session, host, port, limit=LONGEST_LINE)


async def serve(host: str, port: int, folder: Path) -> None:
    """Until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    server = await start(host, port, folder)
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Keeps e-mail as files")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=2525)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    asyncio.run(serve(options.host, options.port, options.folder))

"""Letters by e-mail over real SMTP, and by SMS: sent once committed, tried again, ended, never leaking who they are for."""

import asyncio
import email
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from portal import letters_delivery
from portal.enums import Channel, DeliveryState
from portal.letters import send
from portal.letters_delivery import claim, deliver_mail, pause
from portal.models import Contact, Delivery, Letter, TransitionLog, User
from tools import mailbox

pytestmark = pytest.mark.django_db(transaction=True)
PARAMS = {"enterprise": "福州贸易", "count": "3"}


@pytest.fixture
def smtp(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """The receiver on a free port, and the product told to use it."""
    started, loop, ended = threading.Event(), asyncio.new_event_loop(), asyncio.Event()
    ports: list[int] = []

    async def listen() -> None:
        server = await mailbox.start("127.0.0.1", 0, tmp_path)
        ports.append(server.sockets[0].getsockname()[1])
        started.set()
        await ended.wait()
        server.close()
        await asyncio.sleep(0.05)  # open conversations see the end of their client

    thread = threading.Thread(target=loop.run_until_complete, args=(listen(),))
    thread.start()
    assert started.wait(10)
    use_smtp(settings, ports[0])
    yield tmp_path
    loop.call_soon_threadsafe(ended.set)
    thread.join(10)
    loop.close()


def use_smtp(settings: Any, port: int) -> None:
    settings.EMAIL_BACKEND = "portal.letters_outbox.OutboxBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 3


def person(name: str = "a", address: str = "a@example.com", language: str = "zh-hans") -> User:
    user = User.objects.create(username=name, email=address)
    Contact.objects.create(user=user, language=language)
    return user


def write_to(user: User, **params: str) -> Delivery:
    send(
        "customs.parcels_incomplete",
        users=[user.pk],
        params={**PARAMS, **params},
        link="/enterprise/waiting/",
    )
    return Delivery.objects.get(letter__user=user)


def kept(folder: Path) -> list[EmailMessage]:
    return [
        email.message_from_bytes(path.read_bytes(), policy=default)  # type: ignore[arg-type]
        for path in sorted(folder.glob("*.eml"))
    ]


def state(delivery: Delivery) -> tuple[str, int, str]:
    delivery.refresh_from_db()
    return delivery.state, delivery.attempts, delivery.last_error


def test_an_email_goes_out_once_in_the_persons_language(smtp: Path) -> None:
    chinese, english = person(), person("b", "b@example.com", "en")
    first, second = write_to(chinese), write_to(english)
    assert deliver_mail() == 2
    assert deliver_mail() == 0
    one, two = kept(smtp)
    assert one["Subject"].strip() == "有包裹缺少单证或数据不一致，请补正"
    assert two["Subject"].strip() == "Parcels lack documents or data do not agree: please correct"
    assert (one["To"], one["Message-ID"]) == ("a@example.com", f"<letter-{first.pk}@127.0.0.1>")
    assert "福州贸易：3 票包裹" in one.get_content()
    assert "http://127.0.0.1:8000/enterprise/waiting/" in one.get_content()
    assert "No longer want such e-mails" in two.get_content()
    assert state(second) == (DeliveryState.SENT, 1, "")
    assert TransitionLog.objects.filter(model="portal.Delivery").count() == 2


def test_a_dead_server_costs_nothing_but_time(settings: Any, smtp: Path) -> None:
    delivery, port = write_to(person()), settings.EMAIL_PORT
    settings.EMAIL_PORT = unused_port()
    assert deliver_mail() == 0
    assert state(delivery) == (DeliveryState.WAITING, 1, "MAIL.ConnectionRefusedError")
    assert delivery.next_at > timezone.now() + timedelta(seconds=50)
    assert deliver_mail() == 0, "not due yet"
    assert state(delivery)[1] == 1
    settings.EMAIL_PORT = port
    Delivery.objects.update(next_at=timezone.now())
    assert deliver_mail() == 1
    assert state(delivery) == (DeliveryState.SENT, 2, "")


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_pauses_double_up_to_six_hours() -> None:
    assert [pause(n).total_seconds() / 60 for n in (1, 2, 3, 9, 10, 12)] == [1, 2, 4, 256, 360, 360]


def test_after_the_last_attempt_a_delivery_fails_visibly(settings: Any) -> None:
    delivery = write_to(person())
    use_smtp(settings, unused_port())
    Delivery.objects.update(attempts=letters_delivery.MOST_ATTEMPTS - 1)
    deliver_mail()
    assert state(delivery) == (DeliveryState.FAILED, 12, "MAIL.ConnectionRefusedError")


@pytest.mark.parametrize(
    ("address", "outcome"),
    [
        ("unknown.man@example.com", (DeliveryState.FAILED, 1, "MAIL.SMTP_550")),
        ("busy.man@example.com", (DeliveryState.WAITING, 1, "MAIL.SMTP_451")),
        ("a@example.com\nBcc: all@example.com", (DeliveryState.FAILED, 1, "MAIL.ADDRESS")),
        ("no address at all", (DeliveryState.FAILED, 1, "MAIL.SMTP_553")),
    ],
)
def test_refusals_are_permanent_or_temporary(smtp: Path, address: str, outcome: tuple[str, int, str]) -> None:
    delivery, other = write_to(person("x", address)), write_to(person())
    deliver_mail()
    assert state(delivery) == outcome
    assert state(other) == (DeliveryState.SENT, 1, "")
    assert [one["To"] for one in kept(smtp)] == ["a@example.com"]


GARBAGE: dict[str, Callable[[bytes], bytes]] = {
    "no smtp at all": lambda _line: b"HTTP/1.1 400 Bad Request\r\n",
    "bytes": lambda _line: b"\xff\xfe\x00\x01\r\n",
    "endless line": lambda _line: b"2" * 20_000 + b"\r\n",
    "silence": lambda _line: b"",
    "odd codes": lambda line: b"299 hm\r\n" if line[:4] in {b"ehlo", b"mail"} else b"777 what\r\n",
    "hangs up": lambda line: b"250 OK\r\n" if line[:4] == b"ehlo" else b"\x00CLOSE",
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_answers_end_nothing(settings: Any, kind: str) -> None:
    delivery = write_to(person())
    with server_that(GARBAGE[kind]) as port:
        use_smtp(settings, port)
        settings.EMAIL_TIMEOUT = 0.5
        assert deliver_mail() == 0
    now, attempts, error = state(delivery)
    assert (now, attempts) == (DeliveryState.WAITING, 1)
    assert error.startswith("MAIL.")
    assert "example.com" not in error


class server_that:  # noqa: N801 -- reads as a phrase
    """Answers every line of one connection by a function, after a good greeting."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self.answer = answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def serve(self) -> None:
        client, _address = self.listener.accept()
        with client, client.makefile("rb") as lines:
            try:
                client.sendall(b"220 hello\r\n")
                for line in lines:
                    reply = self.answer(line)
                    if reply.endswith(b"CLOSE"):
                        return
                    client.sendall(reply)
            except OSError:
                return

    def __enter__(self) -> int:
        self.thread.start()
        return int(self.listener.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self.thread.join(5)
        self.listener.close()


def test_two_workers_never_claim_the_same_row() -> None:
    write_to(person())
    assert [d.letter.user.username for d in claim(Channel.EMAIL)] == ["a"]
    assert claim(Channel.EMAIL) == []
    assert Delivery.objects.get().next_at > timezone.now() + timedelta(minutes=14)


def test_a_worker_that_died_leaves_its_rows_to_the_next(smtp: Path) -> None:
    write_to(person())
    claim(Channel.EMAIL)
    assert deliver_mail() == 0
    Delivery.objects.update(next_at=timezone.now())
    assert deliver_mail() == 1
    assert len(kept(smtp)) == 1


def test_parameters_reach_no_header_and_a_line_of_a_dot_survives(smtp: Path) -> None:
    write_to(person(), enterprise="甲\r\nBcc: all@example.com\r\n\r\n.\r\nQUIT")
    send(
        "portal.digest", users=[person("b", "b@example.com").pk], params={"count": "1\r\nBcc: x@example.com"}
    )
    Letter.objects.filter(code="portal.digest").update(
        params={"count": "1\r\nBcc: x@example.com", "letters": "0"}
    )
    assert deliver_mail() == 2
    for one in kept(smtp):
        assert one["Bcc"] is None
        assert "x@example.com" not in str(one["To"])
    assert kept(smtp)[1]["Subject"].strip() == "今天有 1 Bcc: x@example.com 条未读消息"
    assert ".\nQUIT" in kept(smtp)[0].get_content().replace("\r\n", "\n")


def test_logs_name_no_person(caplog: pytest.LogCaptureFixture, smtp: Path) -> None:
    caplog.set_level(logging.DEBUG)
    write_to(person("wang", "unknown.wang@example.com"))
    deliver_mail()
    assert "MAIL.SMTP_550" in caplog.text
    assert "wang" not in caplog.text
    assert "福州贸易" not in caplog.text

"""E-mail that is no letter: written in the transaction, sent after commit, never in the way of whoever asked for it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import BadHeaderError, EmailMessage, send_mail
from django.db import transaction
from django.test import Client
from django.utils import timezone

from portal.enums import AdministratorRole, DeliveryState
from portal.letters_outbox import deliver_outbox
from portal.models import Administrator, OutgoingMail, User
from tests.portal.test_letters_delivery import GARBAGE, kept, server_that, smtp, unused_port, use_smtp

__all__ = ["smtp"]
pytestmark = pytest.mark.django_db(transaction=True)


def ask(to: str = "a@example.com") -> OutgoingMail:
    send_mail("确认邮箱", "请打开链接 http://127.0.0.1:8000/x/ ", None, [to])
    return OutgoingMail.objects.latest("pk")


def state(mail: OutgoingMail) -> tuple[str, int, str, bool]:
    mail.refresh_from_db()
    return mail.state, mail.attempts, mail.last_error, bool(mail.payload)


def test_a_message_waits_encrypted_goes_out_once_and_is_erased(smtp: Path) -> None:
    mail = ask()
    assert "example" not in mail.payload
    assert state(mail) == (DeliveryState.WAITING, 0, "", True)
    assert kept(smtp) == []
    assert (deliver_outbox(), deliver_outbox()) == (1, 0)
    assert [(one["To"], one["Subject"].strip()) for one in kept(smtp)] == [("a@example.com", "确认邮箱")]
    assert state(mail) == (DeliveryState.SENT, 1, "", False)


def test_a_password_can_be_asked_for_while_the_mail_server_is_away(settings: Any, client: Client) -> None:
    User.objects.create_user("a", "a@example.com", "Long-Enough-2026")
    use_smtp(settings, unused_port())
    answer = client.post("/accounts/password/reset/", {"email": "a@example.com"})
    assert answer.status_code == 302
    mail = OutgoingMail.objects.get()
    assert deliver_outbox() == 0
    assert state(mail) == (DeliveryState.WAITING, 1, "MAIL.ConnectionRefusedError", True)


def test_a_message_disappears_with_its_transaction(smtp: Path) -> None:
    with transaction.atomic():
        ask()
        transaction.set_rollback(True)
    assert (OutgoingMail.objects.count(), deliver_outbox()) == (0, 0)


@pytest.mark.parametrize(
    ("to", "outcome"),
    [
        ("unknown.one@example.com", (DeliveryState.FAILED, 1, "MAIL.SMTP_550", False)),
        ("busy.one@example.com", (DeliveryState.WAITING, 1, "MAIL.SMTP_451", True)),
    ],
)
def test_refusals_are_final_or_passing(smtp: Path, to: str, outcome: tuple[str, int, str, bool]) -> None:
    mail, other = ask(to), ask()
    deliver_outbox()
    assert state(mail) == outcome
    assert state(other)[0] == DeliveryState.SENT


def test_a_line_break_in_a_header_is_refused_before_anything_is_written() -> None:
    with pytest.raises(BadHeaderError):
        EmailMessage("甲\nBcc: x@example.com", "x", None, ["a@example.com"]).send()
    assert OutgoingMail.objects.count() == 0
    assert EmailMessage("甲", "x", None, []).send() == 0


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_answers_end_nothing(settings: Any, kind: str) -> None:
    mail = ask()
    with server_that(GARBAGE[kind]) as port:
        use_smtp(settings, port)
        settings.EMAIL_TIMEOUT = 0.5
        assert deliver_outbox() == 0
    assert state(mail)[:2] == (DeliveryState.WAITING, 1)
    OutgoingMail.objects.update(attempts=11, next_at=timezone.now())
    use_smtp(settings, unused_port())
    deliver_outbox()
    assert state(mail) == (DeliveryState.FAILED, 12, "MAIL.ConnectionRefusedError", False)


@pytest.fixture(autouse=True)
def through_the_outbox(settings: Any) -> None:
    settings.EMAIL_BACKEND = "portal.letters_outbox.OutboxBackend"


def test_the_system_administrator_watches_mail_without_reading_it(
    client: Client, signed_in: Callable[[Client, User], Client]
) -> None:
    ask()
    admin = User.objects.create(username="operator", is_staff=True)
    Administrator.objects.create(user=admin, role=AdministratorRole.SYSTEM)
    pages = [
        f"/admin/portal/outgoingmail/{path}" for path in ("", f"{OutgoingMail.objects.get().pk}/change/")
    ]
    for path in (*pages, "/admin/portal/delivery/"):
        shown = signed_in(client, admin).get(path)
        assert shown.status_code == 200
        assert OutgoingMail.objects.get().payload not in shown.content.decode()
    Administrator.objects.update(role=AdministratorRole.SECURITY)
    assert signed_in(client, admin).get(pages[0]).status_code == 403


def test_mail_about_an_account_names_the_platform_and_nobody_in_its_subject(
    smtp: Path, client: Client
) -> None:
    User.objects.create_user("wang", "a@example.com", "Long-Enough-2026")
    client.post("/accounts/password/reset/", {"email": "a@example.com"}, headers={"accept-language": "en"})
    deliver_outbox()
    (one,) = kept(smtp)
    assert "wang" not in one["Subject"]
    assert one.get_content().startswith("Fujian cross-border e-commerce platform")
    assert "This e-mail was sent automatically" in one.get_content()

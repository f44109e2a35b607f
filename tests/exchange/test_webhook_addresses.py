"""No request of a webhook leads into our own network: not at registration, and not when the name resolves anew."""

import socket
from typing import Any

import pytest

from exchange.models import Webhook, WebhookAttempt
from exchange.services import calling
from exchange.services.calling import AddressRefused, HostUnknown, UrlRefused, checked_address, checked_url
from exchange.services.pushing import push_round
from tests.exchange.conftest import Machine, settle
from tests.exchange.receiving_server import subscriber
from tests.exchange.test_feeds import write_receipt

PUBLIC = "93.184.216.34"
PRIVATE = [
    "127.0.0.1", "127.1.2.3", "0.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1",
    "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::",
    "2001:db8::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "fec0::1", "64:ff9b::7f00:1",
]  # fmt: skip


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def answer(_host: Any, port: int, *_: Any, **__: Any) -> list[Any]:
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
            for one in addresses
        ]

    monkeypatch.setattr(calling.socket, "getaddrinfo", answer)


@pytest.mark.parametrize("address", PRIVATE)
def test_address_that_is_not_public_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(AddressRefused):
        checked_address(checked_url(f"https://{literal}/"))
    resolving(monkeypatch, PUBLIC, address)
    with pytest.raises(AddressRefused):
        checked_address(checked_url("https://hooks.example.org/"))


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_public_address_is_used_as_it_was_checked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, address)
    assert checked_address(checked_url("https://hooks.example.org:8443/x?y=1")).sockaddr == (address, 8443)


@pytest.mark.parametrize(
    "url",
    [
        "", "hooks.example.org", "http://hooks.example.org/", "ftp://hooks.example.org/", "file:///etc/passwd",
        "https://", "https:///x", "https://user@hooks.example.org/", "https://user:pw@hooks.example.org/",
        "https://hooks.example.org/#part", "https://hooks.example.org/#", "https://hooks.example.org/ x",
        "https://hooks.example.org/\r\nX: 1", "https://hooks.example.org\\@127.0.0.1/", "https://例子.中国/",
        "https://hooks.example.org:0/", "https://hooks.example.org:99999/", "https://[::1/", "https://a/" + "x" * 500,
        "gopher://127.0.0.1/", "https://hooks.example.org/\x00",
    ],
)  # fmt: skip
def test_strange_url_is_refused(url: str) -> None:
    with pytest.raises(UrlRefused):
        checked_url(url)


@pytest.mark.parametrize("host", ["0x7f000001", "2130706433", "127.1", "0177.0.0.1", "localhost"])
def test_other_spellings_of_this_machine_are_refused(host: str) -> None:
    with pytest.raises((AddressRefused, HostUnknown)):
        checked_address(checked_url(f"https://{host}/"))


def test_name_without_address_is_refused() -> None:
    with pytest.raises(HostUnknown):
        checked_address(checked_url("https://no-such-host.invalid/"))


@pytest.mark.django_db(transaction=True)
def test_refused_registration_stores_nothing_and_says_which_field(platform: Machine) -> None:
    platform.application.allowed_scopes += " webhooks:manage"
    platform.application.save()
    _grant(platform)
    for url, code in (
        ("http://93.184.216.34/", "WEBHOOK.URL"),
        ("https://127.0.0.1/", "WEBHOOK.ADDRESS"),
        ("https://[::ffff:169.254.169.254]/latest/meta-data", "WEBHOOK.ADDRESS"),
        ("https://no-such-host.invalid/", "WEBHOOK.HOST"),
    ):
        answer = platform.send("webhooks/", f'{{"url": "{url}", "kinds": ["receipts"]}}'.encode())
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["errors"][0]["path"]) == (422, code, "url")
    assert Webhook.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_name_that_moves_to_a_private_address_after_registration_gets_no_request(
    platform: Machine, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when it was registered, this machine when it is called."""
    from exchange.selectors.webhooks import Owner
    from exchange.services.webhooks import Keeper, register_webhook

    owner = platform.application.organisation_id
    with subscriber() as one:
        resolving(monkeypatch, PUBLIC)
        port = one.url.rsplit(":", 1)[1].split("/")[0]
        register_webhook(
            Keeper(Owner(owner), client=platform.application),
            url=f"https://hooks.example.org:{port}/",
            kinds=["receipts"],
        )
        resolving(monkeypatch, "127.0.0.1")
        write_receipt(owner, "x")
        settle()
        assert push_round() == 0
        assert one.got == []
    assert WebhookAttempt.objects.get().error == "WEBHOOK.ADDRESS"


@pytest.mark.django_db(transaction=True)
def test_connection_goes_to_the_checked_address_and_keeps_the_host(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_DEVELOPMENT = True
    with subscriber() as one:
        resolving(monkeypatch, "127.0.0.1")
        port = one.url.rsplit(":", 1)[1].split("/")[0]
        answer = calling.send(
            f"http://hooks.example.org:{port}/in?a=1",
            secret=calling.new_secret(),
            identity="push_1",
            body=b'{"type": "receipts", "items": []}',
            timeout=5,
        )
        assert (answer.status, answer.error) == (200, "")
        assert one.headers[0]["host"] == f"hooks.example.org:{port}"


def _grant(machine: Machine) -> None:
    from oauth2_provider.models import get_access_token_model

    from exchange.permissions import forget_tokens

    get_access_token_model().objects.filter(application=machine.application).update(
        scope=machine.application.allowed_scopes
    )
    forget_tokens()

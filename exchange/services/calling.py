"""One signed request to an address that somebody outside named.

Such an address must never lead into our own network: it is resolved, every address it resolves to is checked, and the
connection goes to the address that was checked, with the name kept for Host and TLS. Redirects are not followed. The whole
request ends at its deadline whatever the other side does; of the answer at most ANSWER_BYTES are read.

Signatures follow Standard Webhooks: `webhook-signature: v1,base64(HMAC-SHA256(secret, "id.timestamp.body"))`.
"""

import base64
import hashlib
import hmac
import http.client
import ipaddress
import secrets
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal

ANSWER_BYTES = 4096
LONGEST_URL = 500
SECRET_PREFIX = "whsec_"  # noqa: S105 -- the public prefix of every secret
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class UrlRefused(Refusal):
    """Not an https address with a host name, or with things that do not belong into it."""

    code = "WEBHOOK.URL"
    message = _("推送地址应为 https 网址，不含用户名、密码和片段，不超过 500 个字符。")
    field = "url"


class HostUnknown(Refusal):
    """The name of the host does not resolve."""

    code = "WEBHOOK.HOST"
    message = _("推送地址的主机名无法解析。")
    field = "url"


class AddressRefused(Refusal):
    """The host is, or resolves to, an address that is not public."""

    code = "WEBHOOK.ADDRESS"
    message = _("推送地址指向内部、本机、链路本地、组播或保留地址，不能使用。")
    field = "url"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status (None when nothing did), how long it took, a code of what went wrong, the first bytes."""

    status: int | None
    latency_ms: int
    error: str = ""
    body: bytes = b""

    @property
    def taken(self) -> bool:
        """Answered with 2xx."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Address:
    """A socket address that was checked."""

    family: socket.AddressFamily
    sockaddr: tuple[Any, ...]


def checked_url(url: str) -> SplitResult:
    """The parts of an address that may be used. Raises UrlRefused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UrlRefused from None
    schemes = {"https", "http"} if settings.WEBHOOK_DEVELOPMENT else {"https"}
    strange = (
        not url.isascii() or not url.isprintable() or " " in url or "\\" in url or len(url) > LONGEST_URL
    )
    if strange or parts.scheme not in schemes or not parts.hostname or "@" in parts.netloc or "#" in url:
        raise UrlRefused
    if port == 0:
        raise UrlRefused
    return parts


def checked_address(parts: SplitResult) -> Address:
    """Where the host is now. Raises HostUnknown, AddressRefused when any of its addresses is not public."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise HostUnknown from None
    if not settings.WEBHOOK_DEVELOPMENT and not all(is_public(str(entry[4][0])) for entry in found):
        raise AddressRefused
    family, _kind, _protocol, _name, sockaddr = found[0]
    return Address(family, sockaddr)


def is_public(text: str) -> bool:
    """May a request of ours go to this address? Addresses wrapped in IPv6 count as what they wrap."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if wrapped is None and address in NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if address.teredo or address.is_site_local:
            return False
        if wrapped is not None:
            address = wrapped
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def new_secret() -> str:
    """A signing secret: `whsec_` and 32 random bytes in base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, identity: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{identity}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def send(url: str, *, secret: str, identity: str, body: bytes, timeout: float) -> Answer:
    """POST once; never raises. `timeout` seconds hold for the whole request."""
    timestamp = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "fujian-single-window-webhooks/1",
        "webhook-id": identity,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, identity, timestamp, body),
        "Connection": "close",
    }
    return _attempt(url, body, headers, timeout)


def send_form(url: str, fields: dict[str, str], *, timeout: float) -> Answer:
    """POST a form once; never raises. `timeout` seconds hold for the whole request."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "User-Agent": "fujian-single-window/1",
        "Connection": "close",
    }
    return _attempt(url, urlencode(fields).encode(), headers, timeout)


def _attempt(url: str, body: bytes, headers: dict[str, str], timeout: float) -> Answer:
    start = time.monotonic()
    status, error, said = None, "", b""
    try:
        status, said = _exchange(url, body, headers, timeout)
    except Refusal as refusal:
        error = refusal.code
    except TimeoutError:
        error = "HTTP.TIMEOUT"
    except ssl.SSLError:
        error = "HTTP.TLS"
    except (OSError, http.client.HTTPException, ValueError) as fault:
        error = f"HTTP.{type(fault).__name__}"[:60]
    latency = round((time.monotonic() - start) * 1000)
    if error and latency >= timeout * 1000:
        error = "HTTP.TIMEOUT"
    if status is not None and not 200 <= status < 300:
        error = f"HTTP.{status}"
    return Answer(status, latency, error, said)


def _exchange(url: str, body: bytes, headers: dict[str, str], timeout: float) -> tuple[int, bytes]:
    parts = checked_url(url)
    return _converse(parts, checked_address(parts), body, headers, timeout, ANSWER_BYTES)


def post(
    parts: SplitResult, body: bytes, headers: dict[str, str], *, timeout: float, most: int
) -> tuple[int, bytes]:
    """POST to an address that an operator set, which may be inside the house: status and at most `most` bytes of the answer.

    Raises TimeoutError, OSError, HTTPException, ValueError. `timeout` seconds hold for the whole request.
    """
    port = parts.port or (443 if parts.scheme == "https" else 80)
    family, _kind, _protocol, _name, sockaddr = socket.getaddrinfo(
        parts.hostname, port, type=socket.SOCK_STREAM
    )[0]
    return _converse(parts, Address(family, sockaddr), body, headers, timeout, most)


def _converse(
    parts: SplitResult, address: Address, body: bytes, headers: dict[str, str], timeout: float, most: int
) -> tuple[int, bytes]:
    connection = Pinned(parts, address, timeout)
    deadline = threading.Timer(timeout, connection.cut)
    deadline.daemon = True
    deadline.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, headers)
        answer = connection.getresponse()
        said = answer.read(most)
        if connection.was_cut:  # what was read before is not the whole answer
            raise TimeoutError
        return answer.status, said
    finally:
        deadline.cancel()
        connection.close()


class Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked; the host's name stays in Host and in TLS."""

    def __init__(self, parts: SplitResult, address: Address, timeout: float) -> None:
        self.secure = parts.scheme == "https"
        self.address = address
        self.was_cut = False
        default = 443 if self.secure else 80
        super().__init__(parts.hostname or "", parts.port or default, timeout=timeout)
        self.default_port = default

    def connect(self) -> None:
        """Open the socket; raises OSError."""
        self.sock = socket.socket(self.address.family, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.address.sockaddr)
        if self.secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """End the conversation from another thread."""
        self.was_cut = True
        open_socket = self.sock
        if open_socket is not None:
            try:
                open_socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return

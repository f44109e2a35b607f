"""An enterprise's client of the public API: token, messages, receipts, parcels. Standard library only."""

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from typing import Any

from tools.demo.loading import CLIENTS_FILE

TIMEOUT = 20.0
PATIENCE = 60.0
"""Seconds of trying again while the platform does not answer."""


def answered(request: urllib.request.Request) -> Any:
    """The JSON answer. Broken connections and 5xx are tried again: the same bytes sent twice are taken once."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                return json.load(answer)
        except (OSError, http.client.HTTPException) as error:
            refused = isinstance(error, urllib.error.HTTPError) and error.code < 500
            if refused or time.monotonic() > end:
                raise
            time.sleep(0.5)


class Client:
    """One API client."""

    def __init__(self, base_url: str, secret: dict[str, str]) -> None:
        self.base_url = base_url
        self.secret = secret
        self._token = ""

    @property
    def token(self) -> str:
        """Access token, fetched once."""
        if not self._token:
            form = {"grant_type": "client_credentials", **self.secret}
            address = f"{self.base_url}/api/v1/oauth/token/"
            request = urllib.request.Request(address, urllib.parse.urlencode(form).encode())  # noqa: S310
            self._token = answered(request)["access_token"]
        return self._token

    def call(self, path: str, body: bytes | None = None, content_type: str = "application/json") -> Any:
        """GET, or POST of a body; the JSON answer."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": content_type}
        request = urllib.request.Request(self.base_url + path, body, headers)  # noqa: S310
        return answered(request)

    def post_message(self, body: bytes) -> Any:
        """One CEB message; the acceptance."""
        return self.call("/api/v1/messages/", body, "application/xml")

    def parcels(self, order_numbers: Sequence[str]) -> list[dict[str, Any]]:
        """Where parcels stand."""
        query = urllib.parse.urlencode([("order_no", number) for number in order_numbers])
        found: list[dict[str, Any]] = self.call(f"/api/v1/parcels/?{query}")["results"]
        return found

    def receipts(self) -> Iterator[dict[str, Any]]:
        """The whole feed from the beginning."""
        cursor, more = "", True
        while more:
            page = self.call("/api/v1/receipts/?" + urllib.parse.urlencode({"cursor": cursor, "limit": 500}))
            yield from page["results"]
            cursor, more = page["next"], page["more"]


def load_clients(base_url: str) -> dict[str, Client]:
    """The demo enterprises' clients by name."""
    secrets: dict[str, dict[str, str]] = json.loads(CLIENTS_FILE.read_text())
    return {name: Client(base_url, secret) for name, secret in secrets.items()}

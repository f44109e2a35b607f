"""A sender as enterprises run one: posts until acknowledged, and sends the same bytes again when it does not know."""

import base64
import http.client
import json
import time
import urllib.parse
from typing import Any

SERVER_TROUBLE = 500


class Sender:
    """Posts messages over HTTP with each enterprise's own client; notes what was acknowledged and what went wrong."""

    def __init__(self, base_url: str, clients: dict[str, Any], deadline: float) -> None:
        self.address = urllib.parse.urlsplit(base_url)
        self.clients = clients
        self.deadline = deadline
        self.tokens: dict[str, str] = {}
        self.acknowledged: list[dict[str, Any]] = []
        self.statuses: list[int] = []
        self.lost_connections = 0

    def post(self, client: str, body: bytes) -> dict[str, Any]:
        """Send until the answer says it is stored; an answer that refuses is an error of the test."""
        while True:
            status, answer = self.try_once(
                "/api/v1/messages/", body, lambda: {"Authorization": f"Bearer {self.token(client)}"}
            )
            if status in (200, 202):
                self.acknowledged.append(answer)
                return answer
            assert status == 0 or status >= SERVER_TROUBLE, (status, answer)
            assert time.monotonic() < self.deadline, "the product did not come back"
            time.sleep(0.1)

    def token(self, client: str) -> str:
        """Access token of a client, asked for once."""
        while client not in self.tokens:
            keys = self.clients[client]
            pair = base64.b64encode(f"{keys['client_id']}:{keys['client_secret']}".encode()).decode()
            form = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
            headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded"}
            status, answer = self.request("/api/v1/oauth/token/", form, headers)
            if status == 200:
                self.tokens[client] = answer["access_token"]
            else:
                assert status == 0 or status >= SERVER_TROUBLE, (status, answer)
                assert time.monotonic() < self.deadline, "no token"
                time.sleep(0.1)
        return self.tokens[client]

    def try_once(self, path: str, body: bytes, headers: Any) -> tuple[int, dict[str, Any]]:
        status, answer = self.request(path, body, {"Content-Type": "application/xml", **headers()})
        self.statuses.append(status)
        return status, answer

    def request(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and JSON of one request; status 0 when the connection broke."""
        connection = http.client.HTTPConnection(str(self.address.hostname), self.address.port, timeout=15)
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            text = response.read()
            return response.status, (json.loads(text) if text.startswith(b"{") else {})
        except (OSError, http.client.HTTPException):
            self.lost_connections += 1
            return 0, {}
        finally:
            connection.close()

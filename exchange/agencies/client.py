"""How an agency's own system speaks to our agency API: token, poll, acknowledge, decide. Standard library only.

The simulators use it, and it is short enough to read as an example for a real agency's programmer.
"""

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

TOKEN_PATH = "/api/v1/oauth/token/"  # noqa: S105 -- an address
TIMEOUT = 10.0


@dataclass
class AgencyApi:
    """One agency's connection. Raises urllib.error.URLError and OSError when the platform is away."""

    base_url: str
    client_id: str
    client_secret: str
    scope: str = "tasks:read decisions:write"
    token: str = ""

    def sign_in(self) -> None:
        """Get a token by client credentials."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "scope": self.scope,
        }
        request = urllib.request.Request(self.base_url + TOKEN_PATH, urllib.parse.urlencode(form).encode())  # noqa: S310
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            self.token = json.load(answer)["access_token"]

    def call(self, path: str, body: Any = None) -> Any:
        """GET, or POST of a JSON body; signs in again when the token has run out."""
        for attempt in (1, 2):
            if not self.token:
                self.sign_in()
            data = None if body is None else json.dumps(body).encode()
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
            request = urllib.request.Request(self.base_url + path, data, headers)  # noqa: S310
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code != 401 or attempt == 2:
                    raise
                self.token = ""
        return None

    def tasks(self, cursor: str) -> dict[str, Any]:
        """One page of undecided tasks."""
        found: dict[str, Any] = self.call(
            "/api/v1/agency/tasks/?" + urllib.parse.urlencode({"cursor": cursor})
        )
        return found

    def acknowledge(self, ids: list[int]) -> None:
        self.call("/api/v1/agency/tasks/ack/", {"ids": ids})

    def decide(self, decisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Send decisions; one result each."""
        results: list[dict[str, Any]] = self.call("/api/v1/agency/decisions/", {"decisions": decisions})[
            "results"
        ]
        return results

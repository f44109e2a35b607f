"""How the main site speaks to the sandbox instance: as a machine, over its public API, with a token that is kept in the cache."""

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal

TIMEOUT = 10.0
TOKEN_SECONDS = 1_800
TOKEN_KEY = "sandbox-token"  # noqa: S105 -- the name of a cache entry
API = "/api/v1"


class NotConnected(Refusal):
    """This site has no sandbox instance."""

    code = "SANDBOX.NOT_CONNECTED"
    message = _("本站未接入沙箱。")
    status = 404


class Unreachable(Refusal):
    """The sandbox instance does not answer, or answers nonsense."""

    code = "SANDBOX.UNREACHABLE"
    message = _("沙箱暂时不可用，请稍后重试。")
    status = 503
    retry_after = 10


class Refused(Refusal):
    """The sandbox said no; its own code and sentence."""

    def __init__(self, code: str, sentence: str, status: int) -> None:
        super().__init__(sentence.replace("%", "%%"))
        self.code, self.status = code, status


def access() -> dict[str, str]:
    """Address and credentials of the sandbox instance: from the settings, else from its file. Raises NotConnected."""
    if settings.SANDBOX_ACCESS["url"]:
        return settings.SANDBOX_ACCESS
    try:
        found: dict[str, str] = json.loads(settings.SANDBOX_FILE.read_text("utf-8"))
    except (OSError, ValueError):
        raise NotConnected from None
    return found


def call(path: str, body: Any = None, *, post: bool = False) -> Any:
    """GET, or POST of a JSON body, below `/api/v1/sandbox/`. Raises NotConnected, Unreachable, Refused."""
    known = access()
    for attempt in (1, 2):
        headers = {"Authorization": f"Bearer {token(known)}", "Content-Type": "application/json"}
        data = json.dumps(body or {}).encode() if post else None
        try:
            return ask(urllib.request.Request(f"{known['url']}{API}/sandbox/{path}", data, headers))  # noqa: S310 -- our own address
        except Refused as refusal:
            cache.delete(TOKEN_KEY)
            if refusal.status != 401 or attempt == 2:
                raise
    raise Unreachable


def token(known: dict[str, str]) -> str:
    """The access token; fetched when the cache has none."""
    kept = cache.get(TOKEN_KEY)
    if kept:
        return str(kept)
    form = {"grant_type": "client_credentials", "scope": "sandbox:provision"}
    form |= {name: known[name] for name in ("client_id", "client_secret")}
    address = f"{known['url']}{API}/oauth/token/"
    answer = ask(urllib.request.Request(address, urllib.parse.urlencode(form).encode()))  # noqa: S310 -- our own address
    cache.set(TOKEN_KEY, answer["access_token"], TOKEN_SECONDS)
    return str(answer["access_token"])


def ask(request: urllib.request.Request) -> Any:
    """The JSON answer. Raises Unreachable, Refused."""
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 -- our own address
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise refusal_of(error) from None
    except (OSError, ValueError):
        raise Unreachable from None


def refusal_of(error: urllib.error.HTTPError) -> Refusal:
    """What the sandbox's problem+json says, in the reader's language."""
    if error.code >= 500:
        return Unreachable()
    language = "en" if (get_language() or "").startswith("en") else "zh"
    try:
        problem = json.load(error)
        return Refused(str(problem["code"]), str(problem[f"detail_{language}"]), error.code)
    except (ValueError, KeyError, TypeError):
        return Refused("SANDBOX.REFUSED", str(Unreachable.message), error.code)

"""How many requests a client may make in a minute: counted in the cache for all processes, in blocks, so that a frequent route
asks the cache once in many requests. A cache that is away lets requests pass."""

import logging
import time
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.views import TokenView
from redis import RedisError

from portal.errors import Refusal
from portal.limits import allowed
from portal.people import limit
from portal.problems import refusal_problem

logger = logging.getLogger(__name__)
CALLS, MESSAGES, TOKENS = "P.API.PER_MINUTE", "P.API.MESSAGES_PER_MINUTE", "P.API.TOKENS_PER_MINUTE"
BLOCK = 50
"""Requests a process takes at once from the count of a minute."""

MINUTE = 60
_taken: dict[tuple[str, int], tuple[int, int]] = {}
_limits: dict[str, tuple[float, int]] = {}


class TooManyRequests(Refusal):
    """The client has used up its minute."""

    code = "API.PACE"
    message = _("请求过于频繁：每分钟最多 %(most)s 次，请按 Retry-After 稍后再试。")
    basis = "RFC 6585"
    status = 429


def pace(rule_id: str, client_id: int) -> None:
    """Count a request of a client. Raises TooManyRequests."""
    minute = int(time.time() // MINUTE)
    known = _taken.get((rule_id, client_id))
    if known and known[0] == minute and known[1] > 0:
        _taken[rule_id, client_id] = (minute, known[1] - 1)
        return
    most = per_minute(rule_id)
    block = max(1, min(BLOCK, most // 20))
    if spent(f"pace:{rule_id}:{client_id}:{minute}", block) - block >= most:
        raise refusal(most)
    _taken[rule_id, client_id] = (minute, block - 1)


def refusal(most: int) -> TooManyRequests:
    """With the seconds until the next minute."""
    found = TooManyRequests(most=most)
    found.retry_after = MINUTE - int(time.time() % MINUTE)
    return found


def spent(key: str, block: int) -> int:
    """The minute's count after taking a block."""
    try:
        cache.add(key, 0, timeout=2 * MINUTE)
        return int(cache.incr(key, block))
    except (RedisError, ValueError) as error:
        logger.warning("requests are not counted: %s", type(error).__name__)
        return 0


def per_minute(rule_id: str) -> int:
    """The limit of today, read from the register once a minute."""
    known = _limits.get(rule_id)
    if known is None or known[0] < time.monotonic():
        known = _limits[rule_id] = (time.monotonic() + MINUTE, limit(rule_id))
    return known[1]


def forget_pace() -> None:
    """Drop what this process remembers."""
    _taken.clear()
    _limits.clear()


@method_decorator(csrf_exempt, name="dispatch")
class PacedToken(TokenView):  # type: ignore[misc]  # no types
    """Tokens, so many a minute for each address: guessing secrets takes too long."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """429 when the address asks too often."""
        most = per_minute(TOKENS)
        if not allowed(request, "token", most):
            return refusal_problem(refusal(most))
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer

"""Circuit breakers for systems that we call: after some failures in a row nobody calls for a while, then one probe decides.

The state is shared by all processes through the cache server. While that is away every call is allowed: a breaker protects, it must
not stop work by itself.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache as once
from typing import Any

import redis
from django.conf import settings
from redis.exceptions import RedisError

from portal.people import limit

logger = logging.getLogger(__name__)
PREFIX, OPEN = "circuit:", "circuits:open"
FORGET_SECONDS = 86_400

ALLOW = """
local resumes = tonumber(redis.call('HGET', KEYS[1], 'resumes') or '0')
if resumes == 0 then return 2 end
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if now < resumes then return 0 end
redis.call('HSET', KEYS[1], 'resumes', now + ARGV[1])
return 1
"""
"""0 = no call, 1 = one probe, 2 = closed. Who is let through while open is the probe: the others wait as long again."""

FAIL = """
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
redis.call('EXPIRE', KEYS[1], ARGV[3])
if failures < tonumber(ARGV[1]) then return 0 end
local t = redis.call('TIME')
redis.call('HSET', KEYS[1], 'resumes', t[1] * 1000 + math.floor(t[2] / 1000) + ARGV[2])
redis.call('SADD', KEYS[2], ARGV[4])
return 1
"""


@once
def server() -> Any:
    """The cache server; answers within a second or raises RedisError."""
    return redis.Redis.from_url(settings.CACHE_URL, socket_timeout=1.0, socket_connect_timeout=1.0)


@dataclass(frozen=True, slots=True)
class Circuit:
    """The breaker of one system."""

    name: str

    @property
    def key(self) -> str:
        return PREFIX + self.name

    def calls(self, most: int) -> int:
        """How many calls may be made now: `most` while closed; none while open, but one probe when the pause is over."""
        return {0: 0, 1: 1}.get(self._run(ALLOW, [self.key], [_pause()], 2), most)

    def failed(self) -> bool:
        """The system did not answer; True when the circuit is open now."""
        most = limit("P.CALL.FAILURES")
        arguments = [most, _pause(), FORGET_SECONDS, self.name]
        return bool(self._run(FAIL, [self.key, OPEN], arguments, 0))

    def answered(self) -> None:
        """The system answered, whatever it said: closed again."""
        try:
            server().pipeline().delete(self.key).srem(OPEN, self.name).execute()
        except RedisError:
            logger.warning("circuit %s: cache server away", self.name)

    def _run(self, script: str, keys: Sequence[str], arguments: Sequence[Any], otherwise: int) -> int:
        try:
            return int(server().eval(script, len(keys), *keys, *arguments))
        except RedisError:
            logger.warning("circuit %s: cache server away", self.name)
            return otherwise


def open_circuits() -> list[str]:
    """Names of the systems nobody calls at the moment. Empty while the cache server is away."""
    try:
        return sorted(name.decode() for name in server().smembers(OPEN))
    except RedisError:
        return []


def _pause() -> int:
    return limit("P.CALL.OPEN_SECONDS") * 1000

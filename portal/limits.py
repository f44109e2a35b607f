"""How often an address may ask for something public: counted per minute in the cache, forgotten afterwards."""

import hashlib
import time

from django.core.cache import cache
from django.http import HttpRequest


def allowed(request: HttpRequest, what: str, per_minute: int) -> bool:
    """Count this request; False when the address has asked too often within the current minute."""
    address = hashlib.sha256(request.META.get("REMOTE_ADDR", "").encode()).hexdigest()[:24]
    key = f"limit:{what}:{address}:{int(time.time() // 60)}"
    if cache.add(key, 1, timeout=120):
        return per_minute >= 1
    return int(cache.incr(key)) <= per_minute

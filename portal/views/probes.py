"""What load balancers and monitoring ask."""

from datetime import timedelta

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from portal.selectors import heartbeat
from portal.services.circuits import open_circuits

WORKER = "decide"
"""Name under which the decision worker leaves its heartbeat."""

SILENT = timedelta(seconds=60)
"""A decision worker that has not been heard of for so long is reported as late."""


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nobody else."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, cache, decision worker and the agencies that we call; 503 unless database and cache answer.

    A silent decision worker is told but does not take the web process out of service: documents are taken in and wait.
    """
    found = {"database": database_answers(), "cache": cache_answers()}
    ready = all(found.values())
    state = {name: "ok" if answers else "down" for name, answers in found.items()}
    state["decision_worker"] = worker_state() if found["database"] else "unknown"
    state["agencies"] = "late" if open_circuits() else "ok"
    return JsonResponse({"ready": ready, **state}, status=200 if ready else 503)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone())
    except DatabaseError:
        return False


def cache_answers() -> bool:
    try:
        cache.set("portal:ready", 1, 5)
        return bool(cache.get("portal:ready") == 1)
    except RedisError:
        return False


def worker_state() -> str:
    """ok, late (not heard of for a minute) or unknown (never heard of)."""
    beat = heartbeat(WORKER)
    if beat is None:
        return "unknown"
    return "late" if timezone.now() - beat.at > SILENT else "ok"

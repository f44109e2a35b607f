"""`Idempotency-Key` of JSON requests: the same key and body get the same answer, another body is refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from exchange.models import IdempotentAnswer
from exchange.services.receiving import KeyReused

KEPT = timedelta(days=7)


def answer_once(
    *, client_id: int, key: str | None, digest: bytes, answer: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Run `answer` at most once per client and key; without a key just run it. Raises KeyReused."""
    if key is None:
        return answer()
    try:
        with transaction.atomic():
            if known := _known(client_id, key, digest):
                return known
            body = answer()
            IdempotentAnswer.objects.create(client_id=client_id, key=key, digest=digest, body=body)
            return body
    except IntegrityError:
        if known := _known(client_id, key, digest):
            return known
        raise


def _known(client_id: int, key: str, digest: bytes) -> dict[str, Any] | None:
    found = IdempotentAnswer.objects.filter(client_id=client_id, key=key).first()
    if found is None:
        return None
    if bytes(found.digest) != digest:
        raise KeyReused
    return dict(found.body)


def forget_old_answers() -> int:
    """Delete answers older than a week; returns how many."""
    deleted, _by_model = IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return deleted

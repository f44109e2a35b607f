"""Problem details (RFC 9457) for every refusal of the API: Chinese and English, at most 25 errors."""

from collections.abc import Sequence
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils import translation
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from portal.errors import Refusal

LIMIT = 25
CONTENT_TYPE = "application/problem+json"


def in_language(text: object, language: str) -> str:
    with translation.override(language):
        return str(text)


def details(
    status: int, code: str, title: object, errors: Sequence[dict[str, Any]] = (), **more: Any
) -> dict[str, Any]:
    """The body: type, title, status, code, both sentences, at most 25 errors and how many there were."""
    return {
        "type": f"urn:single-window:problem:{code}",
        "title": in_language(title, "en"),
        "status": status,
        "code": code,
        "detail_zh": in_language(title, "zh-hans"),
        "detail_en": in_language(title, "en"),
        "errors": list(errors[:LIMIT]),
        "error_count": len(errors),
        **more,
    }


def problem(
    status: int, code: str, title: object, errors: Sequence[dict[str, Any]] = (), **more: Any
) -> HttpResponse:
    """A problem+json answer for plain views."""
    body = orjson.dumps(details(status, code, title, errors, **more))
    return HttpResponse(body, status=status, content_type=CONTENT_TYPE)


def sentence_in(refusal: Refusal, language: str) -> str:
    with translation.override(language):
        return refusal.sentence


def refusal_details(refusal: Refusal) -> dict[str, Any]:
    zh, en = sentence_in(refusal, "zh-hans"), sentence_in(refusal, "en")
    error = {
        "path": refusal.field,
        "code": refusal.code,
        "message_zh": zh,
        "message_en": en,
        "basis": refusal.basis,
    }
    body = details(refusal.status, refusal.code, en, [error])
    return {**body, "detail_zh": zh, "detail_en": en, "title": en}


def refusal_problem(refusal: Refusal) -> HttpResponse:
    return HttpResponse(
        orjson.dumps(refusal_details(refusal)),
        status=refusal.status,
        content_type=CONTENT_TYPE,
        headers=refusal_headers(refusal),
    )


def refusal_headers(refusal: Refusal) -> dict[str, str]:
    """`Retry-After` where trying again makes sense."""
    return {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}


def flattened(detail: Any, path: str = "") -> list[dict[str, Any]]:
    """DRF's nested error structure as a flat list with paths."""
    if isinstance(detail, dict):
        return [row for key, value in detail.items() for row in flattened(value, f"{path}/{key}")]
    if isinstance(detail, list):
        return [
            row
            for i, value in enumerate(detail)
            for row in flattened(value, f"{path}/{i}" if isinstance(value, dict) else path)
        ]
    code = str(getattr(detail, "code", "invalid")).upper()
    zh, en = in_language(detail, "zh-hans"), in_language(detail, "en")
    return [{"path": path or "/", "code": code, "message_zh": zh, "message_en": en}]


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF hook: Refusals and DRF's own errors leave as problem+json; anything else stays a server error."""
    if isinstance(error, Refusal):
        return Response(
            refusal_details(error),
            status=error.status,
            content_type=CONTENT_TYPE,
            headers=refusal_headers(error),
        )
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = drf_exception_handler(error, context)
    if response is not None and isinstance(error, exceptions.APIException):
        rows = flattened(error.detail)
        code = rows[0]["code"] if rows else error.default_code.upper()
        title = error.default_detail
        response.data = details(response.status_code, code, title, rows)
        response.content_type = CONTENT_TYPE
    return response

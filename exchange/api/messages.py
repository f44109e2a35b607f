"""`POST /api/v1/messages/`: one CEB message in, one receipt out. A plain view: the frequent route stays short."""

from collections.abc import Callable
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from exchange.api.pacing import MESSAGES, pace
from exchange.enums import Scope
from exchange.messages import MessageRefused, as_dicts
from exchange.permissions import caller_of, enterprise_of, require_scope
from exchange.services.receiving import Acceptance, Sender, receive_message
from portal.errors import Refusal
from portal.problems import problem, refusal_problem

MAX_BODY = 16 * 1024 * 1024
"""Bytes of one request; one hundred documents of 99 lines need about half of it."""

CONTENT_TYPES = {"application/xml", "text/xml", "application/octet-stream"}
CHUNK = 64 * 1024


class BodyTooLarge(Refusal):
    """The body passes the bound; it is not read further."""

    code = "BODY.SIZE"
    message = _("报文超过 %(limit)s 字节上限。")
    status = 413


class WrongContentType(Refusal):
    """Not XML, or compressed."""

    code = "BODY.TYPE"
    message = _("请以 application/xml、text/xml 或 application/octet-stream 报送未压缩的报文。")
    field = "Content-Type"
    status = 415


class BodyIncomplete(Refusal):
    """The connection ended before the announced length."""

    code = "BODY.INCOMPLETE"
    message = _("报文内容不完整。")
    status = 400


class KeyTooLong(Refusal):
    """Idempotency-Key is longer than 255 characters."""

    code = "IDEMPOTENCY.LENGTH"
    message = _("Idempotency-Key 不得超过 255 个字符。")
    field = "Idempotency-Key"
    status = 400


class MethodNotAllowed(Refusal):
    """Only POST sends messages."""

    code = "METHOD"
    message = _("此地址只接受 POST 请求。")
    status = 405


@csrf_exempt
def messages(request: HttpRequest) -> HttpResponse:
    """Take a message: 202 with the receipt, 200 with the first receipt when repeated, else problem+json."""
    try:
        if request.method != "POST":
            raise MethodNotAllowed
        caller = caller_of(request.META.get("HTTP_AUTHORIZATION", ""))
        require_scope(caller, Scope.SEND_MESSAGES)
        pace(MESSAGES, caller.pk)
        sender = Sender(enterprise_of(caller), caller.organisation_codes, caller.pk)
        _check_type(request)
        key = idempotency_key(request)
        acceptance = receive_message(sender=sender, body=bounded_body(request), idempotency_key=key)
    except MessageRefused as refusal:
        return refused_message(refusal)
    except Refusal as refusal:
        return refusal_answer(refusal)
    return HttpResponse(
        orjson.dumps(as_answer(acceptance)),
        status=200 if acceptance.repeated else 202,
        content_type="application/json",
    )


def as_answer(acceptance: Acceptance) -> dict[str, Any]:
    """The JSON of an accepted message."""
    return {
        "receipt": acceptance.receipt_id,
        "message": acceptance.message_id,
        "message_type": acceptance.message_type,
        "guid": acceptance.guid,
        "documents": acceptance.documents,
        "received_at": acceptance.received_at,
        "repeated": acceptance.repeated,
    }


def refused_message(refusal: MessageRefused) -> HttpResponse:
    """problem+json of a message refused as a whole; `receipt` is the id of its CEB900 receipt."""
    first = refusal.faults[0]
    return problem(
        refusal.status,
        refusal.code,
        first.message_en,
        as_dicts(refusal.faults, limit=None),
        receipt=refusal.receipt_id,
        detail_zh=first.message_zh,
        detail_en=first.message_en,
    )


def refusal_answer(refusal: Refusal) -> HttpResponse:
    """problem+json with the headers HTTP asks for."""
    response = refusal_problem(refusal)
    if refusal.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="api"'
    elif refusal.status == 405:
        response["Allow"] = "POST"
    elif refusal.status == 413:
        response["Connection"] = "close"
    elif refusal.status == 503:
        response["Retry-After"] = "1"
    return response


def idempotency_key(request: HttpRequest) -> str | None:
    """The Idempotency-Key header, None when absent. Raises KeyTooLong."""
    key = request.META.get("HTTP_IDEMPOTENCY_KEY") or None
    if key is not None and len(key) > 255:
        raise KeyTooLong
    return key


def _check_type(request: HttpRequest) -> None:
    kind = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if kind not in CONTENT_TYPES or request.META.get("HTTP_CONTENT_ENCODING", "identity") != "identity":
        raise WrongContentType


def bounded_body(request: HttpRequest, limit: int = MAX_BODY) -> bytes:
    """The body, at most `limit` bytes. A longer announced body is refused unread, a streamed one when it passes."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    if announced:
        if not (announced.isascii() and announced.isdigit()) or len(announced) > 18 or int(announced) > limit:
            raise BodyTooLarge(limit=limit)
        body = _read_up_to(request.META["wsgi.input"].read, int(announced))
        if len(body) != int(announced):
            raise BodyIncomplete
        return body
    if not request.META.get("wsgi.input_terminated"):
        return b""
    body = _read_up_to(request.META["wsgi.input"].read, limit + 1)
    if len(body) > limit:
        raise BodyTooLarge(limit=limit)
    return body


def _read_up_to(read: Callable[[int], bytes], limit: int) -> bytes:
    parts, left = [], limit
    while left > 0:
        part = read(min(left, CHUNK))
        if not part:
            break
        parts.append(part)
        left -= len(part)
    return b"".join(parts)

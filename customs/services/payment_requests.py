"""Real-time payment data (公告 2018 年第 165 号、第 179 号): ask a platform, take what it uploads, compare, keep.

Promise: asking never waits for the platform; a request is sent until the platform says 10000, its attempts are used up or its time is
over; an upload is stored when a certificate on file stands behind it and it belongs to a request; the same upload again changes nothing.
"""

import hashlib
import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from celery import current_app
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customs.enums import Direction, PaymentDataState
from customs.messages import payex179
from customs.models import Finding, Parcel, PaymentDataEndpoint, PaymentDataRequest
from customs.models.payment_data import OPEN
from customs.permissions import AGENCY, DECIDE, SUBMIT, of_offices
from customs.selectors.payment_data import compare
from customs.services.deciding import ItemResult, ParcelUnknown, ReasonMissing
from customs.workflow import PAYMENT_DATA
from exchange.services.calling import checked_address, checked_url, send_form
from exchange.services.signed_texts import certificate_in_force, is_signed
from portal import audit, rules
from portal.enums import Verb
from portal.errors import Refusal
from portal.permissions import require
from portal.personal_data import encrypt_bytes
from portal.selectors import office_codes_of, organisation_by_code, organisation_codes
from portal.workflow import advance_many

if TYPE_CHECKING:
    from portal.models import User

TIMEOUT = 10.0
"""Seconds for one call of a platform."""
FIRST_PAUSE = timedelta(minutes=1)
AT_ONCE = 20
BY_RULE = "风险规则 {rules}"


class ExportOrder(Refusal):
    """Payment data exist for imports only."""

    code = "PAYEX.DIRECTION"
    message = _("只有进口清单可以请求支付原始数据。")
    status = 409
    basis = "海关总署公告2018年第165号"


class NoEndpoint(Refusal):
    """The platform has not told where it is asked."""

    code = "PAYEX.ENDPOINT"
    message = _("该电商平台尚未登记支付数据接口地址。")
    status = 409
    basis = "海关总署公告2018年第179号"


class AskedAlready(Refusal):
    """A request about this parcel is open."""

    code = "PAYEX.OPEN"
    message = _("该清单的支付原始数据已经请求，尚待平台报送。")
    status = 409


@dataclass(frozen=True, slots=True)
class Answer:
    """What an upload is answered."""

    code: str
    message: str
    total: int = 0


def set_endpoint(*, actor: "User", organisation_id: int, url: str) -> PaymentDataEndpoint:
    """Register or change the address of a platform. Raises NotPermitted, UrlRefused, HostUnknown, AddressRefused."""
    require(actor, SUBMIT, organisation_id=organisation_id)
    checked_address(checked_url(url))
    with transaction.atomic():
        endpoint, _new = PaymentDataEndpoint.objects.update_or_create(
            organisation_id=organisation_id, defaults={"url": url, "changed_at": timezone.now()}
        )
        audit.record(
            Verb.PAYMENT_DATA_ADDRESS,
            actor=actor,
            organisation_id=organisation_id,
            subject=f"organisation:{organisation_id}",
            detail={"url": url},
        )
    return endpoint


def ask_payment_data(*, parcel_ids: Sequence[int], actor: "User", reason: str) -> list[ItemResult]:
    """An official asks the platforms of these parcels; one answer a parcel. Raises NotPermitted, ReasonMissing."""
    require(actor, DECIDE)
    why = " ".join(reason.split())[:500]
    if not why:
        raise ReasonMissing
    mine = of_offices(office_codes_of(actor, AGENCY))
    known = {one.pk: one for one in Parcel.objects.filter(mine, pk__in=list(parcel_ids))}
    results = []
    for parcel_id in parcel_ids:
        try:
            if parcel_id not in known:
                raise ParcelUnknown
            ask(known[parcel_id], why, actor=actor)
        except Refusal as refusal:
            results.append(ItemResult(parcel_id, ok=False, message=refusal.sentence, code=refusal.code))
        else:
            results.append(ItemResult(parcel_id, ok=True))
    return results


def ask(parcel: Parcel, reason: str, *, actor: "User | None" = None) -> PaymentDataRequest:
    """Note one request and have it sent after commit. Raises ExportOrder, NoEndpoint, AskedAlready."""
    if parcel.direction != Direction.IMPORT:
        raise ExportOrder
    platform = organisation_by_code(parcel.ebp_code)
    if platform is None or not PaymentDataEndpoint.objects.filter(organisation=platform).exists():
        raise NoEndpoint
    now = timezone.now()
    try:
        with transaction.atomic():
            request = PaymentDataRequest.objects.create(
                session_id=str(uuid.uuid4()).upper(),
                parcel=parcel,
                organisation=platform,
                order_no=parcel.order_no,
                asked_by=actor,
                reason=reason,
                asked_at=now,
                next_at=now,
                due_at=now + timedelta(hours=int(rules.value("C.PAYEX.ANSWER_HOURS", timezone.localdate()))),
            )
            audit.record(
                Verb.PAYMENT_DATA_ASKED,
                actor=actor,
                organisation_id=platform.pk,
                subject=f"parcel:{parcel.pk}",
                detail={"reason": reason, "order": parcel.order_no},
            )
            transaction.on_commit(lambda: nudge(request.pk), robust=True)
    except IntegrityError:
        raise AskedAlready from None
    return request


def ask_by_rule(parcel_ids: Sequence[int]) -> int:
    """Ask about held parcels that a rule of C.PAYEX.RULES found; each parcel once. Returns how many were asked."""
    chosen = rules.entry("C.PAYEX.RULES", timezone.localdate()).param["rules"]
    found: dict[int, list[str]] = {}
    hits = Finding.objects.filter(parcel_id__in=list(parcel_ids), rule__in=chosen)
    for parcel_id, rule in hits.order_by("parcel_id", "rule").values_list("parcel_id", "rule"):
        found.setdefault(parcel_id, []).append(rule)
    asked = 0
    parcels = Parcel.objects.filter(pk__in=found, direction=Direction.IMPORT)
    for parcel in parcels.filter(payment_data=None).order_by("pk"):
        try:
            ask(parcel, BY_RULE.format(rules="、".join(found[parcel.pk])))
        except (NoEndpoint, AskedAlready):
            continue
        asked += 1
    return asked


def nudge(request_id: int) -> None:
    current_app.send_task("customs.send_payment_request", (request_id,), retry=False)


def send_request(request_id: int) -> None:
    """Call the platform once, outside of any transaction; what it says decides when it is called again."""
    now = timezone.now()
    due = PaymentDataRequest.objects.filter(pk=request_id, state=PaymentDataState.WAITING, next_at__lte=now)
    request = due.first()
    if request is None or not due.update(
        next_at=now + FIRST_PAUSE * 2**request.attempts
    ):  # somebody else calls
        return
    endpoint = PaymentDataEndpoint.objects.get(organisation_id=request.organisation_id)
    text = payex179.ask_text(
        order_no=request.order_no, session_id=request.session_id, service_time=milliseconds()
    )
    said = send_form(endpoint.url, {payex179.ASK_FIELD: text}, timeout=TIMEOUT)
    code, message = payex179.read_answer(said.body) if said.taken else (said.error or payex179.FAILURE, "")
    attempts = request.attempts + 1
    with transaction.atomic():
        PaymentDataRequest.objects.filter(pk=request_id).update(
            attempts=attempts, answer=f"{code} {message}".strip()[:200]
        )
        if said.taken and code == payex179.SUCCESS:
            advance_many(PAYMENT_DATA, "hand_over", [request_id])
        elif attempts >= int(rules.value("C.PAYEX.ATTEMPTS", timezone.localdate())):
            advance_many(PAYMENT_DATA, "give_up", [request_id])


def milliseconds() -> int:
    return int(time.time() * 1000)


def take_upload(text: str) -> Answer:
    """Take `payExInfoStr`: every answer is one of the interface's codes, nothing is raised for bad input."""
    try:
        upload, faults = payex179.read_upload(text)
    except payex179.Unreadable:
        return Answer(payex179.UNREADABLE, "报文无法解析 The upload cannot be read")
    with transaction.atomic():
        request = (
            PaymentDataRequest.objects.select_for_update().filter(session_id=upload.session_id[:36]).first()
        )
        if request is None:
            return Answer(payex179.UNKNOWN_SESSION, "sessionID 不存在 Unknown sessionID")
        now = timezone.now()
        certificate = certificate_in_force(request.organisation_id, upload.cert_no, now)
        if certificate is None:
            return Answer(payex179.NO_CERTIFICATE, "企业证书未注册 Certificate not registered")
        if not is_signed(certificate, upload.signed_texts, upload.sign_value):
            return Answer(payex179.BAD_SIGNATURE, "验签失败 The signature does not hold")
        if faults:
            said = "；".join(f"{one.path} {one.message_zh} {one.message_en}" for one in faults[:5])
            return Answer(payex179.BAD_FIELD, said)
        if wrong := not_asked(request, upload):
            return Answer(payex179.BAD_FIELD, wrong)
        return store(request, upload, hashlib.sha256(text.encode()).hexdigest(), certificate.pk, now)


def not_asked(request: PaymentDataRequest, upload: payex179.Upload) -> str:
    """Does the upload speak of another platform or order than was asked about?"""
    if upload.head["ebpCode"] not in organisation_codes(request.organisation_id):
        return "/payExchangeInfoHead/ebpCode 不是被请求的平台 Not the platform that was asked"
    if request.order_no not in {one["orderNo"] for one in upload.orders}:
        return "/payExchangeInfoLists 不含所请求的订单 The order asked about is missing"
    return ""


def store(
    request: PaymentDataRequest, upload: payex179.Upload, digest: str, certificate_id: int, now: datetime
) -> Answer:
    """Keep what was uploaded, encrypted, with what disagrees; a repetition is a success, other data for the same request are not."""
    total = len(upload.orders)
    if request.state == PaymentDataState.RECEIVED:
        if request.digest == digest:
            return Answer(payex179.SUCCESS, "", total)
        return Answer(payex179.FAILURE, "该请求的数据已报送 This request was answered before")
    data = {"head": upload.head, "orders": upload.orders}
    differing = [row.name for row in compare(request.parcel, data) if row.agrees is False]
    PaymentDataRequest.objects.filter(pk=request.pk).update(
        data=encrypt_bytes(json.dumps(data, ensure_ascii=False).encode(), request.session_id.encode()),
        digest=digest,
        certificate_id=certificate_id,
        received_at=now,
        differences=differing,
        forget_on=years_later(timezone.localdate(now)),
    )
    advance_many(PAYMENT_DATA, "receive", [request.pk])
    audit.record(
        Verb.PAYMENT_DATA_RECEIVED,
        organisation_id=request.organisation_id,
        subject=f"parcel:{request.parcel_id}",
        detail={"sha256": digest, "orders": total, "differences": differing},
    )
    return Answer(payex179.SUCCESS, "", total)


def years_later(day: date) -> date:
    """The day until which data of this day are kept (register C.PAYEX.KEEP_YEARS)."""
    years = int(rules.value("C.PAYEX.KEEP_YEARS", day))
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, month=3, day=1)


def sweep_requests() -> int:
    """Send what waits, end what is overdue, forget data whose years are over. Returns how many were sent."""
    now = timezone.now()
    overdue = PaymentDataRequest.objects.filter(state__in=OPEN, due_at__lt=now)
    advance_many(PAYMENT_DATA, "expire", list(overdue.values_list("pk", flat=True)))
    PaymentDataRequest.objects.filter(data__isnull=False, forget_on__lt=timezone.localdate(now)).update(
        data=None
    )
    waiting = PaymentDataRequest.objects.filter(state=PaymentDataState.WAITING, next_at__lte=now)
    ids = list(waiting.order_by("next_at").values_list("pk", flat=True)[:AT_ONCE])
    for request_id in ids:
        send_request(request_id)
    return len(ids)

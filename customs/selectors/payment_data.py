"""Payment data as officials and platforms see them: requests, what was reported, how it compares with payment and order."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs.enums import PaymentDataState
from customs.models import (
    Parcel,
    PaymentDataEndpoint,
    PaymentDataRequest,
)
from customs.models.documents import HEADS
from portal.personal_data import decrypt_bytes

TONES = {
    PaymentDataState.WAITING: "info",
    PaymentDataState.ASKED: "held",
    PaymentDataState.RECEIVED: "good",
    PaymentDataState.FAILED: "bad",
    PaymentDataState.EXPIRED: "bad",
}
ACCOUNT_SHOWN = 4
"""Last characters of an account that are shown."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One element: what the platform reports, what payment and order say; `agrees` None where nothing is to be compared."""

    name: str
    label: str | Promise
    theirs: str
    ours: str
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class Reported:
    """A request as an official sees it."""

    request: PaymentDataRequest
    tone: str
    rows: Sequence[Compared]
    goods: Sequence[Mapping[str, str]]


def endpoint_of(organisation_id: int) -> PaymentDataEndpoint | None:
    """Where this platform is asked."""
    return PaymentDataEndpoint.objects.filter(organisation_id=organisation_id).first()


def requests_to(organisation_id: int) -> "QuerySet[PaymentDataRequest]":
    """What this platform was asked, newest first, without the data."""
    return PaymentDataRequest.objects.filter(organisation_id=organisation_id).defer("data")


def reported_of(parcel: Parcel) -> list[Reported]:
    """Every request about a parcel, newest first."""
    found = []
    for request in PaymentDataRequest.objects.filter(parcel_id=parcel.pk).select_related("asked_by"):
        data = clear_data(request)
        goods = [
            {"order_no": order["orderNo"], **one}
            for order in data.get("orders", ())
            for one in order["goodsInfo"]
        ]
        rows = compare(parcel, data) if data else []
        found.append(Reported(request, TONES[PaymentDataState(request.state)], rows, goods))
    return found


def clear_data(request: PaymentDataRequest) -> dict[str, Any]:
    """What the platform uploaded: {"head": …, "orders": […]}; empty when nothing is kept."""
    if request.data is None:
        return {}
    clear: dict[str, Any] = json.loads(decrypt_bytes(bytes(request.data), request.session_id.encode()))
    return clear


def compare(parcel: Parcel, data: Mapping[str, Any]) -> list[Compared]:
    """The upload against the parcel's payment and order (amount, transaction, account, time)."""
    head, orders = data["head"], data["orders"]
    payment = HEADS["CEB411Message"].objects.filter(pk=parcel.payment_id or 0).first()
    order = HEADS["CEB311Message"].objects.filter(pk=parcel.order_id or 0).first()
    numbers = [one["orderNo"] for one in orders]
    own: dict[str, Any] = next((one for one in orders if one["orderNo"] == parcel.order_no), {})
    rows = [
        _equal("orderNo", _("订单编号"), own.get("orderNo", "、".join(numbers)[:200]), parcel.order_no),
        _equal("ebpCode", _("电商平台"), head["ebpCode"], parcel.ebp_code),
    ]
    if payment is not None:
        rows += [
            _equal("payTransactionId", _("交易流水号"), head["payTransactionId"], payment.pay_transaction_id),
            _amount(head["totalAmount"], paid_for(parcel.ebp_code, numbers)),
            _equal("currency", _("币制"), head["currency"], payment.currency),
            _equal("payCode", _("支付企业"), head["payCode"], payment.pay_code),
            _equal(
                "tradingTime",
                _("交易成功时间"),
                head["tradingTime"],
                f"{timezone.localtime(payment.pay_time):%Y%m%d%H%M%S}",
            ),
        ]
    if own:
        seller = order.ebc_name if order is not None else ""
        rows.append(_equal("recpName", _("收款企业"), own["recpName"], seller))
        rows.append(Compared("recpAccount", _("收款账号"), masked(own["recpAccount"]), "", None))
    return rows


def paid_for(ebp_code: str, numbers: Sequence[str]) -> Decimal | None:
    """What the payments of these orders of a platform come to."""
    found = HEADS["CEB411Message"].objects.filter(ebp_code=ebp_code, order_no__in=list(numbers))
    total: Decimal | None = found.aggregate(total=Sum("amount_paid"))["total"]
    return total


def masked(account: str) -> str:
    """An account with its last characters alone."""
    return f"****{account[-ACCOUNT_SHOWN:]}" if len(account) > ACCOUNT_SHOWN else "****"


def _equal(name: str, label: str | Promise, theirs: str, ours: str) -> Compared:
    return Compared(name, label, theirs, ours, theirs.strip() == ours.strip() if ours else None)


def _amount(theirs: str, ours: Decimal | None) -> Compared:
    agrees = None if ours is None else Decimal(theirs) == ours
    text = "" if ours is None else f"{ours.normalize():f}"
    return Compared("totalAmount", _("交易金额"), theirs, text, agrees)

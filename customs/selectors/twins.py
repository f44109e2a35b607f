"""A list and the list it seems to repeat, side by side; personal data masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs.models import Parcel
from customs.selectors.documents import DocumentSet, decimal_text, documents_of
from portal.personal_data import mask_address, mask_name, mask_phone


@dataclass(frozen=True)
class TwinLine:
    """One fact of both lists."""

    label: str | Promise
    own: str
    other: str

    @property
    def differs(self) -> bool:
        return self.own != self.other


@dataclass(frozen=True)
class Twin:
    """The other list and what is alike and different."""

    parcel: Parcel
    lines: Sequence[TwinLine]


def twin_of(parcel: Parcel, documents: DocumentSet) -> Twin | None:
    """The list that this one seems to repeat; None when there is none. The caller has checked who may look."""
    other = Parcel.objects.filter(pk=parcel.twin_id).first() if parcel.twin_id else None
    if other is None:
        return None
    own, theirs = facts(parcel, documents), facts(other, documents_of(other.pk, other.direction))
    return Twin(other, [TwinLine(label, own[label], theirs[label]) for label in own])


def facts(parcel: Parcel, documents: DocumentSet) -> dict[str | Promise, str]:
    """What tells purchases apart, by label."""
    order, payment = documents["order"].row, documents["payment"].row
    goods = sorted(
        (line.gcode, line.gname, decimal_text(line.qty), decimal_text(line.price))
        for line in documents["inventory"].lines
    )
    return {
        _("订单号"): parcel.order_no,
        _("电商平台"): parcel.ebp_code,
        _("订购人"): mask_name(text(order, "buyer_name")),
        _("支付时间"): timezone.localtime(payment.pay_time).strftime("%Y-%m-%d %H:%M:%S") if payment else "",
        _("支付交易号"): text(payment, "pay_transaction_id"),
        _("完税价格"): decimal_text(parcel.dutiable) if parcel.dutiable is not None else "",
        _("商品项"): "；".join(" ".join(one) for one in goods),
        _("收件人"): mask_name(text(order, "consignee")),
        _("收件电话"): mask_phone(text(order, "consignee_telephone")),
        _("收件地址"): mask_address(text(order, "consignee_address")),
    }


def text(row: Any, column: str) -> str:
    return str(getattr(row, column, "") or "")

"""Parcels as rows of the table component."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customs.models import Parcel, Waiting
from customs.selectors.documents import MISSING_LABELS, decimal_text
from customs.selectors.timeline import state_tone

PARCEL_COLUMNS: list[dict[str, Any]] = [
    {"label": _("清单编号")},
    {"label": _("状态"), "kind": "state"},
    {"label": _("订单号")},
    {"label": _("运单号")},
    {"label": _("方向 / 监管方式"), "kind": "nowrap"},
    {"label": _("完税价格"), "kind": "number"},
    {"label": _("接收时间"), "kind": "nowrap"},
    {"label": _("决定时间"), "kind": "nowrap"},
]
WAITING_COLUMNS: list[dict[str, Any]] = [
    {"label": _("订单号")},
    {"label": _("缺少"), "kind": "state"},
    {"label": _("运单号")},
    {"label": _("方向"), "kind": "nowrap"},
    {"label": _("等待起"), "kind": "nowrap"},
    {"label": _("期限"), "kind": "nowrap"},
]


def parcel_rows(parcels: Iterable[Parcel]) -> list[dict[str, Any]]:
    """Cells in the order of PARCEL_COLUMNS; the row leads to the parcel."""
    return [
        {
            "url": reverse("customs:parcel", args=[parcel.pk]),
            "cells": [
                parcel.invt_no,
                {"label": parcel.get_state_display(), "tone": state_tone(parcel.state)},
                parcel.order_no,
                parcel.logistics_no,
                f"{parcel.get_direction_display()} {parcel.trade_mode}",
                decimal_text(parcel.dutiable) if parcel.dutiable is not None else "",
                moment(parcel.received_at),
                moment(parcel.decided_at),
            ],
        }
        for parcel in parcels
    ]


def waiting_rows(waiting: Iterable[Waiting]) -> list[dict[str, Any]]:
    """Cells in the order of WAITING_COLUMNS."""
    return [
        {
            "url": reverse("customs:parcel", args=[one.inventory_id]),
            "cells": [
                one.order_no,
                {"label": missing_text(one.missing), "tone": "held"},
                one.logistics_no,
                one.get_direction_display(),
                moment(one.since),
                moment(one.deadline),
            ],
        }
        for one in waiting
    ]


def moment(at: datetime) -> str:
    """China standard time to the minute."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


def missing_text(missing: Iterable[str]) -> str:
    """What a waiting list lacks, in words."""
    return "、".join(str(MISSING_LABELS.get(name, name)) for name in missing)

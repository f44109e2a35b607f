"""Totals of clearance for the public, without enterprises and persons."""

from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from customs.enums import Direction, ParcelState
from customs.models import Parcel
from exchange.services import DataColumn, Dataset

MONTHS = 24
"""Months that are published."""


def months() -> list[dict[str, Any]]:
    """Released parcels by month, direction, customs mode and office; newest month first. One pass over the table, once a night."""
    released = Parcel.objects.filter(state__in=[ParcelState.RELEASED, ParcelState.CLEARED])
    rows = (
        released.order_by()
        .annotate(month=TruncMonth("declared_on"))
        .values("month", "direction", "trade_mode", "customs_code")
        .annotate(parcels=Count("pk"), dutiable=Sum("dutiable"), enterprises=Count("ebc_code", distinct=True))
        .order_by("-month", "direction", "trade_mode", "customs_code")
    )
    found: list[dict[str, Any]] = [
        {
            **row,
            "month": f"{row['month']:%Y-%m}",
            "direction": str(Direction(row["direction"]).name).lower(),
            "dutiable": f"{row['dutiable'] or 0:.2f}",
        }
        for row in rows
    ]
    shown = sorted({row["month"] for row in found})[-MONTHS:]
    return [row for row in found if row["month"] in shown]


CLEARANCE = Dataset(
    "clearance-by-month",
    "跨境电商放行包裹月度汇总",
    "Released parcels of cross-border e-commerce by month",
    "按申报月份、进出口方向、监管方式和申报海关汇总的放行包裹数、完税价格与电商企业数。不含企业和个人信息。",
    "Released parcels, dutiable value and number of e-commerce enterprises by month of declaration, direction, customs mode and office. "
    "Nothing about single enterprises or persons.",
    "gacc",
    (
        DataColumn("month", "月份", "Month"),
        DataColumn("direction", "进出口方向", "Direction"),
        DataColumn("trade_mode", "监管方式", "Customs mode"),
        DataColumn("customs_code", "申报海关", "Customs office"),
        DataColumn("parcels", "放行包裹数", "Released parcels", figure=True),
        DataColumn("dutiable", "完税价格（元）", "Dutiable value (CNY)", figure=True),
        DataColumn("enterprises", "电商企业数", "E-commerce enterprises", figure=True),
    ),
    months,
)

"""Numbers for the public home page: no enterprise, no parcel, no person can be told from them."""

from datetime import datetime, time

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customs.enums import ParcelState
from customs.models import Parcel, Waiting
from customs.models.parcel import UNFINISHED
from portal.selectors import Figure

NEWEST = 5_000
"""The median is taken over so many of the newest parcels: an index read, whatever is stored."""

MEDIAN_SECONDS = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - received_at))
FROM (SELECT decided_at, received_at FROM customs_parcel ORDER BY id DESC LIMIT %s) AS newest
"""


def public_figures() -> list[Figure]:
    """Released today, waiting now, usual time from the list's arrival to the decision."""
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    released = Parcel.objects.filter(state=ParcelState.RELEASED, decided_at__gte=midnight).count()
    waiting = Parcel.objects.filter(state__in=UNFINISHED).count() + Waiting.objects.count()
    return [
        Figure("released", _("今日放行"), released, _("票")),
        Figure("waiting", _("正在办理"), waiting, _("票")),
        Figure("median", _("决定用时中位数"), _median_seconds(), _("秒")),
    ]


def _median_seconds() -> float | None:
    """Seconds, None while nothing has been decided."""
    with connection.cursor() as cursor:
        cursor.execute(MEDIAN_SECONDS, [NEWEST])
        (seconds,) = cursor.fetchone()
    return round(float(seconds), 1) if seconds is not None else None

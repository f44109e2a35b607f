"""Status codes an SMS platform reports (short message states of CMPP 3.0 §7.4.3.7, and the operators' own)."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AGENCY = "sms"


class Report(StrEnum):
    """What we make of a status code."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    UNKNOWN_NUMBER = "unknown_number"
    EXPIRED = "expired"
    UNCLEAR = "unclear"


CODES: dict[str, Report] = {
    "DELIVRD": Report.DELIVERED,
    "REJECTD": Report.REFUSED,
    "UNDELIV": Report.REFUSED,
    "MK:0001": Report.UNKNOWN_NUMBER,
    "EXPIRED": Report.EXPIRED,
    "UNKNOWN": Report.UNCLEAR,
}
"""Code on the wire → meaning. A code that is not here counts as unclear, and is kept with the delivery."""

MEANINGS: dict[str, str | Promise] = {
    "DELIVRD": _("已送达"),
    "REJECTD": _("被拒收"),
    "UNDELIV": _("无法送达"),
    "MK:0001": _("空号"),
    "EXPIRED": _("已过期"),
    "UNKNOWN": _("状态不明"),
}

STEPS: dict[Report, str] = {
    Report.DELIVERED: "send",
    Report.REFUSED: "fail",
    Report.UNKNOWN_NUMBER: "fail",
    Report.EXPIRED: "fail",
    Report.UNCLEAR: "lose",
}
"""Meaning → step of the delivery's workflow."""

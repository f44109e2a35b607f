"""Two banks: which message versions they speak and which status codes they use for payments and statements."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Payment(StrEnum):
    """What we make of a bank's status of a payment."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    SETTLED = "settled"
    PENDING = "pending"
    REJECTED = "rejected"


MEANINGS: dict[Payment, str | Promise] = {
    Payment.RECEIVED: _("已收到"),
    Payment.ACCEPTED: _("已受理"),
    Payment.SETTLED: _("已入账"),
    Payment.PENDING: _("待处理"),
    Payment.REJECTED: _("已拒绝"),
}


@dataclass(frozen=True)
class Profile:
    """One bank: its agency code, ISO 20022 message versions, and status codes."""

    agency: str
    initiation: str
    report: str
    statement: str
    advice: str
    statuses: Mapping[str, Payment]


BANK_A = Profile(
    "bank_a",
    initiation="pain.001.001.03",
    report="pain.002.001.03",
    statement="camt.053.001.02",
    advice="camt.054.001.02",
    statuses={
        "RCVD": Payment.RECEIVED,
        "ACTC": Payment.ACCEPTED,
        "ACCP": Payment.ACCEPTED,
        "ACSP": Payment.ACCEPTED,
        "ACSC": Payment.SETTLED,
        "PDNG": Payment.PENDING,
        "RJCT": Payment.REJECTED,
    },
)
"""Speaks the older versions and the status codes of ISO 20022 (ExternalPaymentGroupStatus1Code)."""

BANK_B = Profile(
    "bank_b",
    initiation="pain.001.001.09",
    report="pain.002.001.10",
    statement="camt.053.001.08",
    advice="camt.054.001.08",
    statuses={
        "00": Payment.SETTLED,
        "01": Payment.ACCEPTED,
        "02": Payment.PENDING,
        "09": Payment.RECEIVED,
        "E1": Payment.REJECTED,
        "E2": Payment.REJECTED,
    },
)
"""Speaks the newer versions and numbers of its own in the answer; inside pain.002 it writes the ISO codes."""

PROFILES = {profile.agency: profile for profile in (BANK_A, BANK_B)}

INTERIM = frozenset({"accepted"})
PAYMENT_OUTCOMES: dict[str, str | Promise] = {
    "accepted": _("银行已受理"),
    "settled": _("银行已入账"),
    "rejected": _("银行已拒绝"),
}
STATEMENT_OUTCOMES: dict[str, str | Promise] = {"answered": _("已出具"), "none": _("当日无账")}

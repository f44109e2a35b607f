"""Status codes of the business registry (市场主体登记)."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Standing(StrEnum):
    """What we make of the registry's code."""

    ACTIVE = "active"
    REVOKED = "revoked"
    CANCELLED = "cancelled"
    NOT_FOUND = "not_found"
    UNKNOWN = "unknown"


CODES: dict[str, Standing] = {
    "1": Standing.ACTIVE,
    "2": Standing.REVOKED,
    "3": Standing.CANCELLED,
    "0": Standing.NOT_FOUND,
}
"""Code on the wire → meaning: 1 存续 (in being), 2 吊销 (licence revoked), 3 注销 (cancelled), 0 查无此号. Any other code is UNKNOWN, a
state that people see."""

MEANINGS: dict[str, str | Promise] = {
    "1": _("存续"),
    "2": _("吊销"),
    "3": _("注销"),
    "0": _("查无此号"),
}

AGENCY = "registry_fujian"
"""The registry of the province answers for the whole country (national credit system)."""

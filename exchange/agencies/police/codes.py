"""Result codes of the population base (the service answers match or no match, and nothing else: rules F.2)."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Answer(StrEnum):
    """What we make of the base's code."""

    MATCH = "MATCH"
    MISMATCH = "MISMATCH"
    NOT_FOUND = "NOT_FOUND"
    UNAVAILABLE = "UNAVAILABLE"
    RATE_LIMITED = "RATE_LIMITED"


CODES: dict[str, Answer] = {
    "00": Answer.MATCH,
    "01": Answer.MISMATCH,
    "02": Answer.NOT_FOUND,
    "98": Answer.RATE_LIMITED,
    "99": Answer.UNAVAILABLE,
}
"""Code on the wire → meaning. A code that is not here counts as unavailable for its pair, and is shown to officials."""

MEANINGS: dict[str, str | Promise] = {
    "00": _("一致"),
    "01": _("不一致"),
    "02": _("库中无此号"),
    "98": _("查询过于频繁"),
    "99": _("服务不可用"),
}

LOCAL, NATIONAL = "police_fujian", "police_national"
PROVINCE = "35"
"""First two digits of numbers the provincial base knows."""

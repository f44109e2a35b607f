"""Verdicts of inspection and quarantine (检验检疫) on a list, as seen in practice (rules C.3)."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AGENCY = "ciq"


class Verdict(StrEnum):
    """One letter on the wire."""

    RECEIVED = "S"
    TO_INSPECT = "Q"
    RELEASED = "C"
    NOT_PASSED = "N"
    FAILED = "F"


VERDICTS: dict[str, str | Promise] = {
    Verdict.RECEIVED: _("已接收"),
    Verdict.TO_INSPECT: _("需检验检疫"),
    Verdict.RELEASED: _("检验检疫放行"),
    Verdict.NOT_PASSED: _("检验检疫不合格"),
    Verdict.FAILED: _("接收失败"),
}
INTERIM = frozenset({Verdict.RECEIVED.value, Verdict.TO_INSPECT.value})
"""Verdicts after which another one comes. F ends the task: the data must be mended and sent again."""

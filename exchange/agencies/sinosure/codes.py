"""Codes of the export credit insurer (中国出口信用保险公司)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AGENCY = "sinosure"

LIMIT_RESULTS: dict[str, str | Promise] = {
    "A": _("批复限额"),
    "P": _("部分批复"),
    "R": _("拒绝批复"),
    "W": _("调查买方资信中"),
}
CLAIM_RESULTS: dict[str, str | Promise] = {
    "10": _("已报损"),
    "20": _("已定损"),
    "30": _("已赔付"),
    "40": _("拒赔"),
}
FOUND: dict[str, str | Promise] = {"answered": _("已答复"), "working": _("处理中")}
"""`working` is interim: another answer follows."""

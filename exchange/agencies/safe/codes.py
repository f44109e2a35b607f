"""Codes of the State Administration of Foreign Exchange (国家外汇管理局)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AGENCY = "safe"

CLASSES: dict[str, str | Promise] = {"A": _("A 类"), "B": _("B 类"), "C": _("C 类")}
"""贸易外汇收支企业分类 (汇发〔2012〕38号, 汇发〔2020〕14号): received as data with validity, never computed here."""

LISTED: dict[str, str | Promise] = {"1": _("在名录内"), "0": _("不在名录内")}
"""贸易外汇收支企业名录: who is not listed may not settle."""

FOUND: dict[str, str | Promise] = {"answered": _("已答复")}

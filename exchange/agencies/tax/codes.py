"""Codes of the tax administration: classes of refund enterprises, results of invoice checks, results of refund cases."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AGENCY = "tax"

CLASSES: dict[str, str | Promise] = {"1": _("一类"), "2": _("二类"), "3": _("三类"), "4": _("四类")}
"""出口退（免）税企业管理类别 (国家税务总局公告2016年第46号). Not the scale of SAFE, customs or tax credit."""

SOURCES: dict[str, str | Promise] = {"auth": _("认证信息"), "audit": _("稽核信息")}
"""Which data an invoice is checked against: classes 1 and 2 may use authentication data (measure 29)."""

INVOICE_RESULTS: dict[str, str | Promise] = {
    "0": _("相符"),
    "1": _("不符"),
    "2": _("缺联"),
    "3": _("重号"),
    "4": _("属于作废"),
    "5": _("失控"),
}
"""Result of comparing one invoice with the authentication or audit data."""

FOUND: dict[str, str | Promise] = {"answered": _("已答复"), "not_found": _("查无此企业")}

REFUND_OUTCOMES: dict[str, str | Promise] = {
    "approved": _("审核通过"),
    "doubt": _("存在疑点"),
    "refused": _("不予退税"),
}
"""`doubt` is interim: the enterprise explains, then the tax office decides."""

PAYMENT_OUTCOMES: dict[str, str | Promise] = {"paid": _("国库已退付"), "returned": _("退付被退回")}

DUTY_OUTCOMES: dict[str, str | Promise] = {"paid": _("税款已入库")}
"""Payment of import tax: until the money is there the document simply stays open."""

"""Tracking events of posts and express firms: the event codes of the Universal Postal Union (UPU M17 EMSEVT V3)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AGENCY = "post"

EVENTS: dict[str, str | Promise] = {
    "EMA": _("收寄"),
    "EXA": _("送交出口海关"),
    "EXB": _("出口海关留存"),
    "EXC": _("出口海关放行"),
    "EMB": _("到达出口互换局"),
    "EMC": _("离开出口互换局"),
    "EMD": _("到达进口互换局"),
    "EDB": _("送交进口海关"),
    "EME": _("进口海关留存"),
    "EDC": _("进口海关放行"),
    "EMF": _("离开进口互换局"),
    "EMG": _("到达投递局"),
    "EDG": _("安排投递"),
    "EMH": _("投递未成功"),
    "EMI": _("妥投"),
}
"""Code on the wire → meaning."""

FINAL = frozenset({"EMI"})
"""Nothing comes after it."""

FOUND: dict[str, str | Promise] = {"answered": _("已答复"), "not_found": _("查无此单")}

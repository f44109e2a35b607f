"""What the design page shows: every component once, with invented data."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _


class SampleForm(forms.Form):
    """Shows a field with an error, a choice and a tick."""

    order_no = forms.CharField(label="", max_length=60)
    reason = forms.ChoiceField(label="")
    note = forms.CharField(label="", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    agreed = forms.BooleanField(label="")


def sample_form() -> SampleForm:
    form = SampleForm({"order_no": "", "reason": "a", "note": ""})
    texts = {
        "order_no": _("订单号"),
        "reason": _("退单理由"),
        "note": _("备注"),
        "agreed": _("我已核对四单信息"),
    }
    for name, label in texts.items():
        form.fields[name].label = label
    form.fields["order_no"].help_text = _("与订单报文中的 orderNo 一致，最长 60 位。")
    choices = [("a", _("品名不规范")), ("b", _("申报价格不符"))]
    form.fields["reason"] = forms.ChoiceField(label=texts["reason"], choices=choices)
    return form


def at(hour: int, minute: int, second: int) -> datetime:
    return datetime(2026, 3, 2, hour, minute, second, tzinfo=timezone.get_default_timezone())


def showcase() -> dict[str, Any]:
    """Context of the design page."""
    return {
        "form": sample_form(),
        "tags": [
            (_("放行"), "good"), (_("人工审核"), "held"), (_("退单"), "bad"), (_("等待单证"), "info"), (_("草稿"), ""),
        ],
        "entries": [
            {"at": at(9, 30, 1), "title": _("订单"), "text": "", "code": "CEB311"},
            {"at": at(9, 30, 4), "title": _("清单入库"), "text": _("逻辑校验通过，已入库"), "code": "120", "tone": "good"},
            {"at": at(9, 30, 5), "title": _("人工审核"), "text": _("收件人与支付人不一致"), "code": "300", "tone": "held"},
            {"at": at(10, 2, 47), "title": _("放行"), "text": "", "code": "800", "tone": "good", "actor": _("林关员")},
        ],
        "steps": [_("选择文件"), _("校验"), _("提交"), _("回执")],
        "facts": [(_("电商平台"), _("福州海峡跨境电商平台有限公司")), (_("申报海关"), "3508"), (_("完税价格"), "1 286.00 CNY")],
        "compared": [(_("订单"), "2 × 643.00", False), (_("支付单"), "1 280.00", True), (_("清单"), "1 286.00", False)],
        "chart": [("3501 福州", 1240), ("3508 平潭", 2310), ("3701 厦门", 1875), ("3505 泉州", 960)],
        "columns": [
            {"label": _("清单编号"), "query": "?sort=invt", "direction": "ascending"},
            {"label": _("申报海关"), "query": "", "direction": ""},
            {"label": _("完税价格"), "kind": "number"},
            {"label": _("状态")},
        ],
        "rows": [
            {"url": "#table", "cells": ["35082026I000000101", _("平潭海关"), "1 286.00", {"label": _("放行"), "tone": "good"}]},
            {"url": "#table", "cells": ["35082026I000000102", _("平潭海关"), "318.50", {"label": _("人工审核"), "tone": "held"}]},
        ],
        "filters": [
            {"name": "q", "label": _("单号"), "hint": _("订单号、运单号或清单编号")},
            {
                "name": "state", "label": _("状态"), "kind": "select", "value": "held",
                "choices": [("", _("全部")), ("held", _("人工审核")), ("good", _("放行"))],
            },
            {"name": "since", "label": _("申报日起"), "kind": "date"},
        ],
    }  # fmt: skip

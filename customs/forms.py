"""Forms of customs' pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customs.enums import Direction, ParcelState
from customs.selectors.parcels import NEWEST, SORTS, ParcelFilter

ANY = ("", _("全部"))
TRADE_MODES = (("9610", "9610"), ("1210", "1210"), ("1239", "1239"), ("9710", "9710"), ("9810", "9810"))
SORT_LABELS = {
    "-id": _("最近接收在前"),
    "id": _("最早接收在前"),
    "-decided_at": _("最近决定在前"),
    "decided_at": _("最早决定在前"),
}


class ReasonForm(forms.Form):
    """A reason that the other side will read."""

    reason = forms.CharField(
        label=_("理由"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("理由将写入回执，企业可以看到。"),
    )


class NoteForm(forms.Form):
    """A remark that may be left out."""

    reason = forms.CharField(
        label=_("备注"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class PurposeForm(forms.Form):
    """Why personal data must be seen."""

    reason = forms.CharField(
        label=_("事由"),
        min_length=4,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("查看行为将记入审计，企业可以查询。"),
    )


class ParcelFilterForm(forms.Form):
    """Narrowing down the list of parcels; wrong values are left out, not refused."""

    number = forms.CharField(label=_("编号"), required=False, max_length=60)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[ANY, *ParcelState.choices])
    direction = forms.ChoiceField(label=_("方向"), required=False, choices=[ANY, *Direction.choices])
    trade_mode = forms.ChoiceField(label=_("监管方式"), required=False, choices=[ANY, *TRADE_MODES])
    since = forms.DateField(
        label=_("接收日期从"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("接收日期至"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    sort = forms.ChoiceField(
        label=_("排序"), required=False, choices=[(name, SORT_LABELS[name]) for name in SORTS]
    )

    def wanted(self) -> ParcelFilter:
        """The filter made of what is valid."""
        self.is_valid()
        values: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if value}
        return ParcelFilter(
            **{**values, "number": values.get("number", "").strip(), "sort": values.get("sort", NEWEST)}
        )

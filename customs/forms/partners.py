"""Filter bars of what partners' systems report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customs.enums import LogisticsKind, PaymentKind, StockKind
from customs.forms import ANY
from customs.selectors.partner_reports import StockFilter
from exchange.selectors.partners import EventFilter
from exchange.services.partners import contracts

SHOWN = (("newest", _("最新结余")), ("all", _("全部报送")), ("differing", _("有差额的报送")))


class EventFilterForm(forms.Form):
    """Narrowing down events; fields that are wrong do not filter."""

    subject = forms.CharField(label=_("运单、订单或商品货号"), required=False, max_length=60)
    partner = forms.CharField(label=_("合作方名称或代码"), required=False, max_length=100)
    contract = forms.ChoiceField(label=_("合约"), required=False)
    kind = forms.ChoiceField(
        label=_("环节"),
        required=False,
        choices=[ANY, *LogisticsKind.choices, *StockKind.choices, *PaymentKind.choices],
    )
    since = forms.DateField(label=_("接收日期起"), required=False)
    until = forms.DateField(label=_("接收日期止"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [ANY, *((one.code, one.title) for one in contracts())]
        self.fields["contract"].choices = choices  # type: ignore[attr-defined]

    def wanted(self) -> EventFilter:
        """The filter made of what is valid."""
        self.is_valid()
        return EventFilter(**{name: value for name, value in self.cleaned_data.items() if value})


class StockFilterForm(forms.Form):
    """Narrowing down stock; fields that are wrong do not filter."""

    text = forms.CharField(label=_("商品货号、批次或仓库"), required=False, max_length=60)
    show = forms.ChoiceField(label=_("显示"), required=False, choices=SHOWN)

    def wanted(self) -> StockFilter:
        """The filter made of what is valid."""
        self.is_valid()
        return StockFilter(**{name: value for name, value in self.cleaned_data.items() if value})

"""What people type to search the journal."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exchange.enums import MessageState, WebhookKind
from exchange.messages import message_codes
from exchange.selectors.journal import JournalFilter
from portal.personal_data import LEAST_REASON

BAR_KINDS: dict[type[forms.Field], str] = {forms.ChoiceField: "select", forms.DateField: "date"}


class JournalSearch(forms.Form):
    """Filter bar of the enterprise's journal."""

    number = forms.CharField(
        label=_("编号"), max_length=255, required=False, help_text=_("报文编号、guid、传输编号或单证编号")
    )
    message_type = forms.ChoiceField(label=_("报文类型"), required=False)
    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部状态")), *MessageState.choices]
    )
    since = forms.DateField(
        label=_("起始日期"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("截止日期"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [(code, code.removesuffix("Message")) for code in message_codes()]
        self.fields["message_type"].choices = [("", _("全部类型")), *codes]  # type: ignore[attr-defined]

    def bar(self) -> list[dict[str, Any]]:
        """The fields as the filter bar component wants them."""
        return [
            {
                "name": field.name,
                "label": field.label,
                "value": field.value() or "",
                "kind": BAR_KINDS.get(type(field.field), "search"),
                "choices": getattr(field.field, "choices", ()),
                "hint": field.help_text,
            }
            for field in self
        ]

    def wanted(self) -> JournalFilter:
        """The filter; fields that are wrong do not filter and show their error."""
        self.is_valid()
        return JournalFilter(**{name: value for name, value in self.cleaned_data.items() if value})


class OfficialJournalSearch(JournalSearch):
    """Filter bar of the officials' journal: any sender."""

    sender = forms.CharField(
        label=_("报送企业"), max_length=200, required=False, help_text=_("名称、统一社会信用代码或海关编码")
    )
    field_order = ["number", "sender", "message_type", "state", "since", "until"]


class ReasonForm(forms.Form):
    """Why an official reads the original bytes (personal data in clear)."""

    reason = forms.CharField(label=_("查看理由"), max_length=200, min_length=LEAST_REASON)


class WebhookForm(forms.Form):
    """Where to push what."""

    url = forms.CharField(
        label=_("推送地址"),
        max_length=500,
        widget=forms.URLInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        help_text=_("贵方系统接收推送的 https 网址，须能从互联网访问。"),
    )
    kinds = forms.MultipleChoiceField(label=_("推送内容"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, offered: Sequence[WebhookKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = [(kind.value, kind.label) for kind in offered]  # type: ignore[attr-defined]


class RevocationForm(forms.Form):
    """Why a certificate is revoked."""

    reason = forms.CharField(
        label=_("吊销原因"), max_length=200, help_text=_("例如：证书介质遗失、经办人离职、更换证书。")
    )


class KnownCodeForm(forms.Form):
    """Which known code an unknown one means."""

    known = forms.ChoiceField(label=_("等同于"), help_text=_("只能选择同一字段代码表中的代码"))

    def __init__(
        self, *args: Any, codes: Sequence[tuple[str, Sequence[tuple[str, str]]]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["known"].choices = codes  # type: ignore[attr-defined]

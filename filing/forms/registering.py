"""Forms of a company's registration."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from filing.selectors.cases import office_choices


class CodeForm(forms.Form):
    """The company's code."""

    uscc = forms.CharField(
        label=_("统一社会信用代码"),
        max_length=40,
        help_text=_("营业执照上的 18 位代码。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )


class CompanyForm(forms.Form):
    """The company."""

    name = forms.CharField(label=_("企业名称"), max_length=200, help_text=_("与营业执照一致。"))
    name_en = forms.CharField(label=_("英文名称"), max_length=200, required=False)
    customs_code = forms.CharField(
        label=_("海关编码"),
        max_length=20,
        required=False,
        help_text=_(
            "10 位，可以留空：1–4 位地区，5 位经济区划，6 位企业类型，7–10 位序号；第 5 位起可以有大写字母。"
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    district = forms.ChoiceField(label=_("主管海关"))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["district"].choices = [("", "—"), *office_choices()]  # type: ignore[attr-defined]


class PersonForm(forms.Form):
    """The first person; becomes the enterprise's administrator."""

    person_name = forms.CharField(
        label=_("姓名"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("邮箱"),
        help_text=_("用来登录和接收通知；我们会发送一个验证链接。"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

"""Forms of people and rights. They check shape only; the services decide."""

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.utils.translation import gettext_lazy as _

from portal.enums import MemberRole


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(label=_("角色"), choices=MemberRole.choices, widget=forms.RadioSelect)


class InvitationForm(RoleForm):
    """Whom to invite, as what."""

    email = forms.EmailField(
        label=_("电子邮箱"), max_length=254, help_text=_("邀请链接将发到此邮箱，只有该邮箱的持有人可以接受。")
    )
    field_order = ["email", "role"]


class NewPasswordForm(forms.Form):
    """A password, typed twice."""

    password1 = forms.CharField(
        label=_("密码"),
        strip=False,
        help_text=password_validators_help_text_html(),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("再次输入密码"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password2(self) -> str:
        first, second = self.cleaned_data.get("password1"), str(self.cleaned_data["password2"])
        if first and first != second:
            raise forms.ValidationError(_("两次输入的密码不一致。"))
        return second


class NewAccountForm(NewPasswordForm):
    """A new account for somebody who was invited."""

    full_name = forms.CharField(label=_("姓名"), max_length=150)
    field_order = ("full_name", "password1", "password2")

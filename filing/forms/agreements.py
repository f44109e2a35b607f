"""Forms of agency agreements."""

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from filing.enums import AgreementKind, AgreementState
from filing.services.agreements import NOTE_LENGTH

ROLES = (("client", _("本企业委托对方代理")), ("agent", _("本企业受对方委托")))


def day(label: str | Promise, **options: object) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)  # type: ignore[arg-type]


class OfferForm(forms.Form):
    """An offer to another firm."""

    role = forms.ChoiceField(
        label=_("本企业的身份"), choices=ROLES, widget=forms.RadioSelect, initial="client"
    )
    other = forms.CharField(
        label=_("对方代码"), max_length=18, help_text=_("统一社会信用代码（18 位）或海关编码（10 位）。")
    )
    kind = forms.ChoiceField(label=_("委托事项"), choices=AgreementKind.choices)
    valid_from = day(_("生效日"), initial=timezone.localdate)
    valid_to = day(_("失效日"), help_text=_("自该日起不再有效。"))
    note = forms.CharField(
        label=_("约定内容"), max_length=NOTE_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReasonForm(forms.Form):
    """Why; the other side reads it."""

    reason = forms.CharField(
        label=_("原因"), max_length=NOTE_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class AgreementFilterForm(forms.Form):
    """What the list is narrowed by."""

    q = forms.CharField(label=_("企业名称或代码"), required=False, max_length=60)
    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部")), *AgreementState.choices]
    )

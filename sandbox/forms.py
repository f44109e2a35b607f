"""What people type about the sandbox."""

from django import forms
from django.utils.translation import gettext_lazy as _

from sandbox.enums import Part


class OpenForm(forms.Form):
    """The parts that the enterprise plays itself; counterparts play the others."""

    plays = forms.MultipleChoiceField(
        label=_("本企业承担的角色"),
        choices=Part.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("其余角色由沙箱的陪练企业承担。至少选择一项。"),
    )

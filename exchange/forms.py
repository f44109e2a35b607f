"""What people type to search the journal and the data catalogue, and to ask for data."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.enums import (
    DataUse,
    GrantState,
    Level,
    MessageState,
    Opening,
    OutageState,
    Sharing,
    WebhookKind,
)
from exchange.messages import message_codes
from exchange.selectors.catalogue import TASK_OBJECT, CatalogueFilter, owners, shared_fields, shared_objects
from exchange.selectors.journal import JournalFilter
from portal.errors import Refusal
from portal.personal_data import LEAST_REASON
from portal.selectors import agency_names
from portal.status import PARTS

BAR_KINDS: dict[type[forms.Field], str] = {forms.ChoiceField: "select", forms.DateField: "date"}


class FilterForm(forms.Form):
    """A filter bar."""

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


class JournalSearch(FilterForm):
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


class ConnectForm(forms.Form):
    """Which contract the firm's system reports by, and how often it promises a sign of life."""

    contract = forms.ChoiceField(label=_("合约"))
    interval_minutes = forms.IntegerField(
        label=_("心跳周期（分钟）"),
        min_value=1,
        max_value=1440,
        initial=30,
        help_text=_("系统至少每隔多少分钟报送事件或心跳；连续多个周期没有联系时通知贵企业。"),
    )

    def __init__(self, *args: Any, offered: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contract"].choices = offered  # type: ignore[attr-defined]


class GrantReasonForm(forms.Form):
    """Why a request for data is refused, or a grant revoked; the agency reads it."""

    reason = forms.CharField(
        label=_("理由"),
        min_length=LEAST_REASON,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("不少于 10 个字，申请部门可以看到。"),
    )


class GrantRemarkForm(forms.Form):
    """A remark to the agency, if there is anything to say."""

    reason = forms.CharField(
        label=_("说明"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("可以不填；申请部门可以看到。"),
    )


def every(label: Any, choices: Any) -> forms.ChoiceField:
    """A choice that may stay open."""
    return forms.ChoiceField(label=label, required=False, choices=[("", _("全部")), *choices])


class CatalogueSearch(FilterForm):
    """Filter bar of the data catalogue."""

    q = forms.CharField(label=_("字段"), max_length=60, required=False, help_text=_("名称或代码"))
    object = forms.ChoiceField(label=_("数据对象"), required=False)
    level = every(_("级别"), Level.choices)
    sharing = every(_("共享类型"), Sharing.choices)
    owner = forms.ChoiceField(label=_("责任部门"), required=False)
    open = every(_("向公众开放"), Opening.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = agency_names()
        whole = ("", _("全部"))
        self.fields["object"].choices = [whole, *object_choices()]  # type: ignore[attr-defined]
        self.fields["owner"].choices = [whole, *((one, names.get(one, one)) for one in owners())]  # type: ignore[attr-defined]

    def wanted(self) -> CatalogueFilter:
        """The filter; fields that are wrong do not filter."""
        self.is_valid()
        return CatalogueFilter(**{name: value for name, value in self.cleaned_data.items() if value})


def object_choices(*, askable: bool = False) -> list[tuple[str, str]]:
    """Objects of the catalogue; `askable`: those with a field that needs a grant."""
    return [
        (one.code, one.label)
        for one in shared_objects().values()
        if not askable
        or (
            not one.code.startswith(TASK_OBJECT)
            and any(field.sharing == Sharing.CONDITIONAL for field in shared_fields()[one.code].values())
        )
    ]


class GrantSearch(FilterForm):
    """Filter bar of an agency's grants."""

    q = forms.CharField(label=_("搜索"), max_length=60, required=False, help_text=_("对象、字段、用途说明"))
    state = every(_("状态"), GrantState.choices)


class ObjectForm(forms.Form):
    """Which object of the catalogue is asked for."""

    object = forms.ChoiceField(label=_("数据对象"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["object"].choices = object_choices(askable=True)  # type: ignore[attr-defined]


class AskForm(forms.Form):
    """Fields of one object, for what, by which law, how long."""

    office = forms.ChoiceField(label=_("申请部门"))
    fields_wanted = forms.MultipleChoiceField(
        label=_("字段"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("只选办理业务所必需的字段；不予共享和无条件共享的字段不在此列。"),
    )
    purpose = forms.ChoiceField(
        label=_("用途"), choices=[one for one in DataUse.choices if one[0] != DataUse.TASK]
    )
    legal_basis = forms.CharField(
        label=_("法律依据"), max_length=300, help_text=_("法律、法规或规章的名称和条款")
    )
    reason = forms.CharField(
        label=_("用途说明"), min_length=LEAST_REASON, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    since = forms.DateField(label=_("生效日"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(
        label=_("失效日"), widget=forms.DateInput(attrs={"type": "date"}), help_text=_("自此日起不再有效")
    )

    def __init__(self, data: Any = None, *, object_code: str, agencies: Sequence[str]) -> None:
        today = timezone.localdate()
        super().__init__(data, initial={"since": today, "until": today + timedelta(days=180)})
        self.object_code = object_code
        names = agency_names()
        self.fields["office"].choices = [(one, names.get(one, one)) for one in agencies]  # type: ignore[attr-defined]
        self.fields["fields_wanted"].choices = [  # type: ignore[attr-defined]
            (one.name, f"{one.label}（{one.level.value}）")
            for one in shared_fields()[object_code].values()
            if one.sharing == Sharing.CONDITIONAL
        ]

    def agency(self) -> str:
        """Code of the agency that asks."""
        return str(self.cleaned_data["office"])

    def wish(self) -> dict[str, Any]:
        """What is asked for, by the names of the service."""
        names = ("purpose", "legal_basis", "reason", "since", "until")
        return {
            "object": self.object_code,
            "fields": self.cleaned_data["fields_wanted"],
            **{name: self.cleaned_data[name] for name in names},
        }

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal of the service at its field."""
        field = {"fields": "fields_wanted"}.get(refusal.field, refusal.field)
        self.add_error(field if field in self.fields else None, refusal.sentence)


class CauseForm(forms.Form):
    """Why the platform did not answer, in words for traders."""

    cause = forms.CharField(
        label=_("中断原因"),
        max_length=300,
        min_length=4,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "将公开并写入系统中断证明，请勿写内部地址、姓名等信息。例如：机房供电检修、数据库主机故障切换。"
        ),
    )


class SendBackForm(forms.Form):
    """Why a cause is not accepted."""

    reason = forms.CharField(label=_("理由"), max_length=300, min_length=4)


class OutageSearch(FilterForm):
    """Filter bar of the public list."""

    part = forms.ChoiceField(label=_("部分"), required=False, choices=[("", _("全部")), *PARTS.items()])
    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部状态")), *OutageState.choices]
    )
    since = forms.DateField(
        label=_("起始日期"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def wanted(self) -> dict[str, Any]:
        """Arguments of the selector; fields that are wrong do not filter."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class StatementForm(forms.Form):
    """The period an enterprise was affected in."""

    since = forms.DateTimeField(
        label=_("期间起"), widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"})
    )
    until = forms.DateTimeField(
        label=_("期间止"), widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"})
    )

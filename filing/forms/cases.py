"""Forms of an enterprise filing case. A draft may be incomplete: what is asked for is marked, never demanded."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from filing.enums import CaseKind, EnterpriseType, IdKind, Licence
from filing.models import EnterpriseFiling, Qualification
from filing.rules.cases import STORED, label_of
from filing.selectors.cases import office_choices
from filing.services.cases import SECRET_FIELDS, LicenceFacts
from portal import rules
from portal.personal_data import LEAST_REASON

SECTIONS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("types", _("备案类型与办理海关"), ("types", "office")),
    (
        "enterprise",
        _("企业信息"),
        (
            "name",
            "name_en",
            "uscc",
            "customs_code",
            "district_code",
            "address",
            "business_scope",
            "platform_urls",
        ),
    ),
    (
        "people",
        _("法定代表人与联系人"),
        (
            "legal_name",
            "legal_id_kind",
            "legal_id",
            "contact_name",
            "contact_phone",
            "contact_email",
        ),
    ),
    (
        "more",
        _("账户、分类与系统对接"),
        (
            "bank_name",
            "bank_account",
            "tax_refund_class",
            "safe_class",
            "customs_level",
            "ciq_number",
            "dxp_id",
            "ca_certificate",
        ),
    ),
)
"""Order of the fields on the page: (name, title, fields)."""

CANCELLATION_SECTIONS = (("reason", _("注销申请"), ("office", "reason")),)
HINTS = {
    "types": _("可多选；所选类型决定需要提交的资质。"),
    "district_code": _("六位行政区划代码，例如 350102（福州市鼓楼区）。"),
    "platform_urls": _("每行一个网址或店铺编号。"),
    "customs_code": _("十位；尚未取得可留空。"),
    "uscc": _("以注册信息为准，不能修改。"),
    "office": _("一地备案，全国通用；补充备案可选择其他海关。"),
}
LINES = {"business_scope": 4, "platform_urls": 3, "reason": 4}


class CaseForm(forms.Form):
    """The fields of a filing, made of the model's columns; personal numbers are typed anew or left as they are."""

    def __init__(self, case: EnterpriseFiling, *args: Any, **kwargs: Any) -> None:
        self.case = case
        super().__init__(*args, **{"initial": initial_of(case), **kwargs, "use_required_attribute": False})
        for name in self.names():
            self.fields[name] = self.made(name)

    @property
    def sections(self) -> Any:
        return CANCELLATION_SECTIONS if self.case.kind == CaseKind.CANCELLATION else SECTIONS

    def names(self) -> list[str]:
        return [name for _key, _title, fields in self.sections for name in fields]

    def made(self, name: str) -> forms.Field:
        """One field: same length and choices as its column, nothing demanded yet."""
        options: dict[str, Any] = {
            "label": label_of(name),
            "required": False,
            "help_text": HINTS.get(name, ""),
        }
        if name == "types":
            return forms.MultipleChoiceField(
                choices=EnterpriseType.choices, widget=forms.CheckboxSelectMultiple, **options
            )
        if name == "office":
            return forms.ChoiceField(choices=[("", "—"), *office_choices()], **options)
        if name in SECRET_FIELDS:
            mask = getattr(self.case, STORED[name])
            if mask:
                options["help_text"] = _("已填写 %(mask)s；不改动请留空。") % {"mask": mask}
            return forms.CharField(max_length=40, **options)
        column = EnterpriseFiling._meta.get_field(name)
        if column.choices:  # type: ignore[union-attr]
            empty = [] if name == "legal_id_kind" else [("", "—")]
            return forms.ChoiceField(choices=[*empty, *column.choices], **options)  # type: ignore[union-attr]
        if name in LINES:
            widget = forms.Textarea(attrs={"rows": LINES[name]})
            return forms.CharField(max_length=column.max_length, widget=widget, **options)  # type: ignore[union-attr]
        field = forms.EmailField if name == "contact_email" else forms.CharField
        return field(max_length=column.max_length, disabled=name == "uscc", **options)  # type: ignore[union-attr]

    def mark_required(self, on: date) -> None:
        """Show what the register asks of this case (after the check, so that a draft is saved as it is)."""
        table = rules.entry("G.REQUIRED", on).param
        wanted = {"office", "reason", *table["all"]}
        wanted |= {name for kind in self.case.types for name in table.get(kind, ())}
        for name, field in self.fields.items():
            field.required = name in wanted

    def values(self) -> dict[str, Any]:
        """What can be stored, also of a form with errors elsewhere: only fields that were sent and are good."""
        sent = {name for name in self.fields if self.add_prefix(name) in self.data or name == "types"}
        return {name: value for name, value in self.cleaned_data.items() if name in sent}


def initial_of(case: EnterpriseFiling) -> dict[str, Any]:
    """The stored values; personal numbers never go back to the page."""
    names = [name for _key, _title, fields in SECTIONS for name in fields if name not in SECRET_FIELDS]
    found = {name: getattr(case, name) for name in (*names, "reason")}
    return {**found, "legal_id_kind": case.legal_id_kind or IdKind.RESIDENT}


class LicenceForm(forms.Form):
    """One licence; its fields carry the names the pre-checks use (`licence-<licence>-<column>`)."""

    def __init__(self, one: Qualification, types: str, *args: Any, **kwargs: Any) -> None:
        self.one = one
        self.types = types
        self.title = Licence(one.licence).label
        self.key = f"licence-{one.licence}"
        super().__init__(*args, **{**kwargs, "prefix": self.key, "use_required_attribute": False})
        columns = {"number": one.number, "issuer": one.issuer, "valid_to": one.valid_to}
        self.initial = {**columns, "unlimited": one.unlimited}

    number = forms.CharField(label=_("证书编号"), max_length=60, required=False)
    issuer = forms.CharField(label=_("发证机关"), max_length=100, required=False)
    valid_to = forms.DateField(
        label=_("有效期至"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    unlimited = forms.BooleanField(label=_("长期有效"), required=False)
    scan = forms.FileField(
        label=_("扫描件"),
        required=False,
        help_text=_("PDF、PNG 或 JPEG，不超过 10 MB。"),
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
    )

    def mark_required(self) -> None:
        """All but “no end”."""
        for name, field in self.fields.items():
            field.required = name != "unlimited"

    def facts(self) -> LicenceFacts:
        """What is good of this form."""
        given = self.cleaned_data
        return LicenceFacts(
            self.one.licence,
            given.get("number", self.one.number),
            given.get("issuer", self.one.issuer),
            given.get("valid_to", self.one.valid_to),
            bool(given.get("unlimited")),
            given.get("scan"),
        )


def remark_choices() -> list[tuple[str, str]]:
    """Everything an official can write a remark at."""
    fields = [(name, label_of(name)) for _key, _title, names in SECTIONS for name in names]
    licences = [
        (f"licence-{licence}-{column}", label_of(f"licence-{licence}-{column}"))
        for licence in Licence.values
        for column in ("number", "issuer", "valid_to", "scan")
    ]
    return [("", str(_("整份申请"))), *fields, *licences]


REMARKS = 5


class RemarksForm(forms.Form):
    """Up to five remarks, each at a field of the application."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(1, REMARKS + 1):
            self.fields[f"field_{n}"] = forms.ChoiceField(
                label=_("第 %(n)s 条：字段") % {"n": n}, choices=remark_choices, required=False
            )
            self.fields[f"remark_{n}"] = forms.CharField(
                label=_("第 %(n)s 条：意见") % {"n": n}, max_length=500, required=n == 1
            )

    def clean(self) -> dict[str, Any]:
        """A field without a remark says nothing."""
        given = super().clean() or {}
        for n in range(1, REMARKS + 1):
            if given.get(f"field_{n}") and not (given.get(f"remark_{n}") or "").strip() and n > 1:
                self.add_error(f"remark_{n}", ValidationError(_("请写明该字段需要如何补正。")))
        return given


class RefusalForm(forms.Form):
    """Reason and basis of a decision against the enterprise."""

    reason = forms.CharField(
        label=_("理由"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("理由和依据将通知企业。"),
    )
    basis = forms.CharField(label=_("法律依据"), max_length=300)


class PurposeForm(forms.Form):
    """Why numbers must be seen in clear."""

    reason = forms.CharField(
        label=_("事由"),
        min_length=LEAST_REASON,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("查看行为将记入审计，企业可以查询。"),
    )


class ApprovalForm(forms.Form):
    """A remark that may be left out."""

    reason = forms.CharField(
        label=_("备注"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


def licence_forms(
    case: EnterpriseFiling,
    shown: Iterable[Qualification],
    needed: dict[str, list[str]],
    data: Any = None,
    files: Any = None,
) -> list[LicenceForm]:
    """A form for each licence the types need, in the order of the list."""
    stored = {one.licence: one for one in shown}
    return [
        LicenceForm(
            stored.get(licence) or Qualification(case=case, licence=licence),
            "、".join(str(EnterpriseType(kind).label) for kind in needed[licence]),
            data,
            files,
        )
        for licence in Licence.values
        if licence in needed
    ]

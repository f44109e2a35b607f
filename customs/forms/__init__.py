"""Forms of customs' pages."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from customs.enums import BondedMode, Direction, EntryKind, GuaranteeKind, ParcelState, TaxBillState
from customs.messages.codec import Message
from customs.messages.composing import own_fields
from customs.messages.fields import Field, Store
from customs.selectors.parcels import B2B, NEWEST, SORTS, ParcelFilter
from customs.selectors.taxes import OVERDUE, PAID, BillFilter
from customs.services.summary_asking import Wish
from portal.personal_data import LEAST_REASON

ANY = ("", _("全部"))
MOST_ITEMS = 100
"""Lines of one list (interface specification 202205)."""
TRADE_MODES = (
    ("9610", "9610"),
    ("1210", "1210"),
    ("1239", "1239"),
    ("9710", "9710"),
    ("9810", "9810"),
    ("0110", "0110"),
    (B2B, _("B2B出口（9710、9810、0110 DS）")),
)
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
        min_length=LEAST_REASON,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("查看行为将记入审计，企业可以查询。"),
    )


class CancelForm(forms.Form):
    """Why a list is to be cancelled."""

    reason = forms.CharField(
        label=_("撤单原因"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("海关可以看到。"),
    )


class ReturnForm(forms.Form):
    """What goes back and why; one quantity for each line of the list that has something left."""

    reason = forms.CharField(
        label=_("退货原因"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("海关可以看到。"),
    )

    def __init__(self, *arguments: Any, left: "Sequence[tuple[int, str, Decimal]]", **options: Any) -> None:
        super().__init__(*arguments, **options)
        for number, name, most in left:
            self.fields[f"qty-{number}"] = forms.DecimalField(
                label=f"{number}. {name}",
                required=False,
                min_value=Decimal(0),
                max_value=most,
                decimal_places=5,
                help_text=_("可退数量 %(most)s；不退的留空。") % {"most": f"{most.normalize():f}"},
            )

    def clean(self) -> dict[str, Any]:
        """At least one line."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not self.quantities():
            self.add_error(None, _("请至少填写一项商品的退货数量。"))
        return cleaned

    def quantities(self) -> dict[int, Decimal]:
        """Line → quantity of what goes back."""
        return {
            int(name.removeprefix("qty-")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("qty-") and value
        }


class BillFilterForm(forms.Form):
    """Narrowing down the list of tax bills; wrong values are left out, not refused."""

    number = forms.CharField(label=_("税单号、清单号、订单号或缴款书号"), required=False, max_length=60)
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[ANY, *TaxBillState.choices, (PAID, _("已缴纳")), (OVERDUE, _("逾期未缴"))],
    )
    since = forms.DateField(
        label=_("放行日从"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(label=_("到"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def wanted(self) -> BillFilter:
        """What is looked for."""
        self.is_valid()
        return BillFilter(**{name: value for name, value in self.cleaned_data.items() if value})


class GuaranteeForm(forms.Form):
    """A guarantee as the official has it on paper."""

    code = forms.CharField(
        label=_("企业代码"),
        max_length=18,
        help_text=_("海关编码或统一社会信用代码，即清单中的担保企业编号。"),
    )
    customs_code = forms.ChoiceField(label=_("受理海关"))
    kind = forms.ChoiceField(label=_("担保方式"), choices=GuaranteeKind.choices)
    amount = forms.DecimalField(label=_("金额（元）"), max_digits=14, decimal_places=2, min_value=0)
    reference = forms.CharField(label=_("保函或凭证编号"), max_length=64)
    valid_from = forms.DateField(label=_("生效日"), widget=forms.DateInput(attrs={"type": "date"}))
    valid_to = forms.DateField(
        label=_("失效日"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("当日起不再计入担保额度；长期有效的留空。"),
    )

    def __init__(self, *arguments: Any, offices: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["customs_code"].choices = offices  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        """Codes have capital letters."""
        return str(self.cleaned_data["code"]).strip().upper()


class SummaryForm(forms.Form):
    """How a month's lists are summarised, and who lodges the declarations."""

    producers = forms.ChoiceField(
        label=_("归并方式"),
        choices=[("1", _("按收发货人")), ("2", _("按收发货人和生产销售单位"))],
        initial="1",
        widget=forms.RadioSelect,
    )
    by_name = forms.BooleanField(
        label=_("按商品名汇总"),
        required=False,
        help_text=_("勾选后按企业商品名称分列，该名称用作退税商品名称；不勾选则同一编码并为一项。"),
    )
    broker_code = forms.CharField(
        label=_("报关单位代码"), required=False, max_length=18, help_text=_("不填即由申报企业自行报关。")
    )
    broker_name = forms.CharField(label=_("报关单位名称"), required=False, max_length=100)

    def clean(self) -> dict[str, Any]:
        """Code and name come together."""
        cleaned: dict[str, Any] = super().clean() or {}
        if bool(cleaned.get("broker_code")) != bool(cleaned.get("broker_name")):
            self.add_error("broker_name", _("报关单位的代码和名称须同时填写。"))
        return cleaned

    def wish(self) -> Wish:
        """What was chosen, of a valid form."""
        chosen = self.cleaned_data
        return Wish(
            by_producer=chosen["producers"] == "2",
            by_name=chosen["by_name"],
            broker_code=chosen["broker_code"],
            broker_name=chosen["broker_name"],
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


class BookForm(forms.Form):
    """A book that customs issued."""

    ems_no = forms.CharField(
        label=_("账册编号"), max_length=30, validators=[RegexValidator(r"\A[0-9A-Z]{4,30}\Z")]
    )
    customs_code = forms.RegexField(
        r"\A[0-9]{4}\Z", label=_("主管海关"), help_text=_("四位关区代码，如 3501。")
    )
    trade_mode = forms.ChoiceField(label=_("监管方式"), choices=BondedMode.choices)
    valid_from = forms.DateField(label=_("生效日"), widget=forms.DateInput(attrs={"type": "date"}))
    valid_to = forms.DateField(
        label=_("失效日"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("账册在该日之前有效；长期有效的留空。"),
    )


class EntryForm(forms.Form):
    """Goods of one bill: a table, or one item typed in."""

    document = forms.CharField(
        label=_("入区凭证号"),
        max_length=40,
        help_text=_("进境备案清单或核注清单编号；同一凭证重复提交不会重复入区。"),
    )
    file = forms.FileField(
        label=_("商品表（xlsx）"),
        required=False,
        help_text=_("使用模板，一次最多 5000 项；只有一项商品的可直接填写下方各栏。"),
    )
    item_record_no = forms.CharField(label=_("账册备案料号"), max_length=30, required=False)
    gcode = forms.CharField(label=_("商品编码"), max_length=10, required=False)
    name = forms.CharField(label=_("商品名称"), max_length=250, required=False)
    unit = forms.CharField(
        label=_("计量单位"), max_length=3, required=False, help_text=_("三位代码，如 142。")
    )
    qty = forms.CharField(label=_("数量"), max_length=25, required=False)


class EndpointForm(forms.Form):
    """Where a platform takes customs' requests for payment data."""

    url = forms.CharField(
        label=_("接口地址"),
        max_length=500,
        widget=forms.URLInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        help_text=_("公网 https 网址；海关以 POST 表单字段 openReq 发送请求。"),
    )


class LedgerForm(forms.Form):
    """Narrowing down a ledger."""

    q = forms.CharField(label=_("料号、凭证号或清单编号"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("类型"), required=False, choices=[ANY, *EntryKind.choices])


class AdjustForm(forms.Form):
    """A difference found by stocktaking."""

    item_record_no = forms.CharField(label=_("账册备案料号"), max_length=30)
    change = forms.DecimalField(
        label=_("调整数量"), max_digits=19, decimal_places=5, help_text=_("盘盈填正数，盘亏填负数。")
    )
    reason = forms.CharField(label=_("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


GOODS_LINE = re.compile(r"\A([0-9]{4,10})[\s,，;；]+([0-9]{1,14}(?:\.[0-9]{1,5})?)\Z", re.ASCII)


class SimplifiedForm(forms.Form):
    """What somebody wants to declare simplified."""

    trade_mode = forms.ChoiceField(
        label=_("监管方式"), choices=[(mode, mode) for mode in ("9610", "9710", "9810", "1210")]
    )
    customs_code = forms.RegexField(
        r"\A[0-9]{4}\Z", label=_("申报海关"), help_text=_("四位关区代码，如 3501。")
    )
    day = forms.DateField(label=_("申报日"), widget=forms.DateInput(attrs={"type": "date"}))
    currency = forms.RegexField(r"\A[0-9]{3}\Z", label=_("币制"), help_text=_("三位代码，如 502（美元）。"))
    goods = forms.CharField(
        label=_("商品编码和总价"),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("每行一项：商品编码、空格、总价（FOB），例如 6109 50.00。"),
    )
    licence_no = forms.CharField(label=_("许可证号"), max_length=19, required=False)
    refund = forms.BooleanField(label=_("需要办理出口退税"), required=False)

    def clean_goods(self) -> list[tuple[str, Decimal]]:
        """Lines as (code, price)."""
        found = []
        rows = [row.strip() for row in self.cleaned_data["goods"].splitlines() if row.strip()]
        for number, row in enumerate(rows, 1):
            match = GOODS_LINE.match(row)
            if match is None:
                raise forms.ValidationError(
                    _("第 %(n)s 行应为四至十位商品编码、空格和总价。"), params={"n": number}
                )
            found.append((match.group(1), Decimal(match.group(2))))
        if len(found) > MOST_ITEMS:
            raise forms.ValidationError(_("一份清单最多 %(n)s 项商品。"), params={"n": MOST_ITEMS})
        return found


CHINESE = re.compile(r"\s*[一-鿿]+")


class BlockForm(forms.Form):
    """One block of a message (head or line); its fields come from the field table."""

    block: tuple[Field, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update({f.name: form_field(f) for f in self.block})

    def wire_values(self) -> dict[str, str]:
        """Wire name → text as it stands in the message, of a valid form."""
        return {name: wire_text(value) for name, value in self.cleaned_data.items() if name in self.fields}


MOST_LINES = 200
"""Lines of a form where the message has no limit; who has more sends the message."""


def head_form(message: Message) -> type[BlockForm]:
    """The form of a document's head."""
    return type(f"{message.code}Head", (BlockForm,), {"block": tuple(own_fields(message, message.fields))})


def line_formset(message: Message) -> "type[forms.BaseFormSet[Any]]":
    """The forms of a document's lines; where a document may do without, one that may stay empty."""
    form = type(
        f"{message.code}Line", (BlockForm,), {"block": tuple(own_fields(message, message.line_fields))}
    )
    most = message.max_lines or MOST_LINES
    return forms.formset_factory(
        form,
        extra=0 if message.min_lines else 1,
        min_num=message.min_lines,
        validate_min=True,
        max_num=most,
        validate_max=True,
        absolute_max=most,
    )


def form_field(field: Field) -> forms.Field:
    """The form field of one row of a field table: same type, same bounds, same code list."""
    facets = dict(field.wire.facets)
    listed = [value for facet, value in field.wire.facets if facet == "enumeration"]
    options: dict[str, Any] = {"label": field.name, "required": not field.nullable}
    if (get_language() or "").startswith("zh"):
        options["label"] = f"{field.label}（{field.name}）"
    else:
        options["help_text"] = escape(CHINESE.sub("", field.meaning))
    if listed:
        empty = [("", "—")] if field.nullable else []
        return forms.ChoiceField(choices=[*empty, *((value, value) for value in listed)], **options)
    match field.wire.store:
        case Store.NUMBER:
            return forms.DecimalField(max_digits=19, decimal_places=5, min_value=Decimal(0), **options)
        case Store.INTEGER:
            least, most = int(facets["minInclusive"]), int(facets["maxInclusive"])
            return forms.IntegerField(min_value=least, max_value=most, **options)
        case Store.DAY:
            return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **options)
        case Store.MOMENT:
            widget = forms.DateTimeInput(attrs={"type": "datetime-local"})
            return forms.DateTimeField(widget=widget, **options)
    if "pattern" in facets:
        options["validators"] = [RegexValidator(rf"\A(?:{facets['pattern']})\Z")]
    return forms.CharField(max_length=field.wire.width, **options)


def wire_text(value: Any) -> str:
    """A cleaned value as the wire writes it; times are those of China."""
    match value:
        case None:
            return ""
        case datetime():
            return timezone.localtime(value).strftime("%Y%m%d%H%M%S")
        case date():
            return value.strftime("%Y%m%d")
        case Decimal():
            return format(value, "f")
    return str(value)

"""Forms of goods: one good, the filter of the list, the upload of a table, the official's remark."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from filing.enums import CiqCategory, GoodsState
from filing.models.goods import GoodsFacts
from filing.rules.goods import COLUMNS, Column
from filing.services.goods import REASON_LENGTH
from portal.selectors import code_table

SECTIONS: tuple[tuple[str, str | Promise, tuple[str, ...]], ...] = (
    ("identity", _("商品标识"), ("sku", "name", "name_en", "gtin")),
    ("classification", _("归类"), ("hs_code", "unit", "unit1", "unit2", "ciq_category", "item_record_no")),
    ("elements", _("规范申报要素"), ("brand", "specification", "composition", "grade")),
    ("trade", _("产地与价格"), ("country", "currency", "price_low", "price_high")),
)
HINTS = {
    "sku": _("企业内唯一；同一货号再次备案即为变更。"),
    "gtin": _("8、12、13 或 14 位；没有条码请填“无”。"),
    "hs_code": _("10 位；可用下方查询按名称查找前六位。"),
    "specification": _("包装规格、型号，例如“800 克/罐”。"),
    "ciq_category": _("属于所列类别的商品须经审核后生效，其他即时生效。"),
    "item_record_no": _("网购保税商品填写账册备案料号。"),
}
CHECKED = {"gtin", "hs_code"}
"""Fields the page checks while they are typed."""


class GoodsForm(forms.Form):
    """One good, a field for each column of the table. The service checks the values, so both doors refuse alike."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "use_required_attribute": False})
        for column in COLUMNS:
            self.fields[column.name] = field_of(column)

    def sections(self) -> list[tuple[str, str | Promise, list[forms.BoundField]]]:
        return [(key, title, [self[name] for name in names]) for key, title, names in SECTIONS]

    def sent(self) -> dict[str, str]:
        """The fields as they were typed."""
        return {column.name: self.data.get(column.name, "")[:1_000] for column in COLUMNS}


def field_of(column: Column) -> forms.Field:
    """A field whose form is the column's."""
    options: dict[str, Any] = {
        "label": column.title,
        "required": column.required,
        "help_text": HINTS.get(column.name, ""),
    }
    if column.table:
        english = (get_language() or "").startswith("en")
        names = sorted(code_table(column.table).items())
        choices = [(code, f"{code} {(en or zh) if english else zh}") for code, (zh, en) in names]
        return forms.ChoiceField(choices=[("", "—"), *choices], **options)
    if column.kind == "ciq":
        return forms.ChoiceField(choices=[("", _("不属于下列类别")), *CiqCategory.choices], **options)
    attrs = {"inputmode": "decimal"} if column.kind == "price" else {}
    if column.name in CHECKED:
        attrs = {"inputmode": "numeric", "autocomplete": "off"}
    return forms.CharField(max_length=column.width, widget=forms.TextInput(attrs=attrs), **options)


def initial_of(goods: GoodsFacts) -> dict[str, Any]:
    """Stored values as they are typed."""
    values = {column.name: getattr(goods, column.name) for column in COLUMNS}
    for name in ("price_low", "price_high"):
        values[name] = f"{values[name]:f}".rstrip("0").rstrip(".")
    return values


class GoodsFilterForm(forms.Form):
    """What the list is narrowed by."""

    q = forms.CharField(label=_("货号、条码、商品编码、名称"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部")), *GoodsState.choices[1:]]
    )


class ReturnGoodsForm(forms.Form):
    """What the enterprise has to change."""

    reason = forms.CharField(
        label=_("退回意见"), max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )

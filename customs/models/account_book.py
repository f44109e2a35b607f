"""Account books of bonded goods (账册): what a book holds, and every entry that changed it (rules A, 1210 and 1239)."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from customs.enums import AccountBookState, BondedMode, EntryKind

QUANTITY: dict[str, Any] = {"max_digits": 24, "decimal_places": 5}


class AccountBook(models.Model):
    """A book that customs issued to an enterprise in a bonded area. `codes` are the codes that may name the enterprise in `areaCode`."""

    ems_no = models.CharField(_("账册编号"), max_length=30, unique=True)
    organisation: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        "portal.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("区内企业")
    )
    codes = ArrayField(models.CharField(max_length=18), verbose_name=_("区内企业代码"))
    customs_code = models.CharField(_("主管海关"), max_length=4)
    trade_mode = models.CharField(_("监管方式"), max_length=4, choices=BondedMode.choices)
    valid_from = models.DateField(_("生效日"))
    valid_to = models.DateField(_("失效日"), null=True, blank=True)
    state = models.CharField(
        _("状态"), max_length=10, choices=AccountBookState.choices, default=AccountBookState.WAITING
    )
    opened_at = models.DateTimeField(_("登记时间"))
    due_at = models.DateTimeField(_("办理期限"), null=True)
    reason = models.CharField(_("理由"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("账册")
        verbose_name_plural = _("账册")
        ordering = ["ems_no"]
        indexes = [
            models.Index(
                fields=["customs_code", "due_at"],
                name="customs_accountbook_waiting",
                condition=models.Q(state=AccountBookState.WAITING),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="customs_accountbook_period",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
            )
        ]

    def __str__(self) -> str:
        return self.ems_no


class AccountItem(models.Model):
    """Goods of a book: what may still be declared (`balance`), and what undecided lists hold (`reserved`)."""

    book = models.ForeignKey(
        AccountBook, on_delete=models.PROTECT, related_name="items", verbose_name=_("账册")
    )
    item_record_no = models.CharField(_("账册备案料号"), max_length=30)
    gcode = models.CharField(_("商品编码"), max_length=10)
    name = models.CharField(_("商品名称"), max_length=250)
    unit = models.CharField(_("计量单位"), max_length=3)
    balance = models.DecimalField(_("可用数量"), **QUANTITY, default=0)
    reserved = models.DecimalField(_("预占数量"), **QUANTITY, default=0)

    class Meta:
        verbose_name = _("账册料号")
        verbose_name_plural = _("账册料号")
        ordering = ["item_record_no"]
        constraints = [
            models.UniqueConstraint(fields=["book", "item_record_no"], name="customs_accountitem_once"),
            models.CheckConstraint(
                name="customs_accountitem_not_negative", condition=models.Q(balance__gte=0, reserved__gte=0)
            ),
            models.CheckConstraint(
                name="customs_accountitem_gcode", condition=models.Q(gcode__regex=r"^[0-9]{10}$")
            ),
        ]

    def __str__(self) -> str:
        return self.item_record_no


class AccountEntry(models.Model):
    """One change of an item, never changed itself: by how much, and the balance it left. The database refuses UPDATE and DELETE."""

    item = models.ForeignKey(
        AccountItem, on_delete=models.PROTECT, related_name="entries", verbose_name=_("料号")
    )
    kind = models.CharField(_("类型"), max_length=8, choices=EntryKind.choices)
    qty = models.DecimalField(_("数量"), **QUANTITY)
    change = models.DecimalField(_("可用数量变动"), **QUANTITY)
    balance = models.DecimalField(_("变动后可用数量"), **QUANTITY)
    parcel_id = models.BigIntegerField(null=True)
    document = models.CharField(_("凭证号"), max_length=40, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    actor_id = models.BigIntegerField(_("人员"), null=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("账册记录")
        verbose_name_plural = _("账册记录")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["item", "-id"], name="customs_accountentry_item"),
            models.Index(
                fields=["parcel_id"],
                name="customs_accountentry_parcel",
                condition=models.Q(parcel_id__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="customs_accountentry_qty", condition=models.Q(qty__gt=0, balance__gte=0)
            ),
            models.UniqueConstraint(
                fields=["item", "document"],
                name="customs_accountentry_in_once",
                condition=models.Q(kind=EntryKind.IN),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.change}"

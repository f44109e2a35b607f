"""Tariff lines with dates, and the values of the rule register as one row per business date."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customs.enums import ExportConditionKind


class TariffLine(models.Model):
    """What holds for an eight-digit code in a period: rates, classes, positive list, export conditions."""

    code = models.CharField(_("税号"), max_length=8)
    valid_from = models.DateField(_("生效日"))
    valid_to = models.DateField(_("失效日"), null=True)
    name = models.CharField(_("名称"), max_length=300)
    duty_rate = models.DecimalField(_("关税税率"), max_digits=9, decimal_places=6, default=0)
    vat_class = models.CharField(_("增值税类别"), max_length=8, default="STD")
    ct_class = models.CharField(_("消费税类别"), max_length=20, blank=True, default="")
    positive_list = models.BooleanField(_("正面清单"), default=False)
    bonded_only = models.BooleanField(_("仅限网购保税"), default=False)
    export_refund_rate = models.DecimalField(_("出口退税率"), max_digits=9, decimal_places=6, default=0)
    source = models.CharField(_("来源"), max_length=200)

    class Meta:
        verbose_name = _("税则税目")
        verbose_name_plural = _("税则税目")
        ordering = ["code", "valid_from"]
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="customs_tariffline_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ExportCondition(models.Model):
    """Goods that leave only against a licence, or pay export duty, in a period: whatever begins with `prefix`."""

    prefix = models.CharField(_("商品编码（前几位）"), max_length=10)
    kind = models.CharField(_("条件"), max_length=8, choices=ExportConditionKind.choices)
    name = models.CharField(_("商品"), max_length=200)
    name_en = models.CharField(_("英文名称"), max_length=200)
    rate = models.DecimalField(_("出口关税税率"), max_digits=9, decimal_places=6, default=0)
    valid_from = models.DateField(_("生效日"))
    valid_to = models.DateField(_("失效日"), null=True)
    source = models.CharField(_("来源"), max_length=200)
    confidence = models.CharField(_("可信度"), max_length=10)

    class Meta:
        verbose_name = _("出口限制条件")
        verbose_name_plural = _("出口限制条件")
        ordering = ["prefix", "kind", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["prefix", "kind", "valid_from"], name="customs_exportcondition_once"
            ),
            models.CheckConstraint(
                name="customs_exportcondition_prefix", condition=models.Q(prefix__regex=r"^[0-9]{2,10}$")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.kind}"


class RegisterDay(models.Model):
    """The register's values that hold for parcels declared on a day, as JSON of version `version`.

    Made from the register when the first parcel of a day and version is decided; the decision stores the version, so it can
    be replayed with exactly these values.
    """

    pk = models.CompositePrimaryKey("day", "version")
    day = models.DateField()
    version = models.IntegerField()
    single_limit = models.DecimalField(max_digits=19, decimal_places=2)
    year_limit = models.DecimalField(max_digits=19, decimal_places=2)
    full_allowed = models.BooleanField()
    max_items = models.IntegerField()
    factor = models.DecimalField(max_digits=5, decimal_places=4)
    vat_std = models.DecimalField(max_digits=9, decimal_places=6)
    vat_low = models.DecimalField(max_digits=9, decimal_places=6)
    ct_cosmetics = models.DecimalField(max_digits=9, decimal_places=6)
    ct_wine = models.DecimalField(max_digits=9, decimal_places=6)
    ct_watch = models.DecimalField(max_digits=9, decimal_places=6)
    ct_watch_from = models.DecimalField(max_digits=19, decimal_places=2)
    sum_tol = models.DecimalField(max_digits=9, decimal_places=5)
    tax_tol = models.DecimalField(max_digits=9, decimal_places=5)
    weight_tol = models.DecimalField(max_digits=9, decimal_places=5)
    address_pass = models.FloatField()
    address_manual = models.FloatField()
    charge_tol = models.DecimalField(max_digits=9, decimal_places=5)
    simple_max = models.DecimalField(max_digits=19, decimal_places=2)
    auto_release = models.BooleanField()
    wait_hours = models.IntegerField()
    risk = models.JSONField()
    exchange_rates = models.JSONField()
    modes = models.JSONField(default=dict)
    """What depends on the supervision mode and the office (see `services.register_days.modes`)."""

    class Meta:
        verbose_name = _("按日参数")
        verbose_name_plural = _("按日参数")

    def __str__(self) -> str:
        return f"{self.day} v{self.version}"

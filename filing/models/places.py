"""Places that declarations name: supervised sites (rules C.1), and overseas warehouses as filed with customs until 2024-12-14 (rules A.2).

Small registers kept by the platform's staff from customs' decisions, because the comparison of declarations needs who runs a place, and on
which days.
"""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from filing.enums import SiteState


def period(name: str) -> "models.CheckConstraint":
    """The last day, if there is one, is after the first."""
    later = models.Q(valid_to__gt=models.F("valid_from"))
    return models.CheckConstraint(name=name, condition=models.Q(valid_to__isnull=True) | later)


class Place(models.Model):
    """A place and the enterprise that answers for it, from `valid_from` until before `valid_to`."""

    name = models.CharField(_("名称"), max_length=100)
    organisation: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        "portal.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("企业")
    )
    valid_from = models.DateField(_("生效日"))
    valid_to = models.DateField(_("失效日"), null=True, blank=True)
    source = models.CharField(_("依据"), max_length=200)

    class Meta:
        abstract = True


class SupervisedSite(Place):
    """A site under customs supervision; `loctNo` of a list names it."""

    code = models.CharField(_("监管场所代码"), max_length=10)
    customs_code = models.CharField(_("主管海关"), max_length=4)
    state = models.CharField(_("状态"), max_length=12, choices=SiteState.choices, default=SiteState.ACTIVE)

    class Meta:
        verbose_name = _("监管场所")
        verbose_name_plural = _("监管场所")
        ordering = ["code", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="filing_supervisedsite_once"),
            period("filing_supervisedsite_period"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class FiledWarehouse(Place):
    """An exporter has filed its business with an overseas warehouse, so it may declare 9810 with it (海关总署公告2020年第75号)."""

    filing_no = models.CharField(_("备案编号"), max_length=30, unique=True)
    country = models.CharField(_("国家（地区）"), max_length=3)

    class Meta:
        verbose_name = _("海外仓业务备案")
        verbose_name_plural = _("海外仓业务备案")
        ordering = ["organisation", "name"]
        indexes = [
            models.Index(fields=["name", "country"], name="filing_filedwarehouse_name"),
        ]
        constraints = [period("filing_filedwarehouse_period")]

    def __str__(self) -> str:
        return f"{self.filing_no} {self.name}"

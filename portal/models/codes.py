"""Code tables of customs and of the statistics bureau, loaded from CSV with their source."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _


class Code(models.Model):
    """One code of one table, e.g. table `currency`, code `142`."""

    table = models.CharField(_("代码表"), max_length=30)
    code = models.CharField(_("代码"), max_length=12)
    name_zh = models.CharField(_("中文名称"), max_length=300)
    name_en = models.CharField(_("英文名称"), max_length=600, blank=True)
    valid_from = models.DateField(_("生效日"), null=True, blank=True)
    valid_to = models.DateField(_("失效日"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=200)
    extra = models.JSONField(_("其他属性"), default=dict, blank=True)

    class Meta:
        verbose_name = _("代码")
        verbose_name_plural = _("代码表")
        ordering = ["table", "code"]
        constraints = [models.UniqueConstraint(fields=["table", "code"], name="portal_code_once")]
        indexes = [
            GinIndex(OpClass(Upper("name_zh"), name="gin_trgm_ops"), name="portal_code_zh_trgm"),
            GinIndex(OpClass(Upper("name_en"), name="gin_trgm_ops"), name="portal_code_en_trgm"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.code} {self.name_zh}"

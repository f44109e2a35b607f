"""What the public may take away: totals, computed once a day (rules P.3: L2 is opened aggregated)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OpenDataset(models.Model):
    """The rows of a dataset as last computed; cells of fewer enterprises than the register allows are empty."""

    code = models.CharField(_("数据集"), max_length=40, primary_key=True)
    rows = models.JSONField(_("数据"))
    suppressed = models.IntegerField(_("隐去的行数"), default=0)
    computed_at = models.DateTimeField(_("计算时间"))

    class Meta:
        verbose_name = _("开放数据集")
        verbose_name_plural = _("开放数据集")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

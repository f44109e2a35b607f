"""What carriers' systems report of parcels, by waybill: late, out of order, also before the documents."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customs.enums import LogisticsKind


class LogisticsEvent(models.Model):
    """One event of one carrier. No foreign key to a parcel: the waybill may come later. Nothing personal is stored."""

    id = models.BigAutoField(primary_key=True)
    sender_id = models.BigIntegerField(_("报送企业"))
    event_id = models.CharField(_("事件编号"), max_length=64)
    logistics_code = models.CharField(_("物流企业"), max_length=18)
    logistics_no = models.CharField(_("运单号"), max_length=60)
    kind = models.CharField(_("环节"), max_length=20, choices=LogisticsKind.choices)
    happened_at = models.DateTimeField(_("发生时间"))
    received_at = models.DateTimeField(_("接收时间"))
    place = models.CharField(_("地点"), max_length=60, blank=True, default="")

    class Meta:
        verbose_name = _("物流事件")
        verbose_name_plural = _("物流事件")
        ordering = ["happened_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["sender_id", "event_id"], name="customs_logisticsevent_once")
        ]
        indexes = [
            models.Index(fields=["logistics_no", "logistics_code"], name="customs_logisticsevent_waybill"),
            models.Index(fields=["sender_id", "-id"], name="customs_logisticsevent_sender"),
        ]

    def __str__(self) -> str:
        return f"{self.logistics_no} {self.kind}"

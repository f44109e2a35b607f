"""Partners whose systems report events: their connections with a heartbeat, and events that were not taken."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartnerConnection(models.Model):
    """A firm reports by a contract and promises a sign of life at least every `interval_minutes`."""

    organisation = models.ForeignKey(
        "portal.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("合作方")
    )
    contract = models.CharField(_("合约"), max_length=40)
    interval_minutes = models.PositiveIntegerField(_("心跳周期（分钟）"))
    opened_by = models.ForeignKey("portal.User", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("建立时间"))
    last_seen_at = models.DateTimeField(_("最近联系"), null=True)
    events = models.BigIntegerField(_("事件数"), default=0)
    silent_since = models.DateTimeField(_("静默起"), null=True)

    class Meta:
        verbose_name = _("合作方连接")
        verbose_name_plural = _("合作方连接")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "contract"], name="exchange_partner_once"),
            models.CheckConstraint(
                name="exchange_partner_interval",
                condition=models.Q(interval_minutes__gte=1, interval_minutes__lte=1440),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.contract}"


class PartnerEvent(models.Model):
    """An event that was taken, as reported (`body` is encrypted): what is searched, and what a replay applies again.

    `subject` is the waybill, order or article; `owner_code` the firm whose business it is, where the contract names one.
    """

    id = models.BigAutoField(primary_key=True)
    connection = models.ForeignKey(PartnerConnection, on_delete=models.PROTECT, related_name="taken")
    event_id = models.CharField(_("事件编号"), max_length=64)
    kind = models.CharField(_("环节"), max_length=20)
    partner_code = models.CharField(_("合作方代码"), max_length=18)
    subject = models.CharField(_("运单、订单或商品货号"), max_length=60)
    owner_code = models.CharField(_("货主或平台代码"), max_length=18, blank=True, default="")
    happened_at = models.DateTimeField(_("发生时间"))
    received_at = models.DateTimeField(_("接收时间"))
    body = models.TextField(_("内容"))

    class Meta:
        verbose_name = _("合作方事件")
        verbose_name_plural = _("合作方事件")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "event_id"], name="exchange_partnerevent_once")
        ]
        indexes = [
            models.Index(fields=["connection", "received_at"], name="exchange_partnerevent_window"),
            models.Index(fields=["subject", "-id"], name="exchange_partnerevent_subject"),
            models.Index(fields=["partner_code", "-id"], name="exchange_partnerevent_partner"),
        ]

    def __str__(self) -> str:
        return f"{self.partner_code} {self.event_id}"


class QuarantinedEvent(models.Model):
    """An event that was not taken, with its faults; `body` is encrypted. Sent again and good, it is cleared."""

    connection = models.ForeignKey(PartnerConnection, on_delete=models.CASCADE, related_name="quarantine")
    event_id = models.CharField(_("事件编号"), max_length=70)
    body = models.TextField(_("内容"))
    faults = models.JSONField(_("原因"))
    received_at = models.DateTimeField(_("接收时间"))
    cleared_at = models.DateTimeField(_("解除时间"), null=True)

    class Meta:
        verbose_name = _("隔离的事件")
        verbose_name_plural = _("隔离的事件")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "event_id"], name="exchange_quarantine_once")
        ]
        indexes = [
            models.Index(
                fields=["connection", "received_at"],
                name="exchange_quarantine_open",
                condition=models.Q(cleared_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.event_id

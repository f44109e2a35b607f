"""The journal: every message as it came in."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchange.enums import MessageState


class Message(models.Model):
    """One message of an authenticated sender, stored in the transaction that stores its documents.

    `raw` holds the bytes as received, zstd level 1, then AES-256-GCM bound to the row id; `size` and
    `digest` (SHA-256) describe the bytes as received. `receipt_id` is the first receipt given, so that the same
    bytes get the same receipt again. Rows are inserted once and never changed.
    """

    id = models.BigIntegerField(primary_key=True)
    sender = models.ForeignKey(
        "portal.Organisation", models.PROTECT, db_index=False, related_name="+", verbose_name=_("发送方")
    )
    client = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("接口客户端"),
    )
    message_type = models.CharField(_("报文类型"), max_length=16)
    guid = models.CharField(_("报文编号"), max_length=64, blank=True)
    cop_msg_id = models.CharField(_("传输报文编号"), max_length=255, blank=True)
    digest = models.BinaryField(_("摘要"), max_length=32)
    size = models.IntegerField(_("字节数"))
    documents = models.SmallIntegerField(_("单证数"))
    state = models.CharField(_("状态"), max_length=8, choices=MessageState)
    refusal = models.JSONField(_("退回原因"), null=True)
    received_at = models.DateTimeField(_("接收时间"))
    idempotency_key = models.CharField(_("幂等键"), max_length=255, null=True)
    receipt_id = models.BigIntegerField(_("首个回执"))
    raw = models.BinaryField(_("原始报文"))

    class Meta:
        verbose_name = _("报文")
        verbose_name_plural = _("报文")
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["sender", "digest", "state"], name="exchange_message_digest"),
            models.UniqueConstraint(fields=["sender", "idempotency_key"], name="exchange_message_key"),
        ]
        indexes = [
            models.Index(fields=["received_at", "id"], name="exchange_message_time"),
            models.Index(fields=["sender", "received_at", "id"], name="exchange_message_sender"),
            models.Index(fields=["guid"], name="exchange_message_guid"),
            models.Index(
                fields=["cop_msg_id"], name="exchange_message_envelope", condition=~models.Q(cop_msg_id="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_type} {self.guid}"

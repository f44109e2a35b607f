"""Receipts and delivery notes: what the platform tells to those entitled to know."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from exchange.models.columns import TransactionIdField


class Receipt(models.Model):
    """One official answer. `document_id` NULL = the answer holds for all documents of the message.

    Written by set-based SQL too (see `exchange.tables`); no foreign keys and only one B-tree: the hot path pays
    per row. Receipts of a message are found through the block-range index (message ids grow with time).
    """

    id = models.BigAutoField(primary_key=True)
    xid = TransactionIdField()
    organisation_id = models.BigIntegerField(_("收件企业"))
    message_id = models.BigIntegerField(_("报文"))
    document_id = models.BigIntegerField(_("单证"), null=True)
    message_type = models.CharField(_("回执类型"), max_length=16)
    status = models.CharField(_("回执状态"), max_length=10)
    info = models.CharField(_("回执信息"), max_length=1000)
    returned_at = models.DateTimeField(_("回执时间"), db_default=Now())

    class Meta:
        verbose_name = _("回执")
        verbose_name_plural = _("回执")
        ordering = ["xid", "id"]
        indexes = [
            models.Index(fields=["organisation_id", "xid", "id"], name="exchange_receipt_feed"),
            BrinIndex(
                fields=["message_id"],
                name="exchange_receipt_message",
                opclasses=["int8_minmax_multi_ops"],
                pages_per_range=16,
                autosummarize=True,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_type} {self.status}"


class FeedPosition(models.Model):
    """How far a recipient has acknowledged a feed: by asking for the page behind a cursor, or by taking a webhook's page.

    Rows behind the position are never dropped by retention.
    """

    organisation_id = models.BigIntegerField(_("收件企业"), null=True)
    agency = models.CharField(_("收件部门"), max_length=32, blank=True, db_default="")
    feed = models.CharField(_("渠道"), max_length=16)
    xid = TransactionIdField(db_default=models.NOT_PROVIDED)
    row_id = models.BigIntegerField()
    read_at = models.DateTimeField(_("读取时间"), db_default=Now())

    class Meta:
        verbose_name = _("已读位置")
        verbose_name_plural = _("已读位置")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "agency", "feed"],
                name="exchange_feedposition_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id or self.agency} {self.feed}"


class Outbox(models.Model):
    """A delivery note: something new waits for one recipient. At most one per decision turn and recipient.

    Channel `receipts` is delivered when the recipient has read its feed past the note's transaction.
    """

    id = models.BigAutoField(primary_key=True)
    xid = TransactionIdField()
    organisation_id = models.BigIntegerField(_("收件企业"), null=True)
    agency = models.CharField(_("收件部门"), max_length=32, blank=True, db_default="")
    channel = models.CharField(_("渠道"), max_length=16)
    subject = models.CharField(_("事项"), max_length=64)
    created_at = models.DateTimeField(_("创建时间"), db_default=Now())
    delivered_at = models.DateTimeField(_("送达时间"), null=True)

    class Meta:
        verbose_name = _("待送通知")
        verbose_name_plural = _("待送通知")
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["organisation_id", "channel"],
                name="exchange_outbox_undelivered",
                condition=models.Q(delivered_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.subject}"

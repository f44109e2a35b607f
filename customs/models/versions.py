"""Earlier versions of documents: what a sender changed or deleted (appType 2, 3) or corrected after a rejection."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customs.enums import VersionEnd


class DocumentVersion(models.Model):
    """A document as it stood before it was replaced or deleted. `id` is the id it had as a document.

    `head` and `lines` are the rows as they stood, column by column: `jsonb_populate_record(NULL::<table>, head)` is the row again.
    Resident numbers stay encrypted as they were.
    """

    id = models.BigIntegerField(primary_key=True)
    message_type = models.CharField(_("报文类型"), max_length=16)
    key = models.CharField(_("业务主键"), max_length=200)
    sender_id = models.BigIntegerField()
    received_at = models.DateTimeField(_("接收时间"))
    app_time = models.DateTimeField(_("报送时间"))
    end = models.CharField(_("去向"), max_length=8, choices=VersionEnd.choices)
    ended_by = models.BigIntegerField(_("由哪份单证取代"))
    ended_at = models.DateTimeField(_("取代时间"))
    head = models.JSONField()
    lines = models.JSONField(default=list)

    class Meta:
        verbose_name = _("单证旧版本")
        verbose_name_plural = _("单证旧版本")
        ordering = ["id"]
        indexes = [models.Index(fields=["message_type", "key"], name="customs_version_key")]

    def __str__(self) -> str:
        return f"{self.message_type} {self.key}"

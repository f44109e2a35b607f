"""Uploaded tables of documents (xlsx): worked in the background, never half lost."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from customs.enums import TableState


class MessageTable(models.Model):
    """One uploaded table: each row of its first sheet becomes a document of a CEB message.

    `content` is the file, encrypted (documents hold personal data); it is forgotten some days after the work.
    `rejects` says which rows were not taken and why; it holds no values of the table.
    """

    organisation: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        "portal.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("企业")
    )
    actor_id = models.BigIntegerField(_("上传人"))
    message_type = models.CharField(_("报文类型"), max_length=16)
    state = models.CharField(_("状态"), max_length=16, choices=TableState.choices, default=TableState.WAITING)
    name = models.CharField(_("文件名"), max_length=200)
    digest = models.CharField(_("摘要"), max_length=64)
    content = models.BinaryField(_("文件内容（加密）"), null=True)
    total = models.IntegerField(_("单证总数"), default=0)
    done = models.IntegerField(_("已处理"), default=0)
    accepted = models.IntegerField(_("已接收"), default=0)
    rejected = models.IntegerField(_("未通过"), default=0)
    rejects = models.JSONField(_("未通过的单证"), default=list)
    refusal = models.CharField(_("不能处理的原因"), max_length=300, blank=True)
    started_at = models.DateTimeField(_("上传时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("单证表格")
        verbose_name_plural = _("单证表格")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["finished_at"],
                name="customs_messagetable_kept",
                condition=models.Q(content__isnull=False),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "message_type", "digest"],
                name="customs_messagetable_once",
                condition=models.Q(state__in=[TableState.WAITING, TableState.RUNNING]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"

"""Documents the platform issues (certificates) and files people hand in. Their bytes lie outside the database, named by digest."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.enums import DocumentState


class StoredDocument(models.Model):
    """One issued document: what it certifies, its bytes by digest, and whether it is still valid.

    The row is written in the transaction of the decision; the PDF follows in the background. Validity never depends on the PDF.
    """

    code = models.CharField(_("种类"), max_length=60)
    subject_id = models.BigIntegerField(_("对象"))
    organisation = models.ForeignKey(
        "portal.Organisation",
        on_delete=models.PROTECT,
        null=True,
        related_name="documents",
        verbose_name=_("企业"),
    )
    state = models.CharField(
        _("文件状态"), max_length=16, choices=DocumentState.choices, default=DocumentState.REQUESTED
    )
    public_token = models.CharField(_("核验码"), max_length=32, unique=True)
    facts = models.JSONField(_("可公开核验的内容"), default=dict)
    valid_to = models.DateField(_("有效期至"), null=True)
    digest = models.CharField(_("摘要"), max_length=64, blank=True)
    path = models.CharField(_("位置"), max_length=120, blank=True)
    file_name = models.CharField(_("文件名"), max_length=120, blank=True)
    size = models.PositiveIntegerField(_("字节"), default=0)
    trouble = models.CharField(_("未能生成的原因"), max_length=200, blank=True)
    requested_at = models.DateTimeField(_("申请时间"), auto_now_add=True)
    issued_at = models.DateTimeField(_("签发时间"), null=True)
    revoked_at = models.DateTimeField(_("撤销时间"), null=True)
    revocation = models.CharField(_("撤销原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("证书文件")
        verbose_name_plural = _("证书文件")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["code", "subject_id"], name="portal_storeddocument_once")
        ]
        indexes = [
            models.Index(
                fields=["requested_at"],
                name="portal_document_open",
                condition=models.Q(state__in=["requested", "unavailable"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code}#{self.subject_id}"


class Attachment(models.Model):
    """A file an enterprise handed in; the same bytes are kept once."""

    organisation = models.ForeignKey(
        "portal.Organisation", on_delete=models.PROTECT, related_name="attachments", verbose_name=_("企业")
    )
    purpose = models.CharField(_("用途"), max_length=40)
    name = models.CharField(_("文件名"), max_length=120)
    content_type = models.CharField(_("类型"), max_length=40)
    size = models.PositiveIntegerField(_("字节"))
    digest = models.CharField(_("摘要"), max_length=64)
    created_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    created_by = models.ForeignKey(
        "portal.User", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("上传人")
    )

    class Meta:
        verbose_name = _("附件")
        verbose_name_plural = _("附件")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

"""Documents of one parcel while somebody types them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from customs.enums import DraftKind


class ParcelDraft(models.Model):
    """What was typed once for all documents of a parcel, until they are sent.

    `content` is encrypted as a whole (it holds a buyer's name, number and address) and emptied when the last document is sent.
    `only` names the one document of a draft that another enterprise handed over. `sent` are the root names of what the intake took,
    `left_out` of what others will send.
    """

    organisation = models.ForeignKey(
        "portal.Organisation", on_delete=models.CASCADE, related_name="parcel_drafts", verbose_name=_("企业")
    )
    author = models.ForeignKey(
        "portal.User", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("填写人")
    )
    kind = models.CharField(_("业务类型"), max_length=5, choices=DraftKind.choices)
    order_no = models.CharField(_("订单号"), max_length=60, blank=True, default="")
    content = models.TextField(_("内容（密文）"))
    only = models.CharField(_("移交的单证"), max_length=16, blank=True, default="")
    handed_by = models.ForeignKey(
        "portal.Organisation",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("移交企业"),
    )
    sent = ArrayField(models.CharField(max_length=16), verbose_name=_("已报送"), default=list)
    left_out = ArrayField(models.CharField(max_length=16), verbose_name=_("由他人报送"), default=list)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    updated_at = models.DateTimeField(_("保存时间"), auto_now=True)
    sent_at = models.DateTimeField(_("报送时间"), null=True)

    class Meta:
        verbose_name = _("单证草稿")
        verbose_name_plural = _("单证草稿")
        ordering = ["-updated_at"]
        indexes = [models.Index(fields=["organisation", "-updated_at"], name="customs_draft_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.order_no}"

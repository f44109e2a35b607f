"""A company that registers itself: kept on the server from the first step, so that nothing is lost by going back or away."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from filing.enums import ApplicationState, RegistryState


class RegistrationApplication(models.Model):
    """One attempt to register a company. Nobody can use anything before the e-mail address is proven."""

    uscc = models.CharField(_("统一社会信用代码"), max_length=18)
    state = models.CharField(
        _("状态"), max_length=16, choices=ApplicationState.choices, default=ApplicationState.STARTED
    )
    registry_state = models.CharField(
        _("登记机关答复"), max_length=16, choices=RegistryState.choices, default=RegistryState.ASKED
    )
    registry_entry = models.JSONField(_("登记信息"), default=dict)
    asked_at = models.DateTimeField(_("查询时间"))
    name = models.CharField(_("企业名称"), max_length=200, blank=True)
    name_en = models.CharField(_("英文名称"), max_length=200, blank=True)
    customs_code = models.CharField(_("海关编码"), max_length=10, blank=True)
    district = models.CharField(_("主管海关"), max_length=4, blank=True)
    person_name = models.CharField(_("姓名"), max_length=100, blank=True)
    email = models.EmailField(_("邮箱"), blank=True)
    language = models.CharField(_("语言"), max_length=10, default="zh-hans")
    mailed_at = models.DateTimeField(_("邮件时间"), null=True, blank=True)
    created_at = models.DateTimeField(_("开始时间"), auto_now_add=True)
    organisation = models.ForeignKey(
        "portal.Organisation",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("企业"),
    )

    class Meta:
        verbose_name = _("企业注册申请")
        verbose_name_plural = _("企业注册申请")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="filing_application_uscc_form",
                condition=models.Q(uscc__regex=r"^[0-9ABCDEFGHJKLMNPQRTUWXY]{18}$"),
            ),
            models.CheckConstraint(
                name="filing_application_done_has_enterprise",
                condition=~models.Q(state=ApplicationState.DONE) | models.Q(organisation__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uscc} {self.state}"

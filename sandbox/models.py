"""Practice tenants. Rows exist on a sandbox instance only; the site that enterprises work on keeps nothing of them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from sandbox.enums import Part


class Tenant(models.Model):
    """The practice world of one enterprise, known by the enterprise's own USCC.

    A reset raises `generation`; the tenant is ready when all its firms have reached it.
    """

    uscc = models.CharField(_("统一社会信用代码"), max_length=18, unique=True)
    name = models.CharField(_("企业名称"), max_length=200)
    plays = ArrayField(models.CharField(max_length=16, choices=Part), verbose_name=_("本企业承担的角色"))
    generation = models.PositiveIntegerField(_("代次"), default=1)
    opened_at = models.DateTimeField(_("开通时间"), auto_now_add=True)
    reset_at = models.DateTimeField(_("最近重置时间"), null=True)

    class Meta:
        verbose_name = _("沙箱租户")
        verbose_name_plural = _("沙箱租户")
        constraints = [
            models.CheckConstraint(name="sandbox_tenant_plays", condition=~models.Q(plays=[])),
            models.CheckConstraint(name="sandbox_tenant_generation", condition=models.Q(generation__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name


class Firm(models.Model):
    """One firm of a tenant: the enterprise's twin (`self`) or a counterpart that plays one part.

    The API client stays the same over resets; the organisation behind it is new in every generation.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="firms", verbose_name=_("沙箱租户"))
    part = models.CharField(_("角色"), max_length=16)
    organisation = models.OneToOneField(
        "portal.Organisation", models.PROTECT, related_name="+", verbose_name=_("企业")
    )
    client = models.OneToOneField(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("接口客户端"),
    )
    generation = models.PositiveIntegerField(_("代次"), default=1)

    class Meta:
        verbose_name = _("沙箱企业")
        verbose_name_plural = _("沙箱企业")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "part"], name="sandbox_firm_once"),
            models.CheckConstraint(
                name="sandbox_firm_part", condition=models.Q(part__in=["self", *Part.values])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} #{self.organisation_id}"

"""Who is filed as what (备案)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from filing.enums import EnterpriseType, RegistrationState


class Registration(models.Model):
    """An enterprise is filed as one type from a day on (rules G.1)."""

    organisation = models.ForeignKey(
        "portal.Organisation", on_delete=models.PROTECT, related_name="registrations", verbose_name=_("企业")
    )
    enterprise_type = models.CharField(_("企业类型"), max_length=16, choices=EnterpriseType.choices)
    state = models.CharField(
        _("状态"), max_length=16, choices=RegistrationState.choices, default=RegistrationState.ACTIVE
    )
    valid_from = models.DateField(_("生效日"))
    valid_to = models.DateField(_("失效日"), null=True, blank=True)

    class Meta:
        verbose_name = _("企业备案")
        verbose_name_plural = _("企业备案")
        ordering = ["organisation", "enterprise_type"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "enterprise_type"], name="filing_registration_once"
            ),
            models.CheckConstraint(
                name="filing_registration_period",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.enterprise_type}"


class RegisteredCode(models.Model):
    """Published for set-based SQL: one row per code of an active registration, kept true by filing.services."""

    code = models.CharField(max_length=18)
    enterprise_type = models.CharField(max_length=16, choices=EnterpriseType.choices)
    organisation_id = models.BigIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        verbose_name = _("备案代码")
        verbose_name_plural = _("备案代码")
        indexes = [
            models.Index(fields=["organisation_id", "enterprise_type"], name="filing_registeredcode_of"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "enterprise_type", "valid_from"], name="filing_registeredcode_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.enterprise_type}"

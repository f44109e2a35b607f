"""Answers of the population base, without name and number (rules F.3)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customs.enums import IdentityOutcome


class IdentityResult(models.Model):
    """Answer for one (number, name) pair, known by its keyed hash, until it expires."""

    identity_hash = models.UUIDField(primary_key=True)
    outcome = models.CharField(_("结果"), max_length=12, choices=IdentityOutcome.choices)
    source = models.CharField(_("来源"), max_length=30)
    checked_at = models.DateTimeField(_("核验时间"))
    expires_at = models.DateTimeField(_("有效至"))

    class Meta:
        verbose_name = _("身份核验结果")
        verbose_name_plural = _("身份核验结果")

    def __str__(self) -> str:
        return self.outcome


class IdentityQuestion(models.Model):
    """A pair that was asked and is not answered yet; the pair itself is encrypted."""

    identity_hash = models.UUIDField(primary_key=True)
    pair = models.TextField()
    region = models.CharField(max_length=2)
    asked_agency = models.CharField(max_length=30, blank=True, default="")
    asked_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    ask_after = models.DateTimeField()

    class Meta:
        verbose_name = _("待核验身份")
        verbose_name_plural = _("待核验身份")
        indexes = [models.Index(fields=["ask_after"], name="customs_identityquestion_due")]

    def __str__(self) -> str:
        return f"{self.region} ×{self.attempts}"

"""Certificates of enterprises, and what the check of a message's signature said."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.enums import CertificateState, SignatureState
from exchange.messages.signatures.faults import WORDINGS, Flaw, Wording


class SignerCertificate(models.Model):
    """A certificate with which an enterprise signs its messages.

    It counts because it stands here, from `valid_from` to `valid_to` and until `revoked_at`; chains are not built. `serial` is
    hexadecimal as KeyName writes it, `fingerprint` SHA-256 of the certificate. Rows are never deleted: old signatures need them.
    """

    organisation = models.ForeignKey(
        "portal.Organisation", models.PROTECT, related_name="+", verbose_name=_("企业")
    )
    serial = models.CharField(_("证书编号"), max_length=64)
    fingerprint = models.CharField(_("证书指纹（SHA-256）"), max_length=64, unique=True)
    subject = models.CharField(_("证书主体"), max_length=400)
    issuer = models.CharField(_("签发机构"), max_length=400)
    key = models.CharField(_("公钥算法"), max_length=8)
    valid_from = models.DateTimeField(_("生效时间"))
    valid_to = models.DateTimeField(_("失效时间"))
    pem = models.TextField(_("证书"))
    filed_at = models.DateTimeField(_("登记时间"), db_default=Now())
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("登记人")
    )
    revoked_at = models.DateTimeField(_("吊销时间"), null=True)
    revoked_reason = models.CharField(_("吊销原因"), max_length=200, blank=True, default="")
    reminded = ArrayField(models.IntegerField(), default=list, verbose_name=_("已提醒"))

    class Meta:
        verbose_name = _("签名证书")
        verbose_name_plural = _("签名证书")
        ordering = ["-filed_at", "-id"]
        indexes = [
            models.Index(fields=["organisation", "serial"], name="exchange_certificate_serial"),
            models.Index(
                fields=["valid_to"],
                name="exchange_certificate_expiry",
                condition=models.Q(revoked_at=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="exchange_certificate_period",
                condition=models.Q(valid_to__gt=models.F("valid_from")),
            ),
            models.CheckConstraint(
                name="exchange_certificate_revocation",
                condition=models.Q(revoked_at=None, revoked_reason="")
                | (models.Q(revoked_at__isnull=False) & ~models.Q(revoked_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return self.serial

    @property
    def standing(self) -> CertificateState:
        """Where it stands now."""
        now = timezone.now()
        if self.revoked_at is not None:
            return CertificateState.REVOKED
        if now < self.valid_from:
            return CertificateState.EARLY
        return CertificateState.EXPIRED if self.valid_to <= now else CertificateState.VALID


class SignatureCheck(models.Model):
    """What the check of one message's signature said; inserted once, before its documents are worked. No row: unsigned, or the
    check is still to come.
    """

    message_id = models.BigIntegerField(_("报文"), primary_key=True)
    state = models.CharField(_("验签结果"), max_length=4, choices=SignatureState)
    flaw = models.CharField(_("问题"), max_length=12, blank=True, default="")
    detail = models.CharField(_("细节"), max_length=200, blank=True, default="")
    algorithm = models.CharField(_("签名算法"), max_length=16, blank=True, default="")
    key_name = models.CharField(_("证书编号"), max_length=200, blank=True, default="")
    certificate = models.ForeignKey(
        SignerCertificate,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("签名证书"),
    )
    checked_at = models.DateTimeField(_("验签时间"), db_default=Now())

    class Meta:
        verbose_name = _("验签记录")
        verbose_name_plural = _("验签记录")
        ordering = ["-message_id"]
        constraints = [
            models.CheckConstraint(
                name="exchange_signaturecheck_flaw",
                condition=models.Q(state=SignatureState.GOOD, flaw="")
                | (models.Q(state=SignatureState.BAD) & ~models.Q(flaw="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.state}"

    @property
    def wording(self) -> Wording | None:
        """The flaw in words, None for a good signature."""
        return WORDINGS[Flaw(self.flaw)] if self.flaw else None

"""The audit trail: entries are appended in the transaction of the act; links chain them afterwards."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.enums import verb_choices

BULK_VERBS = ("message_received", "parcels_decided", "tasks_read", "decision_received")
"""Acts of machines, by the million."""

BY_PEOPLE = ~models.Q(verb__in=BULK_VERBS)
"""Everything else; the partial indexes hold only these."""


class AuditEntry(models.Model):
    """One act: who, for whom, what, on what, when. Append-only (database triggers)."""

    at = models.DateTimeField(_("时间"), db_index=False)
    verb = models.CharField(_("动作"), max_length=32, choices=verb_choices)
    actor_id = models.BigIntegerField(_("人员"), null=True, blank=True)
    client_id = models.BigIntegerField(_("接口客户端"), null=True, blank=True)
    organisation_id = models.BigIntegerField(_("企业"), null=True, blank=True)
    subject = models.CharField(_("对象"), max_length=100, blank=True)
    detail = models.JSONField(_("详情"), default=dict)

    class Meta:
        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["at", "id"], name="portal_audit_time"),
            models.Index(fields=["subject", "at", "id"], name="portal_audit_object"),
            models.Index(fields=["organisation_id", "at", "id"], name="portal_audit_enterprise"),
            models.Index(
                fields=["organisation_id", "at", "id"],
                name="portal_audit_enterprise_acts",
                condition=BY_PEOPLE,
            ),
            models.Index(
                fields=["actor_id", "at", "id"],
                name="portal_audit_person",
                condition=models.Q(actor_id__isnull=False),
            ),
            models.Index(fields=["verb", "at", "id"], name="portal_audit_verb", condition=BY_PEOPLE),
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.verb} {self.subject}"


class AuditLink(models.Model):
    """Place of an entry in the hash chain: hash = SHA-256(previous hash ‖ canonical entry). Append-only."""

    position = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("审计链")
        verbose_name_plural = _("审计链")
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.position} {self.hash[:12]}"

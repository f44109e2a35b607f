"""What stands still beyond its time limit."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.enums import Owner


class Standstill(models.Model):
    """One object that stood in a state longer than allowed: told once to its owner, ended when it moves on.

    `kind` names an entry of `portal.standing`; `agency` and `office` ("" = every office) say whose desk shows it.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(_("事项种类"), max_length=48)
    object_id = models.BigIntegerField(_("对象"))
    owner = models.CharField(_("责任方"), max_length=12, choices=Owner.choices)
    agency = models.CharField(_("部门"), max_length=32, blank=True, default="")
    office = models.CharField(_("机构"), max_length=16, blank=True, default="")
    organisation_id = models.BigIntegerField(null=True)
    since = models.DateTimeField(_("期限届满"))
    found_at = models.DateTimeField(_("发现时间"))
    ended_at = models.DateTimeField(_("恢复时间"), null=True)

    class Meta:
        verbose_name = _("停滞事项")
        verbose_name_plural = _("停滞事项")
        ordering = ["since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id"],
                name="portal_standstill_open",
                condition=models.Q(ended_at=None),
            )
        ]
        indexes = [
            models.Index(
                fields=["agency", "since"], name="portal_standstill_desk", condition=models.Q(ended_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"

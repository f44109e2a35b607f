"""Who may have which data: requests of agencies, and the grants they become (rules P.2, P.3)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from exchange.enums import DataUse, GrantState, Level

OPEN = [GrantState.ASKED.value, GrantState.CHECKED.value]
"""States in which the owner of the data has to act."""
USER = "portal.User"


class SharingGrant(models.Model):
    """Fields of one object of the catalogue, asked for by one agency for one purpose and period.

    The owner checks it, then answers it; what touches L4 is answered by somebody else than who checked it. A grant is good from
    `since` to the day before `until`, and never after its state has left `granted`.
    """

    agency = models.ForeignKey(
        "portal.Agency", on_delete=models.PROTECT, related_name="+", verbose_name=_("申请部门")
    )
    owner = models.CharField(_("数据责任部门"), max_length=30)
    object = models.CharField(_("数据对象"), max_length=60)
    fields = ArrayField(models.CharField(max_length=60), verbose_name=_("字段"))
    level = models.CharField(_("最高级别"), max_length=2, choices=Level.choices)
    purpose = models.CharField(_("用途"), max_length=16, choices=DataUse.choices)
    legal_basis = models.CharField(_("法律依据"), max_length=300)
    reason = models.CharField(_("用途说明"), max_length=500)
    since = models.DateField(_("生效日"))
    until = models.DateField(_("失效日"))
    state = models.CharField(_("状态"), max_length=12, choices=GrantState.choices, default=GrantState.ASKED)
    renews = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="renewals", verbose_name=_("续期自")
    )
    asked_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("申请人")
    )
    asked_client = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("申请系统"),
    )
    asked_at = models.DateTimeField(_("申请时间"))
    due_at = models.DateTimeField(_("办理期限"), null=True)
    taken_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )
    checked_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("核验人")
    )
    checked_at = models.DateTimeField(_("核验时间"), null=True)
    decided_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("答复人")
    )
    decided_at = models.DateTimeField(_("答复时间"), null=True)
    decision_reason = models.CharField(_("答复说明"), max_length=500, blank=True, default="")
    ended_at = models.DateTimeField(_("终止时间"), null=True)
    reminded_at = models.DateTimeField(_("到期提醒时间"), null=True)

    class Meta:
        verbose_name = _("数据共享授权")
        verbose_name_plural = _("数据共享授权")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="exchange_grant_period", condition=Q(until__gt=F("since"))),
            models.CheckConstraint(name="exchange_grant_some_field", condition=Q(fields__len__gt=0)),
            models.CheckConstraint(
                name="exchange_grant_one_asker",
                condition=Q(asked_by__isnull=False, asked_client__isnull=True)
                | Q(asked_by__isnull=True, asked_client__isnull=False),
            ),
            models.CheckConstraint(
                name="exchange_grant_four_eyes",
                condition=~Q(level=Level.PERSONAL, state=GrantState.GRANTED) | ~Q(checked_by=F("decided_by")),
            ),
            models.UniqueConstraint(
                fields=["agency", "object", "purpose"],
                name="exchange_grant_one_open",
                condition=Q(state__in=OPEN),
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "due_at"], name="exchange_grant_open", condition=Q(state__in=OPEN)),
            models.Index(fields=["agency", "-id"], name="exchange_grant_agency"),
            models.Index(
                fields=["until"], name="exchange_grant_in_force", condition=Q(state=GrantState.GRANTED)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.object} → {self.agency_id} {self.purpose}"


class GrantVersion(models.Model):
    """Grows with every change of a grant, so that processes know when their copy is old."""

    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("授权版本")
        verbose_name_plural = _("授权版本")

    def __str__(self) -> str:
        return str(self.pk)

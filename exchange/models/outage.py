"""Outages as the status process measured them, and the statements enterprises get about them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.enums import OutageState
from portal.status import PARTS

USER = "portal.User"


class Outage(models.Model):
    """A period in which a part of the platform did not answer.

    The times are the status process's own and never change; officials add the cause: one writes it, another confirms it. Only a
    confirmed outage, and so one that has ended, can be certified.
    """

    part = models.CharField(_("部分"), max_length=20, choices=list(PARTS.items()))
    began_at = models.DateTimeField(_("开始"))
    ended_at = models.DateTimeField(_("结束"), null=True)
    state = models.CharField(
        _("状态"), max_length=12, choices=OutageState.choices, default=OutageState.MEASURED
    )
    cause = models.CharField(_("原因"), max_length=300, blank=True, default="")
    explained_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("填写人")
    )
    explained_at = models.DateTimeField(_("填写时间"), null=True)
    confirmed_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("复核人")
    )
    confirmed_at = models.DateTimeField(_("复核时间"), null=True)
    due_at = models.DateTimeField(_("办理期限"), null=True)

    class Meta:
        verbose_name = _("中断记录")
        verbose_name_plural = _("中断记录")
        ordering = ["-began_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["part", "began_at"], name="exchange_outage_once"),
            models.CheckConstraint(
                name="exchange_outage_period", condition=Q(ended_at=None) | Q(ended_at__gt=F("began_at"))
            ),
            models.CheckConstraint(
                name="exchange_outage_four_eyes",
                condition=~Q(state=OutageState.CONFIRMED)
                | (
                    Q(ended_at__isnull=False, explained_by__isnull=False, confirmed_by__isnull=False)
                    & ~Q(confirmed_by=F("explained_by"))
                    & ~Q(cause="")
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["-began_at", "-id"], name="exchange_outage_newest"),
            models.Index(
                fields=["due_at"], name="exchange_outage_open", condition=~Q(state=OutageState.CONFIRMED)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.began_at:%Y-%m-%dT%H:%M:%S}"

    @property
    def seconds(self) -> int | None:
        """How long it lasted; None while it goes on."""
        return int((self.ended_at - self.began_at).total_seconds()) if self.ended_at else None


class OutageStatement(models.Model):
    """What an enterprise may show to others: which confirmed outages fell into its period, and what of its messages came through.

    `received` and `refused` count the messages of the journal in the period; `last_before` and `first_after` are the accepted messages
    nearest to it. The certificate (PDF, check page) is a document of the platform with this row as its subject.
    """

    organisation = models.ForeignKey(
        "portal.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("企业")
    )
    since = models.DateTimeField(_("期间起"))
    until = models.DateTimeField(_("期间止"))
    outages = models.ManyToManyField(Outage, related_name="statements", verbose_name=_("中断记录"))
    received = models.PositiveIntegerField(_("期间收到的报文"))
    refused = models.PositiveIntegerField(_("其中退回"))
    last_before = models.DateTimeField(_("此前最近一次报送成功"), null=True)
    first_after = models.DateTimeField(_("此后首次报送成功"), null=True)
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
    asked_at = models.DateTimeField(_("出具时间"))
    revoked_at = models.DateTimeField(_("撤销时间"), null=True)

    class Meta:
        verbose_name = _("系统中断证明")
        verbose_name_plural = _("系统中断证明")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="exchange_statement_period", condition=Q(until__gt=F("since"))),
            models.CheckConstraint(
                name="exchange_statement_one_asker",
                condition=Q(asked_by__isnull=False, asked_client__isnull=True)
                | Q(asked_by__isnull=True, asked_client__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["organisation", "since", "until"],
                name="exchange_statement_once",
                condition=Q(revoked_at=None),
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-id"], name="exchange_statement_own")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """ZD, day of issue, running number."""
        return f"ZD{timezone.localtime(self.asked_at):%Y%m%d}{self.pk:06d}"

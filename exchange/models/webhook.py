"""Webhooks: where feeds are pushed to, how far, and what happened at each attempt. No body is ever stored."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from exchange.enums import PushState, WebhookKind, WebhookState
from exchange.models.columns import TransactionIdField

POSITION: dict[str, Any] = {"db_default": models.NOT_PROVIDED}


class Webhook(models.Model):
    """An address of an enterprise or an agency to which its feeds are pushed, one request at a time.

    `secret` is encrypted; it signs every request and is shown once. `sequence` counts the pages pushed so far.
    """

    organisation = models.ForeignKey(
        "portal.Organisation", models.CASCADE, null=True, related_name="+", verbose_name=_("企业")
    )
    agency = models.ForeignKey(
        "portal.Agency", models.CASCADE, null=True, related_name="+", verbose_name=_("部门")
    )
    url = models.CharField(_("推送地址"), max_length=500)
    kinds = ArrayField(
        models.CharField(max_length=16, choices=WebhookKind.choices), verbose_name=_("推送内容")
    )
    secret = models.TextField(_("签名密钥密文"))
    state = models.CharField(
        _("状态"), max_length=8, choices=WebhookState.choices, default=WebhookState.PENDING
    )
    sequence = models.BigIntegerField(_("序号"), default=0)
    failures = models.SmallIntegerField(_("连续失败次数"), default=0)
    failing_since = models.DateTimeField(_("失败起始时间"), null=True)
    last_error = models.CharField(_("最近错误"), max_length=60, blank=True, default="")
    attempted_at = models.DateTimeField(_("最近推送时间"), null=True)
    next_at = models.DateTimeField(_("下次推送时间"), db_default=Now())
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("建立时间"), db_default=Now())
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("建立人")
    )

    class Meta:
        verbose_name = _("推送订阅")
        verbose_name_plural = _("推送订阅")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="exchange_webhook_one_owner",
                condition=models.Q(organisation__isnull=False, agency__isnull=True)
                | models.Q(organisation__isnull=True, agency__isnull=False),
            ),
            models.CheckConstraint(name="exchange_webhook_kinds", condition=models.Q(kinds__len__gte=1)),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                name="exchange_webhook_due",
                condition=models.Q(state__in=[WebhookState.PENDING, WebhookState.ACTIVE]),
            )
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def kind_names(self) -> list[str]:
        """The kinds in words."""
        return [str(WebhookKind(kind).label) for kind in self.kinds]


class WebhookPosition(models.Model):
    """How far one kind has been pushed and taken."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="positions")
    kind = models.CharField(max_length=16, choices=WebhookKind.choices)
    xid = TransactionIdField(**POSITION)
    row_id = models.BigIntegerField()
    moved_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("推送位置")
        verbose_name_plural = _("推送位置")
        constraints = [
            models.UniqueConstraint(fields=["webhook", "kind"], name="exchange_webhookposition_once")
        ]

    def __str__(self) -> str:
        return f"{self.webhook_id} {self.kind}"


class WebhookPush(models.Model):
    """One page of a feed on its way: the rows after `from_…` up to `to_…`. At most one waits for each webhook."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="pushes")
    sequence = models.BigIntegerField(_("序号"))
    kind = models.CharField(_("推送内容"), max_length=16, choices=WebhookKind.choices)
    from_xid = TransactionIdField(**POSITION)
    from_id = models.BigIntegerField()
    to_xid = TransactionIdField(**POSITION)
    to_id = models.BigIntegerField()
    items = models.SmallIntegerField(_("条数"))
    state = models.CharField(_("状态"), max_length=9, choices=PushState.choices, default=PushState.WAITING)
    attempts = models.SmallIntegerField(_("次数"), default=0)
    status = models.SmallIntegerField(_("应答状态"), null=True)
    latency_ms = models.IntegerField(_("耗时（毫秒）"), null=True)
    error = models.CharField(_("最近错误"), max_length=60, blank=True, default="")
    created_at = models.DateTimeField(_("建立时间"), db_default=Now())
    done_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        verbose_name = _("推送记录")
        verbose_name_plural = _("推送记录")
        ordering = ["-sequence"]
        constraints = [
            models.UniqueConstraint(fields=["webhook", "sequence"], name="exchange_webhookpush_sequence"),
            models.UniqueConstraint(
                fields=["webhook"],
                name="exchange_webhookpush_one_waiting",
                condition=models.Q(state=PushState.WAITING),
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="exchange_webhookpush_time")]

    def __str__(self) -> str:
        return f"{self.webhook_id} #{self.sequence}"


class WebhookAttempt(models.Model):
    """One request: of a page, or the challenge that proves the address (`push` empty)."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="attempts")
    push = models.ForeignKey(WebhookPush, models.CASCADE, null=True, related_name="log")
    at = models.DateTimeField(_("时间"), db_default=Now())
    status = models.SmallIntegerField(_("应答状态"), null=True)
    latency_ms = models.IntegerField(_("耗时（毫秒）"))
    error = models.CharField(_("错误"), max_length=60, blank=True, default="")

    class Meta:
        verbose_name = _("推送尝试")
        verbose_name_plural = _("推送尝试")
        ordering = ["-id"]
        indexes = [models.Index(fields=["at"], name="exchange_webhookattempt_time")]

    def __str__(self) -> str:
        return f"{self.webhook_id} {self.status}"

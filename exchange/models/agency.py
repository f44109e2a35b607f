"""What other agencies fetch and answer."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from exchange.enums import TaskState
from exchange.models.columns import TransactionIdField


class AgencyTask(models.Model):
    """A question to another agency. `payload` = `portal.personal_data.encrypt(JSON text)`.

    Open tasks leave the index once decided, so polling never pays for history. A task whose lease ran out gets a new `xid`:
    it stands at the end of the feed again, behind every cursor given out.

    `interim_digests`: SHA-256 of every interim answer, 32 bytes each. `attempts` and `try_at` belong to agencies that we call.
    """

    id = models.BigAutoField(primary_key=True)
    xid = TransactionIdField()
    agency_code = models.CharField(_("部门"), max_length=32)
    kind = models.CharField(_("任务类型"), max_length=24)
    subject_id = models.BigIntegerField(_("对象"))
    payload = models.TextField(_("内容"))
    state = models.CharField(_("状态"), max_length=8, choices=TaskState, db_default=TaskState.OPEN)
    created_at = models.DateTimeField(_("创建时间"), db_default=Now())
    leased_until = models.DateTimeField(_("办理期限"), null=True)
    district = models.CharField(_("关区"), max_length=4, blank=True, db_default="")
    redeliveries = models.SmallIntegerField(_("重新下发次数"), db_default=0)
    escalated_at = models.DateTimeField(_("上报时间"), null=True)
    decided_at = models.DateTimeField(_("办结时间"), null=True)
    outcome = models.CharField(_("结果"), max_length=32, blank=True, db_default="")
    detail_digest = models.BinaryField(_("结果摘要"), null=True)
    interim_digests = models.BinaryField(_("中间结果摘要"), null=True)
    attempts = models.SmallIntegerField(_("调用次数"), db_default=0)
    try_at = models.DateTimeField(_("下次调用时间"), null=True)

    class Meta:
        verbose_name = _("部门任务")
        verbose_name_plural = _("部门任务")
        ordering = ["xid", "id"]
        indexes = [
            models.Index(
                fields=["agency_code", "xid", "id"],
                name="exchange_agencytask_feed",
                condition=models.Q(state__in=[TaskState.OPEN, TaskState.ACKNOWLEDGED]),
            ),
            models.Index(
                fields=["leased_until"],
                name="exchange_agencytask_leased",
                condition=models.Q(state=TaskState.ACKNOWLEDGED),
            ),
            models.Index(
                fields=["created_at"],
                name="exchange_agencytask_unread",
                condition=models.Q(state=TaskState.OPEN, escalated_at=None),
            ),
            models.Index(
                fields=["decided_at"],
                name="exchange_agencytask_decided",
                condition=models.Q(state=TaskState.DECIDED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class SharedDocument(models.Model):
    """What agencies may know of a list that was released: one row for each status it reached, in the order it became certain."""

    id = models.BigAutoField(primary_key=True)
    xid = TransactionIdField()
    subject_id = models.BigIntegerField(_("清单"))
    kind = models.CharField(_("单证类型"), max_length=16)
    number = models.CharField(_("清单编号"), max_length=20)
    status = models.CharField(_("状态"), max_length=10)
    district = models.CharField(_("申报海关"), max_length=4)
    port = models.CharField(_("口岸海关"), max_length=4)
    trade_mode = models.CharField(_("监管方式"), max_length=4)
    happened_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("共享单证")
        verbose_name_plural = _("共享单证")
        ordering = ["xid", "id"]
        constraints = [
            models.UniqueConstraint(fields=["subject_id", "status"], name="exchange_shareddocument_once")
        ]
        indexes = [models.Index(fields=["xid", "id"], name="exchange_shareddocument_feed")]

    def __str__(self) -> str:
        return f"{self.number} {self.status}"


class IdempotentAnswer(models.Model):
    """The answer given to a request with an `Idempotency-Key`; kept for a week."""

    client = models.ForeignKey(settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    digest = models.BinaryField(max_length=32)
    body = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("幂等应答")
        verbose_name_plural = _("幂等应答")
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="exchange_idempotentanswer_key")
        ]
        indexes = [models.Index(fields=["created_at"], name="exchange_idempotent_time")]

    def __str__(self) -> str:
        return self.key

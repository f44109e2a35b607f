"""Answers of agencies that nobody understands, and what people said their codes mean."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from exchange.enums import UnclearState


class UnclearAnswer(models.Model):
    """One answer with something in it that its contract does not know, kept until a person or the agency clears it up.

    `field` and `value` name the first doubt (`value` empty: the part is missing or malformed). `content` =
    `portal.personal_data.encrypt(JSON of outcome and detail)`, `digest` recognises the second delivery. `applied`: the rest of
    the answer took effect, only this code did not; further ones of the kind are counted in `times`.
    """

    task_id = models.BigIntegerField(_("任务"))
    agency_code = models.CharField(_("部门"), max_length=32)
    kind = models.CharField(_("任务类型"), max_length=24)
    subject_id = models.BigIntegerField(_("对象"))
    field = models.CharField(_("字段"), max_length=32)
    value = models.CharField(_("代码"), max_length=64, blank=True)
    content = models.TextField(_("答复"))
    digest = models.BinaryField(_("摘要"), max_length=32)
    applied = models.BooleanField(_("其余部分已生效"), default=False)
    times = models.IntegerField(_("次数"), default=1)
    state = models.CharField(_("状态"), max_length=10, choices=UnclearState, db_default=UnclearState.WAITING)
    created_at = models.DateTimeField(_("收到时间"), db_default=Now())

    class Meta:
        verbose_name = _("无法理解的答复")
        verbose_name_plural = _("无法理解的答复")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["task_id"],
                name="exchange_unclear_task",
                condition=models.Q(state=UnclearState.WAITING, applied=False),
            ),
            models.UniqueConstraint(
                fields=["agency_code", "kind", "field", "value"],
                name="exchange_unclear_code",
                condition=models.Q(state=UnclearState.WAITING, applied=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="exchange_unclear_waiting",
                condition=models.Q(state=UnclearState.WAITING),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_code} {self.kind} {self.field}={self.value}"


class CodeMeaning(models.Model):
    """A person said that an agency's unknown code means the same as a known one."""

    agency_code = models.CharField(_("部门"), max_length=32)
    kind = models.CharField(_("任务类型"), max_length=24)
    field = models.CharField(_("字段"), max_length=32)
    value = models.CharField(_("代码"), max_length=64)
    known = models.CharField(_("等同代码"), max_length=64)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("认定时间"), db_default=Now())

    class Meta:
        verbose_name = _("代码认定")
        verbose_name_plural = _("代码认定")
        constraints = [
            models.UniqueConstraint(
                fields=["agency_code", "kind", "field", "value"], name="exchange_codemeaning_code"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agency_code} {self.field}: {self.value} = {self.known}"

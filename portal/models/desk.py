"""What officials add to cases of every app: who works on them, notes, tasks, questions to the enterprise, second signatures.

A case is named by its model and id; the rows are kept when the case has left its queue.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.enums import AssignmentKind, CountersignState, RequestState

USER = "portal.User"


class Absence(models.Model):
    """An official is away; the deputy gets the cases from the first day to the last."""

    person = models.ForeignKey(
        USER, on_delete=models.CASCADE, related_name="absences", verbose_name=_("缺席人")
    )
    deputy = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+", verbose_name=_("代办人"))
    first_day = models.DateField(_("第一天"))
    last_day = models.DateField(_("最后一天"))
    noted_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("登记人"))
    begun_at = models.DateTimeField(_("移交时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("缺席")
        verbose_name_plural = _("缺席")
        ordering = ["-first_day", "-id"]
        constraints = [
            models.CheckConstraint(name="portal_absence_period", condition=Q(last_day__gte=F("first_day"))),
            models.CheckConstraint(name="portal_absence_other_deputy", condition=~Q(person=F("deputy"))),
            models.UniqueConstraint(
                fields=["person"], name="portal_absence_one_open", condition=Q(ended_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.first_day}–{self.last_day}"


class CaseRow(models.Model):
    """A row about one case."""

    model = models.CharField(_("对象类别"), max_length=60)
    object_id = models.BigIntegerField(_("对象"))

    class Meta:
        abstract = True


class Assignment(CaseRow):
    """Who had a case from when on; `person` is empty when it went back to the queue."""

    kind = models.CharField(_("方式"), max_length=16, choices=AssignmentKind.choices)
    person = models.ForeignKey(
        USER, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("经办人")
    )
    actor = models.ForeignKey(
        USER, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("操作人")
    )
    absence = models.ForeignKey(Absence, on_delete=models.SET_NULL, null=True, related_name="assignments")
    note = models.CharField(_("说明"), max_length=500, blank=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("分派记录")
        verbose_name_plural = _("分派记录")
        ordering = ["id"]
        indexes = [models.Index(fields=["model", "object_id"], name="portal_assignment_case")]

    def __str__(self) -> str:
        return f"{self.model}#{self.object_id} {self.kind}"


class CaseNote(CaseRow):
    """A remark among officials; the enterprise never sees it."""

    author = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("作者"))
    text = models.TextField(_("内容"), max_length=2000)
    mentions = ArrayField(models.BigIntegerField(), verbose_name=_("提及"), default=list, blank=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("备注")
        verbose_name_plural = _("备注")
        ordering = ["id"]
        indexes = [models.Index(fields=["model", "object_id"], name="portal_casenote_case")]

    def __str__(self) -> str:
        return f"{self.model}#{self.object_id}"


class CaseTask(CaseRow):
    """Something to do about a case, by somebody, until a day."""

    title = models.CharField(_("事项"), max_length=200)
    assignee = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="case_tasks", verbose_name=_("负责人")
    )
    due_on = models.DateField(_("期限"), null=True, blank=True)
    created_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("登记人"))
    created_at = models.DateTimeField(_("登记时间"))
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    done_by = models.ForeignKey(
        USER, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("完成人")
    )

    class Meta:
        verbose_name = _("任务")
        verbose_name_plural = _("任务")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["model", "object_id"], name="portal_casetask_case"),
            models.Index(
                fields=["assignee", "due_on"], name="portal_casetask_open", condition=Q(done_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.title


class InformationRequest(CaseRow):
    """A question to the enterprise. While it is open the clock of the case stands still (`clock_left` seconds of office hours)."""

    queue = models.CharField(_("队列"), max_length=40)
    name = models.CharField(_("事项"), max_length=100)
    organisation = models.ForeignKey(
        "portal.Organisation",
        on_delete=models.PROTECT,
        related_name="information_requests",
        verbose_name=_("企业"),
    )
    state = models.CharField(
        _("状态"), max_length=16, choices=RequestState.choices, default=RequestState.OPEN
    )
    question = models.TextField(_("需要补充的资料"), max_length=2000)
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("询问人"))
    asked_at = models.DateTimeField(_("询问时间"))
    answer_until = models.DateTimeField(_("答复期限"))
    clock_left = models.IntegerField(_("剩余工作秒数"), null=True, blank=True)
    answer = models.TextField(_("答复"), max_length=4000, blank=True)
    attachment = models.ForeignKey(
        "portal.Attachment",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("附件"),
    )
    answered_by = models.ForeignKey(
        USER, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("答复人")
    )
    closed_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("补充资料要求")
        verbose_name_plural = _("补充资料要求")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["organisation", "-id"], name="portal_request_organisation"),
            models.Index(fields=["answer_until"], name="portal_request_open", condition=Q(state="open")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "object_id"], name="portal_request_one_open", condition=Q(state="open")
            ),
            models.CheckConstraint(
                name="portal_request_closed", condition=Q(state="open") | Q(closed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"


class Countersignature(CaseRow):
    """An act that needs a second person; nothing moves before that person has confirmed."""

    queue = models.CharField(_("队列"), max_length=40)
    action = models.CharField(_("动作"), max_length=40)
    agency = models.CharField(_("部门"), max_length=30)
    name = models.CharField(_("事项"), max_length=100)
    form = models.JSONField(_("填写内容"), default=dict)
    state = models.CharField(
        _("状态"), max_length=16, choices=CountersignState.choices, default=CountersignState.PROPOSED
    )
    proposed_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    decided_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    remark = models.CharField(_("复核意见"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("双人复核")
        verbose_name_plural = _("双人复核")
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["proposed_at"], name="portal_countersign_open", condition=Q(state="proposed")
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "object_id"], name="portal_countersign_one", condition=Q(state="proposed")
            ),
            models.CheckConstraint(
                name="portal_countersign_four_eyes",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.action}"


class SavedFilter(models.Model):
    """A way to look at a queue that somebody keeps; a shared one is seen by everybody who reads the queue."""

    person = models.ForeignKey(
        USER, on_delete=models.CASCADE, related_name="saved_filters", verbose_name=_("人员")
    )
    queue = models.CharField(_("队列"), max_length=40)
    name = models.CharField(_("名称"), max_length=40)
    query = models.CharField(_("条件"), max_length=500)
    shared = models.BooleanField(_("同事可见"), default=False)

    class Meta:
        verbose_name = _("保存的条件")
        verbose_name_plural = _("保存的条件")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "queue", "name"], name="portal_savedfilter_once")
        ]

    def __str__(self) -> str:
        return self.name

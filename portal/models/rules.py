"""The rule register: every rate, limit, threshold and switch as a dated row."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.enums import ChangeState, Confidence, SelectorDate


class DateRangeFunction(models.Func):
    """SQL `daterange(from, to)`: from inclusive, to exclusive, NULL = open."""

    function = "DATERANGE"
    output_field = DateRangeField()


class RuleValue(models.Model):
    """A value of a rule from `valid_from` (inclusive) to `valid_to` (exclusive, empty = open).

    Rows are never overwritten: a change closes `valid_to` and opens a new row.
    """

    rule_id = models.CharField(_("规则编号"), max_length=40)
    title = models.CharField(_("名称"), max_length=200, blank=True)
    scope = models.CharField(_("适用范围"), max_length=60, blank=True, default="")
    param = models.JSONField(_("参数"))
    selector_date = models.CharField(_("业务日期"), max_length=1, choices=SelectorDate.choices)
    valid_from = models.DateField(_("生效日"))
    valid_to = models.DateField(_("失效日"), null=True, blank=True)
    source = models.CharField(_("依据"), max_length=200)
    confidence = models.CharField(_("可信度"), max_length=10, choices=Confidence.choices)
    supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successors"
    )

    class Meta:
        verbose_name = _("规则参数")
        verbose_name_plural = _("规则登记簿")
        ordering = ["rule_id", "scope", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="portal_rulevalue_period",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
            ),
            ExclusionConstraint(
                name="portal_rulevalue_no_overlap",
                expressions=[
                    ("rule_id", RangeOperators.EQUAL),
                    ("scope", RangeOperators.EQUAL),
                    (
                        DateRangeFunction("valid_from", "valid_to", RangeBoundary(inclusive_lower=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.param} ({self.valid_from})"


class RuleChange(models.Model):
    """A proposed new value; somebody else than the proposer approves it (four eyes)."""

    rule_id = models.CharField(_("规则编号"), max_length=40)
    scope = models.CharField(_("适用范围"), max_length=60, blank=True, default="")
    param = models.JSONField(_("参数"))
    valid_from = models.DateField(_("生效日"))
    source = models.CharField(_("依据"), max_length=200)
    confidence = models.CharField(_("可信度"), max_length=10, choices=Confidence.choices)
    reason = models.TextField(_("理由"))
    state = models.CharField(
        _("状态"), max_length=10, choices=ChangeState.choices, default=ChangeState.PROPOSED
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="proposed_rules",
        verbose_name=_("提出人"),
    )
    proposed_at = models.DateTimeField(_("提出时间"), auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="decided_rules",
        null=True,
        blank=True,
        verbose_name=_("复核人"),
    )
    decided_at = models.DateTimeField(_("复核时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("规则变更")
        verbose_name_plural = _("规则变更")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="portal_rulechange_four_eyes",
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("proposed_by")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} → {self.param}"


class RegisterVersion(models.Model):
    """Grows with every approved change; a decision stores the version it used and can be replayed."""

    created_at = models.DateTimeField(auto_now_add=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("登记簿版本")
        verbose_name_plural = _("登记簿版本")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.pk)

"""Agency agreements (委托代理): which firm acts for which enterprise, in what, and how long."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from filing.enums import AgreementKind, AgreementState


class DateRange(models.Func):
    """`daterange(from, to, '[)')`."""

    function = "DATERANGE"
    output_field = DateRangeField()


class Agreement(models.Model):
    """One firm offers, the other accepts; either ends it. From then on the agent no longer acts for the client."""

    client = models.ForeignKey(
        "portal.Organisation",
        on_delete=models.PROTECT,
        related_name="agreements_given",
        verbose_name=_("委托方"),
    )
    agent = models.ForeignKey(
        "portal.Organisation",
        on_delete=models.PROTECT,
        related_name="agreements_held",
        verbose_name=_("受托方"),
    )
    kind = models.CharField(_("委托事项"), max_length=16, choices=AgreementKind.choices)
    state = models.CharField(
        _("状态"), max_length=12, choices=AgreementState.choices, default=AgreementState.OFFERED
    )
    offered_by = models.ForeignKey(
        "portal.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("发起方")
    )
    valid_from = models.DateField(_("生效日"))
    valid_to = models.DateField(_("失效日"))
    note = models.CharField(_("约定内容"), max_length=500, blank=True)
    reason = models.CharField(_("终止原因"), max_length=500, blank=True)
    offered_at = models.DateTimeField(_("发起时间"))
    answer_until = models.DateTimeField(_("答复期限"))
    decided_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("终止时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("委托协议")
        verbose_name_plural = _("委托协议")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["client", "-id"], name="filing_agreement_client"),
            models.Index(fields=["agent", "-id"], name="filing_agreement_agent"),
            models.Index(
                fields=["answer_until"],
                name="filing_agreement_open",
                condition=models.Q(state=AgreementState.OFFERED),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="filing_agreement_two_firms", condition=~models.Q(client=models.F("agent"))
            ),
            models.CheckConstraint(
                name="filing_agreement_period", condition=models.Q(valid_to__gt=models.F("valid_from"))
            ),
            models.UniqueConstraint(
                fields=["client", "agent", "kind"],
                name="filing_agreement_one_offer",
                condition=models.Q(state=AgreementState.OFFERED),
            ),
            ExclusionConstraint(
                name="filing_agreement_no_overlap",
                expressions=[
                    ("client", RangeOperators.EQUAL),
                    ("agent", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (
                        DateRange("valid_from", "valid_to", RangeBoundary(inclusive_lower=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(state=AgreementState.ACTIVE),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} → {self.agent_id} {self.kind}"


class AgreedCode(models.Model):
    """Published for set-based SQL: one row per pair of codes of an agreement in force, kept true by filing.services."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="codes")
    client_code = models.CharField(max_length=18)
    agent_code = models.CharField(max_length=18)
    kind = models.CharField(max_length=16, choices=AgreementKind.choices)
    valid_from = models.DateField()
    valid_to = models.DateField()

    class Meta:
        verbose_name = _("委托代码")
        verbose_name_plural = _("委托代码")
        constraints = [
            models.UniqueConstraint(
                fields=["client_code", "agent_code", "kind", "valid_from"], name="filing_agreedcode_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.client_code} → {self.agent_code} {self.kind}"

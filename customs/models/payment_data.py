"""Real-time payment data (公告 2018 年第 165 号、第 179 号): where a platform is asked, what was asked, what it reported."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from customs.enums import PaymentDataState

OPEN = [PaymentDataState.WAITING.value, PaymentDataState.ASKED.value]
"""The platform still owes the data."""


class PaymentDataEndpoint(models.Model):
    """The address at which a platform takes `openReq`."""

    organisation: "models.OneToOneField[Any, Any]" = models.OneToOneField(
        "portal.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("电商平台")
    )
    url = models.CharField(_("接口地址"), max_length=500)
    changed_at = models.DateTimeField(_("变更时间"))

    class Meta:
        verbose_name = _("支付数据接口")
        verbose_name_plural = _("支付数据接口")
        ordering = ["organisation_id"]

    def __str__(self) -> str:
        return self.url


class PaymentDataRequest(models.Model):
    """One request for the original payment data of an order. `asked_by` is empty where a risk rule asked.

    `data` is what the platform uploaded, encrypted; it is kept until `forget_on`. `differences` names the elements that disagree with
    payment and order.
    """

    session_id = models.CharField(_("会话编号"), max_length=36, unique=True)
    parcel = models.ForeignKey(
        "customs.Parcel",
        on_delete=models.PROTECT,
        related_name="payment_data",
        db_constraint=False,
        verbose_name=_("清单"),
    )
    organisation: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        "portal.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("电商平台")
    )
    order_no = models.CharField(_("订单号"), max_length=60)
    state = models.CharField(
        _("状态"), max_length=16, choices=PaymentDataState.choices, default=PaymentDataState.WAITING
    )
    asked_by: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        "portal.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("请求人")
    )
    reason = models.CharField(_("理由"), max_length=500)
    asked_at = models.DateTimeField(_("请求时间"))
    attempts = models.IntegerField(_("发送次数"), default=0)
    next_at = models.DateTimeField(_("下次发送时间"))
    answer = models.CharField(_("平台应答"), max_length=200, blank=True, default="")
    due_at = models.DateTimeField(_("报送期限"))
    received_at = models.DateTimeField(_("收到时间"), null=True)
    certificate_id = models.BigIntegerField(_("签名证书"), null=True)
    digest = models.CharField(_("摘要"), max_length=64, blank=True, default="")
    data = models.BinaryField(_("支付原始数据（加密）"), null=True)
    differences = ArrayField(models.CharField(max_length=20), default=list, verbose_name=_("不一致项"))
    forget_on = models.DateField(_("保存至"), null=True)

    class Meta:
        verbose_name = _("支付数据请求")
        verbose_name_plural = _("支付数据请求")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["organisation", "-id"], name="customs_paydata_platform"),
            models.Index(fields=["next_at"], name="customs_paydata_open", condition=models.Q(state__in=OPEN)),
            models.Index(
                fields=["forget_on"], name="customs_paydata_kept", condition=models.Q(data__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["parcel"], name="customs_paydata_once", condition=models.Q(state__in=OPEN)
            ),
            models.CheckConstraint(
                condition=~models.Q(state=PaymentDataState.RECEIVED) | models.Q(received_at__isnull=False),
                name="customs_paydata_received",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.state}"

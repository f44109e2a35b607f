"""Tax that is owed: bills, payment documents, and the guarantees behind them (rules D.8)."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from customs.enums import DutyPaymentState, GuaranteeKind, GuaranteeState, TaxBillState
from customs.models.parcel import AMOUNT, MONEY

TAX_TONES = {
    TaxBillState.GENERATED: "info",
    TaxBillState.SUMMED: "held",
    TaxBillState.VOID: "",
}
PAYMENT_TONES = {DutyPaymentState.ISSUED: "held", DutyPaymentState.PAID: "good", DutyPaymentState.VOID: ""}


class DutyPayment(models.Model):
    """A payment document (缴款书): the bills of one guarantor at one customs office that fell due, in one sum.

    `due_on` is the earliest last day of its bills. After payment `surcharge` is what was added for days too late.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(_("缴款书编号"), max_length=50, unique=True)
    guarantor_id = models.BigIntegerField(null=True)
    assure_code = models.CharField(_("担保企业"), max_length=30)
    customs_code = models.CharField(_("申报海关"), max_length=4)
    bills = models.IntegerField(_("税单数"))
    duty = models.DecimalField(_("关税"), **MONEY)
    vat = models.DecimalField(_("增值税"), **MONEY)
    consumption_tax = models.DecimalField(_("消费税"), **MONEY)
    state = models.CharField(_("状态"), max_length=8, choices=DutyPaymentState.choices)
    issued_on = models.DateField(_("填发日期"))
    due_on = models.DateField(_("缴款期限"))
    paid_on = models.DateField(_("缴款日期"), null=True)
    reference = models.CharField(_("入库凭证号"), max_length=64, blank=True, default="")
    surcharge = models.DecimalField(_("滞纳金"), **MONEY, default=0)

    class Meta:
        verbose_name = _("缴款书")
        verbose_name_plural = _("缴款书")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["assure_code", "-id"], name="customs_payment_assure"),
            models.Index(
                fields=["customs_code", "due_on"],
                name="customs_payment_unpaid",
                condition=models.Q(state=DutyPaymentState.ISSUED),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="customs_payment_not_negative",
                condition=models.Q(duty__gte=0, vat__gte=0, consumption_tax__gte=0, surcharge__gte=0),
            ),
            models.CheckConstraint(
                name="customs_payment_paid_on_a_day",
                condition=~models.Q(state=DutyPaymentState.PAID) | models.Q(paid_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def total(self) -> Decimal:
        """Tax without surcharge."""
        return self.duty + self.vat + self.consumption_tax

    @property
    def tone(self) -> str:
        """Colour of its state."""
        return PAYMENT_TONES[DutyPaymentState(self.state)]


class TaxBill(models.Model):
    """The tax of a released import list (CEB816). A partial return voids it and makes the next revision.

    `id` is the id of the document that made it: the list, or the request (CEB625) whose goods came back. Lines of the first
    bill are the list's tax lines; those of later ones stand in TaxBillLine. `due_from` and `due_to` are the first and last day
    for payment (D.TAX_PAY_WINDOW by the day of release). `refundable`: tax of goods that came back after payment.
    """

    id = models.BigIntegerField(primary_key=True)
    parcel = models.ForeignKey(
        "customs.Parcel",
        on_delete=models.PROTECT,
        related_name="bills",
        db_constraint=False,
        db_index=False,
        verbose_name=_("清单"),
    )
    revision = models.SmallIntegerField(_("序次"))
    tax_no = models.CharField(_("税单编号"), max_length=50)
    sender_id = models.BigIntegerField()
    guarantor_id = models.BigIntegerField(null=True)
    assure_code = models.CharField(_("担保企业"), max_length=30)
    customs_code = models.CharField(_("申报海关"), max_length=4)
    dutiable = models.DecimalField(_("完税价格"), **AMOUNT)
    duty = models.DecimalField(_("关税"), **MONEY)
    vat = models.DecimalField(_("增值税"), **MONEY)
    consumption_tax = models.DecimalField(_("消费税"), **MONEY)
    refundable = models.DecimalField(_("应退税款"), **MONEY, default=0, db_default=0)
    state = models.CharField(_("状态"), max_length=1, choices=TaxBillState.choices)
    released_on = models.DateField(_("放行日"))
    due_from = models.DateField(_("缴纳起"))
    due_to = models.DateField(_("缴纳止"))
    payment = models.ForeignKey(
        DutyPayment,
        on_delete=models.PROTECT,
        null=True,
        related_name="taxed",
        db_index=False,
        verbose_name=_("缴款书"),
    )

    class Meta:
        verbose_name = _("电子税单")
        verbose_name_plural = _("电子税单")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["assure_code", "-id"], name="customs_taxbill_assure"),
            models.Index(
                fields=["customs_code", "due_to"],
                name="customs_taxbill_unsummed",
                condition=models.Q(state=TaxBillState.GENERATED),
            ),
            models.Index(
                fields=["payment"], name="customs_taxbill_payment", condition=models.Q(payment__isnull=False)
            ),
            models.Index(
                fields=["parcel"], name="customs_taxbill_revised", condition=models.Q(revision__gt=0)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="customs_taxbill_not_negative",
                condition=models.Q(duty__gte=0, vat__gte=0, consumption_tax__gte=0, refundable__gte=0),
            ),
            models.CheckConstraint(
                name="customs_taxbill_window", condition=models.Q(due_to__gte=models.F("due_from"))
            ),
        ]

    def __str__(self) -> str:
        return self.tax_no

    @property
    def total(self) -> Decimal:
        """All three taxes."""
        return self.duty + self.vat + self.consumption_tax

    @property
    def tone(self) -> str:
        """Colour of its state; a bill whose payment document is paid is good."""
        if self.payment is not None and self.payment.state == DutyPaymentState.PAID:
            return "good"
        return TAX_TONES[TaxBillState(self.state)]


class TaxBillLine(models.Model):
    """A line of a revised bill: what is left of a list's tax line after goods went back."""

    pk = models.CompositePrimaryKey("bill_id", "gnum")
    bill = models.ForeignKey(TaxBill, on_delete=models.CASCADE, related_name="lines")
    gnum = models.IntegerField(_("序号"))
    dutiable = models.DecimalField(_("完税价格"), **AMOUNT)
    duty = models.DecimalField(_("关税"), **MONEY)
    vat = models.DecimalField(_("增值税"), **MONEY)
    consumption_tax = models.DecimalField(_("消费税"), **MONEY)

    class Meta:
        verbose_name = _("税单明细")
        verbose_name_plural = _("税单明细")
        ordering = ["gnum"]

    def __str__(self) -> str:
        return f"{self.bill_id} {self.gnum}"


class GuaranteeAccount(models.Model):
    """What an enterprise guarantees: `used` is the tax of all its bills that are neither paid nor void.

    `available` is the sum of its guarantees that hold today. Enforced from its first guarantee on: then the database keeps
    `used` within `covered`, which is `available`, or what was owed already when a guarantee ended and nothing new fits.
    """

    organisation_id = models.BigIntegerField(primary_key=True)
    enforced = models.BooleanField(default=False, db_default=False)
    available = models.DecimalField(_("担保额度"), **MONEY, default=0, db_default=0)
    covered = models.DecimalField(**MONEY, default=0, db_default=0)
    used = models.DecimalField(_("未缴税款"), **MONEY, default=0, db_default=0)

    class Meta:
        verbose_name = _("担保账户")
        verbose_name_plural = _("担保账户")
        constraints = [
            models.CheckConstraint(
                name="customs_guaranteeaccount_within_cover",
                condition=models.Q(enforced=False) | models.Q(used__lte=models.F("covered")),
            ),
            models.CheckConstraint(
                name="customs_guaranteeaccount_not_negative",
                condition=models.Q(used__gte=0, available__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.used}/{self.available}"

    @property
    def free(self) -> Decimal:
        """What new lists may still owe."""
        return max(Decimal("0.00"), self.available - self.used)


class Guarantee(models.Model):
    """Cash, a bank guarantee or an insurance for an enterprise's tax; holds from `valid_from` until before `valid_to`."""

    organisation = models.ForeignKey(
        "portal.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("企业")
    )
    customs_code = models.CharField(_("受理海关"), max_length=4)
    kind = models.CharField(_("担保方式"), max_length=10, choices=GuaranteeKind.choices)
    amount = models.DecimalField(_("金额（元）"), **MONEY)
    reference = models.CharField(_("保函或凭证编号"), max_length=64)
    valid_from = models.DateField(_("生效日"))
    valid_to = models.DateField(_("失效日"), null=True)
    state = models.CharField(_("状态"), max_length=10, choices=GuaranteeState.choices)
    proposed_by = models.ForeignKey(
        "portal.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    proposed_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    decided_by = models.ForeignKey(
        "portal.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("复核人")
    )
    decision_reason = models.CharField(_("决定理由"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("税款担保")
        verbose_name_plural = _("税款担保")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["customs_code", "id"],
                name="customs_guarantee_open",
                condition=models.Q(state__in=[GuaranteeState.PROPOSED, GuaranteeState.ACTIVE]),
            )
        ]
        constraints = [
            models.CheckConstraint(name="customs_guarantee_amount", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(
                name="customs_guarantee_dates",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
            ),
            models.CheckConstraint(
                name="customs_guarantee_four_eyes",
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("proposed_by")),
            ),
            models.UniqueConstraint(
                fields=["organisation", "reference"],
                name="customs_guarantee_once",
                condition=models.Q(state__in=[GuaranteeState.PROPOSED, GuaranteeState.ACTIVE]),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def tone(self) -> str:
        """Colour of its state."""
        return {"active": "good", "proposed": "held", "refused": "bad"}.get(self.state, "")

"""What became of a parcel: decision, findings, tax, limit, and who is waited for."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Right
from django.utils.translation import gettext_lazy as _

from customs.enums import UNCHECKED, Direction, LimitState, ParcelState, Regime, Severity

MONEY: dict[str, Any] = {"max_digits": 19, "decimal_places": 2}
AMOUNT: dict[str, Any] = {"max_digits": 24, "decimal_places": 5}


UNFINISHED = [
    ParcelState.MANUAL.value,
    ParcelState.INSPECTION.value,
    ParcelState.REVIEWED.value,
    ParcelState.AWAITING_ARRIVAL.value,
    ParcelState.AWAITING_CIQ.value,
    ParcelState.REFUSED.value,
    ParcelState.SUSPENDED.value,
    ParcelState.DETAINED.value,
    ParcelState.DETAINED_CLEARANCE.value,
    ParcelState.DETAINED_SMUGGLING.value,
    ParcelState.DETAINED_LEGAL.value,
]
"""States that somebody must leave: few parcels stand in them, so lists and counts read a small index."""


class Queue(models.Model):
    """Work of the decision worker: a message whose documents have arrived, or one inventory to look at again.

    `message_type` is the root name of a message, or `inventory` with `message_id` = id of the inventory; `?` before it: the
    signature of the message is to be checked first, `!`: held after a failure.
    """

    pk = models.CompositePrimaryKey("message_id", "message_type")
    message_id = models.BigIntegerField()
    message_type = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("待处理队列")
        verbose_name_plural = _("待处理队列")
        indexes = [
            # Empty while nobody signs, so that unsigned messages pay nothing. Held ones (`!?…`) count as unchecked too.
            models.Index(
                fields=["message_id"],
                name="customs_queue_unchecked",
                condition=models.Q(message_type__contains=UNCHECKED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_type} {self.message_id}"


class Waiting(models.Model):
    """An inventory that cannot be decided yet: documents missing, or the identity answer outstanding."""

    inventory_id = models.BigIntegerField(primary_key=True)
    direction = models.CharField(_("方向"), max_length=1, choices=Direction.choices)
    sender_id = models.BigIntegerField()
    ebp_code = models.CharField(max_length=18)
    ebc_code = models.CharField(max_length=18)
    order_no = models.CharField(max_length=60)
    logistics_code = models.CharField(max_length=18)
    logistics_no = models.CharField(max_length=60)
    agent_code = models.CharField(max_length=18)
    missing = ArrayField(models.CharField(max_length=10), verbose_name=_("缺少"))
    identity_hash = models.UUIDField(null=True)
    since = models.DateTimeField(_("等待起"))
    deadline = models.DateTimeField(_("期限"))

    class Meta:
        verbose_name = _("等待中的清单")
        verbose_name_plural = _("等待中的清单")
        ordering = ["inventory_id"]
        indexes = [
            models.Index(fields=["ebp_code", "order_no"], name="customs_waiting_order"),
            models.Index(fields=["logistics_code", "logistics_no"], name="customs_waiting_waybill"),
            models.Index(
                fields=["identity_hash"],
                name="customs_waiting_identity",
                condition=models.Q(identity_hash__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inventory_id} {self.missing}"


class Parcel(models.Model):
    """One inventory with its documents, decided. `id` is the id of the inventory document."""

    id = models.BigIntegerField(primary_key=True)
    direction = models.CharField(_("方向"), max_length=1, choices=Direction.choices)
    trade_mode = models.CharField(_("监管方式"), max_length=4)
    ebp_code = models.CharField(_("电商平台"), max_length=18)
    order_no = models.CharField(_("订单号"), max_length=60)
    ebc_code = models.CharField(_("电商企业"), max_length=18)
    logistics_code = models.CharField(_("物流企业"), max_length=18)
    logistics_no = models.CharField(_("运单号"), max_length=60)
    agent_code = models.CharField(_("申报企业"), max_length=18)
    customs_code = models.CharField(_("申报海关"), max_length=4)
    port_code = models.CharField(_("口岸海关"), max_length=4)
    sender_id = models.BigIntegerField()
    order_id = models.BigIntegerField(null=True)
    payment_id = models.BigIntegerField(null=True)
    waybill_id = models.BigIntegerField(null=True)
    buyer_id_hash = models.UUIDField(null=True)
    declared_on = models.DateField(_("申报日"))
    state = models.CharField(_("状态"), max_length=16, choices=ParcelState.choices)
    decision_reason = models.CharField(_("决定理由"), max_length=500, blank=True, default="")
    regime = models.CharField(_("征税方式"), max_length=10, choices=Regime.choices)
    dutiable = models.DecimalField(_("完税价格"), **AMOUNT, null=True)
    duty = models.DecimalField(_("关税"), **MONEY, null=True)
    vat = models.DecimalField(_("增值税"), **MONEY, null=True)
    consumption_tax = models.DecimalField(_("消费税"), **MONEY, null=True)
    risk_score = models.IntegerField(_("风险分"), default=0)
    limit_year = models.IntegerField(_("额度年度"), null=True)
    limit_state = models.CharField(
        _("额度状态"), max_length=10, choices=LimitState.choices, blank=True, default=LimitState.NONE
    )
    register_version = models.IntegerField(_("规则版本"))
    pre_no = models.CharField(_("预录入编号"), max_length=18)
    invt_no = models.CharField(_("清单编号"), max_length=20)
    received_at = models.DateTimeField(_("接收时间"))
    decided_at = models.DateTimeField(_("决定时间"))
    due_at = models.DateTimeField(_("办理期限"), null=True)
    twin_id = models.BigIntegerField(_("疑似重复的清单"), null=True)
    b2b = models.BooleanField(_("B2B出口"), default=False)
    """Recognised as B2B export (rules A.1): counted as such, whatever mode its day had for it."""
    loct_no = models.CharField(_("监管场所"), max_length=10, null=True)
    site_operator_id = models.BigIntegerField(null=True)
    """Enterprise that runs the supervised site and releases the goods there (rules C.1)."""
    taken_by = models.ForeignKey(
        "portal.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )

    class Meta:
        verbose_name = _("包裹")
        verbose_name_plural = _("包裹")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["order_no"], name="customs_parcel_order"),
            models.Index(fields=["logistics_no"], name="customs_parcel_waybill"),
            models.Index(fields=["sender_id", "id"], name="customs_parcel_sender"),
            models.Index(fields=["ebp_code", "id"], name="customs_parcel_ebp"),
            models.Index(fields=["ebc_code", "id"], name="customs_parcel_ebc"),
            models.Index(fields=["logistics_code", "id"], name="customs_parcel_logistics"),
            models.Index(fields=["agent_code", "id"], name="customs_parcel_agent"),
            models.Index(Right("invt_no", 9), name="customs_parcel_serial"),
            models.Index(
                fields=["state", "customs_code", "due_at"],
                name="customs_parcel_open",
                condition=models.Q(state__in=UNFINISHED),
            ),
            models.Index(
                fields=["port_code", "-id"],
                name="customs_parcel_elsewhere",
                condition=~models.Q(port_code=models.F("customs_code")),
            ),
            models.Index(
                fields=["site_operator_id", "id"],
                name="customs_parcel_site",
                condition=models.Q(site_operator_id__isnull=False),
            ),
            # Rows lie nearly in the order of their decisions: a few pages of index find today's.
            BrinIndex(fields=["decided_at"], autosummarize=True, name="customs_parcel_decided"),
        ]
        constraints = [
            models.CheckConstraint(
                name="customs_parcel_tax_not_negative",
                condition=models.Q(duty__isnull=True)
                | models.Q(duty__gte=0, vat__gte=0, consumption_tax__gte=0),
            )
        ]

    def __str__(self) -> str:
        return self.invt_no


class Finding(models.Model):
    """A rule that did not hold, with both values masked and the version of the register that was used."""

    parcel_id = models.BigIntegerField()
    rule = models.CharField(_("规则"), max_length=24)
    severity = models.CharField(_("程度"), max_length=1, choices=Severity.choices)
    register_version = models.IntegerField(_("规则版本"))
    left_value = models.CharField(_("左值"), max_length=300, blank=True)
    right_value = models.CharField(_("右值"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("比对结果")
        verbose_name_plural = _("比对结果")
        ordering = ["id"]
        indexes = [models.Index(fields=["parcel_id"], name="customs_finding_parcel")]

    def __str__(self) -> str:
        return f"{self.parcel_id} {self.rule}"


class TaxLine(models.Model):
    """Tax of one line, with the rates used (a decision can be replayed)."""

    pk = models.CompositePrimaryKey("parcel_id", "gnum")
    parcel_id = models.BigIntegerField()
    gnum = models.IntegerField(_("序号"))
    dutiable = models.DecimalField(_("完税价格"), **AMOUNT)
    duty = models.DecimalField(_("关税"), **MONEY)
    consumption_tax = models.DecimalField(_("消费税"), **MONEY)
    vat = models.DecimalField(_("增值税"), **MONEY)
    duty_rate = models.DecimalField(_("关税税率"), max_digits=9, decimal_places=6)
    ct_rate = models.DecimalField(_("消费税税率"), max_digits=9, decimal_places=6)
    vat_rate = models.DecimalField(_("增值税税率"), max_digits=9, decimal_places=6)
    factor = models.DecimalField(_("系数"), max_digits=5, decimal_places=4)

    class Meta:
        verbose_name = _("税款明细")
        verbose_name_plural = _("税款明细")

    def __str__(self) -> str:
        return f"{self.parcel_id}/{self.gnum}"


class BuyerYear(models.Model):
    """How much of the annual limit a buyer has used (keyed hash of the resident number, never the number)."""

    pk = models.CompositePrimaryKey("buyer_id_hash", "year")
    buyer_id_hash = models.UUIDField()
    year = models.IntegerField()
    reserved = models.DecimalField(**AMOUNT, default=0)
    confirmed = models.DecimalField(**AMOUNT, default=0)
    ceiling = models.DecimalField(**AMOUNT)
    first_on = models.DateField()

    class Meta:
        verbose_name = _("年度额度")
        verbose_name_plural = _("年度额度")
        constraints = [
            models.CheckConstraint(
                name="customs_buyeryear_within_limit",
                condition=models.Q(ceiling__gte=models.F("reserved") + models.F("confirmed")),
            ),
            models.CheckConstraint(
                name="customs_buyeryear_not_negative", condition=models.Q(reserved__gte=0, confirmed__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}"


class Use(models.Model):
    """Rolling counters for risk rules: on a day (for addresses and phones: in the week
    beginning on it) `key` was used by `other`, a buyer."""

    pk = models.CompositePrimaryKey("day", "key", "other")
    key = models.UUIDField()
    day = models.DateField()
    other = models.UUIDField()
    parcels = models.IntegerField()
    amount = models.DecimalField(**AMOUNT)

    class Meta:
        verbose_name = _("使用计数")
        verbose_name_plural = _("使用计数")

    def __str__(self) -> str:
        return f"{self.day} {self.parcels}"


class Fingerprint(models.Model):
    """Mark of a complete import list, by which the same purchase under other numbers is found; kept for some days."""

    pk = models.CompositePrimaryKey("day", "buyer", "parcel_id")
    day = models.DateField()
    buyer = models.UUIDField()
    parcel_id = models.BigIntegerField()
    paid_at = models.DateTimeField()
    amount = models.DecimalField(**AMOUNT)

    class Meta:
        verbose_name = _("清单特征")
        verbose_name_plural = _("清单特征")

    def __str__(self) -> str:
        return f"{self.day} {self.parcel_id}"


class Turn(models.Model):
    """One turn of the decision worker: how much it decided and how long each step took (microseconds)."""

    at = models.DateTimeField()
    direction = models.CharField(max_length=1)
    messages = models.IntegerField()
    parcels = models.IntegerField()
    steps = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("处理批次")
        verbose_name_plural = _("处理批次")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at} ×{self.parcels}"

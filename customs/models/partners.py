"""What warehouses and payment firms report about goods and orders (measure 5): late, out of order, also before the documents."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customs.enums import PaymentKind, StockKind


class StockReport(models.Model):
    """In, out and balance of an article in a warehouse after `happened_at`, in the owner's own unit."""

    id = models.BigAutoField(primary_key=True)
    sender_id = models.BigIntegerField(_("报送企业"))
    event_id = models.CharField(_("事件编号"), max_length=64)
    warehouse_code = models.CharField(_("仓储企业"), max_length=18)
    warehouse = models.CharField(_("仓库"), max_length=60)
    owner_code = models.CharField(_("货主"), max_length=18)
    sku = models.CharField(_("商品货号"), max_length=60)
    batch = models.CharField(_("批次"), max_length=60, blank=True, default="")
    kind = models.CharField(_("类型"), max_length=20, choices=StockKind.choices)
    qty_in = models.DecimalField(_("入库"), max_digits=19, decimal_places=5)
    qty_out = models.DecimalField(_("出库"), max_digits=19, decimal_places=5)
    balance = models.DecimalField(_("结余"), max_digits=19, decimal_places=5)
    happened_at = models.DateTimeField(_("发生时间"))
    received_at = models.DateTimeField(_("接收时间"))

    class Meta:
        verbose_name = _("仓库库存")
        verbose_name_plural = _("仓库库存")
        ordering = ["happened_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["sender_id", "event_id"], name="customs_stockreport_once"),
            models.CheckConstraint(
                name="customs_stockreport_amounts",
                condition=models.Q(qty_in__gte=0, qty_out__gte=0, balance__gte=0),
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner_code", "sku", "warehouse_code", "warehouse", "batch", "happened_at"],
                name="customs_stockreport_article",
            ),
            models.Index(fields=["sender_id", "-id"], name="customs_stockreport_sender"),
        ]

    def __str__(self) -> str:
        return f"{self.warehouse} {self.sku}"


class PaymentReport(models.Model):
    """A transaction as its payment firm reports it beside CEB411. The payer is kept as a keyed hash only."""

    id = models.BigAutoField(primary_key=True)
    sender_id = models.BigIntegerField(_("报送企业"))
    event_id = models.CharField(_("事件编号"), max_length=64)
    pay_code = models.CharField(_("支付企业"), max_length=18)
    transaction_id = models.CharField(_("支付交易号"), max_length=60)
    ebp_code = models.CharField(_("电商平台"), max_length=18)
    order_no = models.CharField(_("订单号"), max_length=60)
    kind = models.CharField(_("类型"), max_length=20, choices=PaymentKind.choices)
    amount = models.DecimalField(_("金额"), max_digits=19, decimal_places=5)
    currency = models.CharField(_("币制"), max_length=3)
    payer_id_hash = models.UUIDField(_("支付人证件散列"), null=True)
    happened_at = models.DateTimeField(_("发生时间"))
    received_at = models.DateTimeField(_("接收时间"))

    class Meta:
        verbose_name = _("支付数据")
        verbose_name_plural = _("支付数据")
        ordering = ["happened_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["sender_id", "event_id"], name="customs_paymentreport_once"),
            models.CheckConstraint(name="customs_paymentreport_amount", condition=models.Q(amount__gt=0)),
        ]
        indexes = [
            models.Index(fields=["order_no", "ebp_code"], name="customs_paymentreport_order"),
            models.Index(fields=["sender_id", "-id"], name="customs_paymentreport_sender"),
        ]

    def __str__(self) -> str:
        return f"{self.transaction_id} {self.kind}"

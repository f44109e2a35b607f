"""Cleared export lists and what becomes of them: requests to summarise, the declarations they make, line to line (rules B.2).

A list line belongs to one declaration line: the key of `SummarisedLine` holds it.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Right
from django.utils.translation import gettext_lazy as _

from customs.enums import ApplicationState, DeclarationState, StatisticsFlag

TOTAL: dict[str, Any] = {"max_digits": 28, "decimal_places": 5}
"""Sums of a hundred thousand amounts of the wire."""
APPLICATION_TONES = {
    ApplicationState.COLLECTING: "held",
    ApplicationState.WAITING: "info",
    ApplicationState.WORKING: "info",
    ApplicationState.DONE: "good",
    ApplicationState.REFUSED: "bad",
}
DECLARATION_TONES = {
    DeclarationState.SUMMARISED: "held",
    DeclarationState.DECLARED: "good",
    DeclarationState.REFUSED: "bad",
}


class SummaryApplication(models.Model):
    """One request to summarise lists: a CEB701 with all its parts. `parts` are the ids of its documents in the order they came.

    With `start_time` and `end_time` it means the lists cleared between them, otherwise the lists that its parts name.
    """

    document_id = models.BigIntegerField(_("单证"))
    parts = ArrayField(models.BigIntegerField(), verbose_name=_("分段报文"))
    msg_count = models.IntegerField(_("报文总数"))
    sender_id = models.BigIntegerField()
    customs_code = models.CharField(_("申报地海关"), max_length=4)
    cop_no = models.CharField(_("企业唯一编号"), max_length=30)
    agent_code = models.CharField(_("申报企业代码"), max_length=18)
    agent_name = models.CharField(_("申报企业"), max_length=100)
    ebc_code = models.CharField(_("收发货人代码"), max_length=18)
    ebc_name = models.CharField(_("收发货人"), max_length=100)
    decl_agent_code = models.CharField(_("报关单位代码"), max_length=18)
    decl_agent_name = models.CharField(_("报关单位"), max_length=100)
    start_time = models.DateTimeField(_("汇总开始时间"), null=True)
    end_time = models.DateTimeField(_("汇总结束时间"), null=True)
    loct_no = models.CharField(_("监管场所"), max_length=10, blank=True, default="")
    by_producer = models.BooleanField(_("按生产销售单位汇总"))
    by_name = models.BooleanField(_("按商品名汇总"))
    state = models.CharField(_("状态"), max_length=12, choices=ApplicationState.choices)
    sum_no = models.CharField(_("汇总申请编号"), max_length=18, blank=True, default="")
    lists = models.IntegerField(_("清单数"), default=0)
    reason = models.CharField(_("退单理由"), max_length=500, blank=True, default="")
    received_at = models.DateTimeField(_("接收时间"))
    due_at = models.DateTimeField(_("收齐期限"), null=True)
    finished_at = models.DateTimeField(_("办结时间"), null=True)

    class Meta:
        verbose_name = _("汇总申请")
        verbose_name_plural = _("汇总申请")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["sender_id", "-id"], name="customs_summary_sender"),
            models.Index(
                fields=["state", "id"],
                name="customs_summary_unfinished",
                condition=models.Q(state__in=["collecting", "waiting", "working"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["agent_code", "cop_no"], name="customs_summary_key"),
            models.UniqueConstraint(
                fields=["sum_no"], name="customs_summary_number", condition=~models.Q(sum_no="")
            ),
            models.CheckConstraint(
                name="customs_summary_span",
                condition=models.Q(start_time=None, end_time=None)
                | models.Q(end_time__gte=models.F("start_time")),
            ),
        ]

    def __str__(self) -> str:
        return self.sum_no or self.cop_no

    @property
    def tone(self) -> str:
        """Colour of its state."""
        return APPLICATION_TONES[ApplicationState(self.state)]


class ClearedList(models.Model):
    """An export list whose formalities are closed (899). `id` is the id of its parcel.

    `cleared_month` is the first day of the month of clearance in China: lists of the simplified kind (A) are only counted by it, those
    of the other kind (B) are summarised by it. `returned`: all its goods came back, nothing is left to summarise.
    """

    id = models.BigIntegerField(primary_key=True)
    invt_no = models.CharField(_("清单编号"), max_length=20)
    sender_id = models.BigIntegerField()
    agent_code = models.CharField(_("申报企业"), max_length=18)
    ebc_code = models.CharField(_("收发货人"), max_length=18)
    ebc_name = models.CharField(_("收发货人名称"), max_length=100)
    customs_code = models.CharField(_("申报海关"), max_length=4)
    loct_no = models.CharField(_("监管场所"), max_length=10, blank=True, default="")
    trade_mode = models.CharField(_("监管方式"), max_length=4, default="")
    statistics_flag = models.CharField(_("申报业务类型"), max_length=1, choices=StatisticsFlag.choices)
    cleared_at = models.DateTimeField(_("结关时间"))
    cleared_month = models.DateField(_("结关月"))
    returned = models.BooleanField(_("已退运"), default=False)
    application = models.ForeignKey(
        SummaryApplication,
        on_delete=models.PROTECT,
        null=True,
        related_name="claimed",
        db_index=False,
        verbose_name=_("汇总申请"),
    )

    class Meta:
        verbose_name = _("结关清单")
        verbose_name_plural = _("结关清单")
        ordering = ["id"]
        indexes = [
            models.Index(Right("invt_no", 9), name="customs_cleared_serial"),
            models.Index(
                fields=["sender_id", "ebc_code", "cleared_at"],
                name="customs_cleared_sender",
                condition=models.Q(application=None, statistics_flag="B", returned=False),
            ),
            models.Index(
                fields=["ebc_code", "cleared_at"],
                name="customs_cleared_ebc",
                condition=models.Q(application=None, statistics_flag="B", returned=False),
            ),
            models.Index(
                fields=["customs_code", "cleared_month", "statistics_flag"], name="customs_cleared_office"
            ),
            models.Index(
                fields=["application", "id"],
                name="customs_cleared_application",
                condition=models.Q(application__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.invt_no


class SummaryDeclaration(models.Model):
    """One customs declaration made by summarising: the head that all its list lines share, and their totals."""

    application = models.ForeignKey(
        SummaryApplication,
        on_delete=models.PROTECT,
        related_name="declarations",
        verbose_name=_("汇总申请"),
    )
    number = models.IntegerField(_("序号"))
    sender_id = models.BigIntegerField()
    customs_code = models.CharField(_("申报地海关"), max_length=4)
    sum_no = models.CharField(_("汇总申请编号"), max_length=18)
    decl_seq_no = models.CharField(_("汇总统一编号"), max_length=18)
    entry_id = models.CharField(_("报关单编号"), max_length=18, blank=True, default="")
    state = models.CharField(_("状态"), max_length=12, choices=DeclarationState.choices)
    reason = models.CharField(_("退单理由"), max_length=500, blank=True, default="")
    ebc_code = models.CharField(_("收发货人代码"), max_length=18)
    ebc_name = models.CharField(_("收发货人"), max_length=100)
    owner_code = models.CharField(_("生产销售单位代码"), max_length=18, blank=True, default="")
    owner_name = models.CharField(_("生产销售单位"), max_length=100, blank=True, default="")
    trade_mode = models.CharField(_("监管方式"), max_length=4)
    traf_mode = models.CharField(_("运输方式"), max_length=1)
    country = models.CharField(_("运抵国（地区）"), max_length=3)
    port_code = models.CharField(_("出境关别"), max_length=4)
    lists = models.IntegerField(_("清单数"))
    list_lines = models.IntegerField(_("清单商品项数"))
    gross_weight = models.DecimalField(_("毛重（公斤）"), **TOTAL)
    net_weight = models.DecimalField(_("净重（公斤）"), **TOTAL)
    summarised_at = models.DateTimeField(_("汇总时间"))
    declared_at = models.DateTimeField(_("申报时间"), null=True)

    class Meta:
        verbose_name = _("汇总报关单")
        verbose_name_plural = _("汇总报关单")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["customs_code", "-id"], name="customs_declaration_office"),
            models.Index(fields=["sender_id", "-id"], name="customs_declaration_sender"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="customs_declaration_once"),
            models.UniqueConstraint(fields=["decl_seq_no"], name="customs_declaration_number"),
            models.UniqueConstraint(
                fields=["entry_id"], name="customs_declaration_entry", condition=~models.Q(entry_id="")
            ),
            models.CheckConstraint(
                name="customs_declaration_numbered",
                condition=~models.Q(state=DeclarationState.DECLARED) | ~models.Q(entry_id=""),
            ),
        ]

    def __str__(self) -> str:
        return self.entry_id or self.decl_seq_no

    @property
    def tone(self) -> str:
        """Colour of its state."""
        return DECLARATION_TONES[DeclarationState(self.state)]


class SummaryLine(models.Model):
    """One line of a declaration: the totals of the list lines that share its key. Quantities are in the statutory units."""

    pk = models.CompositePrimaryKey("declaration_id", "gseqno")
    declaration = models.ForeignKey(SummaryDeclaration, on_delete=models.PROTECT, related_name="lines")
    gseqno = models.IntegerField(_("序号"))
    gcode = models.CharField(_("商品编码"), max_length=10)
    name = models.CharField(_("商品名称"), max_length=250)
    destination = models.CharField(_("最终目的国"), max_length=3)
    currency = models.CharField(_("币制"), max_length=3)
    qty1 = models.DecimalField(_("法定数量"), **TOTAL)
    unit1 = models.CharField(_("法定计量单位"), max_length=3)
    qty2 = models.DecimalField(_("第二数量"), **TOTAL, null=True)
    unit2 = models.CharField(_("第二计量单位"), max_length=3, blank=True, default="")
    total = models.DecimalField(_("总价"), **TOTAL)
    list_lines = models.IntegerField(_("清单商品项数"))

    class Meta:
        verbose_name = _("汇总报关单商品")
        verbose_name_plural = _("汇总报关单商品")
        ordering = ["gseqno"]

    def __str__(self) -> str:
        return f"{self.declaration_id}/{self.gseqno} {self.gcode}"


class SummarisedLine(models.Model):
    """A line of a list went into a line of a declaration (gnum → gseqno of CEB792). The key: never into two."""

    pk = models.CompositePrimaryKey("parcel_id", "gnum")
    parcel_id = models.BigIntegerField()
    gnum = models.IntegerField(_("清单商品项号"))
    declaration = models.ForeignKey(
        SummaryDeclaration, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    gseqno = models.IntegerField(_("汇总结果单顺序号"))

    class Meta:
        verbose_name = _("已汇总清单商品")
        verbose_name_plural = _("已汇总清单商品")
        indexes = [
            models.Index(
                fields=["declaration", "parcel_id", "gnum", "gseqno"], name="customs_summarised_declaration"
            )
        ]

    def __str__(self) -> str:
        return f"{self.parcel_id}/{self.gnum} → {self.declaration_id}/{self.gseqno}"


class SummaryNotice(models.Model):
    """Which part of which declaration a CEB792 tells of: lines of lists from (`first_parcel`, `first_gnum`) on, in their order.

    `receipt_id` is the receipt that carries it; the state is what it was then.
    """

    receipt_id = models.BigIntegerField(primary_key=True)
    declaration = models.ForeignKey(SummaryDeclaration, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("状态"), max_length=12, choices=DeclarationState.choices)
    msg_count = models.IntegerField(_("报文总数"))
    msg_seq_no = models.IntegerField(_("报文序号"))
    first_parcel = models.BigIntegerField()
    first_gnum = models.IntegerField()
    lines = models.IntegerField(_("行数"))

    class Meta:
        verbose_name = _("汇总结果单")
        verbose_name_plural = _("汇总结果单")

    def __str__(self) -> str:
        return f"{self.declaration_id} {self.msg_seq_no}/{self.msg_count}"


class SummaryMonth(models.Model):
    """Lists of one consignor that one enterprise declared and that were cleared in one month: reminded of, late.

    Written by the daily watch while something is left to summarise; `late_lists` were left after the last day.
    """

    organisation_id = models.BigIntegerField()
    ebc_code = models.CharField(_("收发货人代码"), max_length=18)
    ebc_name = models.CharField(_("收发货人"), max_length=100)
    month = models.DateField(_("结关月"))
    due_on = models.DateField(_("汇总申报截止日"))
    reminded_at = models.DateTimeField(_("提醒时间"), null=True)
    late_at = models.DateTimeField(_("逾期时间"), null=True)
    late_lists = models.IntegerField(_("逾期清单数"), default=0)

    class Meta:
        verbose_name = _("汇总申报期")
        verbose_name_plural = _("汇总申报期")
        ordering = ["month", "ebc_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "ebc_code", "month"], name="customs_summarymonth_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ebc_code} {self.month:%Y-%m}"

"""Closed lists of customs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

UNCHECKED = "?"
"""First character of the type of a queue row whose message must have its signature checked before anything is decided on it."""


class Direction(models.TextChoices):
    """Which way the goods go."""

    IMPORT = "I", _("进口")
    EXPORT = "E", _("出口")


class ParcelState(models.TextChoices):
    """Where a parcel stands. The official status code stands beside it in `STATUS_CODES`."""

    MANUAL = "manual", _("人工审核")
    INSPECTION = "inspection", _("查验")
    RELEASED = "released", _("放行")
    REJECTED = "rejected", _("退单")
    REVIEWED = "reviewed", _("审结")
    AWAITING_ARRIVAL = "arriving", _("待运抵")
    AWAITING_CIQ = "awaiting_ciq", _("待检验检疫")
    REFUSED = "refused", _("检验检疫不合格")
    SUSPENDED = "suspended", _("挂起")
    DETAINED = "detained", _("扣留")
    DETAINED_CLEARANCE = "detained_501", _("扣留移送通关")
    DETAINED_SMUGGLING = "detained_502", _("扣留移送缉私")
    DETAINED_LEGAL = "detained_503", _("扣留移送法规")
    RETURNED = "returned", _("退运")
    CLEARED = "cleared", _("结关")
    CANCELLED = "cancelled", _("撤销")
    SUPERSEDED = "superseded", _("已更正")
    DESTROYED = "destroyed", _("销毁")


STATUS_CODES: dict[str, str] = {
    ParcelState.MANUAL: "300",
    ParcelState.INSPECTION: "500",
    ParcelState.RELEASED: "800",
    ParcelState.REJECTED: "100",
    ParcelState.REVIEWED: "399",
    ParcelState.AWAITING_ARRIVAL: "400",
    ParcelState.AWAITING_CIQ: "399",
    ParcelState.REFUSED: "600",
    ParcelState.SUSPENDED: "600",
    ParcelState.DETAINED: "599",
    ParcelState.DETAINED_CLEARANCE: "501",
    ParcelState.DETAINED_SMUGGLING: "502",
    ParcelState.DETAINED_LEGAL: "503",
    ParcelState.RETURNED: "700",
    ParcelState.CLEARED: "899",
}
"""returnStatus of list receipts (interface specification 202205, tables of 604 and 622). A cancelled list has none: the answer to
the request (606, 624) tells of it; nor has a list whose sender put a changed one in its place, nor goods that were destroyed. Customs has
finished with a list that waits for the second verdict (399); goods that must not come in are held until they go back (600)."""

ENDED = frozenset({ParcelState.REJECTED.value, ParcelState.CANCELLED.value, ParcelState.SUPERSEDED.value})
"""The attempt is over and nothing of it is owed: its documents may be corrected and the list sent again (rules C.2)."""


class CiqState(models.TextChoices):
    """The second verdict on a list: the letters of inspection and quarantine (rules C.3), W before the first of them."""

    WAITING = "W", _("待接收")
    RECEIVED = "S", _("已接收")
    TO_INSPECT = "Q", _("需检验检疫")
    RELEASED = "C", _("检验检疫放行")
    NOT_PASSED = "N", _("检验检疫不合格")
    FAILED = "F", _("接收失败")


class Clearance(models.TextChoices):
    """What both verdicts on a list come to (rules C.3). The goods may leave with the first only."""

    RELEASED = "RELEASED", _("放行")
    WAIT_CIQ = "WAIT_CIQ", _("海关已审结，待检验检疫")
    JOINT_INSPECTION = "JOINT_INSPECTION", _("联合查验（一次查验）")
    CUSTOMS_INSPECTION = "CUSTOMS_INSPECTION", _("海关查验")
    WAIT_CUSTOMS = "WAIT_CUSTOMS", _("待海关放行")
    REJECTED = "REJECTED", _("退单")
    REFUSED = "REFUSED", _("未获准入，退运或销毁")
    DETAINED = "DETAINED", _("扣留")


class RequestKind(models.TextChoices):
    """What is asked for a list that was declared."""

    CANCEL = "cancel", _("撤销申请")
    IMPORT_RETURN = "import_return", _("进口退货申请")
    EXPORT_RETURN = "export_return", _("出口退货申请")


class RequestState(models.TextChoices):
    """Where a request stands."""

    WAITING = "waiting", _("待审核")
    HANDED_OVER = "handed_over", _("已移交")
    APPROVED = "approved", _("已同意，待货物运抵")
    DONE = "done", _("已办结")
    REFUSED = "refused", _("不同意")
    LAPSED = "lapsed", _("逾期失效")


class MovementKind(models.TextChoices):
    """What carriers and sites report of a parcel on its way."""

    WAREHOUSED = "warehoused", _("入库")
    DELIVERED = "delivered", _("妥投签收")
    MANIFEST = "manifest", _("列入清单总分单")
    ARRIVED = "arrived", _("运抵监管场所")
    DEPARTED = "departed", _("离境")
    TALLIED = "tallied", _("退货理货运抵")


class ExportConditionKind(models.TextChoices):
    """Why goods cannot be declared simplified."""

    LICENCE = "licence", _("出口许可证件")
    DUTY = "duty", _("出口关税")


class VersionEnd(models.TextChoices):
    """What became of a version of a document."""

    CHANGED = "changed", _("变更")
    DELETED = "deleted", _("删除")


class BondedMode(models.TextChoices):
    """Supervision modes that draw an account book."""

    BONDED = "1210", _("1210 保税电商")
    BONDED_A = "1239", _("1239 保税电商A")


class AccountBookState(models.TextChoices):
    """Only an active book can be drawn."""

    WAITING = "waiting", _("待海关确认")
    ACTIVE = "active", _("有效")
    SUSPENDED = "suspended", _("暂停")
    CLOSED = "closed", _("核销结案")
    REFUSED = "refused", _("未予确认")


class EntryKind(models.TextChoices):
    """What changed an item of an account book."""

    IN = "in", _("入区")
    RESERVE = "reserve", _("清单预占")
    OUT = "out", _("放行出区")
    FREE = "free", _("释放预占")
    BACK = "back", _("撤销、退货退回")
    ADJUST = "adjust", _("盘点调整")


class Severity(models.TextChoices):
    """What a failed rule does."""

    REJECT = "R", _("退单")
    MANUAL = "M", _("人工")
    WARNING = "W", _("提示")
    INSPECT = "I", _("查验")


class Regime(models.TextChoices):
    """How a parcel is taxed (财关税〔2018〕49号)."""

    REDUCED = "reduced", _("限值内优惠税率")
    FULL = "full", _("单件超限全额征税")
    EXPORT = "export", _("出口")
    GENERAL = "general", _("转一般贸易")


class LimitState(models.TextChoices):
    """What the parcel holds of its buyer's annual limit."""

    NONE = "", _("不占用")
    RESERVED = "reserved", _("预占")
    CONFIRMED = "confirmed", _("已用")
    FREED = "freed", _("已释放")


class IdentityOutcome(models.TextChoices):
    """What the population base answered (rules F.2)."""

    MATCH = "MATCH", _("一致")
    MISMATCH = "MISMATCH", _("不一致")
    NOT_FOUND = "NOT_FOUND", _("库中无此号")
    UNAVAILABLE = "UNAVAILABLE", _("暂不可用")
    RATE_LIMITED = "RATE_LIMITED", _("超出频次")


class TaxBillState(models.TextChoices):
    """Where an electronic tax bill stands: the official codes of CEB816 and CEB818."""

    GENERATED = "1", _("已生成")
    SUMMED = "2", _("已汇总")
    VOID = "3", _("作废")


class DutyPaymentState(models.TextChoices):
    """Where a payment document (缴款书) stands."""

    ISSUED = "issued", _("待缴纳")
    PAID = "paid", _("已缴纳")
    VOID = "void", _("作废")


class GuaranteeKind(models.TextChoices):
    """What secures the tax (海关法 第六十八条)."""

    CASH = "cash", _("保证金")
    BANK = "bank", _("银行保函")
    INSURANCE = "insurance", _("关税保证保险")


class GuaranteeState(models.TextChoices):
    """Where a guarantee stands. Only active ones within their dates count."""

    PROPOSED = "proposed", _("待复核")
    ACTIVE = "active", _("有效")
    REFUSED = "refused", _("复核不同意")
    ENDED = "ended", _("已解除")


class ApplicationState(models.TextChoices):
    """Where a request to summarise lists (CEB701) stands."""

    COLLECTING = "collecting", _("待收齐分段报文")
    WAITING = "waiting", _("待汇总")
    WORKING = "working", _("汇总中")
    DONE = "done", _("已汇总")
    REFUSED = "refused", _("退单")


class DeclarationState(models.TextChoices):
    """Where a declaration made by summarising stands. What CEB792 says of it stands in `DECLARATION_CODES`."""

    SUMMARISED = "summarised", _("已汇总，待海关接受申报")
    DECLARED = "declared", _("已申报")
    REFUSED = "refused", _("海关退单")


DECLARATION_CODES: dict[str, str] = {
    DeclarationState.SUMMARISED: "0",
    DeclarationState.DECLARED: "1",
    DeclarationState.REFUSED: "2",
}
"""decState of CEB792. The values are not published (the sample shows 0): these are the platform's own."""


class StatisticsFlag(models.TextChoices):
    """How an export list is declared (CEB603 statisticsFlag, rules B.1)."""

    SIMPLIFIED = "A", _("简化申报")
    SUMMARY = "B", _("汇总申报")


class StockKind(models.TextChoices):
    """What a warehouse reports of an article."""

    MOVED = "moved", _("出入库")
    COUNTED = "counted", _("盘点")


class PaymentKind(models.TextChoices):
    """What a payment firm reports of a transaction."""

    PAID = "paid", _("支付成功")
    REFUNDED = "refunded", _("已退款")


class LogisticsKind(models.TextChoices):
    """What a carrier reports of a parcel."""

    ACCEPTED = "accepted", _("揽收")
    DEPARTED = "departed", _("发出")
    ARRIVED = "arrived", _("到达")
    CUSTOMS = "customs", _("清关")
    OUT_FOR_DELIVERY = "out_for_delivery", _("派送")
    SIGNED = "signed", _("签收")
    RETURNED = "returned", _("退回")


class DraftKind(models.TextChoices):
    """What a set of documents typed by hand declares: direction and supervision mode."""

    IMPORT_DIRECT = "I9610", _("直购进口（9610）")
    IMPORT_BONDED = "I1210", _("网购保税进口（1210）")
    EXPORT = "E9610", _("一般出口（9610）")

    @property
    def direction(self) -> Direction:
        return Direction(self.value[0])

    @property
    def trade_mode(self) -> str:
        return self.value[1:]

    @property
    def bonded(self) -> bool:
        return self.trade_mode in BondedMode.values


class TableState(models.TextChoices):
    """Where an uploaded table of documents stands."""

    WAITING = "waiting", _("等待处理")
    RUNNING = "running", _("正在处理")
    DONE = "done", _("已完成")
    REFUSED = "refused", _("不能处理")


class PaymentDataState(models.TextChoices):
    """Where a request for real-time payment data stands (公告 2018 年第 165 号、第 179 号)."""

    WAITING = "waiting", _("待发送")
    ASKED = "asked", _("平台已应答，待报送")
    RECEIVED = "received", _("已收到")
    FAILED = "failed", _("平台没有应答")
    EXPIRED = "expired", _("逾期未报送")

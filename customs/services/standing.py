"""States of parcels, requests, waiting lists and held messages that somebody must leave."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customs.enums import ParcelState
from customs.models import Parcel
from customs.services.deciding import carry_out
from customs.workflow import ARRIVING, AWAITING_CIQ, CIQ_OPEN, OPEN
from portal.enums import Owner
from portal.standing import Standing, rests, stands


def review_again(parcel_ids: Sequence[int]) -> None:
    """Accepted lists whose goods never arrived go back to an official (receipt 300)."""
    found = Parcel.objects.select_for_update().filter(pk__in=list(parcel_ids), state=ARRIVING).order_by("pk")
    carry_out("resume", list(found), actor=None, reason="")


stands(
    Standing(
        "customs.review",
        _("超过时限的清单"),
        "customs.Parcel",
        OPEN,
        "due_at",
        Owner.OFFICE,
        _("进入状态时发送回执；超过时限致函主管"),
        agency="gacc",
        office_field="customs_code",
        organisation_field="sender_id",
        queue="customs.manual",
    ),
    Standing(
        "customs.arrival",
        _("审结后未运抵的清单"),
        "customs.Parcel",
        {ARRIVING},
        "due_at",
        Owner.ENTERPRISE,
        _("审结时发送回执 400；超过时限恢复人工审核（回执 300）并致函企业"),
        agency="gacc",
        office_field="customs_code",
        organisation_field="sender_id",
        act=review_again,
        queue="customs.manual",
    ),
    Standing(
        "customs.quarantine",
        _("超过时限的检验检疫结论"),
        "customs.CiqVerdict",
        CIQ_OPEN,
        "due_at",
        Owner.OFFICE,
        _("海关审结时发送回执 399；超过时限致函检验检疫主管"),
        agency="ciq",
        office_field="customs_code",
        organisation_field="sender_id",
        queue="customs.quarantine",
    ),
    Standing(
        "customs.request",
        _("待审核的清单申请"),
        "customs.ParcelRequest",
        {"waiting", "handed_over"},
        "due_at",
        Owner.OFFICE,
        _("受理时发送回执；超过时限致函主管"),
        agency="gacc",
        office_field="customs_code",
        organisation_field="sender_id",
        queue="customs.requests",
    ),
    Standing(
        "customs.returning",
        _("到期未失效的退货申请"),
        "customs.ParcelRequest",
        {"approved"},
        "due_at",
        Owner.PLATFORM,
        _("到期自动失效并发送回执 100；仍未失效的致函系统管理员"),
    ),
    Standing(
        "customs.waiting",
        _("到期仍在等待的清单"),
        "customs.Waiting",
        (),
        "deadline",
        Owner.PLATFORM,
        _("到期自动决定并发送回执；仍在等待的致函系统管理员"),
    ),
    Standing(
        "customs.held",
        _("不能处理而搁置的报文"),
        "customs.Queue",
        (),
        "",
        Owner.PLATFORM,
        _("搁置时记入日志并致函系统管理员；原因排除后恢复处理"),
        where=Q(message_type__startswith="!"),
        key="message_id",
    ),
    Standing(
        "customs.summary",
        _("超过时限的汇总申请"),
        "customs.SummaryApplication",
        {"collecting", "waiting", "working"},
        "due_at",
        Owner.OFFICE,
        _("受理时发送回执；超过时限致函主管"),
        agency="gacc",
        office_field="customs_code",
        organisation_field="sender_id",
    ),
    Standing(
        "customs.declaration",
        _("汇总后未申报的报关单"),
        "customs.SummaryDeclaration",
        {"summarised", "refused"},
        "summarised_at",
        Owner.ENTERPRISE,
        _("汇总时发送回执；超过时限致函企业"),
        organisation_field="sender_id",
    ),
    Standing(
        "customs.tax_bill",
        _("逾期未缴的税单"),
        "customs.TaxBill",
        {"1", "2"},
        "due_to",
        Owner.ENTERPRISE,
        _("放行时发送税单；超过缴款期限致函企业"),
        agency="gacc",
        office_field="customs_code",
        organisation_field="sender_id",
    ),
    Standing(
        "customs.payment",
        _("逾期未缴的缴款书"),
        "customs.DutyPayment",
        {"issued"},
        "due_on",
        Owner.OFFICE,
        _("超过缴款期限致函主管"),
        agency="gacc",
        office_field="customs_code",
    ),
    Standing(
        "customs.account_book",
        _("待审核的账册"),
        "customs.AccountBook",
        {"waiting"},
        "due_at",
        Owner.OFFICE,
        _("超过时限致函主管"),
        agency="gacc",
        office_field="customs_code",
        organisation_field="organisation_id",
    ),
    Standing(
        "customs.guarantee",
        _("待确认的税款担保"),
        "customs.Guarantee",
        {"proposed"},
        "proposed_at",
        Owner.OFFICE,
        _("超过时限致函主管"),
        agency="gacc",
        office_field="customs_code",
        organisation_field="organisation_id",
    ),
    Standing(
        "customs.table",
        _("未完成的单证表格"),
        "customs.MessageTable",
        {"waiting", "running"},
        "started_at",
        Owner.PLATFORM,
        _("平台自动继续；超过时限致函系统管理员"),
    ),
    Standing(
        "customs.payment_data",
        _("未报送的支付原始数据"),
        "customs.PaymentDataRequest",
        {"waiting", "asked"},
        "due_at",
        Owner.PLATFORM,
        _("平台自动重发，逾期自动结束；超过时限致函系统管理员"),
    ),
)
rests(
    "customs.Parcel",
    {ParcelState.RELEASED.value, ParcelState.CLEARED.value},
    _("放行、结关后货物可以流转，没有待办事项"),
)
rests(
    "customs.PaymentDataRequest",
    {"failed", "expired"},
    _("请求已经结束，海关可以再次请求；迟到的数据仍予接收"),
)
rests("customs.Parcel", {AWAITING_CIQ}, _("海关已审结，由检验检疫在时限内作出结论"))
rests("customs.Guarantee", {"active"}, _("有效的担保到期自动结束"))
rests("customs.AccountBook", {"active", "suspended"}, _("账册在用或停用，由企业或海关另行申请变更"))

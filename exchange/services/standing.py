"""States of the exchange that somebody must leave."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.enums import Owner
from portal.standing import Standing, rests, stands

ESCALATED = _("到期重新下发；超过时限致函该部门主管和系统管理员")
PUSHED = _("平台自动重试；超过时限停用并致函企业")

stands(
    Standing(
        "exchange.task_open",
        _("无人领取的部门任务"),
        "exchange.AgencyTask",
        {"open"},
        "created_at",
        Owner.OFFICE,
        ESCALATED,
        agency_field="agency_code",
    ),
    Standing(
        "exchange.task_taken",
        _("领取后未办结的部门任务"),
        "exchange.AgencyTask",
        {"acked"},
        "leased_until",
        Owner.OFFICE,
        ESCALATED,
        agency_field="agency_code",
    ),
    Standing(
        "exchange.task_unknown",
        _("结果不明的部门任务"),
        "exchange.AgencyTask",
        {"unknown"},
        "created_at",
        Owner.PLATFORM,
        ESCALATED,
    ),
    Standing(
        "exchange.answer",
        _("无法识别的部门答复"),
        "exchange.UnclearAnswer",
        {"waiting"},
        "created_at",
        Owner.PLATFORM,
        _("到达时列入待处理；超过时限致函系统管理员"),
    ),
    Standing(
        "exchange.push",
        _("未推送的数据"),
        "exchange.WebhookPush",
        {"waiting"},
        "created_at",
        Owner.PLATFORM,
        PUSHED,
    ),
    Standing(
        "exchange.webhook",
        _("未确认的推送订阅"),
        "exchange.Webhook",
        {"pending"},
        "created_at",
        Owner.ENTERPRISE,
        _("登记时告知企业如何确认；超过时限致函企业"),
        organisation_field="organisation_id",
    ),
    Standing(
        "exchange.sharing",
        _("待办的数据共享申请"),
        "exchange.SharingGrant",
        {"asked", "checked"},
        "due_at",
        Owner.PLATFORM,
        _("受理时列入数据提供方队列；超过时限致函系统管理员"),
    ),
    Standing(
        "exchange.outage",
        _("未说明原因的平台中断"),
        "exchange.Outage",
        {"measured", "explained"},
        "due_at",
        Owner.PLATFORM,
        _("恢复时致函审核和主管岗位；超过时限致函系统管理员"),
        queue="exchange.outages",
    ),
    Standing(
        "exchange.outbox",
        _("未取走的回执通知"),
        "exchange.Outbox",
        (),
        "created_at",
        Owner.ENTERPRISE,
        _("产生时即可轮询、推送；超过时限致函企业"),
        organisation_field="organisation_id",
        where=Q(delivered_at=None, organisation_id__isnull=False),
    ),
)
rests("exchange.Webhook", {"active", "disabled"}, _("生效或停用的订阅没有待办事项"))
rests("exchange.SharingGrant", {"granted"}, _("有效的共享到期自动结束"))
rests("exchange.Outage", {"confirmed"}, _("已确认的中断只在有误时撤销确认"))

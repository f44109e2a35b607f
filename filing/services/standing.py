"""States of filings, goods and agreements that somebody must leave."""

from django.utils.translation import gettext_lazy as _

from portal.enums import Owner
from portal.standing import Standing, rests, stands

stands(
    Standing(
        "filing.review",
        _("待审核的企业备案"),
        "filing.EnterpriseFiling",
        {"submitted"},
        "due_at",
        Owner.OFFICE,
        _("受理时通知企业；超过时限致函主管"),
        agency="gacc",
        office_field="office",
        organisation_field="organisation_id",
        queue="filing.cases",
    ),
    Standing(
        "filing.correction",
        _("待企业补正的企业备案"),
        "filing.EnterpriseFiling",
        {"returned"},
        "due_at",
        Owner.ENTERPRISE,
        _("退回时通知企业；超过时限再次致函"),
        agency="gacc",
        office_field="office",
        organisation_field="organisation_id",
        queue="filing.cases",
    ),
    Standing(
        "filing.goods",
        _("待审核的商品备案"),
        "filing.FiledGoods",
        {"review"},
        "due_at",
        Owner.OFFICE,
        _("受理时通知企业；超过时限致函主管"),
        agency="gacc",
        office_field="office",
        organisation_field="organisation_id",
        queue="filing.goods",
    ),
    Standing(
        "filing.goods_returned",
        _("待企业补正的商品备案"),
        "filing.FiledGoods",
        {"returned"},
        "updated_at",
        Owner.ENTERPRISE,
        _("退回时通知企业；超过时限再次致函"),
        organisation_field="organisation_id",
    ),
    Standing(
        "filing.import",
        _("未完成的商品导入"),
        "filing.GoodsImport",
        {"waiting", "running"},
        "started_at",
        Owner.PLATFORM,
        _("平台自动继续；超过时限致函系统管理员"),
    ),
    Standing(
        "filing.registration",
        _("未完成的企业注册"),
        "filing.RegistrationApplication",
        {"started", "described", "mailed"},
        "created_at",
        Owner.PLATFORM,
        _("链接过期后申请人可重新申请；超过时限致函系统管理员"),
    ),
    Standing(
        "filing.agreement",
        _("对方未答复的委托协议"),
        "filing.Agreement",
        {"offered"},
        "answer_until",
        Owner.PLATFORM,
        _("到期自动失效并通知双方；仍未失效的致函系统管理员"),
    ),
)
rests("filing.EnterpriseFiling", {"draft", "approved"}, _("草稿由企业自行决定何时提交；已备案的没有待办事项"))
rests(
    "filing.FiledGoods",
    {"draft", "filed", "withdrawn"},
    _("草稿由企业自行决定何时提交；已备案、已撤销的没有待办事项"),
)
rests("filing.Registration", {"active", "suspended", "cancelled"}, _("备案结果，由企业申请变更"))
rests("filing.Agreement", {"active"}, _("有效的委托到期自动结束"))
